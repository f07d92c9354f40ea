"""What people are told when they have documents queued: only what is true of them."""
from odoo import models
from odoo.exceptions import UserError

from ..core.notification import notification
from ..core.problem import error_text
from ..core.words import in_words

#: Causes that are named.
NAMED = 3


class XeroQueued(models.AbstractModel):
    _name = 'xero.queued'
    _description = "What Becomes of What Is Queued"

    def _notify(self, moves, done=None):
        """
        :param recordset moves: `account.move` that were just queued
        :param str done: what was done to have them queued
        :return: a notification: green where nothing here keeps them from going to Xero
        :rtype: dict
        """
        connections = moves.company_id._xero_connections()
        texts = [self.env._("Documents that go to Xero in a moment: %s", len(moves))]
        kind, title = 'success', done or self.env._("Queued")
        if held := self._get_held(moves, connections):
            kind, title, texts = 'warning', self.env._("Still held up"), [
                *([f'{done}.'] if done else []),
                *self._name_causes(held, len(moves))]
        elif waiting := set(filter(None, (
                connection.with_env(self.env).sudo().waiting_reason
                for connection in connections.values()))):
            kind, texts = 'warning', sorted(waiting)
        return notification(kind, title, '\n'.join(texts))

    def _notify_journals(self, journals):
        """
        :param recordset journals: `xero.manual.journal` that were just queued
        :return: a notification
        :raise UserError: the company is not connected
        """
        connections = journals.company_id._xero_connections()
        if not connections:
            raise UserError(self.env._("The company is not connected to Xero."))
        texts = [self.env._("Manual journals that go to Xero in a moment: %s", len(journals))]
        waiting = set(filter(None, (
            connection.with_env(self.env).sudo().waiting_reason
            for connection in connections.values())))
        return notification('warning' if waiting else 'success', self.env._("Queued"),
                            '\n'.join([*texts, *sorted(waiting)]))

    def _notify_fetched(self, moves):
        """
        :param recordset moves: `account.move` that were made in Xero
        :return: a notification
        :raise UserError: the company is not connected
        """
        if not moves.company_id._xero_connections():
            raise UserError(self.env._("The company is not connected to Xero."))
        return notification('success', self.env._("Queued"), self.env._(
            "Made in Xero, and fetched from there instead of sent: %s",
            len(moves)))

    def _get_held(self, moves, connections):
        """
        :param recordset moves: `account.move`
        :param dict connections: {company id: `xero.connection`}
        :return: {document: [Problem]} of those that will be refused here before they leave
        :rtype: dict
        """
        held = {}
        for company, own in moves.sudo().grouped('company_id').items():
            posted = own.filtered(lambda move: move.state == 'posted')
            held.update(self.env['xero.preflight']._find(
                posted.with_company(company), connections[company.id]))
        return held

    def _name_causes(self, held, count):
        """
        :param dict held: {document: [Problem]}
        :param int count: how many documents were queued
        :return: how many of them are held up, and why
        :rtype: list(str)
        """
        causes = list(dict.fromkeys(
            self.env._("%(title)s: %(message)s", title=error_text(self.env, problem.code)[0],
                       message=in_words(self.env, problem.words))
            for problems in held.values() for problem in problems))
        return [self.env._("Documents that cannot go to Xero yet: %(held)s of %(count)s",
                           held=len(held), count=count), *causes[:NAMED]]
