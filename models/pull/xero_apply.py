from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ..core.apart import apart
from ..core.kinds import GONE
from ..core.problem import pull_fault_words
from ..core.words import in_words
from ..documents.account_move_void import is_void_expected, voided_values
from ..documents.showing import lazy_status

_lt = LazyTranslate(__name__)


class XeroApply(models.AbstractModel):
    """What documents become when Xero's state of them arrives.

    Each step is given the state that Xero has, never an event, and asks Xero for nothing. It may
    run again and in any order: to apply the same state twice writes nothing.
    """

    _name = 'xero.apply'
    _description = "Apply What Xero Has"

    def _steps(self):
        """Return what is done, in this order, each for all documents; a module that applies more
        adds to it.

        :return: list of callables with the parameters of :meth:`_apply`
        """
        credit = self.env['xero.apply.credit']
        return [
            self._apply_headers,
            self.env['xero.apply.void']._apply,
            credit._release,
            self.env['xero.apply.payment']._apply,
            credit._apply,
            credit._send_missing,
            self._retry_changes,
            self._save_agreement,
        ]

    def _apply(self, connection, documents, payments):
        """Apply documents; one that cannot be applied keeps its reason and holds up no other.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :param dict payments: {identifier: documents.Payment}
        """
        pulling = self.env(context={
            **self.env.context, 'xero_pulling': True, 'skip_is_manually_modified': True})
        documents = {move.with_env(pulling): document for move, document in documents.items()}
        self = self.with_env(pulling)
        apart(
            self.env, list(documents.items()),
            lambda some: self._apply_together(connection, dict(zip(
                # What is computed for one of the others may be what fails.
                self.env['account.move'].union(*(move for move, _document in some)).with_prefetch(),
                [document for _move, document in some], strict=True)), payments),
            lambda faults: [self._save_refusal(connection, move.with_prefetch(), error)
                            for (move, _document), error in faults])

    def _apply_together(self, connection, documents, payments):
        """As :meth:`_apply`, all or none."""
        # What was voided from here alone is no document of this organisation any more.
        voided = [move for move, document in documents.items()
                  if document.status in GONE and is_void_expected(move)]
        self.env['account.move']._xero_store([(move, voided_values(move)) for move in voided])
        documents = {move: document for move, document in documents.items() if move not in voided}
        for step in self._steps():
            step(connection, documents, payments)

    def _save_refusal(self, connection, move, error):
        """Keep why a state of Xero could not be applied here.

        :param Exception error: Odoo's refusal, or a fault of the software, which is logged
        """
        words = pull_fault_words(move, error)
        difference = self.env['xero.difference'].sudo()
        known = difference.search([
            ('res_model', '=', move._name), ('res_id', '=', move.id), ('field', '=', 'document'),
            ('message', '=', in_words(self.env, words))])
        if known:
            return
        difference._note(connection, move, 'document', _lt("unchanged"),
                         lazy_status(self.env, move.xero_status), words)
        self.env['xero.log']._add_pulls(connection, [(move, 'failure', 'validation_error', words)])

    # === NEWS === #

    def _is_news(self, move, document):
        """
        :param recordset move: `account.move`
        :param documents.Document document: as Xero has it
        :return: whether something is to be done about it
        """
        return move.xero_pull_hash != document.fingerprint or self._can_retry_change(move, document)

    def _can_retry_change(self, move, document):
        """
        :param recordset move: `account.move`
        :param documents.Document document: as Xero has it
        :return: whether a change or void that Xero refused for payments or credits may pass, as
            Xero has them no more
        """
        return bool(
            move.xero_state == 'failed' and move.xero_refused_hash
            and move.xero_refused_hash != document.fingerprint and document.is_whole
            and not document.payments and not document.credits and document.status not in GONE)

    # === STEPS === #

    def _apply_headers(self, connection, documents, _payments):
        """Follow what Xero shows of the documents themselves: status, number, due date."""
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
                log.append((move, move.xero_status, document.status))
        self.env['account.move']._xero_store(rows)
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, _lt(
                "Status in Xero: %(before)s → %(after)s", before=lazy_status(self.env, before),
                after=lazy_status(self.env, after))) for move, before, after in log])

    def _retry_changes(self, connection, documents, _payments):
        """Send again what Xero refused for payments or credits that it has no more."""
        free = self.env['account.move'].union(*(
            move for move, document in documents.items() if self._can_retry_change(move, document)))
        automatic = free.filtered(lambda move: move._xero_is_automatic())
        automatic.with_context(xero_pulling=False)._xero_queue()
        # What the switches do not cover was refused because somebody had asked for it.
        (free - automatic).with_context(xero_pulling=False)._xero_queue(manual=True)

    def _save_agreement(self, connection, documents, _payments):
        """Compare both books, and remember the states in which they agree."""
        agreed = self.env['xero.compare']._compare(connection, documents)
        rows = []
        for move, document in documents.items():
            values = self.env['xero.sent']._renew_lines(move, document)
            fingerprint = document.fingerprint if move in agreed else None
            if (move.xero_pull_hash or None) != fingerprint:
                values |= {
                    'xero_pull_hash': fingerprint, 'xero_last_pull': fields.Datetime.now()}
            if values:
                rows.append((move, values))
        self.env['account.move']._xero_store(rows)
