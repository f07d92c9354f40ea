"""Handlers for what a sync writes: invoices, credit notes, contacts, payments, allocations."""
from . import contacts, credits, listing, payments, render
from .documents import Writer
from .errors import Refused, bad_request, not_found, validation_failed
from .rules import CREDIT_NOTE, INVOICE
from .seed import ZERO_GUID
from .store import fold
from .validate import check

KINDS = {"Invoices": INVOICE, "CreditNotes": CREDIT_NOTE}
_CREDITS = "CreditNotes|Overpayments|Prepayments"


def elements_of(request, collection, singular=None):
    """:return: list of elements from a body of one object or ``{"Invoices": [...]}``, checked
        against the published types. :raise ApiError: 400."""
    singular = singular or listing.MODELS[collection]
    data = request.json()
    if isinstance(data, list) and collection == "Allocations":
        items = []      # recording 81: a bare list is no data
    elif isinstance(data, dict) and collection in data:
        check(collection, data)
        items = data[collection]
    else:
        check(singular, data)
        items = [data]
    if not items or items == [{}]:
        raise bad_request(f"No data has been processed for this endpoint. This endpoint is "
                          f"expecting {singular} data to be specifed in the request body.",
                          17, "NoDataProcessedException")
    return items


def write(request, collection, elements, save, show, id_field):
    """Save each element; report each, or refuse all (Xero: summarizeErrors).

    :param save: function(element) -> (record, warnings).
    :param show: function(record) -> dict.
    :return: (status, payload)
    """
    organisation, results, refused = request.organisation, [], []
    summarize = request.query.get("summarizeErrors", "true").lower() != "false"
    with organisation.transaction():
        for element in elements:
            try:
                with organisation.savepoint():
                    record, warnings = save(element)
                    result = show(record)
            except Refused as error:
                result = _failed(element, error.messages, id_field)
                refused.append(result)
            else:
                if not summarize:
                    result["StatusAttributeString"] = "WARNING" if warnings else "OK"
                if warnings:
                    result["Warnings"] = [{"Message": text} for text in warnings]
            results.append(result)
        if refused and summarize:
            raise validation_failed(refused)
    return 200, {collection: results}


def _failed(element, messages, id_field):
    # Xero gives the zero GUID for what it refused to create, but for allocations, which have none.
    identity = {id_field: element.get(id_field) or ZERO_GUID} if id_field else {}
    return {**element, **identity,
            "StatusAttributeString": "ERROR", "HasErrors": True,
            "ValidationErrors": [{"Message": text} for text in messages]}


def write_documents(request, collection, reference=None):
    """PUT and POST /Invoices, /CreditNotes, and POST to one of them."""
    kind, organisation = KINDS[collection], request.organisation
    elements = elements_of(request, collection)
    if reference:
        if len(elements) > 1:
            raise bad_request("A request to one document takes one document.")
        writer = Writer(kind, organisation)
        elements[0].setdefault(kind.id_field, writer.find(reference)[kind.id_field])
    writer = Writer(kind, organisation, request.app.client_id, request.unitdp)
    create_only = request.method == "PUT"
    return write(
        request, collection, elements,
        lambda element: writer.save(element, create_only, reference),
        lambda record: render.document(organisation, record, True, request.unitdp, True),
        kind.id_field)


def list_documents(request, collection):
    """GET /Invoices, /CreditNotes, /Overpayments, /Prepayments. Lines come with paging only."""
    rows, pagination = listing.select(request, collection)
    summary = request.query.get("summaryOnly", "").lower() == "true"
    lines = pagination is not None and not summary
    shown = [render.document(request.organisation, row, lines, request.unitdp) for row in rows]
    if summary:
        for row in shown:
            for key in ("LineItems", "Payments", "CreditNotes", "Prepayments", "Overpayments",
                        "Allocations"):
                row.pop(key, None)
    return 200, _with_pages(collection, shown, pagination)


def _with_pages(collection, rows, pagination):
    return {**({"pagination": pagination} if pagination else {}), collection: rows}


def get_document(request, collection, reference):
    """GET one invoice or credit note by id or number, or one over- or prepayment by id."""
    if collection in KINDS:
        record = Writer(KINDS[collection], request.organisation).find(reference)
    else:
        record = request.organisation.store[collection].get(reference)
    if record is None:
        raise not_found()
    return 200, {collection: [
        render.document(request.organisation, record, True, request.unitdp, True)]}


def write_contacts(request, reference=None):
    """PUT and POST /Contacts, and POST to one of them."""
    organisation = request.organisation
    elements = elements_of(request, "Contacts")
    if reference:
        elements = [{**elements[0], "ContactID": _contact(organisation, reference)["ContactID"]}]
    create_only = request.method == "PUT"

    def save(element):
        return contacts.save(organisation, element, request.app.client_id, create_only), []

    return write(request, "Contacts", elements, save, render.contact, "ContactID")


def _contact(organisation, reference):
    store = organisation.store["Contacts"]
    record = store.get(reference) or store.find("number", fold(reference))
    if record is None:
        raise not_found()
    return record


