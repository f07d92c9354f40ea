"""Reference data of a new organisation: what a company in Xero starts with."""
import uuid
from decimal import Decimal

from .countries import NO_TAX, STANDARD, TAX_RATES
from .totals import effective_rate, rounded

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
_CLASSES = {
    "BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET", "PREPAYMENT": "ASSET", "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY", "TERMLIAB": "LIABILITY", "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE", "DIRECTCOSTS": "EXPENSE", "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE", "OTHERINCOME": "REVENUE", "REVENUE": "REVENUE", "SALES": "REVENUE",
}
# Code, name, type, tax type ("S" and "P" stand for the country's standard sales and purchase rate)
_ACCOUNTS = """
200|Sales|REVENUE|S
201|Sales - Services|REVENUE|S
260|Other Revenue|REVENUE|S
270|Interest Income|REVENUE|NONE
310|Cost of Goods Sold|DIRECTCOSTS|P
320|Direct Wages|DIRECTCOSTS|NONE
325|Direct Expenses|DIRECTCOSTS|P
400|Advertising & Marketing|OVERHEADS|P
401|Audit & Accountancy fees|OVERHEADS|P
404|Bank Fees|OVERHEADS|NONE
408|Cleaning|OVERHEADS|P
412|Consulting|OVERHEADS|P
416|Depreciation Expense|OVERHEADS|NONE
425|Postage, Freight & Courier|OVERHEADS|P
429|General Expenses|OVERHEADS|P
433|Insurance|OVERHEADS|NONE
445|Light, Power, Heating|OVERHEADS|P
461|Printing & Stationery|OVERHEADS|P
463|IT Software and Consumables|OVERHEADS|P
469|Rent|OVERHEADS|P
473|Repairs & Maintenance|OVERHEADS|P
477|Salaries|OVERHEADS|NONE
485|Subscriptions|OVERHEADS|P
489|Telephone & Internet|OVERHEADS|P
493|Travel - National|OVERHEADS|P
497|Bank Revaluations|EXPENSE|NONE|BANKCURRENCYGAIN
498|Unrealised Currency Gains|EXPENSE|NONE|UNREALISEDCURRENCYGAIN
499|Realised Currency Gains|EXPENSE|NONE|REALISEDCURRENCYGAIN
610|Accounts Receivable|CURRENT|NONE|DEBTORS
620|Prepayments|CURRENT|NONE
630|Inventory|CURRENT|NONE
710|Office Equipment|FIXED|P
711|Less Accumulated Depreciation on Office Equipment|FIXED|NONE
800|Accounts Payable|CURRLIAB|NONE|CREDITORS
801|Unpaid Expense Claims|CURRLIAB|NONE|UNPAIDEXPCLM
820|VAT|CURRLIAB|NONE|GST
825|PAYE Payable|CURRLIAB|NONE
835|Directors' Loan Account|CURRLIAB|NONE||PAYMENTS
840|Historical Adjustment|CURRLIAB|NONE|HISTORICAL
850|Suspense|CURRLIAB|NONE
860|Rounding|CURRLIAB|NONE|ROUNDING
877|Tracking Transfers|CURRLIAB|NONE|TRACKINGTRANSFERS
900|Loan|TERMLIAB|NONE
960|Retained Earnings|EQUITY|NONE|RETAINEDEARNINGS
970|Owner A Funds Introduced|EQUITY|NONE
""".strip()
# Units of the currency for one pound, good enough as XE.com's day rate.
_PER_POUND = {"GBP": "1", "EUR": "1.17", "USD": "1.31", "AUD": "1.98", "NZD": "2.2", "CAD": "1.83",
              "CHF": "1.09", "JPY": "198", "SEK": "13", "NOK": "13.8", "DKK": "8.7", "PLN": "4.98",
              "SGD": "1.7", "ZAR": "23"}


def guid():
    """:return: a new GUID as lower-case text."""
    return str(uuid.uuid4())


