"""Odoo's own tests with the module and without it: what another module's people wrote must go on.

The databases are those of one Odoo; in one of the two the module is installed, not connected to
anything. Odoo runs its own tests in both at the same time and counts their queries.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from console import say
from ports import free_port

MODULES = ("sale", "purchase")
#: What the module extends: documents, their payments, matching, sending, locking, numbering.
ACCOUNT = (
    "account_account", "account_analytic", "account_bank_statement", "account_inalterable_hash",
    "account_invoice_report", "account_journal", "account_journal_dashboard",
    "account_lock_exception", "account_merge_wizard", "account_move_date_algorithm",
    "account_move_duplicate", "account_move_entry", "account_move_in_invoice",
    "account_move_in_refund", "account_move_out_invoice", "account_move_out_refund",
    "account_move_payments_widget", "account_move_reconcile", "account_move_send",
    "account_partner", "account_payment", "account_payment_duplicate", "account_payment_items",
    "account_payment_method_line", "account_payment_register", "account_report", "account_tax",
    "account_to_check", "audit_trail", "company_branch", "download_docs", "early_payment_discount",
    "invoice_taxes", "multivat", "payment_term", "portal_attachment", "portal_invoice", "product",
    "res_partner_merge", "sequence_mixin", "transfer_wizard", "unexpected_invoice")
SALE = ("access_rights", "accrued_sale_orders", "credit_limit", "onchange", "sale_flow",
        "sale_order", "sale_prices", "sale_refund", "sale_report", "sale_to_invoice",
        "taxes_downpayment")
PURCHASE = ("access_rights", "accrued_purchase_orders", "purchase", "purchase_dashboard",
            "purchase_downpayment", "purchase_invoice")
FILES = {"account": ACCOUNT, "sale": SALE, "purchase": PURCHASE}
#: More queries than without the module, in percent.
MOST = 0.5
OUTCOME = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?([\w.]+(?: \([\w.]+\))?)")
COUNT = re.compile(r"^\t([\w.]+): [\d.]+s (\d+) queries$", re.MULTILINE)


def compare(databases, plain, with_module):
    """Run Odoo's tests in both databases and say what became of them.

    :param Databases databases: of the server
    :param str plain: has `MODULES`
    :param str with_module: the same with the module
    :return: 0 when no more fail than without it, and they cost about the same
    :rtype: int
    """
    runs = [_start(databases, name) for name in (plain, with_module)]
    try:
        (failed, queries), (failed_with, queries_with) = map(_result, runs)
    finally:
        for process, _log in runs:      # when this is ended before they are
            process.terminate()
            process.wait()
    both = queries.keys() & queries_with.keys()
    more = sorted(failed_with - failed)
    before, after = (sum(each[test] for test in both) for each in (queries, queries_with))
    percent = 100 * (after - before) / before if before else 100
    say(f"{len(both)} classes of Odoo's tests; tests that failed without the module: "
        f"{len(failed)}, with it: {len(failed_with)}")
    say(f"Queries without the module: {before:,}, with it: {after:,} ({percent:+.2f} %; goal: "
        f"{MOST} %)")
    # Those of a class have its preparation with them.
    for test in sorted(both, key=lambda each: queries[each] - queries_with[each])[:10]:
        if queries_with[test] > queries[test]:
            say(f"  {queries_with[test] - queries[test]:+5} of {queries[test]:5}  {test}")
    for test in more:
        say(f"Fails with the module alone: {test}")
    if missing := sorted(queries.keys() ^ queries_with.keys()):
        say(f"In one of the two only: {', '.join(missing)}")
    return int(bool(more or missing or percent > MOST))


def _start(databases, name):
    """Have Odoo run its tests. :return: (the process, the file that its log goes to)"""
    config = databases.write_config(name, max_cron_threads=0, http_port=free_port())
    log = config.with_suffix(".log").open("w+")
    tags = ",".join(f"/{module}/tests/test_{each}.py"
                    for module, files in FILES.items() for each in files)
    command = [sys.executable, "-m", "odoo", f"--test-tags={tags}", "--stop-after-init",
               "--log-level=error", "--log-handler=odoo.tests.stats:DEBUG"]
    return subprocess.Popen(
        command, env={**databases.environment, "ODOO_RC": str(config)}, stdin=subprocess.DEVNULL,
        stdout=log, stderr=subprocess.STDOUT), log


def _result(run):
    """:return: the tests that failed, and {class of tests: its queries}"""
    process, log = run
    with log:
        process.wait()
        log.seek(0)
        text = log.read()
        Path(log.name).unlink()
    counts = {test: int(number) for test, number in COUNT.findall(text)
              if test.count(".") == 2}
    return set(OUTCOME.findall(text)), counts
