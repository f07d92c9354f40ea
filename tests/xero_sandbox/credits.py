"""Credits (credit notes, overpayments, prepayments) and their allocation to invoices."""
from decimal import Decimal

from . import contacts, rules, seed
from .documents import settle
from .errors import Refused, not_found
from .payments import TARGETS, is_purchase, kind_of
from .rules import INVOICE
from .totals import ZERO, rounded

# Xero's own words, recorded all three at once (xero-php #251 and others).
PAID_OFF = "The invoice you are trying to allocate to has already been paid off"
TOO_MUCH = "Credit Note cannot be allocated as amount is greater than amount outstanding"
WRONG_TYPE = "Credit Note cannot be allocated to an incorrect invoice type"


def add_payment_on_account(organisation, collection, contact, amount, day=None, purchase=False,
                           currency=None):
    """What a bank transaction in Xero leaves behind: an overpayment or a prepayment.

    :param str collection: ``Overpayments`` or ``Prepayments``.
    :param dict contact: as in a document, e.g. ``{'Name': ...}``.
    :param amount: total, no tax. :param date day: default today. :param bool purchase: supplier.
    :return: the record.
    """
    id_field = TARGETS[collection][1]
    party = contacts.for_document(organisation, contact, None)
    amount = rounded(Decimal(str(amount)))
    direction = "SPEND" if purchase else "RECEIVE"
    code = currency or organisation.base_currency
    return organisation.store[collection].put({
        id_field: seed.guid(), "Type": f"{direction}-{TARGETS[collection][0].upper()}",
        "Contact": party,
        "Date": day or organisation.today(), "Status": "AUTHORISED", "LineAmountTypes": "NoTax",
        "LineItems": [{"LineItemID": seed.guid(), "Description": TARGETS[collection][0],
                       "Quantity": Decimal(1), "UnitAmount": amount, "LineAmount": amount,
                       "TaxAmount": ZERO, "TaxType": "NONE"}],
        "SubTotal": amount, "TotalTax": ZERO, "Total": amount, "CurrencyCode": code,
        "CurrencyRate": organisation.day_rates[code], "RemainingCredit": amount, "Allocations": [],
        "Payments": [], "HasAttachments": False})


def allocate(organisation, collection, credit_id, data):
    """Use a credit for an invoice, in addition to what it was used for before: to send the same
    again allocates again. No Payment comes of it; the invoice's AmountCredited grows.

    :param dict data: ``{Amount, Invoice: {InvoiceID or InvoiceNumber}, Date}``; Xero sets the Date
        itself, the later one of both documents. Without an Amount it counts as 0.
    :return: the Allocation. :raise Refused: with the reasons.
    """
    credit = _credit(organisation, collection, credit_id)
    named = data.get("Invoice") or {}
    invoice = organisation.store["Invoices"].get(named.get("InvoiceID"))
    if invoice is None:
        raise Refused("The Invoice of the allocation could not be found.")
    amount = rounded(data.get("Amount") or 0)
    problems = _problems(credit, invoice, amount)
    day = max(credit["Date"], invoice["Date"])
    problems += rules.lock_errors(organisation, day)
    if problems:
        raise Refused(*problems)
    element, id_field, number_field, _types = TARGETS[collection]
    allocation = {"AllocationID": seed.guid(), "Amount": amount, "Date": day, "IsDeleted": False,
                  "Invoice": {"InvoiceID": invoice["InvoiceID"],
                              "InvoiceNumber": invoice["InvoiceNumber"]}}
    row = {id_field: credit[id_field], "ID": credit[id_field], "AppliedAmount": amount,
           "Date": credit["Date"], "Total": credit["Total"],
           "_allocation": allocation["AllocationID"]}
    if number_field:
        row[number_field] = credit[number_field]
    organisation.store[collection].put(settle(
        kind_of(collection), {**credit, "Allocations": credit["Allocations"] + [allocation]}))
    organisation.store["Invoices"].put(settle(
        INVOICE, {**invoice, collection: invoice[collection] + [row]}))
    return {**allocation, element: {id_field: credit[id_field]}}


def remove_allocation(organisation, collection, credit_id, allocation_id):
    """:return: the Allocation, marked as deleted. :raise ApiError: 404 when unknown."""
    credit = _credit(organisation, collection, credit_id)
    allocation = next((row for row in credit["Allocations"]
                       if row["AllocationID"] == allocation_id.lower()), None)
    if allocation is None:
        raise not_found()
    errors = rules.lock_errors(organisation, allocation["Date"])
    if errors:
        raise Refused(*errors)
    organisation.store[collection].put(settle(kind_of(collection), {
        **credit, "Allocations": [row for row in credit["Allocations"] if row is not allocation]}))
    invoice = organisation.store["Invoices"].get(allocation["Invoice"]["InvoiceID"])
    organisation.store["Invoices"].put(settle(INVOICE, {**invoice, collection: [
        row for row in invoice[collection] if row["_allocation"] != allocation["AllocationID"]]}))
    return {**allocation, "IsDeleted": True}


def _credit(organisation, collection, credit_id):
    credit = organisation.store[collection].get(credit_id)
    if credit is None:
        raise not_found()
    return credit


def created(allocation):
    """:return: an allocation as the answer to its creation has it: without its AllocationID
        (Xero's own sample, recording 85), which only a read of the credit tells."""
    shown = {key: value for key, value in allocation.items()
             if key not in ("AllocationID", "IsDeleted")}
    return {**shown, "Invoice": {"InvoiceID": allocation["Invoice"]["InvoiceID"]},
            "ValidationErrors": []}


def deleted(allocation):
    """:return: an allocation as the answer to its deletion has it (recording 88). Other shapes have
        been seen; whoever reads more than the status of this answer is wrong half of the time."""
    return {"AllocationId": allocation["AllocationID"], "Date": allocation["Date"],
            "Invoice": [{"InvoiceID": allocation["Invoice"]["InvoiceID"]}], "IsDeleted": True}


def _problems(credit, invoice, amount):
    errors = []
    if is_purchase(credit) != is_purchase(invoice):
        errors.append(WRONG_TYPE)
    if invoice["Status"] == "PAID":
        errors.append(PAID_OFF)
    elif invoice["Status"] != "AUTHORISED" or credit["Status"] not in ("AUTHORISED", "PAID"):
        errors.append("Credits can only be allocated between Authorised documents")
    if credit["Contact"]["ContactID"] != invoice["Contact"]["ContactID"]:
        errors.append("A credit can only be allocated to an invoice of the same contact.")
    if credit["CurrencyCode"] != invoice["CurrencyCode"]:
        errors.append("A credit can only be allocated to an invoice in the same currency.")
    if amount <= ZERO:
        errors.append("The amount of an allocation must be greater than zero")
    if amount > min(credit["RemainingCredit"], invoice["AmountDue"]):
        errors.append(TOO_MUCH)
    return errors
