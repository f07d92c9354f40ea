"""How what holds documents up is put right: in a dialog where that will do, or else on a form."""
from odoo import models

from ...xero.catalogue import CATALOGUE, CONTACT_CODES
from ..core.notification import notification
from ..core.opening import open_record
from ..core.words import in_words
from ..mapping.xero_mapping_mixin import XERO_MAPPED
from .cures import MAPPINGS

#: Codes of a contact that no other choice of one cures.
OF_PARTNER = ('contact_refused', 'contact_merged')


class XeroCure(models.AbstractModel):
    _name = 'xero.cure'
    _description = "How Something Is Put Right"

    def _is_mapping(self, record, code):
        """
        :param recordset record: on which it is put right, of any model, or None
        :param str code: of the error catalogue, empty for a refusal that has none
        :return: whether another counterpart in Xero puts it right
        :rtype: bool
        """
        return bool(record) and record._name in XERO_MAPPED.values() \
            and CATALOGUE[code or 'validation_error'].where in MAPPINGS

    def _is_chosen(self, record, code, company):
        """:return: whether this user can choose the counterpart in a dialog
        :rtype: bool"""
        return self._is_mapping(record, code) and not self.env['xero.ask']._needs_help(record) \
            and company.id in company._xero_connections()

    def _lead(self, record, code, company):
        """
        :param recordset record: on which it is put right, of any model
        :param str code: of the error catalogue
        :param recordset company: `res.company` of the documents
        :return: action that opens the choice of the counterpart or the contact, or else the record
        :rtype: dict
        """
        if self._is_chosen(record, code, company):
            return self.env['xero.fix.wizard']._action(record, company)
        if record._name == 'res.partner' and code in CONTACT_CODES and code not in OF_PARTNER \
                and self.env.user.has_group('account_xero.group_xero_user'):
            return self.env['xero.contact.wizard']._action(record.commercial_partner_id, company)
        return open_record(record, company)

    def _button(self, record, code, company):
        """:return: the button of a banner that opens it; parameters as of :meth:`_lead`
        :rtype: dict"""
        return {
            'action_text': self.env['xero.fix.wizard']._title(record._xero_kind())
            if self._is_chosen(record, code, company) else self.env._(
                "Open %s", record.with_company(company).display_name),
            'action': self._lead(record, code, company)}

    # === WHAT GOES OUT THEN === #

    def _get_waiting(self, record, company):
        """
        :param recordset record: on which something is put right
        :param recordset company: `res.company`
        :return: all that failed for it in the companies of its connection, with all rights: the
            documents, and how many payments
        :rtype: tuple
        """
        failed = [('company_id', 'in', company._xero_together().ids), ('xero_state', '=', 'failed'),
                  ('xero_error_target', '=', f'{record._name},{record.id}')]
        return self.env['account.move'].sudo().search(failed), sum(
            self.env[name].sudo().search_count(failed)
            for name in ('account.payment', 'xero.settlement'))

    def _describe(self, record, company):
        """
        :param recordset record: on which something is put right
        :param recordset company: `res.company`
        :return: what is wrong with it, as its documents say; and how many go to Xero when it is
            put right. Both are empty where nothing waits for it.
        :rtype: tuple(str, str)
        """
        moves, payments = self._get_waiting(record, company)
        here, held = (record._name, record.id), self.env['xero.queued']._get_held(
            moves, moves.company_id._xero_connections())
        other = [move for move in moves if any(
            (problem.model, problem.res_id) != here for problem in held.get(move, ()))]
        own = next((in_words(self.env, problem.words)
                    for problems in held.values() for problem in problems
                    if (problem.model, problem.res_id) == here), '')
        count = len(moves) - len(other)
        texts = [
            count and self.env._("Documents that go to Xero then: %s.", count),
            payments and self.env._("Payments that go to Xero then: %s.", payments),
            other and self.env._("Documents that wait for something else, too: %s.", len(other)),
        ]
        return own or moves[:1].xero_error_message or '', ' '.join(filter(None, texts))

    def _notify(self, done, moves, payments):
        """
        :param str done: what was done
        :param recordset moves: `account.move` that waited for it
        :param int payments: how many of these did
        :return: a notification that says what becomes of them
        :rtype: dict
        """
        if moves:
            return self.env['xero.queued']._notify(moves.with_env(self.env), done)
        text = self.env._("Payments that go to Xero in a moment: %s", payments) if payments \
            else self.env._("No document waited for it.")
        return notification('success', done, text)
