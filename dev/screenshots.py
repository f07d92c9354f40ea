"""Pictures of the real screens, for the README and the Odoo Apps page: `make screenshots`.

Run by `dev/demo.py --screenshots` after its own checks, on the demo's database and server.
"""

import contextlib
import io
import time
from pathlib import Path

from PIL import Image

import film
from chromium import Chromium

DIRECTORY = Path(__file__).resolve().parent.parent / "static" / "description"
WIDTH, HEIGHT = 1280, 800
ICON = 256          # pixels, in both directions
PATIENCE = 120      # seconds in which Odoo's scheduler must have done its part
LIST = "tr.o_data_row"


def take(odoo, sandbox, organisation, say):
    """Make something to see, and take the pictures.

    :param OdooServer odoo: running, logged in, with the demo's documents
    :param XeroSandbox sandbox: with the app that delivers webhooks
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    """
    say("\nTaking pictures")
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    failed = _fail(odoo)
    _differ(odoo, sandbox, organisation)
    with Chromium(WIDTH, HEIGHT) as browser:
        browser.send("Network.setCookie", name="session_id", url=odoo.url,
                     value=odoo.browser.cookies["session_id"])

        def page(address, *selectors):
            browser.open(f"{odoo.url}/odoo/{address}")
            browser.wait_for(*selectors)

        def keep(name, height=HEIGHT):
            _write(browser.picture(), height, DIRECTORY / f"{name}.png")
            say(f"  static/description/{name}.png")

        _icon(browser, DIRECTORY / "icon.svg")
        paid = _screens(odoo, browser, page, keep, failed)
        seconds = film.shoot(
            odoo, browser, page,
            {"draft": _invoice(odoo, 4, post=False), "failed": failed, "paid": paid},
            DIRECTORY / "tour.webp")
        say(f"  static/description/tour.webp, {seconds} seconds")


def _screens(odoo, browser, page, keep, failed):
    """Take a picture of each screen.

    :param page: function(address, *selectors) that opens a page of Odoo
    :param keep: function(name, height) that takes the picture
    :param int failed: the invoice that cannot go
    :return: id of an invoice that is paid
    """
    with _paused(odoo):
        _post_some(odoo)
        page("customer-invoices", LIST)
        keep("invoices")
        browser.click("thead .o_list_record_selector input")
        browser.click("button[name='action_xero_push_wizard']")
        browser.wait_for(".modal .o_form_view")
        keep("push")
    page(f"customer-invoices/{failed}", ".o_form_view [name='xero_badge']")
    keep("invoice")
    [paid] = odoo.call("account.move", "search", [
        ("move_type", "=", "out_invoice"), ("xero_state", "=", "synced"),
        ("xero_origin", "=", False), ("payment_state", "in", ("in_payment", "paid"))], limit=1)
    page(f"customer-invoices/{paid}", "button[name='action_xero_log']")
    keep("panel")
    page("action-account_xero.action_xero_difference", LIST)
    browser.click(".o_data_row .o_data_cell[name='document']")
    browser.wait_for(".o_xero_sides")
    keep("difference", 720)
    for name, selector, height in (
            ("dashboard", ".o_kanban_record:not(.o_kanban_ghost)", 720),
            ("mapping_account", LIST, 320)):
        page(f"action-account_xero.action_xero_{name}", selector)
        keep(name, height)
    return paid


def _icon(browser, drawing):
    browser.open(drawing.as_uri())
    browser.wait_for("svg")
    browser.send("Emulation.setDefaultBackgroundColorOverride",
                 color={"r": 0, "g": 0, "b": 0, "a": 0})
    image = Image.open(io.BytesIO(browser.picture())).crop((0, 0, ICON, ICON))
    image.save(drawing.with_suffix(".png"), optimize=True)
    browser.send("Emulation.setDefaultBackgroundColorOverride")


def _write(picture, height, path):
    """Write the upper part of a picture, with as few colours as a screen has: a small file."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").crop((0, 0, WIDTH, height))
    image.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def _wait(found, what):
    """:return: what ``found()`` returns, once that is something"""
    deadline = time.monotonic() + PATIENCE
    while not (result := found()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} after {PATIENCE} seconds")
        time.sleep(0.5)
    return result


def _invoice(odoo, number, post=True, **line):
    """Make an invoice for another customer, like one of the demo's.

    :param int number: of the invoice that is taken as a model; another one each time
    :param bool post: whether it is posted, too
    :param line: values of a line that is added
    :return: its id
    """
    [like] = odoo.call("account.move", "search", [
        ("move_type", "=", "out_invoice"), ("xero_state", "=", "synced"),
        ("currency_id.name", "=", "GBP")], offset=7 * number, limit=1)
    [move] = odoo.call("account.move", "copy", [like], {
        "invoice_date": f"2026-10-{number + 1:02}", "ref": f"PO {7150 + number}"})
    odoo.call("account.move", "write", [move], {"invoice_line_ids": [[0, 0, {
        "name": "Workshop hire, day", "price_unit": 120, **line}]]})
    if post:
        odoo.call("account.move", "action_post", [move])
    return move


def _fail(odoo):
    """Post an invoice that cannot go. :return: its id, once it has failed"""
    [account] = odoo.call("account.account", "search", [
        ("account_type", "=", "income"), ("xero_account_id", "!=", False)], limit=1)
    hire = odoo.call("account.account", "copy", [account], {
        "name": "Workshop hire", "code": "200960", "xero_account_id": False})
    move = _invoice(odoo, 0, account_id=hire[0])
    _wait(lambda: odoo.call("account.move", "search_count", [
        ("id", "=", move), ("xero_state", "=", "failed")]), "The invoice has not failed")
    return move


def _differ(odoo, sandbox, organisation):
    """Change amounts of invoices in Xero, which Odoo never follows by itself."""
    moves = odoo.call("account.move", "search_read", [
        ("xero_state", "=", "synced"), ("move_type", "=", "out_invoice"),
        ("payment_state", "=", "not_paid"), ("xero_status", "=", "AUTHORISED"),
        ("xero_origin", "=", False)],
        ["xero_document_id"], limit=3)
    rows = {row["InvoiceID"]: row for row in organisation.invoices}
    for number, move in enumerate(moves, 1):
        [first, *others] = rows[move["xero_document_id"]]["LineItems"]
        line = {name: first[name] for name in ("Description", "AccountCode", "TaxType")}
        organisation.as_person.edit(move["xero_document_id"], LineItems=[
            {**line, "Quantity": 1, "UnitAmount": 25 * number}, *others])
    for delivery in sandbox.deliver_webhooks():
        if delivery.status != 200:
            raise SystemExit(f"Webhook refused: {delivery.status}")
    _wait(lambda: odoo.call("xero.difference", "search_count", []) >= len(moves),
          "The differences do not appear")


def _post_some(odoo):
    for number in range(1, 4):
        _invoice(odoo, number)


@contextlib.contextmanager
def _paused(odoo):
    """Documents stay pending within the `with` block."""
    crons = odoo.call("ir.cron", "search", [("cron_name", "=like", "Xero:%")])
    odoo.call("ir.cron", "write", crons, {"active": False})
    try:
        yield
    finally:
        odoo.call("ir.cron", "write", crons, {"active": True})
