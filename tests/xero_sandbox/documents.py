"""Invoices and credit notes: create, update, void, delete."""
from decimal import Decimal

from . import contacts, rules, seed
from .errors import Refused, bad_request, not_found
from .lines import LineBuilder
from .render import parse_date
from .rules import INVOICE
from .store import NUMBERED, fold
from .totals import ZERO, discount_total, document_totals, rounded

_DATES = ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate")
_TEXTS = ("Reference", "Url", "BrandingThemeID", "CurrencyCode", "LineAmountTypes")
SENT_WARNING = "Only AUTHORISED invoices may have SentToContact updated."
RATE_WARNING = "The currency rate differs much from the day rate. Check that it is correct."


class Writer:
    """Saves documents of one kind for one caller.

    :param Kind kind: invoices or credit notes.
    :param Organisation organisation: locked by the caller.
    :param str app_id: client id of the app, None for a person in Xero.
    :param int unitdp: places of UnitAmount.
    """

    def __init__(self, kind, organisation, app_id=None, unitdp=2):
        self.kind = kind
        self.organisation = organisation
        self.app_id = app_id
        self.unitdp = unitdp
        self.store = organisation.store[kind.collection]
        self.warnings = []

    def save(self, data, create_only=False, reference=None):
        """Create or update one document.

        :param dict data: as sent, types checked.
        :param bool create_only: PUT.
        :param str reference: the id or number in the URL, if any.
        :return: (record, list of warning texts)
        :raise Refused: with Xero's messages. :raise ApiError: 404 for unknown ids.
        """
        self.warnings = []
        before = self._existing(data, create_only, reference)
        if before is None:
            record = self._create(data)
        else:
            record = self._update(before, data)
        return self.store.put(record), self.warnings

    def find(self, reference):
        """:return: the document by id or number. :raise ApiError: 404."""
        record = self.store.get(reference) or self.store.find("number", fold(reference))
        if record is None and reference:
            record = next((r for r in reversed(self.store.values())
                           if fold(r.get(self.kind.number_field)) == fold(reference)), None)
        if record is None:
            raise not_found()
        return record

    def _existing(self, data, create_only, reference):
        kind, given = self.kind, data.get(self.kind.id_field)
        if reference:
            record = self.find(reference)
            if given and given.lower() != record[kind.id_field]:
                raise bad_request(f"The {kind.id_field} in the body is not the one in the URL")
            return record
        if given:
            record = self.store.get(given)
            if record is None:
                raise not_found()
            if create_only:
                raise Refused(f"The {kind.noun} {given} exists already; PUT only creates.")
            return record
        if not create_only and data.get("Type") in NUMBERED:
            return self.store.find("number", fold(data.get(kind.number_field)))
        return None

    def _create(self, data):
        kind, organisation = self.kind, self.organisation
        if data.get("Type") not in kind.types:
            raise Refused(f"The {kind.noun} Type must be {' or '.join(kind.types)}.")
        status = data.get("Status") or "DRAFT"
        if status not in ("DRAFT", "SUBMITTED", "AUTHORISED"):
            raise Refused(f"The status {status} cannot be applied to a new {kind.noun}.")
        record = {
            "Type": data["Type"], kind.id_field: seed.guid(), "Status": status,
            "Date": organisation.today(), "LineAmountTypes": "Exclusive",
            "CurrencyCode": organisation.base_currency, "SentToContact": False, "Payments": [],
            "HasAttachments": False, "LineItems": [], "_app": self.app_id}
        if kind is INVOICE:
            record.update(CreditNotes=[], Prepayments=[], Overpayments=[])
        else:
            record["Allocations"] = []
        return self._apply(record, None, data)

    def _update(self, before, data):
        kind, status = self.kind, data.get("Status") or before["Status"]
        rules.check_step(kind, before, status)
        if data.get("Type") not in (None, before["Type"]):
            raise Refused(f"The Type of {kind.noun} cannot be changed.")
        if status in ("VOIDED", "DELETED"):
            locked = rules.lock_errors(self.organisation, before["Date"])
            if locked:
                raise Refused(*locked)
            return settle(kind, {**before, "Status": status})
        rules.check_edit(before, data)
        return self._apply({**before, "Status": status}, before, data)

    def _apply(self, record, before, data):
        errors = []
        for field in _DATES:
            if data.get(field):
                record[field] = parse_date(data[field])
        record.update({field: data[field] for field in _TEXTS if field in data})
        if record["Type"] == "ACCPAY":
            record.pop("Reference", None)  # Xero: Reference is for ACCREC only.
        self._number(record, data)
        if before is None or "Contact" in data:
            self._contact(record, data, errors)
        self._currency(record, data)
        errors += self._opt_in(data)
        self._lines(record, before, data, errors)
        errors += rules.document_errors(self.kind, self.organisation, record, before)
        if before is None and record["Type"] in NUMBERED and not record[self.kind.number_field]:
            record[self.kind.number_field] = self.organisation.next_number(
                record["Type"], self.store)
        if errors:
            raise Refused(*dict.fromkeys(errors))
        self._sent(record, data)
        if rules.approved(record["Status"]) and not record.get("_approved"):
            record["_approved"] = self.organisation.today().strftime("%Y-%m")
        return settle(self.kind, record)

    def _number(self, record, data):
        field = self.kind.number_field
        # An empty number asks for the next one on sales documents and clears it on purchases.
        if data.get(field) or record["Type"] not in NUMBERED:
            record[field] = data.get(field, record.get(field, ""))
        record.setdefault(field, "")

    def _contact(self, record, data, errors):
        try:
            contact = contacts.for_document(self.organisation, data.get("Contact"), self.app_id)
        except Refused as refused:
            errors += refused.messages
            return
        # The live contact record, so that a new name shows in its old documents too.
        record["Contact"] = contact
        flag = "IsSupplier" if "PAY" in record["Type"] else "IsCustomer"
        if not contact.get(flag):
            # Xero: IsCustomer and IsSupplier do not move the contact's UpdatedDateUTC.
            self.organisation.store["Contacts"].put({**contact, flag: True}, touch=False)

    def _currency(self, record, data):
        code = record["CurrencyCode"]
        day = self.organisation.day_rates.get(code, Decimal(1))
        if code == self.organisation.base_currency:
            record["CurrencyRate"] = Decimal(1)
        elif data.get("CurrencyRate"):
            record["CurrencyRate"] = rounded(data["CurrencyRate"], 6)
            if not day / 10 < record["CurrencyRate"] < day * 10:
                self.warnings.append(RATE_WARNING)
        elif "CurrencyRate" not in record or "CurrencyCode" in data:
            record["CurrencyRate"] = day

    @staticmethod
    def _opt_in(data):
        return [f"{field} is not enabled for this organisation."
                for field in ("RoundingAmount", "EnteredTotal") if data.get(field) is not None]

    def _lines(self, record, before, data, errors):
        status, old = record["Status"], record["LineItems"]
        builder = LineBuilder(self.organisation, record["Type"], rules.complete(status),
                              record["LineAmountTypes"], self.unitdp)
        # Without LineItems the present ones stay, and are completed for the new status. Xero makes
        # them anew all the same, under other identifiers and in the request's decimals (reported to
        # Xero as "Preserve invoice line items if they are not sent").
        items = data.get("LineItems")
        if items is None:
            # A TaxAmount counts as long as taxes are meant the same way.
            same = before is None or before["LineAmountTypes"] == record["LineAmountTypes"]
            fresh = () if before and rules.applied(before) else ("LineItemID", "LineAmount")
            items = [
                {key: value for key, value in line.items()
                 if value is not None and key not in fresh and (same or key != "TaxAmount")}
                for line in old]
        record["LineItems"] = builder.build(items, old)
        errors += builder.errors
        if not errors and before:
            rules.check_paid_lines(before, record["LineItems"])
        record["SubTotal"], record["TotalTax"], record["Total"] = document_totals(
            [line for line in record["LineItems"] if line.get("LineAmount") is not None],
            record["LineAmountTypes"])
        discount = discount_total(record["LineItems"])
        record["IsDiscounted"] = bool(discount)
        record["TotalDiscount"] = discount or None

    def _sent(self, record, data):
        if self.kind is not INVOICE or "SentToContact" not in data:
            return
        if rules.approved(record["Status"]):
            record["SentToContact"] = data["SentToContact"]
        elif data["SentToContact"]:
            self.warnings.append(SENT_WARNING)


