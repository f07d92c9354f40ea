"""What the tests of hooks share: each method that another module may extend, broken for a record
of its own."""
import inspect
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import NamedTuple
from unittest.mock import patch

from odoo.models import BaseModel
from odoo.tools import mute_logger

from .common_payment import XeroPaymentCommon

ADDON = 'odoo.addons.account_xero.'
#: Where faults are logged; the database logs the statement that failed, too.
LOGGERS = ('odoo.sql_db', f'{ADDON}models.fault', f'{ADDON}models.account_move_pull',
           f'{ADDON}models.account_move_import')


#: They hold the guard themselves, or write down what became of records, failures too.
GUARDS = {
    '_xero_apply', '_xero_conclude', '_xero_fail', '_xero_fail_faulty', '_xero_failure',
    '_xero_faults', '_xero_import', '_xero_note_attempt', '_xero_note_pdf', '_xero_note_refusal',
    '_xero_preflight', '_xero_refusal', '_xero_store',
}
#: Hooks that run for a record while an organisation is pushed or pulled; each is broken there.
HOOKS = {
    '_xero_allocate', '_xero_apply_all', '_xero_apply_answer', '_xero_apply_credits',
    '_xero_apply_headers', '_xero_apply_payments', '_xero_apply_unknown', '_xero_apply_void',
    '_xero_back_link', '_xero_balance', '_xero_book', '_xero_book_credit', '_xero_book_what_fits',
    '_xero_booked_amounts', '_xero_booked_text', '_xero_cap_residual', '_xero_check_account',
    '_xero_check_document', '_xero_check_item', '_xero_check_line', '_xero_check_linked',
    '_xero_check_plan', '_xero_check_sendable', '_xero_check_taxes', '_xero_check_totals',
    '_xero_check_tracking', '_xero_compare', '_xero_compare_credits', '_xero_computed_amounts',
    '_xero_conclude_together', '_xero_contact_changed', '_xero_contact_linked',
    '_xero_contact_name', '_xero_contact_number', '_xero_counterparts', '_xero_credit_payments',
    '_xero_credit_reason', '_xero_day', '_xero_decimal', '_xero_delivery_order',
    '_xero_differences', '_xero_document_number', '_xero_error_text', '_xero_find_existing',
    '_xero_first_open_date', '_xero_fit_taxes', '_xero_holders', '_xero_import_all',
    '_xero_import_fitting', '_xero_invoiced_again', '_xero_is_as', '_xero_is_automatic',
    '_xero_is_excluded', '_xero_is_free_again', '_xero_is_marked_sent', '_xero_is_news',
    '_xero_is_open', '_xero_is_sent', '_xero_is_taken_back', '_xero_left_to_pay',
    '_xero_line_label', '_xero_link', '_xero_link_document', '_xero_link_in_turn',
    '_xero_look_again', '_xero_matched_amount', '_xero_matched_names', '_xero_matches', '_xero_may',
    '_xero_may_write', '_xero_method_line', '_xero_money', '_xero_note_links', '_xero_note_missing',
    '_xero_note_payments', '_xero_offers_of_documents', '_xero_open_payments', '_xero_paid_parts',
    '_xero_pair', '_xero_partner', '_xero_parts', '_xero_parts_without_entry',
    '_xero_payment_terms', '_xero_payments', '_xero_pdf', '_xero_percent', '_xero_prefetch',
    '_xero_prepare_addresses', '_xero_prepare_body', '_xero_prepare_change',
    '_xero_prepare_contact', '_xero_prepare_document', '_xero_prepare_line', '_xero_prepare_lines',
    '_xero_prepare_links', '_xero_prepare_payment', '_xero_prepare_plan', '_xero_queue',
    '_xero_queue_changed', '_xero_queue_posted', '_xero_queue_pull', '_xero_recognise',
    '_xero_reconcile', '_xero_reconcile_amount', '_xero_release', '_xero_release_credits',
    '_xero_release_documents', '_xero_report_reinvoiced', '_xero_responsible', '_xero_reverse',
    '_xero_same_document', '_xero_status_labels', '_xero_success', '_xero_sync_method',
    '_xero_target_status', '_xero_tax_rate', '_xero_terms_by_date', '_xero_tracking_options',
    '_xero_undo', '_xero_undo_allocations', '_xero_undo_credit_payments', '_xero_undo_one',
    '_xero_wants_pdf', '_xero_write_quietly',
}
#: Those that run for people, on mappings, or for a whole organisation.
ELSEWHERE = {
    '_xero_action_list', '_xero_alert_action', '_xero_check_unused', '_xero_connection_to_use',
    '_xero_fetch_now', '_xero_find_blocked', '_xero_find_matches', '_xero_find_unfit',
    '_xero_fitting_rates', '_xero_is_anybody_connected', '_xero_is_mapped', '_xero_last_tried',
    '_xero_manual_reasons', '_xero_match', '_xero_match_account', '_xero_match_domain',
    '_xero_match_journal', '_xero_match_reason', '_xero_match_tax', '_xero_moment', '_xero_names',
    '_xero_prepare_partner', '_xero_queue_balance', '_xero_queue_sent', '_xero_release_waiting',
    '_xero_save_matches', '_xero_selection_error', '_xero_stored_problem', '_xero_tooltip_failed',
    '_xero_tooltip_pending', '_xero_tooltip_synced', '_xero_update', '_xero_used_ids',
}
#: From records that a run may make to those that they are of.
PATHS = {'account.move.line': 'move_id', 'account.payment': 'invoice_ids',
         'xero.payment.link': 'payment_id'}


