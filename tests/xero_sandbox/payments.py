"""Payments and batch payments."""
from decimal import Decimal

from . import rules, seed
from .documents import settle
from .errors import Refused, not_found
from .render import contact_stub, parse_date, public, with_stamp
from .rules import CREDIT_NOTE, INVOICE
from .store import fold
from .totals import ZERO, rounded

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
# Collection -> (element, id field, number field, payment type for sales and for purchases)
TARGETS = {
    "Invoices": ("Invoice", "InvoiceID", "InvoiceNumber", ("ACCRECPAYMENT", "ACCPAYPAYMENT")),
    "CreditNotes": ("CreditNote", "CreditNoteID", "CreditNoteNumber",
                    ("ARCREDITPAYMENT", "APCREDITPAYMENT")),
    "Overpayments": ("Overpayment", "OverpaymentID", None,
                     ("AROVERPAYMENTPAYMENT", "APOVERPAYMENTPAYMENT")),
    "Prepayments": ("Prepayment", "PrepaymentID", None,
                    ("ARPREPAYMENTPAYMENT", "APPREPAYMENTPAYMENT")),
}


def kind_of(collection):
    """:return: the Kind by which :func:`settle` treats a collection."""
    return INVOICE if collection == "Invoices" else CREDIT_NOTE


def is_purchase(record):
    """:return: whether a document is on the supplier's side."""
    return record["Type"].startswith(("ACCPAY", "SPEND"))


def outstanding(record):
    """:return: Decimal that is still to be paid, refunded or used."""
    return record["AmountDue"] if "AmountDue" in record else record["RemainingCredit"]


def _target(organisation, data):
    """:return: (collection, record) that a payment names. :raise Refused: none or several."""
    found = []
    for collection, (element, id_field, number_field, _types) in TARGETS.items():
        named = data.get(element) or {}
        number = (number_field and (named.get(number_field) or data.get(number_field))) or None
        if named.get(id_field):
            found.append((collection, organisation.store[collection].get(named[id_field])))
        elif number:
            found.append((collection, next(
                (record for record in organisation.store[collection].values()
                 if fold(record.get(number_field)) == fold(number)), None)))
    if len(found) != 1:
        raise Refused("A payment must name exactly one of Invoice, CreditNote, Prepayment or "
                      "Overpayment.")
    if found[0][1] is None:
        raise Refused(f"The {TARGETS[found[0][0]][0]} of the payment could not be found.")
    return found[0]


def _account(organisation, data, document):
    named = data.get("Account") or {}
    account = organisation.account(named.get("Code") or data.get("Code"), named.get("AccountID"))
    if account is None or account["Status"] != "ACTIVE" or not (
            account["Type"] == "BANK" or account["EnablePaymentsToAccount"]):
        raise Refused("The Account of the payment must be a bank account or one that payments are "
                      "enabled for.")
    currency = account.get("CurrencyCode", organisation.base_currency)
    if currency not in (document["CurrencyCode"], organisation.base_currency):
        raise Refused(f"The account's currency {currency} cannot pay a document in "
                      f"{document['CurrencyCode']}.")
    return account, currency


def create(organisation, data, app_id=None, batch_id=None):
    """Pay a document in full or in part, or refund a credit.

    :param dict data: as sent, types checked.
    :param str batch_id: the BatchPaymentID when part of a batch.
    :return: the Payment record. :raise Refused: with Xero's messages.
    """
    collection, document = _target(organisation, data)
    account, currency = _account(organisation, data, document)
    amount = rounded(data.get("Amount") or 0)
    if document["Status"] != "AUTHORISED":
        raise Refused(NOT_AUTHORISED)
    if amount <= ZERO:
        raise Refused("Payment amount must be greater than zero")
    if amount > outstanding(document):
        raise Refused(EXCEEDS)
    day = parse_date(data["Date"]) if data.get("Date") else organisation.today()
    errors = rules.lock_errors(organisation, day)
    if errors:
        raise Refused(*errors)
    rate = document["CurrencyRate"]
    if data.get("CurrencyRate") and document["CurrencyCode"] != organisation.base_currency:
        rate = rounded(data["CurrencyRate"], 6)
    bank = amount if currency == document["CurrencyCode"] else rounded(amount / rate)
    element, id_field, number_field, types = TARGETS[collection]
    payment = {
        "PaymentID": seed.guid(), "BatchPaymentID": batch_id, "Date": day, "Amount": amount,
        "BankAmount": rounded(data["BankAmount"]) if data.get("BankAmount") else bank,
        "Reference": data.get("Reference", ""), "CurrencyRate": rate,
        "PaymentType": types[is_purchase(document)], "Status": "AUTHORISED", "HasAccount": True,
        "IsReconciled": bool(data.get("IsReconciled")),
        "Account": {"AccountID": account["AccountID"], "Code": account["Code"],
                    "Name": account["Name"]},
        element: {id_field: document[id_field]}, "_target": (collection, document[id_field]),
        "_app": app_id}
    if number_field:
        payment[element][number_field] = document[number_field]
    row = {key: payment[key] for key in ("PaymentID", "Date", "Amount", "Reference",
                                         "CurrencyRate")}
    row["HasAccount"], row["HasValidationErrors"] = False, False
    organisation.store[collection].put(settle(
        kind_of(collection), {**document, "Payments": document["Payments"] + [row]}))
    return organisation.store["Payments"].put(payment)


