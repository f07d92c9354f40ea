"""The organisation's books: double entry, worked out of what it holds, always in balance.

An entry is (account, day, amount): debit is positive, in the base currency. What Xero adds when it
is asked, and keeps nowhere, is the revaluation of what is open in other currencies (facts 15.9).
"""
from collections import defaultdict
from decimal import Decimal

from .totals import ZERO, rounded

LIVE = ("AUTHORISED", "PAID")
ON_ACCOUNT = ("Overpayments", "Prepayments")


def entries(org, until=None):
    """:return: list of all entries. :param date until: also revalue what is open on that day."""
    books = Books(org)
    books.post_all()
    return books.entries + (books.revaluations(until) if until and org.revalues else [])


def tracked(org):
    """:return: list of all entries, each with the tracking of its line: {category: option}"""
    books = Books(org)
    books.post_all()
    return [(*entry, books.tracking.get(number, {})) for number, entry in enumerate(books.entries)]


def line_amounts(org, document):
    """:return: (account, net, tax, tracking) of every line, in the document's currency and as its
        type adds to the profit."""
    sign = 1 if document["Type"] in ("ACCREC", "ACCPAYCREDIT") else -1
    inclusive = document["LineAmountTypes"] == "Inclusive"
    for line in document["LineItems"]:
        account = org.account(line.get("AccountCode"), line.get("AccountID"))
        if account and line["LineAmount"] is not None:
            tax = Decimal(line.get("TaxAmount") or 0)
            net = Decimal(line["LineAmount"]) - (tax if inclusive else 0)
            yield account, sign * net, sign * tax, _tracking(line)


