"""Manual journals: create, update, void, delete. Rules of facts 15.2, each with its source there.

What nobody has seen is a setting: ``void_answers_400`` of the organisation (a void that is done and
answered with 400 all the same).
"""
from . import listing, rules, seed
from .bodies import elements_of, write
from .errors import Refused, bad_request, not_found, validation_failed
from .lines import LineBuilder
from .render import parse_date, public, with_stamp
from .totals import ZERO, rounded

#: Xero: these take no journals; money comes with payments, what is owed with documents.
SYSTEM = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")
STATUSES = {
    None: ("DRAFT", "POSTED"), "DRAFT": ("DRAFT", "POSTED", "DELETED"), "POSTED": ("POSTED",
                                                                                "VOIDED")}


class JournalWriter:
    """Saves journals of one request.

    :param Organisation organisation: locked by the caller.
    """

    def __init__(self, organisation):
        self.organisation = organisation
        self.store = organisation.store["ManualJournals"]
        self.warnings = []

    def save(self, data, create_only=False):
        """Create or update one journal.

        :param dict data: as sent, types checked.
        :return: (record, list of warning texts)
        :raise Refused: with Xero's messages. :raise ApiError: 404 for an unknown id.
        """
        self.warnings, given = [], data.get("ManualJournalID")
        before = self.store.get(given) if given else None
        if given and before is None:
            raise not_found()
        if create_only and given:
            raise Refused(f"The manual journal {given} exists already; PUT only creates.")
        status = data.get("Status") or (before["Status"] if before else "DRAFT")
        if status not in STATUSES.get(before and before["Status"], ()):
            raise Refused(f"The status '{status}' cannot be applied to the document")
        if before and status in ("VOIDED", "DELETED"):
            if errors := rules.lock_errors(self.organisation, before["Date"]):
                raise Refused(*errors)
            return self.store.put({**before, "Status": status}), []
        return self.store.put(self._apply(before, status, data)), self.warnings

    def _apply(self, before, status, data):
        record = {**(before or {
            "ManualJournalID": seed.guid(), "Date": self.organisation.today(),
            "LineAmountTypes": "NoTax", "ShowOnCashBasisReports": True, "HasAttachments": False}),
            "Status": status}
        record.update({field: data[field] for field in (
            "Narration", "LineAmountTypes", "Url", "ShowOnCashBasisReports") if field in data})
        if data.get("Date"):
            record["Date"] = parse_date(data["Date"])
        errors = [] if record.get("Narration") else ["Narration must be specified."]
        errors += rules.lock_errors(
            self.organisation, record["Date"], *([before["Date"]] if before else []))
        if "JournalLines" in data or before is None:
            record["JournalLines"] = self._lines(
                record["LineAmountTypes"], data.get("JournalLines") or [], errors)
        errors += self._balance(record)
        if errors:
            raise Refused(*dict.fromkeys(errors))
        return record

    def _lines(self, amount_types, items, errors):
        builder = LineBuilder(self.organisation, "JOURNAL", True, amount_types, 2)
        lines = []
        for item in items:
            account = self._account(item, errors)
            if account is None:
                continue
            line = {"Description": item.get("Description"),
                    "LineAmount": rounded(item.get("LineAmount") or 0),
                    "AccountCode": account["Code"], "AccountID": account["AccountID"],
                    "IsBlank": False}
            # What is worked out is not for the caller to say.
            builder._tax(line, {"TaxType": item.get("TaxType") or "NONE"}, account, {})
            line["Tracking"] = builder._tracking(item.get("Tracking") or [])
            lines.append(line)
        errors += builder.errors
        return lines

    def _account(self, item, errors):
        account = self.organisation.account(item.get("AccountCode"), item.get("AccountID"))
        code = item.get("AccountCode") or item.get("AccountID")
        if account is None or account["Status"] != "ACTIVE":
            # Xero: the account goes, with a mere warning; the line then has none.
            self.warnings.append(f"Account code '{code}' has been removed as it does not match a "
                                 "recognised account.")
            return {"Code": None, "AccountID": None, "TaxType": "NONE", "Class": "EXPENSE"}
        if account["Type"] == "BANK" or account.get("SystemAccount", "") in SYSTEM:
            errors.append(f"Account code '{code}' is not a valid code for this document.")
            return None
        return account

    @staticmethod
    def _balance(record):
        lines = record["JournalLines"]
        if len(lines) < 2:
            return ["A manual journal needs at least two lines."]
        amounts = [line["LineAmount"] + (line["TaxAmount"] or ZERO)
                   if record["LineAmountTypes"] == "Exclusive" else line["LineAmount"]
                   for line in lines]
        debits = sum((amount for amount in amounts if amount > 0), ZERO)
        credit = sum((amount for amount in amounts if amount < 0), ZERO)
        return [] if debits + credit == 0 else [
            f"The total debits ({debits:.2f}) must equal total credits ({credit:.2f})"]


def render(record, lines=True):
    """:return: a journal as Xero gives it; without ``page`` a list has no lines."""
    shown = with_stamp(public(record))
    shown.pop("DateString", None)
    shown["JournalLines"] = [
        {key: value for key, value in line.items() if value is not None}
        for line in record["JournalLines"]] if lines else []
    return shown


def write_journals(request, reference=None):
    """PUT and POST /ManualJournals, and POST to one of them."""
    organisation = request.organisation
    elements = elements_of(request, "ManualJournals")
    if reference:
        if len(elements) > 1:
            raise bad_request("A request to one journal takes one journal.")
        elements = [{**elements[0], "ManualJournalID": reference}]
    writer = JournalWriter(organisation)
    result = write(request, "ManualJournals", elements,
                   lambda element: writer.save(element, request.method == "PUT"),
                   render, "ManualJournalID")
    if organisation.void_answers_400 and any(
            element.get("Status") == "VOIDED" for element in elements):
        raise validation_failed([{**elements[0], "ValidationErrors": [
            {"Message": "Manual journal not of valid status for modification"}]}])
    return result


def list_journals(request):
    """GET /ManualJournals. Lines come with paging only."""
    rows, pagination = listing.select(request, "ManualJournals")
    return 200, {**({"pagination": pagination} if pagination else {}),
                 "ManualJournals": [render(row, pagination is not None) for row in rows]}


def get_journal(request, reference):
    """GET one journal."""
    record = request.organisation.store["ManualJournals"].get(reference)
    if record is None:
        raise not_found()
    return 200, {"ManualJournals": [render(record)]}


ROUTES = [
    ("PUT", "ManualJournals", write_journals),
    ("POST", "ManualJournals", write_journals),
    ("POST", "ManualJournals/([^/]+)", write_journals),
    ("GET", "ManualJournals", list_journals),
    ("GET", "ManualJournals/([^/]+)", get_journal),
]
