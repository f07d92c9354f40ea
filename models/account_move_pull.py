"""What a document becomes when Xero's state of it arrives."""
from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang

from ..xero.documents import Payment
from ..xero.webhook import Event
from .account_move import CREDIT_NOTES, GONE
from .fault import apart, pull_fault_text

#: What is compared after each pull.
COMPARED = ('document', 'status', 'total', 'currency', 'date', 'due_date', 'number', 'contact',
            'amount_due', 'credit')
LIVE = ('AUTHORISED', 'PAID')


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_due_date = fields.Date("Due Date in Xero", copy=False, prefetch='xero', readonly=True)
    xero_updated = fields.Datetime(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="When Xero last changed what is here of it, by Xero's clock.")
    xero_pull_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what was last applied from Xero; an equal one is not applied again.")
    xero_refused_hash = fields.Char(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Fingerprint of what Xero had when it refused a change for payments or credits. "
             "Without these the change is sent again.")

    def _get_alerts(self):
        # EXTENDS 'account'
        alerts = super()._get_alerts()
        if not self.env.user._is_internal():
            return alerts
        differences = self.xero_document_id and self.env['xero.difference'].sudo().search([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('state', '=', 'open')])
        if differences:
            alerts['xero_differs'] = {
                'level': 'warning',
                'message': '\n'.join([self.env._("Xero and Odoo do not agree:"), *(
                    row._in_words() for row in differences)]),
                **differences._alert_action(),
            }
        return alerts

    def _xero_queue_pull(self):
        """Fetch these documents from Xero in the background, whatever is here of them."""
        moves = self.sudo().filtered('xero_document_id')
        connections = self.env['xero.connection']._connection_of(moves.company_id)
        moves.write({'xero_updated': False})
        self.env['xero.event'].sudo()._store([
            Event(
                resource_id=move.xero_document_id,
                category='CREDITNOTE' if move.move_type in CREDIT_NOTES else 'INVOICE',
                type='REQUEST', tenant_id=connections[move.company_id.id].tenant_id,
                moment=fields.Datetime.now())
            for move in moves if move.company_id.id in connections
        ], self.env['xero.connection'].union(*connections.values()))
        self.env['xero.connection']._trigger_pull()

    @api.model
    def _xero_apply(self, connection, documents, payments):
        """Bring documents to the state that Xero has; to apply it again changes nothing.

        One that cannot be applied keeps its reason and holds up no other.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment} with the bank account, of those
            payments that are new here
        """
        pulling = self.env(context={
            **self.env.context, 'xero_pulling': True, 'skip_is_manually_modified': True})
        documents = {move.with_env(pulling): document for move, document in documents.items()}
        Move = self.with_env(pulling)
        apart(
            self.env, list(documents.items()),
            lambda some: Move._xero_apply_all(connection, dict(some), payments),
            lambda faults: [Move._xero_note_refusal(connection, move, error)
                            for (move, _document), error in faults])

    @api.model
    def _xero_note_refusal(self, connection, move, error):
        """Keep why a state of Xero could not be applied here.

        :param Exception error: Odoo's refusal, or a fault of the software, which is logged
        """
        text = pull_fault_text(move, error)
        difference = self.env['xero.difference'].sudo()
        known = difference.search([('res_model', '=', move._name), ('res_id', '=', move.id),
                                   ('field', '=', 'document'), ('message', '=', text)])
        if known:
            return
        difference._note(connection, move, 'document', self.env._("unchanged"),
                         move.xero_status_label or '', text)
        self.env['xero.log']._add_pulls(connection, [(move, 'failure', 'validation_error', text)])

    @api.model
    def _xero_apply_all(self, connection, documents, payments):
        """The steps of :meth:`_xero_apply`, each for all documents."""
        self._xero_apply_headers(connection, documents)
        for move, document in documents.items():
            if document.status in GONE:
                move._xero_apply_void(connection, document)
        # What Xero lists in part says nothing about the rest.
        live = {move: document for move, document in documents.items()
                if document.status in LIVE and document.is_whole}
        for move, document in live.items():
            move._xero_release_credits(connection, document)
        self._xero_apply_payments(connection, {
            move: [payments.get(row.xero_id) or Payment.of_row(row, document.xero_id)
                   for row in document.payments if row.xero_id
                   # Deleted since its document was read.
                   and not (row.xero_id in payments
                            and payments[row.xero_id].status == 'DELETED')]
            for move, document in live.items()})
        for move, document in live.items():
            move._xero_apply_credits(connection, document)
        free = self.union(*(move for move, document in documents.items()
                            if move._xero_is_free_again(document)))
        automatic = free.filtered(lambda move: move._xero_is_automatic())
        automatic.with_context(xero_pulling=False)._xero_queue()
        # What the switches do not cover was refused because somebody had asked for it.
        (free - automatic).with_context(xero_pulling=False)._xero_queue(manual=True)
        agreed = self._xero_compare(connection, documents)
        self._xero_store([
            (move, {
                'xero_pull_hash': document.fingerprint if move in agreed else None,
                'xero_last_pull': fields.Datetime.now()})
            for move, document in documents.items()
            if (move.xero_pull_hash or None) != (
                document.fingerprint if move in agreed else None)])

    def _xero_is_news(self, document):
        """:return: whether something is to be done about what Xero has now"""
        return self.xero_pull_hash != document.fingerprint or self._xero_is_free_again(document)

    def _xero_is_free_again(self, document):
        """:return: whether a change or void that Xero refused for payments or credits may pass, as
            Xero has them no more"""
        return bool(
            self.xero_state == 'failed' and self.xero_refused_hash
            and self.xero_refused_hash != document.fingerprint and document.is_whole
            and not document.payments and not document.credits and document.status not in GONE)

    # === THE DOCUMENT ITSELF === #

    @api.model
    def _xero_apply_headers(self, connection, documents):
        """Follow what Xero shows of the documents themselves: status, number, due date.

        :param dict documents: {`account.move`: documents.Document}
        """
        rows, log = [], []
        for move, document in documents.items():
            values = {
                'xero_status': document.status or move.xero_status or None,
                'xero_number': document.number or move.xero_number or None,
                'xero_due_date': document.due_date if document.kind in ('ACCREC', 'ACCPAY')
                                 else None,
                'xero_updated': document.updated,
            }
            if all((move[name] or None) == value for name, value in values.items()):
                continue
            rows.append((move, values))
            if values['xero_status'] != move.xero_status and document.status not in GONE:
                before = move.xero_status_label
                log.append((move, before, document.status))
        self._xero_store(rows)
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, self.env._(
                "Status in Xero: %(before)s → %(after)s", before=before or '–',
                after=move.xero_status_label)) for move, before, _status in log])

    # === WHETHER BOTH BOOKS AGREE === #

    @api.model
    def _xero_compare(self, connection, documents):
        """List what differs between both books, and take from the list what agrees again.

        :param dict documents: {`account.move`: documents.Document}
        :return: the documents that agree in everything
        :rtype: set
        """
        found = {(move.id, field): values for move, document in documents.items()
                 for field, *values in move._xero_differences(document)}
        moves = self.union(*documents)
        Difference = self.env['xero.difference'].sudo()
        open_ones = Difference.search([
            ('res_model', '=', self._name), ('res_id', 'in', moves.ids)])
        open_ones.filtered(lambda row: row.field in COMPARED
                           and (row.res_id, row.field) not in found).unlink()
        for (move_id, field), values in found.items():
            Difference._note(connection, self.browse(move_id), field, *values)
        differing = {move_id for move_id, _field in found} | set(
            open_ones.exists().mapped('res_id'))
        return {move for move in documents if move.id not in differing}

    def _xero_differences(self, document):
        """Yield in what this document and Xero's differ, as far as that is not about to change.

        :param documents.Document document: as Xero has it
        :return: iterator of (field of `xero.difference`, here, there, explanation)
        """
        self.ensure_one()
        if self.xero_state != 'synced' or self.state != 'posted' or document.status in GONE:
            return
        decided = self.env._("Push sends Odoo's side again. To keep Xero's, change it here.")
        total, due = self._xero_decimal(self.amount_total), self._xero_decimal(self.amount_residual)
        pairs = [
            ('number', self._xero_document_number(), document.number, str),
            ('date', self.invoice_date, document.date, self._xero_day),
            ('currency', self.currency_id.name, document.currency_code, str),
            ('contact', self._xero_partner().xero_contact_id, document.contact_id,
             self._xero_contact_name),
            ('total', total, document.total, self._xero_money),
        ]
        if document.kind in ('ACCREC', 'ACCPAY'):
            pairs.append(('due_date', self.invoice_date_due or self.invoice_date,
                          document.due_date, self._xero_day))
        for field, here, there, text in pairs:
            if there not in (None, '') and here != there:
                yield field, text(here), text(there), decided
        if document.total == total and document.amount_due is not None \
                and document.amount_due != due:
            yield ('amount_due', self._xero_money(due), self._xero_money(document.amount_due),
                   self.env._("Payments or credits are registered on one side only."))

    def _xero_money(self, amount):
        """:return: a Decimal in the document's currency, for people"""
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    def _xero_contact_name(self, contact_id):
        """:return: a contact of Xero, for people"""
        partner = self.env['res.partner'].search([('xero_contact_id', '=', contact_id)], limit=1)
        return partner.display_name or self.env._("a contact that is not linked here")

    def _xero_day(self, day):
        """:return: a date, or none, for people"""
        return format_date(self.env, day) or '–'