class Books:
    """Collects the entries of one organisation, locked by the caller."""

    def __init__(self, org):
        self.org = org
        self.entries, self.tracking = [], {}
        self.system = {account["SystemAccount"]: account for account in org.accounts
                       if account.get("SystemAccount")}
        # Of documents and credits: the control account, amount and base amount that are open, and
        # by how much each settlement moved both: [(day, amount, base)].
        self.open = {}

    def post(self, account, day, amount, tracking=None):
        """Add one side of an entry."""
        if amount:
            self.tracking[len(self.entries)] = tracking or {}
            self.entries.append((account["AccountID"], day, amount))

    def post_all(self):
        """Post documents first: what settles them needs their rates."""
        self.entries += self.org.balances_entered
        for document in self.live("Invoices", "CreditNotes"):
            self.post_document(document)
        for credit in self.live(*ON_ACCOUNT):
            self.post_on_account(credit)
        for payment in sorted(self.live("Payments"), key=lambda row: row["Date"]):
            self.post_payment(payment)
        for credit in self.live("CreditNotes", *ON_ACCOUNT):
            for allocation in credit["Allocations"]:
                self.post_allocation(credit, allocation)
        for journal in self.org.manual_journals:
            if journal["Status"] == "POSTED":
                self.post_journal(journal)

    def live(self, *collections):
        """:return: records that count."""
        return [record for collection in collections
                for record in self.org.store[collection].values() if record["Status"] in LIVE]

    def post_journal(self, journal):
        """Lines as they are, debit positive, and their tax."""
        for line in journal["JournalLines"]:
            self.post(self.org.account(account_id=line["AccountID"]), journal["Date"],
                      line["LineAmount"], _tracking(line))
            self.post(self.system["GST"], journal["Date"], line["TaxAmount"] or ZERO)

    def post_document(self, document):
        """Lines and tax against receivables or payables, which get what the parts come to."""
        rate, day, whole = Decimal(document["CurrencyRate"] or 1), document["Date"], ZERO
        taxes = ZERO
        for account, net, tax, tracking in line_amounts(self.org, document):
            self.post(account, day, -rounded(net / rate), tracking)
            whole += rounded(net / rate)
            taxes += tax
        self.post(self.system["GST"], day, -rounded(taxes / rate))
        whole += rounded(taxes / rate)
        control = self.control(document)
        self.post(control, day, whole)
        sign = 1 if document["Type"] in ("ACCREC", "ACCPAYCREDIT") else -1
        self.hold(document, control, sign * Decimal(document["Total"]), whole)

    def post_on_account(self, credit):
        """Money without a document, in the bank account of its currency."""
        rate = Decimal(credit["CurrencyRate"] or 1)
        sign = -1 if credit["Type"].startswith("RECEIVE") else 1
        base = sign * rounded(credit["Total"] / rate)
        control = self.control(credit)
        bank = next(account for account in self.org.accounts if account["Type"] == "BANK"
                    and account.get("CurrencyCode") == credit["CurrencyCode"])
        self.post(control, credit["Date"], base)
        self.post(bank, credit["Date"], -base)
        self.hold(credit, control, sign * credit["Total"], base)

    def control(self, record):
        """:return: receivables or payables."""
        purchase = record["Type"].startswith(("ACCPAY", "SPEND"))
        return self.system["CREDITORS" if purchase else "DEBTORS"]

    def hold(self, record, control, amount, base):
        """Keep what is open of a record, with its sign in the control account."""
        self.open[_id(record)] = {
            "control": control, "currency": record["CurrencyCode"], "day": record["Date"],
            "amount": amount, "base": base, "settled": []}

    def settle(self, record_id, day, amount):
        """:return: what an amount of a record is in its books: the last one takes all that is left.
        """
        held = self.open[record_id]
        gone = sum((row[1] for row in held["settled"]), ZERO)
        gone_base = sum((row[2] for row in held["settled"]), ZERO)
        sign = 1 if held["amount"] > 0 else -1
        if abs(gone + sign * amount) >= abs(held["amount"]):
            base = held["base"] - gone_base
        else:
            base = rounded(held["base"] * sign * amount / held["amount"])
        held["settled"].append((day, sign * amount, base))
        self.post(held["control"], day, -base)
        return base

    def post_payment(self, payment):
        """Bank against the control account; what the rates leave is a realised gain."""
        _collection, record_id = payment["_target"]
        if record_id not in self.open:
            return
        account = self.org.account(None, payment["Account"]["AccountID"])
        base = self.settle(record_id, payment["Date"], payment["Amount"])
        foreign = account.get("CurrencyCode", self.org.base_currency) != self.org.base_currency
        bank = rounded(payment["Amount"] / Decimal(payment["CurrencyRate"] or 1)) if foreign \
            or not payment.get("BankAmount") else Decimal(payment["BankAmount"])
        bank = bank if base > 0 else -bank
        self.post(account, payment["Date"], bank)
        self.post(self.system["REALISEDCURRENCYGAIN"], payment["Date"], base - bank)

    def post_allocation(self, credit, allocation):
        """Both sides leave the control account, at their own rates."""
        invoice = allocation["Invoice"]["InvoiceID"]
        if allocation["IsDeleted"] or not {invoice, _id(credit)} <= self.open.keys():
            return
        moved = self.settle(invoice, allocation["Date"], allocation["Amount"]) + self.settle(
            _id(credit), allocation["Date"], allocation["Amount"])
        self.post(self.system["REALISEDCURRENCYGAIN"], allocation["Date"], moved)

    # === WHAT IS OPEN IN OTHER CURRENCIES === #

    def revaluations(self, until):
        """:return: entries that bring what was open at the end of the last financial year, and is
            on that day, to the day's rate. In truth each day has a rate of its own."""
        start, result = self.org.year_start(until), []
        before = self._revalued(lambda day: day < start)
        now = self._revalued(lambda day: day <= until)
        for account_id in {*before, *now}:
            gain = "UNREALISEDCURRENCYGAIN" if account_id in (
                self.system["DEBTORS"]["AccountID"], self.system["CREDITORS"]["AccountID"]
            ) else "BANKCURRENCYGAIN"
            old, new = before.get(account_id, ZERO), now.get(account_id, ZERO)
            result += [
                (account_id, until, new),
                (self.system[gain]["AccountID"], until, old - new),
                (self.system["RETAINEDEARNINGS"]["AccountID"], until, -old)]
        return [entry for entry in result if entry[2]]

    def _revalued(self, counts):
        """:return: {account: what the day's rate adds to it}."""
        added = defaultdict(lambda: ZERO)
        for held in self.open.values():
            if held["currency"] != self.org.base_currency and counts(held["day"]):
                amount = held["amount"] - sum(
                    (row[1] for row in held["settled"] if counts(row[0])), ZERO)
                base = held["base"] - sum(
                    (row[2] for row in held["settled"] if counts(row[0])), ZERO)
                added[held["control"]["AccountID"]] += rounded(
                    amount / self.org.day_rates[held["currency"]]) - base
        return added


def _tracking(line):
    return {entry["TrackingCategoryID"]: entry["TrackingOptionID"]
            for entry in line.get("Tracking") or ()}


def _id(record):
    return next(record[name] for name in (
        "InvoiceID", "CreditNoteID", "OverpaymentID", "PrepaymentID") if record.get(name))
