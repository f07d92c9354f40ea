"""The state of one Xero organisation."""
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from . import seed
from .person import Person
from .store import NUMBERED, Store, fold


def _number_key(field):
    # Xero: ACCREC and ACCRECCREDIT numbers are unique; those of VOIDED and DELETED documents stay
    # taken here, the strict reading of what Xero does not say.
    return lambda record: fold(record.get(field)) if record["Type"] in NUMBERED else None


def _active_name(record):
    return fold(record["Name"]) if record["ContactStatus"] == "ACTIVE" else None


class Organisation:
    """Everything an organisation holds. Take :attr:`lock` to change it.

    Settable: ``period_lock_date``, ``end_of_year_lock_date`` (date or None), ``approval_limits``
    (dict Type -> approvals a month on a small plan), ``minute_limit``, ``day_limit``,
    ``concurrent_limit`` (int or None for no limit), ``actions`` (dict name -> allowed).
    """

    def __init__(self, name, clock, on_saved, country="GB", base_currency="GBP",
                 currencies=("EUR", "USD")):
        self.name, self.country, self.base_currency = name, country, base_currency
        self.clock = clock
        self.lock = threading.RLock()
        self.tenant_id = seed.guid()
        self.short_code = "!" + seed.guid().replace("-", "")[:5]
        self.created = clock.utcnow()
        self.is_demo, self.tenant_type = False, "ORGANISATION"
        self.period_lock_date = self.end_of_year_lock_date = None
        self.approval_limits = {}
        self.rounds_components = True
        self.codes_count = False
        # The last day of the financial year, as (day, month); whether the trial balance has what is
        # open in other currencies at the day's rate, as Xero's has; entries without a document.
        self.year_end, self.revalues, self.balances_entered = (31, 3), False, []
        self.void_answers_400 = False
        # Names of the columns of what has no option, and of all, in reports by tracking option.
        self.tracking_columns = ("Unassigned", "Total")
        self.minute_limit, self.concurrent_limit, self.day_limit = 60, 5, None
        self.actions = dict.fromkeys((
            "CreateApprovedInvoice", "CreateDraftPurchaseOrder", "CreateApprovedBill",
            "AttachFilesIntoInvoice", "UseMulticurrency", "CreateDraftInvoice",
            "CreateRepeatingInvoice", "CreateRepeatingBill", "CreateSentQuote",
            "CreateInvoicePayment", "CreateApprovedPurchaseOrder", "CreateDraftQuote",
            "CreateDraftBill"), True)
        self.journal, self.saved = [], []
        self.on_saved = on_saved
        self.history, self.attachments = {}, {}
        self.as_person = Person(self)
        self._make_stores()
        self._seed(currencies)

    def _make_stores(self):
        self.store = {store.name: store for store in (
            Store(self, "Invoices", "InvoiceID", number=_number_key("InvoiceNumber")),
            Store(self, "CreditNotes", "CreditNoteID", number=_number_key("CreditNoteNumber")),
            Store(self, "Contacts", "ContactID", name=_active_name,
                  number=lambda record: fold(record.get("ContactNumber"))),
            Store(self, "Payments", "PaymentID"),
            Store(self, "BatchPayments", "BatchPaymentID"),
            Store(self, "Overpayments", "OverpaymentID"),
            Store(self, "Prepayments", "PrepaymentID"),
            Store(self, "ManualJournals", "ManualJournalID"),
            Store(self, "Accounts", "AccountID", code=lambda record: fold(record.get("Code"))),
            Store(self, "TaxRates", "TaxType"),
            Store(self, "Currencies", "Code"),
            Store(self, "Items", "ItemID", code=lambda record: fold(record["Code"])),
            Store(self, "TrackingCategories", "TrackingCategoryID"),
            Store(self, "BrandingThemes", "BrandingThemeID"),
        )}

    def _seed(self, currencies):
        codes = [self.base_currency] + [c for c in currencies if c != self.base_currency]
        self.day_rates = seed.day_rates(self.base_currency, codes)
        for record in seed.accounts(self.country, codes, self.base_currency):
            self.store["Accounts"].put(record)
        for record in seed.tax_rates(self.country):
            self.store["TaxRates"].put(record, touch=False)
        for code in codes:
            self.store["Currencies"].put({"Code": code, "Description": code}, touch=False)
        for name, options in (("Region", ("North", "South", "East", "West")),
                              ("Department", ("Sales", "Services", "Support"))):
            self.store["TrackingCategories"].put(seed.tracking_category(name, options), touch=False)
        self.store["BrandingThemes"].put({
            "BrandingThemeID": seed.guid(), "Name": "Standard", "SortOrder": 0, "Type": "INVOICE",
            "CreatedDateUTC": self.created}, touch=False)
        self.journal.clear()

    # What tests read: the live records, in order of creation.
    invoices = property(lambda self: self.store["Invoices"].values())
    credit_notes = property(lambda self: self.store["CreditNotes"].values())
    contacts = property(lambda self: self.store["Contacts"].values())
    payments = property(lambda self: self.store["Payments"].values())
    manual_journals = property(lambda self: self.store["ManualJournals"].values())
    batch_payments = property(lambda self: self.store["BatchPayments"].values())
    accounts = property(lambda self: self.store["Accounts"].values())
    tax_rates = property(lambda self: self.store["TaxRates"].values())
    tracking_categories = property(lambda self: self.store["TrackingCategories"].values())
    items = property(lambda self: self.store["Items"].values())

    def stamp(self):
        """:return: naive UTC datetime, later than all before it."""
        return self.clock.stamp()

    def today(self):
        """:return: date in the organisation's time zone; London's summer time is an hour on."""
        now = self.clock.utcnow()
        summer = self.country == "GB" and _last_sunday(now.year, 3) <= now.date() < _last_sunday(
            now.year, 10)
        return (now + timedelta(hours=int(summer))).date()

    def year_start(self, day):
        """:return: the first day of the financial year that a day is in"""
        last, month = self.year_end
        start = day.replace(day=1, month=month % 12 + 1) if last > 27 \
            else day.replace(day=last + 1, month=month)
        return start if start <= day else start.replace(year=start.year - 1)

    @contextmanager
    def savepoint(self):
        """Undo what is saved inside when it raises."""
        mark = len(self.journal)
        try:
            yield
        except BaseException:
            while len(self.journal) > mark:
                store, record_id, before, _touch = self.journal.pop()
                store.restore(record_id, before)
            raise

    @contextmanager
    def transaction(self):
        """Hold the lock; on success tell ``on_saved`` what was made or changed (for webhooks)."""
        with self.lock:
            with self.savepoint():
                yield self
            entries, changed = list(self.journal), {}
            self.journal.clear()
            for store, record_id, before, touch in entries:
                # What does not move UpdatedDateUTC is no event either.
                if touch:
                    changed.setdefault((store.name, record_id), before is None)
            paid = any(name == "Payments" for name, _record_id in changed)
            for (name, record_id), created in changed.items():
                self.on_saved(self, name, self.store[name].get(record_id), created, paid)

    def account(self, code=None, account_id=None):
        """:return: the Account record or None."""
        if account_id:
            return self.store["Accounts"].get(account_id)
        return self.store["Accounts"].find("code", fold(code))

    def tax_rate(self, tax_type):
        """:return: the TaxRate record or None."""
        return self.store["TaxRates"].get(tax_type)

    def next_number(self, kind_type, store):
        """:return: the first free number, e.g. INV-0001. :param str kind_type: ACCREC..."""
        count = len(store) + 1
        while store.find("number", fold(f"{NUMBERED[kind_type]}{count:04d}")):
            count += 1
        return f"{NUMBERED[kind_type]}{count:04d}"

    def add_account(self, code, name, kind="REVENUE", tax_type="NONE", **fields):
        """:return: a new Account record. :param str kind: Xero's account Type."""
        with self.transaction():
            return self.store["Accounts"].put(
                {**seed.account(code, name, kind, tax_type), **fields})

    def add_tax_rate(self, tax_type, name, rate, applies="REALQ", status="ACTIVE", compound=False):
        """:return: a new TaxRate record. :param rate: percent, or a list of them: its components.
            :param applies: account classes by letter: R revenue, E expenses, A assets, L
            liabilities, Q equity. :param bool compound: the last component is on the others, too.
        """
        rates = [str(part) for part in (rate if isinstance(rate, list) else [rate])]
        with self.transaction():
            return self.store["TaxRates"].put(
                seed.tax_rate(tax_type, name, rates, applies, status, compound), touch=False)

    def add_currency(self, code, day_rate="1"):
        """Enable a currency. :param str day_rate: units of it for one of the base currency."""
        with self.transaction():
            self.day_rates[code] = Decimal(str(day_rate))
            return self.store["Currencies"].put({"Code": code, "Description": code}, touch=False)

    def add_item(self, code, name, price="10.00", **fields):
        """:return: a new Item record."""
        with self.transaction():
            return self.store["Items"].put({**seed.item(code, name, price), **fields})


def _last_sunday(year, month):
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
