"""What an answer, or the lack of one, means for a whole connection, and who is told of it."""
from datetime import timedelta

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero import limits
from ...xero.catalogue import CATALOGUE
from ...xero.errors import (
    XeroAccessRevoked,
    XeroClientInvalid,
    XeroError,
    XeroGrantInvalid,
    XeroRateLimited,
    XeroScopeMissing,
    XeroTokenExpired,
)
from ..core.problem import call_words, error_text
from ..core.transaction import run_in_new_cursor
from ..core.words import in_words, lazy_of, write_words
from .answers import organisation_in
from .xero_connection import RECONNECT

_lt = LazyTranslate(__name__)

#: The longest wait between two tries while Xero cannot be reached at all; shorter than the 30
#: minutes in which a refresh token whose answer was lost can be used again.
LONGEST_OUTAGE_WAIT = timedelta(minutes=10)
#: Their messages are names of a protocol, unless this module has chosen the words itself.
WORDLESS = (XeroAccessRevoked, XeroGrantInvalid, XeroScopeMissing, XeroTokenExpired)
#: Lists that need a permission each, besides that of the organisation's own settings.
PROOFS = ('Invoices', 'Payments', 'Contacts')


class XeroHealth(models.AbstractModel):
    _name = 'xero.health'
    _description = "Health of a Connection"

    def _test(self, connection):
        """Ask Xero for the organisation.

        :param recordset connection: one `xero.connection`, with all rights
        :return: how it went, for people: the kind of the notification, its title and text
        :rtype: tuple(str, str, str)
        """
        # Where a permission may be missing, only what it is for can prove the contrary.
        proofs = PROOFS if connection.state == 'reauth' else ()

        def ask(client):
            for path in proofs:
                client.get(path, page=1, pageSize=1)
            return client.get('Organisation')

        try:
            answer = connection._ask_xero(ask)
            organisation = organisation_in(self.env, answer)
        except XeroError as error:
            self._report_error(connection, error)
            return 'danger', *self._describe(error, connection)
        self.sudo()._report_access(connection)
        return 'success', self.env._("The connection works"), self.env._(
            "Xero answered as %(organisation)s in %(seconds).1f seconds.",
            organisation=organisation.name, seconds=answer.seconds)

    # === WHAT AN ANSWER MEANS === #

    def _pause_after(self, connection, error):
        """Keep why nothing can be sent at the moment, and go on when that may have passed.

        :param recordset connection: one `xero.connection`
        :param XeroError error: that has ended its run
        """
        now = fields.Datetime.now()
        if isinstance(error, XeroRateLimited):
            connection._commit_with_retry(self._wait_for_limit, connection, error, now)
        elif not isinstance(error, XeroAccessRevoked | XeroGrantInvalid | XeroScopeMissing):
            connection._commit_with_retry(self._wait_for_outage, connection, now)
        self._report_error(connection, error)

    def _wait_for_limit(self, connection, error, now):
        """Wait until Xero takes calls again.

        :param recordset connection: one `xero.connection`
        :param XeroRateLimited error: which limit is used up
        :param datetime now: naive UTC
        """
        values = {'outages': 0}
        if error.problem == 'day':
            values['budget_seen_at'] = False    # by then it is another day's calls that count
        connection.write(values)
        self._wait(connection, limits.resume_at(error, now))

    def _wait_for_outage(self, connection, now):
        """Wait, longer each time, until Xero may be there again.

        :param recordset connection: one `xero.connection`
        :param datetime now: naive UTC
        """
        wait = min(timedelta(minutes=2 ** min(connection.outages, 10)), LONGEST_OUTAGE_WAIT)
        connection.outages += 1
        self._wait(connection, now + wait)

    def _wait(self, connection, until):
        """Go on not before a moment, and be woken then.

        :param recordset connection: one `xero.connection`
        :param datetime until: naive UTC
        """
        connection.write({'resume_at': until})
        connection._trigger_cron(until + timedelta(seconds=1))

    def _end_outage(self, connections):
        """Try again at once after an outage, because somebody asks for it. A wait that Xero has
        demanded stays.

        :param recordset connections: `xero.connection`
        """
        connections.filtered('outages').write({'outages': 0, 'resume_at': False})

    def _report_error(self, connection, error):
        """Keep what an error means for the whole connection, in a transaction of its own.

        :param recordset connection: one `xero.connection`
        :param XeroError error: an answer that no single document is to blame for
        """
        run_in_new_cursor(connection, lambda own: self.with_env(own.env)._apply_error(own, error))

    def _apply_error(self, connections, error):
        """Write what an error means for some connections; see :meth:`_report_error`.

        :param recordset connections: `xero.connection`
        :param XeroError error: an answer that no single document is to blame for
        """
        state = None
        if isinstance(error, XeroAccessRevoked):
            state = 'revoked'
        elif isinstance(error, XeroGrantInvalid | XeroScopeMissing | XeroClientInvalid):
            state = 'reauth'
        # The answer to a call that was on its way while somebody disconnected says nothing new.
        for connection in connections.filtered(lambda c: c.state != 'disconnected'):
            write_words(connection, {'last_error': lazy_of(
                connection, lambda own: own.env['xero.health']._in_words(error, own))})
            self.env['xero.log']._add_connection(connection, error)
            if state and connection.state != state:
                connection.state = state
                self._ask_to_reconnect(connection)

    def _report_crash(self, connection, error):
        """Say on the connection that a fault of the software stopped its sync, in a transaction of
        its own. It is gone with the next success.

        :param recordset connection: one `xero.connection`
        :param Exception error: nothing that Xero or a document is to blame for
        """
        words = _lt(
            "The sync stopped at a fault of the software (%s) and is tried again by itself. If "
            "this stays, hand the server's log to whoever looks after Odoo.", type(error).__name__)
        run_in_new_cursor(connection, lambda own: write_words(own, {'last_error': words}))

    def _report_access(self, connection):
        """Xero has just given access: what said otherwise is over.

        :param recordset connection: one `xero.connection`
        """
        connection.last_error = False
        self.env['xero.waiting.mixin']._xero_put_right(
            connection.company_id._xero_together(), ['role_missing', 'scope_missing'])
        if connection.state in ('reauth', 'revoked'):
            connection.state = 'connected'
            connection.activity_unlink([RECONNECT])
            self.env['xero.log']._add_event(connection, _lt("Xero gives access again."))
            connection._trigger_cron()

    def _ask_to_reconnect(self, connection):
        """Give each manager one activity, and all of them one message, however often the
        connection is found broken.

        :param recordset connection: one `xero.connection`
        """
        connection.ensure_one()
        if connection.activity_search([RECONNECT]):
            return
        managers = self._managers(connection)
        for user in managers:
            # The message tells them; a second e-mail about the activity would say the same.
            connection.with_context(mail_activity_quick_update=True).activity_schedule(
                RECONNECT, user_id=user.id, note=connection.state_help)
        connection.message_post(
            subject=self.env._("Xero needs you: %s", connection.display_name),
            body=connection.state_help, partner_ids=managers.partner_id.ids,
            subtype_xmlid='mail.mt_note')

    def _managers(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: `res.users` who manage it
        """
        connection.ensure_one()
        return self.env.ref('account_xero.group_xero_manager').sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share
            and connection.company_id in user.company_ids)

    def _in_words(self, error, connection):
        """:return: what :meth:`_describe` says, in one piece
        :rtype: str"""
        title, text = self._describe(error, connection)
        return self.env._("%(title)s. %(text)s", title=title, text=text)

    def _describe(self, error, connection):
        """
        :param XeroError error: that no single document is to blame for
        :param recordset connection: one `xero.connection`, which has the button that is named
        :return: its title, and its cause and fix, translated, with Xero's own words when it has any
            for people; the names of a protocol are in the log only
        :rtype: tuple(str, str)
        """
        if isinstance(error, XeroClientInvalid):
            return self.env._("Xero does not accept the app"), self.env._(
                "Check the client ID and the client secret, then press Connect to Xero.") \
                if connection.state == 'disconnected' else self.env._(
                    "Check the client ID and the client secret, then press Test.")
        title, fix = error_text(self.env, error.code)
        cause = self.env._(CATALOGUE[error.code].cause)     # pylint: disable=gettext-variable
        lacking = in_words(self.env, call_words(error))
        if not isinstance(error, WORDLESS):
            fix = ' '.join(filter(None, (lacking, cause, fix)))
            return title, self.env._("%(fix)s (Xero: %(message)s)", fix=fix,
                                     message=error.message) if error.message else fix
        own = '' if error.status else error.message     # there was no answer that had it
        return title, ' '.join(filter(None, (own, lacking, cause, fix)))
