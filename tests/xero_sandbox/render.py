"""Records -> what Xero sends: JSON with Xero's dates, or XML for who does not ask for JSON."""
import json
import re
from datetime import date, datetime, timezone
from decimal import Decimal
from xml.sax.saxutils import escape

from .totals import rounded

_MS_DATE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
_ISO_DATE = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$")
_DATE_FIELDS = {"Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate"}


def ms_date(moment):
    """:return: ``/Date(ms+0000)/`` of a date or naive UTC datetime."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    milliseconds = round(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)
    return f"/Date({milliseconds}+0000)/"


def parse_date(text):
    """:return: date. :param str text: ``YYYY-MM-DD``, with a time, or ``/Date(ms)/``.
    :raise ValueError: when it is none of these.
    """
    match = _MS_DATE.match(text)
    if match:
        moment = datetime.fromtimestamp(int(match.group(1)) / 1000, tz=timezone.utc)
        return moment.date()
    if not _ISO_DATE.match(text):
        raise ValueError(f"not a date: {text}")
    return date.fromisoformat(text[:10])


def _plain(value):
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return ms_date(value)
    raise TypeError(f"not JSON: {value!r}")


def to_json(payload):
    """:return: bytes. Decimals become JSON numbers, dates Xero's ``/Date()/``."""
    return json.dumps(payload, default=_plain, ensure_ascii=False).encode()


def to_xml(payload):
    """:return: bytes of the same answer as XML, as Xero answers without Accept: JSON."""
    return ("<?xml version=\"1.0\" encoding=\"utf-8\"?>" + _element("Response", payload)).encode()


def _singular(name):
    if name.endswith("ies"):
        return name[:-3] + "y"
    if name.endswith("ses"):
        return name[:-2]
    return name[:-1] if name.endswith("s") else name + "Item"


def _element(name, value):
    if isinstance(value, dict):
        inner = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        inner = "".join(_element(_singular(name), item) for item in value)
    elif value is None:
        return f"<{name}/>"
    elif isinstance(value, bool):
        inner = str(value).lower()
    elif isinstance(value, (date, datetime)):
        inner = datetime(*value.timetuple()[:6]).isoformat()
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def public(record):
    """:return: the record without private keys, dates also as Xero's ``...String`` fields."""
    result = {}
    for key, value in record.items():
        if key[0] == "_":
            continue
        if key in _DATE_FIELDS and value is not None:
            result[key + "String"] = datetime(value.year, value.month, value.day).isoformat()
        if value is not None:
            result[key] = value
    return result


def with_stamp(result):
    """Add UpdatedDateUTCString (Xero: since 16 July 2026). :return: the dict."""
    if result.get("UpdatedDateUTC"):
        result["UpdatedDateUTCString"] = result["UpdatedDateUTC"].isoformat()[:19] + "Z"
    return result


def contact_stub(organisation, contact_id):
    """:return: the contact as shown inside documents of a list."""
    record = organisation.store["Contacts"].get(contact_id)
    return {"ContactID": contact_id, "Name": record["Name"], "Addresses": [], "Phones": [],
            "ContactGroups": [], "ContactPersons": [], "HasValidationErrors": False}


def document(organisation, record, lines=True, unitdp=2, full_contact=False):
    """:return: an invoice or credit note as Xero gives it.

    :param bool lines: with line items; False in lists without paging.
    :param int unitdp: decimal places of UnitAmount, 2 or 4.
    :param bool full_contact: all contact fields, and tracking by its identifiers (single reads
        and write answers).
    """
    result = with_stamp(public(record))
    contact_id = record["Contact"]["ContactID"]
    result["Contact"] = (contact(organisation.store["Contacts"].get(contact_id)) if full_contact
                         else contact_stub(organisation, contact_id))
    result["LineItems"] = [line_item(organisation, line, unitdp, full_contact)
                           for line in record["LineItems"]] if lines else []
    result["HasErrors"] = False
    for field in ("CreditNotes", "Overpayments", "Prepayments"):
        if field in result:     # of an invoice; they do not tell of their allocations
            result[field] = [public(row) for row in record[field]]
    if "Allocations" in result:
        result["Allocations"] = [
            {key: value for key, value in row.items() if key != "IsDeleted"}
            for row in allocations(organisation, record, full_contact)]
    return result


def allocations(organisation, credit, single):
    """:return: the allocations of a credit as a read shows them: with the date of the invoice where
        it is read by itself, in lists with that of the credit (Xero-OpenAPI #266)."""
    invoices = organisation.store["Invoices"]
    return [{**row, "Date": invoices.get(row["Invoice"]["InvoiceID"])["Date"] if single
             else credit["Date"]} for row in credit["Allocations"]]


def line_item(organisation, line, unitdp, single):
    """:return: a line as Xero gives it; UnitAmount with 2 or 4 places.

    :param bool single: of a single read or a write answer, not of a list.
    """
    result = {key: value for key, value in line.items() if value is not None}
    if "UnitAmount" in result:
        result["UnitAmount"] = rounded(result["UnitAmount"], unitdp)
    result["Tracking"] = [
        tracking(organisation, entry, single) for entry in line.get("Tracking", ())]
    return result


def tracking(organisation, entry, single):
    """:return: an entry of a line's Tracking, under the names that category and option have now.

    Lists have no TrackingOptionID, but an empty list of Options: so do the recorded lists of
    invoices (01, 02), of credit notes (10, 60) and of bank transactions (50), without exception.
    The answer to a write has it, and no Options (recording 16). A single read of a journal had
    neither (recording 76), so that nobody may rely on it.
    """
    category = organisation.store["TrackingCategories"].get(entry["TrackingCategoryID"])
    option = next(option for option in category["Options"]
                  if option["TrackingOptionID"] == entry["TrackingOptionID"])
    return {"Name": category["Name"], "Option": option["Name"],
            "TrackingCategoryID": category["TrackingCategoryID"],
            **({"TrackingOptionID": option["TrackingOptionID"]} if single else {"Options": []})}


def contact(record, balances=None):
    """:return: a contact with its four phones and two addresses. :param dict balances: by
        ContactID, where Xero shows them: on single and paged reads."""
    result = public(record)
    if record["ContactID"] in (balances or ()):
        result["Balances"] = balances[record["ContactID"]]
    phones = {phone["PhoneType"]: phone for phone in record.get("Phones", ())}
    result["Phones"] = [phones.get(kind) or {
        "PhoneType": kind, "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
        for kind in ("DDI", "DEFAULT", "FAX", "MOBILE")]
    addresses = {address["AddressType"]: address for address in record.get("Addresses", ())}
    result["Addresses"] = [addresses.get(kind) or {
        "AddressType": kind, "City": "", "Region": "", "PostalCode": "", "Country": ""}
        for kind in ("STREET", "POBOX")]
    result.setdefault("ContactPersons", [])
    result.update(ContactGroups=[], HasAttachments=False, HasValidationErrors=False)
    return result
