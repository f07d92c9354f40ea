"""What a module says about a list that it has pulled, and about a step that a pull takes."""
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import fields, models

from ...xero import payload, query

CONTACTS = 'Contacts'
OFTEN = timedelta(minutes=5)
#: Interval of what is asked for every few minutes while webhooks prove to tell of every change.
HEALTHY_INTERVAL = timedelta(minutes=15)
#: Xero has been there since 2006; .NET's empty date is the first day of the year 1.
FIRST = datetime(2000, 1, 1)
DAY = timedelta(days=1)


class PullStep(NamedTuple):
    """A part of a pull, which goes on without it when Xero refuses what it asks."""

    name: str
    #: Gets connections, and returns those for which it has something to do; in as many queries for
    #: many as for one.
    get_due: Callable[[models.Model], models.Model]
    #: Gets a connection, and does it.
    work: Callable[[models.Model], None]


class PullList(NamedTuple):
    """One list of Xero's: all that the pull knows of it.

    Another module that has one pulled appends it to ``xero.connection._pull_lists`` and writes the
    model that reads and applies what is in it.
    """

    #: As Xero names it, in addresses and in answers.
    path: str
    #: Name of the model, an heir of `xero.pull.handler`, that reads and applies its elements.
    handler: str
    #: Xero's types of the documents in it, none where it has no documents.
    kinds: tuple = ()
    #: How often it is asked for, in the quiet case one call a time; None: at night, and when
    #: somebody wants it.
    interval: timedelta | None = None
    #: Whether, while nothing changes in Xero, it is asked for in turns with the others that do so:
    #: one of them an interval.
    in_turns: bool = False
    #: The least one while webhooks prove to tell of every change.
    healthy_interval: timedelta = HEALTHY_INTERVAL
    #: Parameters with which all of it is listed.
    filters: dict = {}
    #: Parameters of every question, also for a single element.
    options: dict = {}
    #: Whether Xero takes lists of identifiers and of statuses for it; else elements come singly.
    by_ids: bool = False
    #: Categories of webhook events that name an element of it,
    categories: tuple = ()
    #: and of those that name something else which may have changed one.
    indirect_categories: tuple = ()
    #: Announced elements that are fetched by their identifiers; of more, Xero is asked what has
    #: changed since, 1,000 a call. None: whatever their number.
    most: int | None = None
    #: Elements that are applied, and whose events are done, at a time.
    portion: int = 1


#: What every connection pulls, in the order of reading.
#:
#: Xero does not say whether every payment changes its document, so invoices and payments are both
#: asked for every five minutes. While nothing changes there it is in turns, each every ten: what
#: changes both, as every payment seen so far does, is still found within five. A quiet day costs
#: 288 + 8 + 4 calls, each hour of work 12 more, and webhooks make it 204.
LISTS = (
    # First, so that documents are compared with the contacts that links have followed to. Xero
    # leaves out archived contacts unless it is asked for them.
    PullList(
        CONTACTS, 'xero.pull.contact', filters={'includeArchived': True}, by_ids=True,
        categories=('CONTACT',), portion=query.IDS),
    # Statuses named each, because Xero does not say whether a plain list has the deleted ones; unit
    # prices have two decimals unless four are asked for.
    PullList(
        'Invoices', 'xero.pull.document', kinds=('ACCREC', 'ACCPAY'), interval=OFTEN, in_turns=True,
        filters={'Statuses': query.STATUSES}, options={'unitdp': 4}, by_ids=True,
        categories=('INVOICE',), indirect_categories=('PREPAYMENT', 'OVERPAYMENT'),
        most=5 * query.IDS, portion=query.IDS),
    PullList(
        'CreditNotes', 'xero.pull.document', kinds=payload.CREDIT_KINDS,
        interval=timedelta(hours=3), options={'unitdp': 4}, categories=('CREDITNOTE',),
        most=5, portion=10),
    PullList(
        'Payments', 'xero.pull.payment', interval=OFTEN, in_turns=True, categories=('PAYMENT',),
        most=5 * query.IDS, portion=query.IDS),
)


def changed_at(item):
    """:return: naive UTC moment of an item's last change, None where Xero says none that can be:
        one far off would take the cursor past everything that changes until then"""
    possible = item.updated and FIRST < item.updated < fields.Datetime.now() + DAY
    return item.updated if possible else None
