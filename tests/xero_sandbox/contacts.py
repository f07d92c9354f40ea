"""Contacts: names and numbers that are unique, archived ones that are closed."""
import re

from . import seed
from .errors import Refused, not_found
from .store import fold
from .totals import ZERO

ARCHIVED_EDIT = ("The specified contact details matched an archived contact. Archived contacts "
                 "cannot currently be edited via the API.")
ARCHIVED_USE = ("The contact with the specified contact details has been archived. The contact "
                "must be un-archived before creating new invoices or credit notes.")
UNIDENTIFIED = ("The Contact must contain at least 1 of the following elements to identify the "
                "contact: Name, ContactID, ContactNumber")
NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."
_MAX_LENGTH = {
    "Name": 255, "ContactNumber": 50, "AccountNumber": 50, "FirstName": 255, "LastName": 255,
    "CompanyNumber": 50, "EmailAddress": 255, "TaxNumber": 50}
_ADDRESS_LENGTH = {"AddressLine1": 500, "AddressLine2": 500, "AddressLine3": 500,
                   "AddressLine4": 500, "City": 255, "Region": 255, "PostalCode": 50, "Country": 50,
                   "AttentionTo": 255}
_PHONE_LENGTH = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_SIDES = {"ACCREC": "AccountsReceivable", "ACCPAY": "AccountsPayable"}
_IDENTITY = {"ContactID", "ContactNumber", "Name"}
# What Xero sets or only shows; sending it back is not an edit.
_READ_ONLY = {"UpdatedDateUTC", "HasAttachments", "HasValidationErrors", "ValidationErrors",
              "StatusAttributeString", "Balances", "IsCustomer", "IsSupplier", "Discount",
              "Website", "Attachments", "ContactGroups", "MergedToContactID", "XeroNetworkKey"}


def name_taken(name):
    """:return: Xero's text for a duplicate name."""
    return (f"The contact name {name} is already assigned to another contact. The contact name "
            "must be unique across all active contacts.")


def find(organisation, data):
    """:return: the contact that ``data`` names, or None: by ContactID, else ContactNumber, else
        Name. :raise ApiError: 404 when a ContactID is unknown (Xero: the whole request)."""
    store = organisation.store["Contacts"]
    if data.get("ContactID"):
        contact = store.get(data["ContactID"])
        if contact is None:
            raise not_found()
        return contact
    contact = data.get("ContactNumber") and store.find("number", fold(data["ContactNumber"]))
    return contact or (data.get("Name") and store.find("name", fold(data["Name"]))) or None


def save(organisation, data, app_id=None, create_only=False):
    """Create a contact, or update the one that matches.

    :param dict data: as sent.
    :param str app_id: client id of the app, None for a person in Xero.
    :param bool create_only: PUT: a match is an error.
    :return: the Contact record.
    :raise Refused: with Xero's messages.
    """
    existing = find(organisation, data)
    if existing is None and not data.get("Name"):
        raise Refused("The Contact Name must be specified." if data else UNIDENTIFIED)
    if existing is not None and existing["ContactStatus"] != "ACTIVE" and app_id:
        raise Refused(ARCHIVED_EDIT)
    if existing is not None and create_only:
        raise Refused(_duplicate(existing, data))
    base = existing or {"ContactID": seed.guid(), "ContactStatus": "ACTIVE", "EmailAddress": "",
                        "BankAccountDetails": "", "IsSupplier": False, "IsCustomer": False,
                        "_app": app_id}
    record = {**base, **{key: value for key, value in data.items()
                         if key not in _READ_ONLY and key != "ContactID"}}
    _merge_slots(record, base, data)
    errors = _problems(organisation, record, data)
    if errors:
        raise Refused(*errors)
    return organisation.store["Contacts"].put(record)


def merge(organisation, contact_id, into):
    """Merge a contact into another one, as only Xero's screens can: it stays readable, archived,
    and its documents belong to the other one. Whether their own moments move is not known.

    :return: the archived Contact record.
    """
    for collection in ("Invoices", "CreditNotes", "Overpayments", "Prepayments"):
        store = organisation.store[collection]
        for record in store.values():
            if record["Contact"]["ContactID"] == contact_id:
                store.put({**record, "Contact": {"ContactID": into}}, touch=False)
    store = organisation.store["Contacts"]
    return store.put({**store.get(contact_id), "ContactStatus": "ARCHIVED",
                      "MergedToContactID": into})


