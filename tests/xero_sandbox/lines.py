"""Line items of invoices and credit notes: checks, defaults and amounts."""
from decimal import Decimal

from .seed import guid
from .store import fold
from .totals import ZERO, effective_rate, line_amount, line_tax, rounded

MAX_LINE = Decimal("9999999999.99")
_CLASS_FLAG = {"REVENUE": "CanApplyToRevenue", "EXPENSE": "CanApplyToExpenses",
               "ASSET": "CanApplyToAssets", "LIABILITY": "CanApplyToLiabilities",
               "EQUITY": "CanApplyToEquity"}
_INPUTS = ("LineItemID", "Description", "Quantity", "UnitAmount", "ItemCode", "AccountCode",
           "TaxType", "Tracking", "DiscountRate", "DiscountAmount")


class LineBuilder:
    """Builds the lines of one document, collecting every error.

    :param Organisation organisation: owner of the accounts, tax rates, items and tracking.
    :param str document_type: ACCREC, ACCPAY, ACCRECCREDIT or ACCPAYCREDIT.
    :param bool complete: the document is SUBMITTED or AUTHORISED, so lines must be too.
    :param str amount_types: Exclusive, Inclusive or NoTax.
    :param int unitdp: places of UnitAmount, 2 or 4.
    """

    def __init__(self, organisation, document_type, complete, amount_types, unitdp):
        self.organisation = organisation
        self.document_type = document_type
        self.complete = complete
        self.amount_types = amount_types
        self.unitdp = unitdp
        self.errors = []

    def build(self, items, old_lines):
        """:return: list of complete lines.

        :param list items: as sent. A LineItemID names the line it replaces; lines that are not
            listed are gone (Xero: updating line items). New ones come first, which Xero means so:
            Xero-NetStandard #374.
        :param list old_lines: the document's present lines.
        """
        old = {line["LineItemID"]: line for line in old_lines}
        kept, new = [], []
        for item in items:
            line_id = (item.get("LineItemID") or "").lower()
            base = {}
            if line_id:
                if line_id not in old:
                    self.errors.append(
                        f"The line item '{line_id}' does not belong to this document.")
                    continue
                before = old.pop(line_id)
                base = {key: before[key] for key in _INPUTS if before.get(key) is not None}
            (kept if line_id else new).append(self.line({**base, **item}, line_id or guid()))
        return new + kept

    def line(self, data, line_id):
        """:return: one complete line. :param dict data: as sent, over what the line was."""
        line = {"LineItemID": line_id, "Description": data.get("Description")}
        item = self._item(line, data)
        self._stock(item, data)
        details = item.get("PurchaseDetails" if "PAY" in self.document_type else "SalesDetails", {})
        if not line["Description"]:
            self.errors.append("Description must be specified for each line item.")
        elif len(line["Description"]) > 4000:
            self.errors.append("The line item description must be 4000 characters or fewer.")
        self._amounts(line, data, details)
        account = self._account(line, data, details)
        self._tax(line, data, account, details)
        line["Tracking"] = self._tracking(data.get("Tracking") or [])
        return line

    def _item(self, line, data):
        code = data.get("ItemCode")
        if not code:
            return {}
        item = self.organisation.store["Items"].find("code", fold(code))
        if item is None:
            self.errors.append(f"Item code '{code}' is not valid")
            return {}
        line["ItemCode"] = item["Code"]
        purchase = "PAY" in self.document_type
        if not line["Description"]:
            line["Description"] = item.get("PurchaseDescription" if purchase else "Description")
        return item

    def _stock(self, item, data):
        """Xero sells no more of a tracked item than there is of it."""
        if item.get("IsTrackedAsInventory") and self.complete and (
                self.document_type == "ACCREC"
                and Decimal(data.get("Quantity") or 0) > item.get("QuantityOnHand", ZERO)):
            self.errors.append("No items available to sell")

    def _amounts(self, line, data, details):
        quantity, unit, amount = (
            None if data.get(key) is None else Decimal(data[key])
            for key in ("Quantity", "UnitAmount", "LineAmount"))
        if unit is None and amount is None:
            unit = details.get("UnitPrice")
        if quantity is None and unit is None and amount is None:
            line.update(Quantity=None, UnitAmount=None, LineAmount=None)
            return
        if self.complete and quantity is None and not (unit is not None and amount is not None):
            self.errors.append("Quantity must be specified for each line item.")
        if quantity is not None and quantity < 0:
            # Reported of down payments; a negative price is taken (Xero-OpenAPI #429).
            self.errors.append("Quantity must not be less than zero.")
        quantity, unit = self._derived(quantity, unit, amount)
        line["Quantity"], line["UnitAmount"] = rounded(quantity, 4), rounded(unit, self.unitdp)
        expected = self._discounted(line, data)
        if amount is not None and amount != expected:
            self.errors.append(f"The line total {rounded(amount)} does not match the expected "
                               f"line total {expected}")
        if abs(expected) > MAX_LINE:
            self.errors.append(f"The line total {expected} is larger than {MAX_LINE}.")
        line["LineAmount"] = expected

    def _derived(self, quantity, unit, amount):
        """:return: (quantity, unit amount), the missing one worked out from the line amount."""
        if unit is None:
            quantity = Decimal(1) if quantity is None else quantity
            unit = rounded((amount or ZERO) / quantity, self.unitdp) if quantity else ZERO
        elif quantity is None:
            quantity = rounded(amount / unit, 4) if amount is not None and unit else Decimal(1)
        return quantity, unit

    def _discounted(self, line, data):
        rate, value = data.get("DiscountRate"), data.get("DiscountAmount")
        full = line_amount(line["Quantity"], line["UnitAmount"])
        if rate is None and value is None:
            return full
        if self.document_type != "ACCREC":
            # Xero: discounts are for ACCREC invoices and quotes only.
            self.errors.append("Discounts can only be used on sales invoices.")
            return full
        rate = None if rate is None else rounded(rate, 4)
        value = None if value is None else rounded(value)
        if rate and value:
            self.errors.append("A line item has either a DiscountRate or a DiscountAmount.")
        # Xero refuses even a DiscountAmount of 0 on a negative line; of a rate nobody says.
        if (rate or 0) > 100 or (rate or 0) < 0 or (rate and full < 0) or (
                value is not None and value > full):
            shown = rounded(rate if value is None else value)
            self.errors.append(f"The discount rate '{shown}' is invalid. Discount must not be "
                               "greater than the line total.")
            return full
        line.update({key: number for key, number in (
            ("DiscountRate", rate), ("DiscountAmount", value)) if number is not None})
        return line_amount(line["Quantity"], line["UnitAmount"], rate, value)

    def _account(self, line, data, details):
        code, account_id = data.get("AccountCode"), data.get("AccountID")
        if not code and not account_id:
            code = details.get("AccountCode")
        if not code and not account_id:
            if self.complete and line["LineAmount"] is not None:
                self.errors.append("Account code must be specified")
            return None
        # An identifier has been an alternative to the code since December 2023 (xero-php #906).
        # Nowhere does Xero say which one counts where they disagree, so a test says it.
        account = self.organisation.account(
            code, None if code and self.organisation.codes_count else account_id)
        if account is None or account["Type"] == "BANK" or account.get(
                "SystemAccount", "") not in ("", "ROUNDING"):
            shown = code or account_id
            self.errors.append(f"Account code '{shown}' is not a valid code for this document.")
            return None
        if account["Status"] != "ACTIVE":
            self.errors.append(
                f"Account code '{account['Code']}' has been archived, or has been deleted. "
                "Each line item must reference a valid account.")
            return None
        line.update(AccountCode=account["Code"], AccountID=account["AccountID"])
        return account

    def _tax(self, line, data, account, details):
        tax_type = data.get("TaxType") or details.get("TaxType") or (
            account and account["TaxType"])
        if self.amount_types == "NoTax":
            tax_type = "NONE"
        if tax_type is None:
            # A draft's line without account has no tax type yet.
            line.update(TaxType=None, TaxAmount=None if line["LineAmount"] is None else ZERO)
            return
        rate = self.organisation.tax_rate(self._recoded(tax_type, account))
        line["TaxType"], line["TaxAmount"] = tax_type, ZERO
        if rate is None or rate["Status"] != "ACTIVE":
            self.errors.append(f"The TaxType code {tax_type} does not exist or cannot be used for "
                               "this type of transaction.")
            return
        line["TaxType"] = rate["TaxType"]
        if account and not rate[_CLASS_FLAG[account["Class"]]]:
            self.errors.append(f"The TaxType code '{tax_type}' cannot be used with account code "
                               f"'{account['Code']}'.")
        if line["LineAmount"] is None:
            line["TaxAmount"] = None
            return
        line["TaxAmount"] = self._computed_tax(line, rate)
        if data.get("TaxAmount") is not None and self.amount_types != "NoTax":
            line["TaxAmount"] = rounded(data["TaxAmount"])
            if abs(line["TaxAmount"]) > abs(line["LineAmount"]):
                self.errors.append(f"The tax amount {line['TaxAmount']} is larger than the line "
                                   f"amount {line['LineAmount']}.")

    def _recoded(self, tax_type, account):
        """:return: the tax type that Xero gives a line, or None. Australia has BASEXCLUDED for
            what is outside GST: NONE becomes GST-free on an expense, and other lines refuse it."""
        if self.organisation.country != "AU" or tax_type != "NONE" or self.amount_types == "NoTax":
            return tax_type
        return "EXEMPTEXPENSES" if account and account["Class"] == "EXPENSE" else None

    def _computed_tax(self, line, rate):
        """:return: the tax of a line. Nowhere does Xero say whether it rounds the tax of several
            components once or each of them, so a test says it: ``rounds_components``."""
        components = rate.get("TaxComponents") or []
        each = components if self.organisation.rounds_components else ()
        percent = effective_rate(components) if len(components) > 1 else rate["EffectiveRate"]
        return line_tax(line["LineAmount"], percent, self.amount_types, each)

    def _tracking(self, items):
        result, used = [], set()
        if len(items) > 2:
            self.errors.append("A line item can have at most 2 tracking categories.")
            return result
        for item in items:
            category = self._category(item)
            option = category and self._option(category, item)
            if not option or category["TrackingCategoryID"] in used:
                name = item.get("Name") or item.get("TrackingCategoryID")
                self.errors.append(f"The tracking category or option '{name}' is not valid or is "
                                   "used twice.")
                continue
            used.add(category["TrackingCategoryID"])
            result.append({"TrackingCategoryID": category["TrackingCategoryID"],
                           "TrackingOptionID": option["TrackingOptionID"],
                           "Name": category["Name"], "Option": option["Name"]})
        return result

    def _category(self, item):
        wanted, name = (item.get("TrackingCategoryID") or "").lower(), fold(item.get("Name"))
        return next((category for category in self.organisation.tracking_categories
                     if category["Status"] == "ACTIVE" and (
                         category["TrackingCategoryID"] == wanted if wanted
                         else fold(category["Name"]) == name)), None)

    @staticmethod
    def _option(category, item):
        wanted, name = (item.get("TrackingOptionID") or "").lower(), fold(item.get("Option"))
        return next((option for option in category["Options"]
                     if option["Status"] == "ACTIVE" and (
                         option["TrackingOptionID"] == wanted if wanted
                         else fold(option["Name"]) == name)), None)
