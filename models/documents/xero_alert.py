"""What the banners above a document say of it and Xero, and what button they have."""
from odoo import api, models

from ...xero.catalogue import CATALOGUE, CONTACT_CODES
from ..connection.pages import open_in_xero
from ..connection.xero_ask import ASK
from ..contacts.merged import merged_into
from ..core.kinds import XERO_KINDS
from ..core.opening import in_company
from ..core.problem import error_text
from ..mapping.xero_mapping_mixin import XERO_MAPPED
from .account_move_void import can_be_voided
from .cures import MAPPINGS, suspects
from .xero_cure import OF_PARTNER

#: Codes of which the cure begins in Xero, at the document itself.
SEEN_IN_XERO = ('document_not_editable', 'not_sent', 'voided_in_xero', 'total_mismatch')
#: Codes of what stays as it is, or passes by itself.
NOTHING_TO_DO = ('not_sent', 'rate_limited')
#: Codes of a number that only another one cures.
NUMBERS = ('number_taken', 'number_voided')


class XeroAlert(models.AbstractModel):
    _name = 'xero.alert'
    _description = "Banners of a Document about Xero"

    def _get(self, move):
        """
        :param recordset move: one `account.move`
        :return: alerts, as of `account.move._get_alerts`; none for customers
        :rtype: dict
        """
        if not self.env.user._is_internal() or not self.env['res.company']._xero_known(move):
            return {}
        alerts = {}
        if move.xero_state == 'failed' and (move.xero_active or move.xero_manual_journal_id):
            alerts['xero_failed'] = self._get_failed(move)
            if move.xero_error_code == 'not_in_xero' \
                    and self.env.user.has_group('account_xero.group_xero_user'):
                alerts['xero_send_anew'] = {
                    'level': 'warning',
                    'message': self.env._("If it is gone from Xero for good, send it again."),
                    'action_text': self.env._("Send anew"),
                    'action_call': ('account.move', 'action_xero_send_anew', move.ids)}
            if can_be_voided(move) and self.env.user.has_group('account_xero.group_xero_user'):
                alerts['xero_void'] = {
                    'level': 'warning',
                    'message': self.env._("If it is not to stay in Xero like that, take it back."),
                    'action_text': self.env._("Void it in Xero"),
                    'action_call': ('account.move', 'action_xero_void', move.ids)}
        if move.xero_active and move.xero_trial and move.xero_document_id:
            alerts['xero_trial'] = self._get_trial(move)
        if alert := move.xero_differs and self.env['xero.difference']._alert(move):
            alerts['xero_differs'] = alert if alert.get('action') else self._get_help(move, alert)
        alerts |= self.env['xero.redated']._get_alert(move)
        for pair in self.env['xero.allocation']._among(move, 'failed'):
            button = self._get_sync_now(move)
            alert = {'level': 'warning', 'message': self._get_text(
                pair, self.env._("Not matched in Xero: %s"), bool(button))}
            alerts[f'xero_allocation_{pair.id}'] = {**alert, **button} \
                if button else self._get_help(move, alert)
        return alerts | self._get_settlements(move)

    def _get_settlements(self, move):
        """
        :param recordset move: one `account.move`
        :return: banners of what pays it here and could not be sent
        :rtype: dict
        """
        alerts = {}
        for one in self.env['xero.settlement'].sudo()._of(move).filtered(
                lambda one: one.xero_state == 'failed'):
            target = self.env['xero.ask']._target_of(one.with_env(self.env))
            may = self.env['xero.problem']._is_fixable(target, one.xero_error_code)
            button = self.env['xero.cure']._button(
                target, one.xero_error_code, move.company_id) if may and target != move \
                else self._get_sync_now(move)
            alerts[f'xero_settlement_{one.id}'] = {
                'level': 'warning', **button, 'message': self._get_text(
                    one.with_env(self.env), self.env._("Not paid in Xero: %s"), bool(button))}
        return alerts

    def _get_trial(self, move):
        """:return: that it is on a test drive, and the button that ends it, for who may"""
        alert = {'level': 'info', 'message': self.env._(
            "Test drive: in Xero it is the draft %s, which counts for nothing there.",
            move.xero_number)}
        if not self.env.user.has_group('account_xero.group_xero_user'):
            return alert
        return {**alert, 'action_text': self.env._("Open the test drive"),
                'action': self.env['xero.trial.wizard']._action(move)}

    @api.model
    def _get_question(self, record):
        """
        :param recordset record: document or payment, in the language of who is asked
        :return: what is wrong with it, why, and what is to be done
        :rtype: str
        """
        texts, env = [], record.env
        if record.xero_state == 'failed':
            texts.append(env['xero.alert']._get_text(record, env._("Xero: %s")))
        if record._name == 'account.move':
            alert = record.xero_differs and env['xero.difference']._alert(record)
            texts += [alert['message']] if alert else []
            texts += [env['xero.alert']._get_text(pair, env._("Not matched in Xero: %s"))
                      for pair in env['xero.allocation']._among(record, 'failed')]
        return '\n'.join(texts)

    @api.model
    def _get_ask(self, record):
        """
        :param recordset record: document or payment
        :return: the button of a banner that asks; none where there is nobody, or it is done
        :rtype: dict
        """
        ask = self.env['xero.ask']
        helper = ask._get_helper(record.company_id, ask._target_of(record))
        if not helper or ask._is_asked(record):
            return {}
        return {'action_text': self.env._("Ask %s", helper.name),
                'action_call': (record._name, 'action_xero_ask', record.ids)}

    def _get_help(self, move, alert):
        """
        :param recordset move: `account.move`
        :param dict alert: banner of something that the user may not put right
        :return: the same, with the button that asks somebody who may, or that this was done
        :rtype: dict
        """
        button, asked = self._get_ask(move), move.sudo().activity_search([ASK])[:1].user_id
        if asked:
            asked = self.env._("%s was asked.", asked.name)
            alert = {**alert, 'message': '\n'.join([alert['message'], asked])}
        return {**alert, **button}

    def _get_failed(self, move):
        """
        :param recordset move: `account.move` that is not in Xero as it is here
        :return: why, and what is to be done
        :rtype: dict
        """
        button = self._get_button(move)
        may = bool(button) or move.xero_error_code in NOTHING_TO_DO
        alert = {'level': 'danger', 'message': self._get_text(
            move, self.env._("Xero: %s"), may), **button}
        return alert if may else self._get_help(move, alert)

    def _get_text(self, record, heading, may=True):
        """
        :param recordset record: with `xero.sync.mixin`, that has failed
        :param str heading: with a place for the title of its problem
        :param bool may: whether the user may do what is to be done
        :return: what is wrong, why, and what is to be done, by whom
        :rtype: str
        """
        title, fix = error_text(self.env, record.xero_error_code)
        if not may:
            ask = self.env['xero.ask']
            fix = ask._get_fix(record.company_id, fix, ask._target_of(record))
        cause = CATALOGUE[record.xero_error_code or 'validation_error'].cause
        return '\n'.join(filter(None, (
            heading % title,
            self.env._(cause),  # pylint: disable=gettext-variable
            record.xero_error_message, fix)))

    def _get_sync_now(self, move):
        """:return: the button that tries again, for who may
        :rtype: dict"""
        return {
            'action_text': self.env._("Sync now"),
            'action_call': ('account.move', 'action_xero_sync_now', move.ids),
        } if self.env.user.has_group('account_xero.group_xero_user') else {}

    def _get_button(self, move):
        """
        :param recordset move: `account.move` that has failed
        :return: the button of its banner: to the place where the error is put right, or to try
            again where only Xero or this document can be changed; none that would be refused
        :rtype: dict
        """
        may_sync = self.env.user.has_group('account_xero.group_xero_user')
        if move.xero_error_code == 'contact_merged' and (button := self._get_merge(move)):
            return button
        if move.xero_error_code in CONTACT_CODES and move.xero_error_code not in OF_PARTNER \
                and move._xero_partner().name and may_sync:
            return {
                'action_text': self.env._("Choose the contact"),
                'action': self.env['xero.contact.wizard']._action(
                    move._xero_partner(), move.company_id),
            }
        if may_sync and not move.xero_document_id and (
                action := self.env['xero.twin']._get_action(move)):
            return {'action_text': self.env._("Decide"), 'action': action}
        if may_sync and move.xero_error_code == 'not_in_xero':
            return {'action_text': self.env._("Look for it in Xero"),
                    'action_call': ('account.move', 'action_xero_seek', move.ids)}
        if move.xero_error_code == 'corrected_in_xero' and (
                differences := self.env['xero.difference'].sudo()._of_documents(move)):
            return differences._alert_action()
        ask, cure = self.env['xero.ask'], self.env['xero.cure']
        record = ask._target_of(move)
        if not record or record == move:
            return self._get_place(move) or (
                {} if self._is_for_managers(move) else self._get_sync_now(move))
        if ask._needs_help(record) if cure._is_mapping(record, move.xero_error_code) \
                else not record.has_access('write'):
            return {} if ask._needs_help() or ask._get_helper(move.company_id, record) \
                else self._get_place(move) or self._get_sync_now(move)
        return cure._button(record, move.xero_error_code, move.company_id)

    def _is_for_managers(self, move):
        """:return: whether trying again helps nobody until somebody else has put it right"""
        return self._is_elsewhere(move.xero_error_code) and self.env['xero.ask']._needs_help()

    @api.model
    def _is_elsewhere(self, code):
        """:param str code: of the catalogue, empty for a refusal that has none
        :return: whether it is put right at the connection or in the mapping
        :rtype: bool"""
        where = CATALOGUE[code or 'validation_error'].where
        return where in MAPPINGS or where == 'connection'

    def _get_place(self, move):
        """
        :param recordset move: `account.move` that has failed for what no single record tells
        :return: the button to the place where it is put right or seen; none where there is none,
            or the user may do nothing there
        :rtype: dict
        """
        code = move.xero_error_code or 'validation_error'
        where = CATALOGUE[code].where
        if code == 'total_mismatch' and not move.xero_document_id:
            where = 'tax_mapping'
        if where in MAPPINGS:
            return self._get_mapping(move, where)
        if code in NUMBERS and move.show_reset_to_draft_button and move.has_access('write'):
            return {'action_text': self.env._("Reset to Draft"),
                    'action_call': ('account.move', 'button_draft', move.ids)}
        if code in SEEN_IN_XERO and move.xero_document_id:
            connection = move.company_id._xero_connections()[move.company_id.id]
            return {'action_text': self.env._("View in Xero"), 'action': open_in_xero(
                connection, XERO_KINDS[move.move_type], move.xero_document_id)}
        if code == 'validation_error' and self.env.user.has_group('account_xero.group_xero_user'):
            return {'action_text': self.env._("Xero log"), 'action': move.action_xero_log()}
        return {}

    def _get_merge(self, move):
        """:return: the button that merges the partners whose contacts are one in Xero
        :rtype: dict"""
        wizard = self.env['base.partner.merge.automatic.wizard']
        connection = move.company_id._xero_connections()[move.company_id.id]
        other = merged_into(connection, move._xero_partner().sudo())
        if not other or not wizard.has_access('create'):
            return {}
        return {'action_text': self.env._("Merge the partners"), 'action': {
            'type': 'ir.actions.act_window', 'res_model': wizard._name, 'target': 'new',
            'view_mode': 'form', 'views': [(False, 'form')], 'context': {
                'active_model': 'res.partner',
                'active_ids': [move._xero_partner().id, other.id]}}}

    def _get_mapping(self, move, where):
        """:return: the button to the mappings of one kind that a document refers to
        :rtype: dict"""
        kind = MAPPINGS[where]
        if not self.env.user.has_group('account_xero.group_xero_manager'):
            return {}
        connection = move.company_id._xero_connections()[move.company_id.id]
        ids = [record.id for record in suspects(connection, move, where)
               if record._name == XERO_MAPPED[kind]]
        action = self.env['ir.actions.actions']._for_xml_id(
            f'account_xero.action_xero_mapping_{kind}')
        del action['view_mode']     # for which Odoo's widget leaves the action's own views
        return {'action_text': self.env._("Open the mapping"),
                'action': in_company(
                    {**action, 'domain': [('id', 'in', ids)], 'context': {}}, move.company_id)}