def for_document(organisation, data, app_id):
    """:return: the contact of a document, made or updated when ``data`` asks for it.

    An unknown name makes a new contact, and fields beside the identifying ones update the contact
    (Xero: invoices).
    :raise Refused: archived, or not identified.
    """
    if not data or not _IDENTITY & {key for key, value in data.items() if value}:
        raise Refused(UNIDENTIFIED)
    contact = find(organisation, data)
    if contact is not None and contact["ContactStatus"] != "ACTIVE":
        raise Refused(ARCHIVED_USE)
    # The field that found the contact identifies it; it is no edit.
    found_by = next(key for key in ("ContactID", "ContactNumber", "Name") if data.get(key))
    extra = {key: value for key, value in data.items()
             if key not in _READ_ONLY and key != found_by
             and (contact is None or contact.get(key) != value)}
    if contact is None or extra:
        contact = save(organisation, {**data, **_without_persons(contact, data)}, app_id)
    return contact


def balances(organisation):
    """Add up what is outstanding (Xero: sales invoices and bills, not converted to the base
    currency). A contact that has neither shows no Balances.

    :return: dict ContactID -> Balances.
    """
    found = {}
    today = organisation.today()
    for record in organisation.store["Invoices"].values():
        if record["Status"] not in ("AUTHORISED", "PAID"):
            continue
        sides = found.setdefault(record["Contact"]["ContactID"], {
            side: {"Outstanding": ZERO, "Overdue": ZERO} for side in _SIDES.values()})
        side = sides[_SIDES[record["Type"]]]
        side["Outstanding"] += record["AmountDue"]
        if record.get("DueDate") and record["DueDate"] < today:
            side["Overdue"] += record["AmountDue"]
    return found


def _without_persons(contact, data):
    # Xero drops ContactPersons that a document's contact does not list, once it updates it.
    return {} if contact is None or "ContactPersons" in data else {"ContactPersons": []}


def _duplicate(existing, data):
    if data.get("ContactID"):
        return f"A contact with ContactID {existing['ContactID']} exists already."
    if data.get("Name") and fold(existing["Name"]) == fold(data["Name"]):
        return name_taken(data["Name"])
    return NUMBER_TAKEN


def _merge_slots(record, base, data):
    """Phones and addresses are slots by type; those not listed stay as they are."""
    for field, kind in (("Phones", "PhoneType"), ("Addresses", "AddressType")):
        if field in data:
            slots = {slot[kind]: slot for slot in base.get(field, ())}
            slots.update({slot.get(kind): slot for slot in data[field]})
            record[field] = list(slots.values())


def _problems(organisation, record, data):
    errors = _name_problems(record["Name"]) if "Name" in data else []
    for field, limit in _MAX_LENGTH.items():
        if len(record.get(field) or "") > limit:
            errors.append(f"The {field} must be {limit} characters or fewer.")
    email = record.get("EmailAddress")
    if email and not _EMAIL.match(email):
        errors.append("Email address must be valid.")
    if len(record.get("ContactPersons") or ()) > 5:
        errors.append("A contact can have at most 5 contact persons.")
    errors += _slot_problems(record)
    store = organisation.store["Contacts"]
    other = store.find("name", fold(record["Name"]))
    if other and other["ContactID"] != record["ContactID"] and record["ContactStatus"] == "ACTIVE":
        errors.append(name_taken(record["Name"]))
    other = store.find("number", fold(record.get("ContactNumber")))
    if other and other["ContactID"] != record["ContactID"]:
        errors.append(NUMBER_TAKEN)
    currency = record.get("DefaultCurrency")
    if currency and not organisation.store["Currencies"].get(currency):
        errors.append(f"Organisation is not subscribed to currency {currency}")
    return errors


def _name_problems(name):
    if not name.strip():
        return ["The Contact Name must be specified."]
    if "<" in name or ">" in name:
        return ["The contact name must not contain angle brackets."]
    if name != " ".join(name.split()):
        return ["The contact name must not have leading, trailing or repeated spaces."]
    return []


def _slot_problems(record):
    errors = []
    for field, kind, allowed, limits in (
            ("Phones", "PhoneType", ("DEFAULT", "DDI", "MOBILE", "FAX"), _PHONE_LENGTH),
            ("Addresses", "AddressType", ("POBOX", "STREET"), _ADDRESS_LENGTH)):
        for slot in record.get(field) or ():
            if slot.get(kind) not in allowed:
                errors.append(f"The {kind} '{slot.get(kind)}' is not valid.")
            errors += [f"The {name} must be {limit} characters or fewer."
                       for name, limit in limits.items() if len(slot.get(name) or "") > limit]
            country = slot.get("Country")
            # Xero: letters only, so no full stops or brackets in a country.
            if country and not all(char.isalpha() or char == " " for char in country):
                errors.append("The Country must contain letters only.")
    return errors
