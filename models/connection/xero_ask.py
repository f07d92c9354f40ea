"""Whom a user asks to do what only the managers of a connection may."""
from datetime import datetime

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

MANAGER = 'account_xero.group_xero_manager'
#: The activity by which somebody is asked.
ASK = 'account_xero.mail_activity_type_ask'


class XeroAsk(models.AbstractModel):
    _name = 'xero.ask'
    _description = "Asking Who May"

    def _target_of(self, record):
        """
        :param recordset record: one with `xero.sync.mixin`
        :return: the record on which its problem is put right, None without one
        """
        problem = record.sudo()._xero_stored_problem()
        return self.env[problem.model].browse(problem.res_id).exists() \
            if problem.model in self.env else None

    def _needs_help(self, target=None):
        """
        :param target: record on which something is put right, or None
        :return: whether this user may not do it
        :rtype: bool
        """
        return not self.env.user.has_group(MANAGER) or bool(
            target and not target.has_access('write'))

    def _get_helper(self, company, target=None):
        """
        :param recordset company: one `res.company`
        :param target: record on which something is put right, or None
        :return: the `res.users` whom this user can ask, with all rights: a manager of the
            connection who may change that record, first the one who made the connection, then who
            was here last. Nobody for who may do it.
        """
        connection = company._xero_owner().sudo().xero_connection_ids
        if not connection or not self._needs_help(target):
            return self.env['res.users'].sudo()
        managers = (self.env['xero.health']._managers(connection) - self.env.user).sorted(
            lambda user: (user == connection.create_uid, user.login_date or datetime.min),
            reverse=True)
        here = target and target.with_context(allowed_company_ids=company.ids)
        able = managers.filtered(
            lambda user: not target or here.with_user(user).has_access('write'))
        return (able if self.env.user.has_group(MANAGER) else able or managers)[:1]

    def _get_fix(self, company, fix, target=None):
        """
        :param recordset company: one `res.company`
        :param str fix: what has to be done, and this user may not do
        :param target: record on which it is put right, or None
        :return: the same, with who can
        :rtype: str
        """
        if helper := self._get_helper(company, target):
            return self.env._(
                "%(person)s can put it right: %(fix)s", person=helper.name, fix=fix)
        return fix if self.env.user.has_group(MANAGER) else self.env._(
            "Somebody with the right “Xero: Manage” can put it right: %(fix)s", fix=fix)

    def _is_asked(self, record):
        """:return: whether somebody has asked already about a record with activities"""
        return bool(record.sudo().activity_search([ASK]))

    def _ask(self, record, get_text):
        """Have the helper find an activity at a record, once.

        :param recordset record: one with activities and a company, which the user may read
        :param get_text: callable that gets the record and returns what it is about, in its language
        :return: a notification
        :raise UserError: there is nobody to ask
        """
        helper = self._get_helper(record.company_id, self._target_of(record))
        if not helper:
            raise UserError(self.env._(
                "Ask for the right “Xero: Manage”, or somebody who has it."))
        if not self._is_asked(record):
            text = get_text(record.with_context(lang=helper.lang))
            record.sudo().activity_schedule(ASK, user_id=helper.id, note=Markup('').join(
                Markup('<p>%s</p>') % line for line in text.split('\n')))
        return record.company_id._xero_owner().sudo().xero_connection_ids._notify(
            'success', self.env._("Asked"),
            self.env._("%s finds it among the activities.", helper.name))
