"""GET of a collection: filters, sorting, pages."""
from .errors import not_found
from .query import modified_since, ordering, where
from .store import fold

PAGED = {"Invoices", "CreditNotes", "Contacts", "Payments", "Overpayments", "Prepayments",
         "ManualJournals"}
MODELS = {"Invoices": "Invoice", "CreditNotes": "CreditNote", "Contacts": "Contact",
          "Payments": "Payment", "BatchPayments": "BatchPayment", "Overpayments": "Overpayment",
          "Prepayments": "Prepayment", "Accounts": "Account", "TaxRates": "TaxRate",
          "Currencies": "Currency", "Items": "Item", "TrackingCategories": "TrackingCategory",
          "BrandingThemes": "BrandingTheme", "ManualJournals": "ManualJournal"}
MAX_IDS = 52  # Xero: a longer list of GUIDs makes the URL too long and answers 404.
_SEARCHED = {"Invoices": ("InvoiceNumber", "Reference"),
             "Contacts": ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber",
                          "EmailAddress")}


def _listed(query, name):
    text = query.get(name)
    return {fold(part.strip().strip('"')) for part in text.split(",")} if text else None


def _filters(request, collection, id_field):
    query, tests = request.query, []
    ids = _listed(query, "IDs")
    if ids and len(ids) > MAX_IDS:
        raise not_found()
    for wanted, keys in ((ids, (id_field,)), (_listed(query, "InvoiceNumbers"), ("InvoiceNumber",)),
                         (_listed(query, "Statuses"), ("Status",)),
                         (_listed(query, "ContactIDs"), ("Contact", "ContactID"))):
        if wanted and (keys[0] == id_field or collection == "Invoices"):
            tests.append(lambda row, wanted=wanted, keys=keys: fold(
                row.get(keys[0]) if len(keys) == 1 else row[keys[0]][keys[1]]) in wanted)
    if query.get("where"):
        tests.append(where(MODELS[collection], query["where"]))
    # Xero: tax rates know no If-Modified-Since.
    since = request.headers.get("If-Modified-Since")
    if since and collection not in ("TaxRates", "Currencies", "TrackingCategories",
                                    "BrandingThemes"):
        tests.append(modified_since(since))
    if query.get("searchTerm") and collection in _SEARCHED:
        term = fold(query["searchTerm"])
        tests.append(lambda row: any(term in (fold(row.get(name)) or "")
                                     for name in _SEARCHED[collection]))
    if query.get("createdByMyApp", "").lower() == "true" and collection == "Invoices":
        tests.append(lambda row: row.get("_app") == request.app.client_id)
    if collection == "Contacts" and query.get("includeArchived", "").lower() != "true" and not ids:
        tests.append(lambda row: row["ContactStatus"] == "ACTIVE")
    return tests


def _number(text, default):
    try:
        return int(text)
    except (TypeError, ValueError):
        return default


def select(request, collection):
    """Filter, sort and page a collection.

    :param Request request: its query and headers.
    :return: (records of the page, pagination dict or None when not paged)
    :raise ApiError: 400 for a query that cannot be read, 404 for too many ids.
    """
    store = request.organisation.store[collection]
    tests = _filters(request, collection, store.id_field)
    rows = [row for row in store.values() if all(test(row) for test in tests)]
    if collection not in ("TaxRates", "Currencies", "TrackingCategories", "BrandingThemes") or (
            request.query.get("order")):
        rows = ordering(MODELS[collection], request.query.get("order"), store.id_field)(rows)
    query = request.query
    forced = query.get("summaryOnly", "").lower() == "true" or (
        collection == "Invoices" and query.get("Statuses"))
    if collection not in PAGED or not (query.get("page") or forced):
        return rows, None
    page = max(_number(query.get("page"), 1), 1)
    size = min(max(_number(query.get("pageSize"), 100), 1), 1000)
    pagination = {"page": page, "pageSize": size, "itemCount": len(rows),
                  "pageCount": -(-len(rows) // size)}
    return rows[(page - 1) * size:page * size], pagination