def delete(organisation, payment_id, in_batch=False):
    """Delete a payment: it stays readable as DELETED, its document is due again.

    :return: the Payment record. :raise Refused: deleted before, in a batch, or locked.
    """
    payment = organisation.store["Payments"].get(payment_id)
    if payment is None:
        raise not_found()
    if payment["Status"] == "DELETED":
        raise Refused("The payment has been deleted already.")
    if payment["BatchPaymentID"] and not in_batch:
        raise Refused("Payments made through a batch can only be deleted with the batch.")
    errors = rules.lock_errors(organisation, payment["Date"])
    if errors:
        raise Refused(*errors)
    collection, document_id = payment["_target"]
    document = organisation.store[collection].get(document_id)
    left = [row for row in document["Payments"] if row["PaymentID"] != payment["PaymentID"]]
    organisation.store[collection].put(settle(
        kind_of(collection), {**document, "Payments": left}))
    return organisation.store["Payments"].put({**payment, "Status": "DELETED"})


_BATCH_LENGTH = {"Reference": 255, "Particulars": 12, "Code": 12, "Details": 18, "Narrative": 18}


def create_batch(organisation, data, app_id=None):
    """Pay several documents at once.

    :param dict data: Account, Date, Payments [{Invoice, Amount}].
    :return: the BatchPayment record. :raise Refused: when one of them is refused.
    """
    rows = data.get("Payments") or []
    if not rows:
        raise Refused("A batch payment needs at least one payment.")
    errors = [f"The {field} must be {limit} characters or fewer."
              for field, limit in _BATCH_LENGTH.items() if len(data.get(field) or "") > limit]
    if errors:
        raise Refused(*errors)
    batch_id = seed.guid()
    shared = {key: data[key] for key in ("Account", "Date") if key in data}
    made = [create(organisation, {**row, **shared}, app_id, batch_id) for row in rows]
    if len({payment["PaymentType"] for payment in made}) > 1:
        raise Refused("A batch payment holds either sales or purchase payments.")
    sales = made[0]["PaymentType"] == "ACCRECPAYMENT"
    return organisation.store["BatchPayments"].put({
        "BatchPaymentID": batch_id, "Account": made[0]["Account"], "Date": made[0]["Date"],
        "Reference": data.get("Reference", ""), "Type": "RECBATCH" if sales else "PAYBATCH",
        "Status": "AUTHORISED", "IsReconciled": False,
        "TotalAmount": sum((payment["Amount"] for payment in made), Decimal(0)),
        "Payments": [{key: payment[key] for key in ("PaymentID", "Invoice", "Amount", "BankAmount")
                      if key in payment} for payment in made]})


def delete_batch(organisation, batch_id):
    """Delete a batch with its payments. :return: the BatchPayment record."""
    batch = organisation.store["BatchPayments"].get(batch_id)
    if batch is None:
        raise not_found()
    if batch["Status"] == "DELETED":
        raise Refused("The batch payment has been deleted already.")
    for row in batch["Payments"]:
        delete(organisation, row["PaymentID"], in_batch=True)
    return organisation.store["BatchPayments"].put({**batch, "Status": "DELETED", "Payments": []})


def render(organisation, payment, details=True):
    """:return: a payment as Xero gives it. :param bool details: with its document's amounts."""
    result = with_stamp(public(payment))
    collection, document_id = payment["_target"]
    element = TARGETS[collection][0]
    document = organisation.store[collection].get(document_id)
    shown = {**payment[element], "Type": document["Type"], "IsDiscounted": False,
             "CurrencyCode": document["CurrencyCode"], "HasErrors": False, "LineItems": [],
             "Contact": contact_stub(organisation, document["Contact"]["ContactID"])}
    if details:
        shown.update({key: document[key] for key in (
            "Status", "SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited",
            "RemainingCredit", "CurrencyRate", "UpdatedDateUTC", "Date", "DueDate")
            if document.get(key) is not None})
        shown = with_stamp(public(shown))
    result[element] = shown
    if not details:
        _as_listed(organisation, payment, document, result)
    result["HasValidationErrors"] = False
    return result


def _as_listed(organisation, payment, document, result):
    """Lists have a rate of 0 in the base currency, and the batch of a payment (recorded)."""
    if document["CurrencyCode"] == organisation.base_currency:
        result["CurrencyRate"] = 0
    batch = organisation.store["BatchPayments"].get(payment["BatchPaymentID"]) \
        if payment["BatchPaymentID"] else None
    if batch:
        shown = with_stamp(public(batch))
        result["BatchPayment"] = {
            **{key: shown[key] for key in (
                "BatchPaymentID", "DateString", "Date", "Type", "Status", "TotalAmount",
                "UpdatedDateUTC", "IsReconciled") if key in shown},
            "Account": {"AccountID": batch["Account"]["AccountID"]}}
