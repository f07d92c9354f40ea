"""An animated tour of the real screens, made with the pictures by `make screenshots`."""

import io

# WebPImagePlugin registers the format: Odoo has Pillow load only those that it needs itself.
from PIL import Image, ImageDraw, ImageFont, WebPImagePlugin

SECONDS = 8         # that a screen is shown
STRIP = 72          # pixels for what is said about it
INK, PAPER = "#ffffff", "#13294b"
FORM = ".o_form_view"


class Film:
    """Screens, each with a sentence below it.

    :param Chromium browser: logged in
    """

    def __init__(self, browser):
        self._browser = browser
        self._frames = []

    def show(self, sentence):
        """Take what the browser shows."""
        screen = Image.open(io.BytesIO(self._browser.picture())).convert("RGB")
        frame = Image.new("RGB", (screen.width, screen.height + STRIP), PAPER)
        frame.paste(screen)
        ImageDraw.Draw(frame).text(
            (screen.width / 2, screen.height + STRIP / 2), sentence, fill=INK, anchor="mm",
            font=ImageFont.load_default(26))
        self._frames.append(frame)

    def save(self, path):
        """:param pathlib.Path path: of the file, a WebP
        :return: how many seconds it takes"""
        first, *others = self._frames
        first.save(path, WebPImagePlugin.WebPImageFile.format, save_all=True,
                   append_images=others, duration=1000 * SECONDS, loop=0, quality=70, method=6)
        return SECONDS * len(self._frames)


def shoot(odoo, browser, page, moves, path):
    """Walk through the day's work.

    :param OdooServer odoo: running, logged in
    :param Chromium browser: logged in
    :param page: function(address, *selectors) that opens a page of Odoo
    :param dict moves: {'draft', 'failed', 'paid': id of an invoice}
    :param pathlib.Path path: of the film
    :return: how many seconds it takes
    """
    film = Film(browser)
    card = ".o_kanban_record:not(.o_kanban_ghost)"
    page("action-account_xero.action_xero_dashboard", card)
    film.show("Is everything in Xero, do the books agree, and what must I do?")
    page("action-account_xero.action_xero_mapping_account", "tr.o_data_row")
    film.show("Accounts and taxes are matched by code, name and rate. You look at what is left.")
    page(f"customer-invoices/{moves['draft']}", f"{FORM} button[name=action_post]")
    film.show("An invoice, as you always make it in Odoo.")
    browser.click("button[name=action_post]")
    browser.wait_for(f"{FORM} .o_xero_status")
    film.show("Confirmed: its badge says that it is on its way. Posting never waits for Xero.")
    browser.wait_for(f"{FORM} .o_xero_status.text-bg-success")
    film.show("Seconds later it is in Xero, once and to the cent. The page tells by itself.")
    page("customer-invoices", "tr.o_data_row")
    film.show("The list shows how each document stands.")
    page(f"customer-invoices/{moves['failed']}", f"{FORM} .alert")
    film.show("What cannot go says why, and what puts it right.")
    browser.click(f"{FORM} .alert a")
    browser.wait_for(f".modal {FORM}, {FORM} .o_field_widget[name=xero_account_id]")
    film.show("The missing account is chosen once. Whatever waits for it goes out.")
    page("action-account_xero.action_xero_problem", "tr.o_data_row")
    film.show("Problems are listed by cause and by money, not document by document.")
    page(f"customer-invoices/{moves['paid']}", "button[name=action_xero_log]")
    film.show("Paid in Xero: the payment is here as well, and matched with the invoice.")
    page("action-account_xero.action_xero_difference", "tr.o_data_row")
    film.show("Every night both books are compared. What differs is listed.")
    browser.click(".o_data_row .o_data_cell[name=document]")
    browser.wait_for(".o_xero_sides")
    film.show("Both sides, line by line: keep Odoo's or take Xero's, in words before it is done.")
    page("action-account_xero.action_xero_log", "tr.o_data_row")
    film.show("The log has every call, every answer and every refusal, without a secret in it.")
    page("action-account_xero.action_xero_dashboard", card)
    film.show("Free software: install it, connect it, and send the first invoice in twelve clicks.")
    return film.save(path)