def account(code, name, kind, tax_type="NONE", system="", payments=False, **more):
    """:return: an Account record as Xero gives it."""
    record = {"AccountID": guid(), "Code": code, "Name": name, "Status": "ACTIVE", "Type": kind,
              "TaxType": tax_type, "Class": _CLASSES[kind], "EnablePaymentsToAccount": payments,
              "ShowInExpenseClaims": False, "HasAttachments": False, "AddToWatchlist": False}
    if system:
        record["SystemAccount"] = system
    return {**record, **more}


def accounts(country, currencies, base):
    """:return: list of Account records: the chart, and one bank account for each currency."""
    sales, purchases = STANDARD[country]
    result = []
    for position, currency in enumerate([base] + [c for c in currencies if c != base]):
        name = "Business Bank Account" if currency == base else f"{currency} Bank Account"
        result.append(account(f"{90 + position:03d}", name, "BANK", CurrencyCode=currency,
                              BankAccountType="BANK", BankAccountNumber=f"2040101234567{position}"))
    for row in _ACCOUNTS.splitlines():
        code, name, kind, tax, system, payments = (row.split("|") + ["", ""])[:6]
        tax = {"S": sales, "P": purchases, "NONE": NO_TAX.get(country, "NONE")}.get(tax, tax)
        result.append(account(code, name, kind, tax, system, bool(payments)))
    return result


def tax_rate(tax_type, name, rates, applies="REALQ", status="ACTIVE", compound=False):
    """:return: a TaxRate record. :param list rates: of its components, in percent.
        :param applies: letters of the account classes it fits. :param bool compound: the last
        component is on the others, too."""
    components = [
        {"Name": f"VAT {number}" if number else "VAT", "Rate": Decimal(rate),
         "IsCompound": compound and number == len(rates) - 1, "IsNonRecoverable": False}
        for number, rate in enumerate(rates)]
    # Xero's OpenAPI document: both have up to 4 decimals.
    shown = rounded(effective_rate(components), 4) if len(rates) > 1 else Decimal(rates[0])
    return {
        "Name": name, "TaxType": tax_type, "Status": status, "ReportTaxType": tax_type,
        "CanApplyToRevenue": "R" in applies, "CanApplyToExpenses": "E" in applies,
        "CanApplyToAssets": "A" in applies, "CanApplyToLiabilities": "L" in applies,
        "CanApplyToEquity": "Q" in applies, "DisplayTaxRate": shown, "EffectiveRate": shown,
        "TaxComponents": components,
    }


def tax_rates(country):
    """:return: list of TaxRate records of a country."""
    rows = [row.split("|") for row in TAX_RATES[country].strip().splitlines()]
    return [tax_rate(tax_type, name, [rate], applies) for tax_type, name, rate, applies in rows]


def day_rates(base, currencies):
    """:return: dict currency -> Decimal, units for one unit of the base currency, 6 places."""
    pounds = Decimal(_PER_POUND.get(base, "1"))
    return {code: round(Decimal(_PER_POUND.get(code, "1")) / pounds, 6)
            for code in [*currencies, base]}


def tracking_category(name, options):
    """:return: a TrackingCategory record with its options."""
    category = guid()
    return {"Name": name, "Status": "ACTIVE", "TrackingCategoryID": category, "Options": [
        {"TrackingOptionID": guid(), "Name": option, "Status": "ACTIVE", "HasValidationErrors":
         False, "IsDeleted": False, "IsArchived": False, "IsActive": True} for option in options]}


def item(code, name, price, sales="200", cost="310", tax="OUTPUT2", cost_tax="INPUT2"):
    """:return: an untracked Item record. :param Decimal price: sales UnitPrice."""
    return {"ItemID": guid(), "Code": code, "Name": name, "Description": name,
            "PurchaseDescription": name, "IsSold": True, "IsPurchased": True,
            "IsTrackedAsInventory": False,
            "SalesDetails": {"UnitPrice": Decimal(price), "AccountCode": sales, "TaxType": tax},
            "PurchaseDetails": {"UnitPrice": Decimal(price) / 2, "AccountCode": cost,
                                "TaxType": cost_tax}}