class Case(NamedTuple):
    """What a hook is broken for.

    ``records`` are here, of any models; ``xero_ids`` is what they have in Xero.
    """

    records: tuple
    xero_ids: frozenset = frozenset()

    @property
    def ids(self):
        """:return: {model: ids}"""
        return {record._name: {other.id for other in self.records if other._name == record._name}
                for record in self.records}

    @property
    def move(self):
        """:return: the `account.move`, which comes first"""
        return self.records[0]

    def touches(self, value):
        """:return: whether a parameter of a hook is about this case"""
        if isinstance(value, BaseModel):
            ids = self.ids.get(value._name)
            if ids and not ids.isdisjoint(value.ids):
                return True
            path = PATHS.get(value._name)
            if path:
                return self.touches(value.sudo().exists().mapped(path))
            return value._name == 'account.move' and bool(
                self.xero_ids and value.ids and self.xero_ids.intersection(
                    value.sudo().exists().mapped('xero_document_id')))
        if isinstance(value, dict):
            return any(map(self.touches, [*value, *value.values()]))
        if isinstance(value, str):
            return value.lower() in self.xero_ids
        if hasattr(value, 'xero_id'):
            return value.xero_id in self.xero_ids or (
                getattr(value, 'document_id', None) in self.xero_ids)
        if isinstance(value, list | tuple | set | frozenset):
            return any(map(self.touches, value))
        return hasattr(value, 'document') and self.touches(value.document)


class Scenario(NamedTuple):
    """A way of a record through a run.

    ``make`` returns so many Cases, ``run`` runs the scheduled action, ``done`` tells whether a case
    has come to its end, ``again`` asks for one as a person does, and ``ready`` is called between
    making and running.
    """

    make: object
    run: object
    done: object
    again: object
    ready: object = lambda: None


def hooks_of(registry):
    """:return: {name of a method that another module may extend: models that have it}"""
    hooks = {}
    for model in registry.values():
        for name, method in inspect.getmembers(model, inspect.isfunction):
            if name.startswith('_xero_') and method.__module__.startswith(ADDON):
                hooks.setdefault(name, []).append(model)
    return hooks


class XeroHookCommon(XeroPaymentCommon):

    def setUp(self):
        super().setUp()
        self.stops = []
        self.patch(self.registry['xero.connection'], '_note_fault',
                   lambda _connection, error: self.stops.append(error))

    @contextmanager
    def _wrapped(self, hooks, before):
        """Call something before each call of some hooks.

        :param before: gets the name, ``self`` and the parameters
        """
        def wrapped(name, method):
            @wraps(method)
            def wrapper(this, *args, **kwargs):
                before(name, this, args)
                return method(this, *args, **kwargs)
            return wrapper

        models = hooks_of(self.registry)
        with ExitStack() as stack:
            for name in hooks:
                for model in models[name]:
                    stack.enter_context(
                        patch.object(model, name, wrapped(name, getattr(model, name))))
            yield

    def _met(self, scenario):
        """:return: the hooks that are called for a record in a run"""
        met, busy = set(), []

        def note(name, this, args):
            if name not in met and not busy:
                busy.append(name)   # what is read to find out may call hooks itself
                try:
                    if case.touches((this, *args)):
                        met.add(name)
                finally:
                    busy.clear()

        [case] = scenario.make(1)
        scenario.ready()
        with self._wrapped(hooks_of(self.registry), note):
            scenario.run()
        self.assertTrue(scenario.done(case))
        return met

    def _check(self, scenario):
        """Break each hook that a run meets for a record of its own, in the database: none holds up
        another record, and each comes to its end when the fault is gone."""
        hooks = sorted(self._met(scenario) - GUARDS)
        self.assertLessEqual(set(hooks), HOOKS)
        good, *bad = scenario.make(len(hooks) + 1)
        cases = dict(zip(hooks, bad, strict=True))
        scenario.ready()
        busy = []

        def fail(name, this, args):
            if busy:
                return
            busy.append(name)
            try:
                touched = cases[name].touches((this, *args))
            finally:
                busy.clear()
            if touched:
                this.env.cr.execute('SELECT 1 / 0')

        with self._wrapped(hooks, fail), mute_logger(*LOGGERS):
            scenario.run()
            self.assertFalse(self.stops)
            self.assertTrue(scenario.done(good), self.connection.last_error)
            self._later(minutes=7)
            scenario.run()
            self.assertFalse(self.stops)
            for name, case in cases.items():
                with self.subTest(hook=name):
                    self.assertTrue(scenario.done(case) or self._said(case), "says why")
        for case in cases.values():
            scenario.again(case)
        scenario.run()
        for name, case in cases.items():
            with self.subTest(hook=name):
                self.assertTrue(scenario.done(case), "when the fault is gone")

    def _said(self, case):
        """:return: whether something tells people that a case has failed"""
        self.env.invalidate_all()
        return bool(
            self.env['xero.log'].search_count([
                ('outcome', '!=', 'success'), ('res_id', 'in', [r.id for r in case.records])])
            or self.env['xero.unmatched'].search_count([('xero_id', 'in', list(case.xero_ids))]))
