"""The demo's second half: a backlog from before the connection, pushed with the dialog.

Part of it is held up. The dialog says why, each cause is put right where the dialog points to, and
the rest goes out.
"""

import time

from demo_books import BACKLOG, OLD_TAX, RENTAL_ACCOUNT

PATIENCE = 120      # seconds in which a batch must be done


def run(odoo, connection, organisation, say):
    """Push the backlog, put right what holds documents up, and push those.

    :param OdooServer odoo: running, logged in
    :param int connection: id of the `xero.connection`
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    :return: whether everything was held up, explained and sent as it should be
    """
    backlog = odoo.call("account.move", "search", [("invoice_origin", "=", BACKLOG)])
    linked = odoo.call("account.move", "search", [("xero_state", "=", "synced")], limit=5)
    say(f"\nA backlog from before the connection: Push to Xero on {len(backlog + linked)} "
        "selected documents")
    dialog, counts = _open(odoo, backlog + linked, say)
    causes = _causes(odoo, dialog)
    for cause in causes:
        say(f"\n    {cause['count']:3} held up: {cause['title']}")
        say(f"        {cause['message']}")
        say(f"        Documents:  {cause['documents']}")
        say(f"        What to do: {cause['fix']}")
    for note in _rows(odoo, dialog, "note_ids", "xero.push.wizard.note", ["reason", "count"]):
        say(f"\n    {note['count']:3} go by hand only: {note['reason']}")
    say(f"\n  Queue: {_queue(odoo, dialog)}")
    _put_right(odoo, connection, organisation)
    say("  Then the tax rate and the currency are added in Xero, account and tax are mapped, and "
        "Push to Xero once more")
    again, counts_after = _open(odoo, backlog + linked, say)
    say(f"  Queue: {_queue(odoo, again)}")
    blocked = {cause["code"]: cause["count"] for cause in causes}
    expected = {"unmapped_account": 4, "unmapped_tax": 3, "currency_not_enabled": 3}
    right = (
        blocked == expected
        and counts == (len(backlog) - 10, 10, len(linked))
        and counts_after == (10, 0, len(backlog + linked) - 10))
    if not right:
        say(f"  Expected {expected} to be held up: {blocked}, {counts}, {counts_after}")
    return right


def _open(odoo, documents, say):
    """Open the dialog as the button in the list does.

    :return: its id and (eligible, blocked, linked)
    """
    dialog = odoo.call("account.move", "action_xero_push_wizard", documents)["res_id"]
    [values] = odoo.call("xero.push.wizard", "read", [dialog],
                         ["eligible_count", "blocked_count", "linked_count"])
    counts = values["eligible_count"], values["blocked_count"], values["linked_count"]
    say("\n  Eligible {}    Blocked {}    Already linked {}".format(*counts))
    return dialog, counts


def _causes(odoo, dialog):
    return _rows(odoo, dialog, "cause_ids", "xero.push.wizard.cause",
                 ["code", "title", "message", "fix", "count", "documents"])


def _rows(odoo, dialog, field, model, fields):
    [values] = odoo.call("xero.push.wizard", "read", [dialog], [field])
    return odoo.call(model, "read", values[field], fields)


def _queue(odoo, dialog):
    """Press *Queue* and follow the progress as the open dialog does.

    :return: how it ended, in words
    :raise SystemExit: it did not end
    """
    odoo.call("xero.push.wizard", "action_queue", [dialog])
    deadline = time.monotonic() + PATIENCE
    while odoo.call("xero.push.wizard", "action_update_progress", [dialog]):
        if time.monotonic() > deadline:
            raise SystemExit(f"The batch still waits after {PATIENCE} seconds")
        time.sleep(0.5)
    [values] = odoo.call("xero.push.wizard", "read", [dialog], ["sent_count", "failed_count"])
    why = "".join(f"\n    {cause['count']:3} failed: {cause['message']}"
                  for cause in _causes(odoo, dialog))
    return f"{values['sent_count']} sent, {values['failed_count']} failed{why}"


def _put_right(odoo, connection, organisation):
    """Do what the dialog's rows ask for: a tax rate and a currency in Xero, and two mappings."""
    organisation.add_tax_rate("TAX001", OLD_TAX, 17.5)
    organisation.add_currency("JPY", day_rate="190")
    odoo.call("xero.connection", "action_refresh_reference_data", [connection])
    [sales] = odoo.call("xero.account", "search", [("code", "=", "200")])
    accounts = odoo.call("account.account", "search", [("name", "=", RENTAL_ACCOUNT)])
    odoo.call("account.account", "write", accounts, {"xero_account_id": sales})
    [rate] = odoo.call("xero.tax.rate", "search", [("tax_type", "=", "TAX001")])
    taxes = odoo.call("account.tax", "search", [("name", "=", OLD_TAX)])
    odoo.call("account.tax", "write", taxes, {"xero_tax_rate_id": rate})