def settle(kind, record):
    """Work out what is paid, credited and due, and PAID or AUTHORISED from it.

    :return: a new record.
    """
    record = dict(record)
    paid = sum((row["Amount"] for row in record["Payments"]), ZERO)
    if kind is INVOICE:
        credited = sum((row["AppliedAmount"] for field in ("CreditNotes", "Overpayments",
                                                           "Prepayments")
                        for row in record[field]), ZERO)
        # OAS: CISDeduction, read-only; Xero: AmountDue is Total less it.
        left = record["Total"] - record.get("CISDeduction", ZERO) - paid - credited
        record.update(AmountPaid=paid, AmountCredited=credited, AmountDue=left)
    else:
        used = sum((row["Amount"] for row in record["Allocations"]), ZERO)
        left = record["Total"] - paid - used
        record["RemainingCredit"] = left
    if record["Status"] in ("VOIDED", "DELETED"):
        record["AmountDue" if kind is INVOICE else "RemainingCredit"] = ZERO
    elif record["Status"] in ("AUTHORISED", "PAID"):
        # A document of 0.00 has nothing to pay, so approving it is paying it.
        record["Status"] = "AUTHORISED" if left else "PAID"
    if record["Status"] == "PAID":
        rows = record["Payments"] or [{"Date": record["Date"]}]
        record["FullyPaidOnDate"] = max(row["Date"] for row in rows)
    else:
        record.pop("FullyPaidOnDate", None)
    return record
