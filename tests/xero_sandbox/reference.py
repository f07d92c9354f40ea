"""Handlers for what a sync reads: the organisation and its settings; items may be written too."""
from decimal import Decimal

from . import listing, render
from .bodies import elements_of, write
from .countries import TIMEZONES, VERSIONS
from .errors import Refused, not_found
from .seed import guid
from .store import fold

_COLLECTIONS = "Accounts|TaxRates|Currencies|Items|TrackingCategories|BrandingThemes"


def get_organisation(request):
    """GET /Organisation."""
    org = request.organisation
    row = {
        "OrganisationID": org.tenant_id, "Name": org.name, "LegalName": org.name, "PaysTax": True,
        "Version": VERSIONS.get(org.country, "GLOBAL"), "OrganisationType": "COMPANY",
        "BaseCurrency": org.base_currency, "CountryCode": org.country, "IsDemoCompany": org.is_demo,
        "OrganisationStatus": "ACTIVE", "FinancialYearEndDay": org.year_end[0],
        "FinancialYearEndMonth": org.year_end[1],
        "SalesTaxBasis": "ACCRUALS", "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive", "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": org.created, "OrganisationEntityType": "COMPANY",
        "Timezone": TIMEZONES[org.country], "ShortCode": org.short_code, "Edition": "BUSINESS",
        "Class": "PREMIUM", "Addresses": [], "Phones": [], "ExternalLinks": [], "PaymentTerms": {}}
    # Xero leaves a lock date out while none is set.
    for name, day in (("PeriodLockDate", org.period_lock_date),
                      ("EndOfYearLockDate", org.end_of_year_lock_date)):
        if day:
            row[name] = day
    return 200, {"Organisations": [row]}


def get_actions(request):
    """GET /Organisation/Actions."""
    return 200, {"Actions": [{"Name": name, "Status": "ALLOWED" if allowed else "NOT-ALLOWED"}
                             for name, allowed in request.organisation.actions.items()]}


def list_settings(request, collection):
    """GET a collection of settings."""
    rows, _pagination = listing.select(request, collection)
    if collection == "TrackingCategories" and (
            request.query.get("includeArchived", "").lower() != "true"):
        # Xero's OpenAPI document: with includeArchived, archived categories and options come too.
        rows = [{**row, "Options": [option for option in row["Options"]
                                    if option["Status"] == "ACTIVE"]}
                for row in rows if row["Status"] == "ACTIVE"]
    return 200, {collection: [render.public(row) for row in rows]}


def get_setting(request, collection, reference):
    """GET one setting by its id (tax rates: TaxType; items: code too)."""
    store = request.organisation.store[collection]
    record = store.get(reference)
    if record is None and collection == "Items":
        record = store.find("code", fold(reference))
    if record is None:
        raise not_found()
    return 200, {collection: [render.public(record)]}


def write_items(request):
    """PUT and POST /Items; the code is the key."""
    store = request.organisation.store["Items"]

    def save(element):
        existing = (store.get(element.get("ItemID")) or store.find("code", fold(element["Code"])))
        if existing and request.method == "PUT":
            raise Refused(f"Price List Item with Code '{element['Code']}' already exists")
        for name, limit in (("Code", 30), ("Name", 50), ("Description", 4000)):
            if len(element.get(name) or "") > limit:
                raise Refused(f"The {name} must be {limit} characters or fewer.")
        base = existing or {"ItemID": guid(), "IsSold": True, "IsPurchased": True,
                            "IsTrackedAsInventory": False}
        prices = {name: {key: Decimal(value) if key == "UnitPrice" else value
                         for key, value in element[name].items()}
                  for name in ("SalesDetails", "PurchaseDetails") if name in element}
        return store.put({**base, **element, **prices}), []

    return write(request, "Items", elements_of(request, "Items"), save, render.public, "ItemID")


ROUTES = [
    ("GET", "Organisation", get_organisation),
    ("GET", "Organisation/Actions", get_actions),
    ("GET", f"({_COLLECTIONS})", list_settings),
    ("GET", f"({_COLLECTIONS})/([^/]+)", get_setting),
    ("PUT", "Items", write_items),
    ("POST", "Items", write_items),
]
