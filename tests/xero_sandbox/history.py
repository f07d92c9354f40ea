"""A history that a company has made in Xero over the years: documents of every kind, paid, part
paid, credited and open."""
import random
from datetime import date, timedelta
from decimal import Decimal

#: Documents of each kind among ten.
KINDS = ("ACCREC", "ACCPAY", "ACCREC", "ACCRECCREDIT", "ACCPAY",
         "ACCREC", "ACCPAY", "ACCREC", "ACCPAYCREDIT", "ACCREC")


class History:
    """Lets a person make documents; the same ones for the same seed.

    :param organisation: of the sandbox
    :param list contacts: dicts that name a contact, as in a document
    :param date first: day of the oldest document
    :param currencies: dict of code -> rate for a share of the documents
    :param str prefix: of bill numbers
    """

    def __init__(self, organisation, contacts, first=date(2024, 1, 2), currencies=None,
                 prefix="BILL", seed=20260302):
        self.organisation, self.contacts = organisation, contacts
        self.person, self.first, self.prefix = organisation.as_person, first, prefix
        self.currencies = currencies or {}
        self.dice = random.Random(seed)
        self.regions = [row for row in organisation.tracking_categories if row["Name"] == "Region"]
        #: Open invoices by side, contact and currency: what a credit can be used for.
        self.open = {}

    def write(self, count, days=0):
        """:param int count: of documents, which are made in the order of their dates
        :param int days: that the history covers
        :return: the records"""
        return [self._document(number, self.first + timedelta(days=number * days // count))
                for number in range(count)]

    def _document(self, number, day):
        dice, kind = self.dice, KINDS[number % len(KINDS)]
        contact = self.contacts[number % len(self.contacts)]
        values = {"Date": day, "LineAmountTypes": dice.choice(["Exclusive", "Inclusive"])}
        if kind.startswith("ACCPAY"):
            # Xero gives numbers to what a company sends, not to what it gets.
            name = "CreditNoteNumber" if kind.endswith("CREDIT") else "InvoiceNumber"
            values[name] = f"{self.prefix}-{number}"
        currency = None
        if self.currencies and number % 9 == 4:
            currency = dice.choice(sorted(self.currencies))
            values.update(CurrencyCode=currency, CurrencyRate=self.currencies[currency])
        make = self.person.create_credit_note if kind.endswith("CREDIT") \
            else self.person.create_invoice
        record = make(contact, self._lines(kind), type=kind, **values)
        if kind.endswith("CREDIT"):
            self._use(record, kind, contact, currency, day)
        else:
            self._settle(record, kind, contact, currency, day)
        return record

    def _lines(self, kind):
        dice, sale = self.dice, kind.startswith("ACCREC")
        standard = "OUTPUT2" if sale else "INPUT2"
        zero = "ZERORATEDOUTPUT" if sale else "ZERORATEDINPUT"
        return [{
            "Description": dice.choice(["Oak worktop", "Fitting", "Delivery", "Design"]),
            "Quantity": Decimal(dice.randint(1, 400)) / dice.choice([1, 4, 10]),
            "UnitAmount": Decimal(dice.randint(100, 99999)) / dice.choice([10, 100]),
            "AccountCode": "200" if sale else "429",
            "TaxType": dice.choice([standard, standard, standard, zero]),
            # Xero: only sales invoices have discounts.
            **({"DiscountRate": Decimal(dice.randint(1, 30))}
               if kind == "ACCREC" and dice.random() < 0.2 else {}),
            **({"Tracking": [{"Name": "Region", "Option": dice.choice(["North", "South"])}]}
               if self.regions and dice.random() < 0.3 else {}),
        } for _line in range(dice.randint(1, 4))]

    def _settle(self, record, kind, contact, currency, day):
        """A third is paid, some of it in part or twice, and a few by a credit on account."""
        dice, chance = self.dice, self.dice.random()
        paid = day + timedelta(days=dice.randint(0, 40))
        if chance < 0.25:
            self.person.pay(record["InvoiceID"], date=paid)
        elif chance < 0.35:
            part = round(record["Total"] / 3, 2)
            for _time in range(dice.randint(1, 2)):
                self.person.pay(record["InvoiceID"], part, date=paid)
        elif chance < 0.38 and kind == "ACCREC" and not currency:
            receive, collection = dice.choice([
                (self.person.receive_overpayment, "Overpayments"),
                (self.person.receive_prepayment, "Prepayments")])
            amount = round(record["Total"] / 2, 2)
            credit = receive(record["Contact"]["Name"], amount, day=day)
            self.person.allocate(credit[f"{collection[:-1]}ID"], record["InvoiceID"], amount,
                                 collection)
        else:
            self.open.setdefault((kind, contact["ContactID"], currency), []).append(record)

    def _use(self, record, kind, contact, currency, day):
        """A credit is used for an open document, paid back, or kept."""
        note = record["CreditNoteID"]
        if self.dice.random() < 0.25:
            self.person.pay(note, round(record["Total"] / 2, 2), date=day)
            return
        found = self.open.get((kind.removesuffix("CREDIT"), contact["ContactID"], currency))
        if found:
            invoice = found.pop()
            self.person.allocate(
                note, invoice["InvoiceID"], min(record["Total"], invoice["AmountDue"]))