def list_contacts(request):
    """GET /Contacts. Without paging Xero leaves details out."""
    rows, pagination = listing.select(request, "Contacts")
    balances = contacts.balances(request.organisation) if pagination else None
    shown = [render.contact(row, balances) for row in rows]
    dropped = () if pagination else ("PaymentTerms", "SalesDefaultAccountCode", "ContactPersons",
                                     "PurchasesDefaultAccountCode", "MergedToContactID")
    if request.query.get("summaryOnly", "").lower() == "true":
        dropped = ("Phones", "Addresses", "ContactPersons", "PaymentTerms", "Balances")
    shown = [{key: value for key, value in row.items() if key not in dropped} for row in shown]
    return 200, _with_pages("Contacts", shown, pagination)


def get_contact(request, reference):
    """GET one contact by ContactID or ContactNumber."""
    organisation = request.organisation
    return 200, {"Contacts": [render.contact(
        _contact(organisation, reference), contacts.balances(organisation))]}


def write_payments(request, reference=None):
    """PUT /Payments (many), POST /Payments (one); POST /Payments/{id} deletes it."""
    organisation = request.organisation
    elements = elements_of(request, "Payments")
    if request.method == "POST" and len(elements) > 1:
        raise bad_request("POST creates one payment; use PUT for several.")

    def save(element):
        payment_id = reference or element.get("PaymentID")
        if not payment_id:
            return payments.create(organisation, element, request.app.client_id), []
        _only_deleted(element, "Payments")
        return payments.delete(organisation, payment_id), []

    return write(request, "Payments", elements, save,
                  lambda record: payments.render(organisation, record), "PaymentID")


def _only_deleted(element, what):
    if element.get("Status") != "DELETED":
        raise Refused(f"{what} can only be deleted, not changed.")


def list_payments(request):
    """GET /Payments, DELETED ones among them."""
    rows, pagination = listing.select(request, "Payments")
    shown = [payments.render(request.organisation, row, details=False) for row in rows]
    return 200, _with_pages("Payments", shown, pagination)


def get_payment(request, payment_id):
    """GET one payment."""
    record = request.organisation.store["Payments"].get(payment_id)
    if record is None:
        raise not_found()
    return 200, {"Payments": [payments.render(request.organisation, record)]}


def write_batches(request, reference=None):
    """PUT /BatchPayments; POST /BatchPayments and /BatchPayments/{id} delete."""
    organisation = request.organisation
    elements = elements_of(request, "BatchPayments")

    def save(element):
        if request.method == "PUT":
            return payments.create_batch(organisation, element, request.app.client_id), []
        _only_deleted(element, "Batch payments")
        return payments.delete_batch(organisation, reference or element.get("BatchPaymentID")), []

    return write(request, "BatchPayments", elements, save, render.public, "BatchPaymentID")


def list_batches(request):
    """GET /BatchPayments."""
    rows, _pagination = listing.select(request, "BatchPayments")
    return 200, {"BatchPayments": [render.public(row) for row in rows]}


def get_batch(request, batch_id):
    """GET one batch payment."""
    record = request.organisation.store["BatchPayments"].get(batch_id)
    if record is None:
        raise not_found()
    return 200, {"BatchPayments": [render.public(record)]}


def write_allocations(request, collection, credit_id):
    """PUT /CreditNotes/{id}/Allocations, and the same of over- and prepayments."""
    organisation = request.organisation
    elements = elements_of(request, "Allocations", "Allocation")

    def save(element):
        return credits.allocate(organisation, collection, credit_id, element), []

    return write(request, "Allocations", elements, save, credits.created, None)


def delete_allocation(request, collection, credit_id, allocation_id):
    """DELETE one allocation."""
    with request.organisation.transaction():
        try:
            return 200, credits.deleted(credits.remove_allocation(
                request.organisation, collection, credit_id, allocation_id))
        except Refused as error:
            raise validation_failed([_failed({}, error.messages, None)]) from None


ROUTES = [
    ("PUT", "(Invoices|CreditNotes)", write_documents),
    ("POST", "(Invoices|CreditNotes)", write_documents),
    ("POST", "(Invoices|CreditNotes)/([^/]+)", write_documents),
    ("GET", f"(Invoices|{_CREDITS})", list_documents),
    ("GET", f"(Invoices|{_CREDITS})/([^/]+)", get_document),
    ("PUT", "Contacts", write_contacts),
    ("POST", "Contacts", write_contacts),
    ("POST", "Contacts/([^/]+)", write_contacts),
    ("GET", "Contacts", list_contacts),
    ("GET", "Contacts/([^/]+)", get_contact),
    ("PUT", "Payments", write_payments),
    ("POST", "Payments", write_payments),
    ("POST", "Payments/([^/]+)", write_payments),
    ("GET", "Payments", list_payments),
    ("GET", "Payments/([^/]+)", get_payment),
    ("PUT", "BatchPayments", write_batches),
    ("POST", "BatchPayments", write_batches),
    ("POST", "BatchPayments/([^/]+)", write_batches),
    ("GET", "BatchPayments", list_batches),
    ("GET", "BatchPayments/([^/]+)", get_batch),
    ("PUT", f"({_CREDITS})/([^/]+)/Allocations", write_allocations),
    ("DELETE", f"({_CREDITS})/([^/]+)/Allocations/([^/]+)", delete_allocation),
]
