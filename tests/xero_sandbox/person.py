"""What a person does in Xero's own screens, as against what an app does through the API."""
from datetime import date
from decimal import Decimal

from . import contacts, credits, payments
from .documents import Writer, settle
from .rules import CREDIT_NOTE, INVOICE


def _text(day):
    return day.isoformat() if isinstance(day, date) else day


def _money(fields):
    """:return: fields with every number as Decimal, as a request's would be."""
    if isinstance(fields, dict):
        return {key: _money(value) for key, value in fields.items()}
    if isinstance(fields, (list, tuple)):
        return [_money(value) for value in fields]
    return Decimal(str(fields)) if isinstance(fields, float) else _text(fields)


class Person:
    """Acts in one organisation: ``org.as_person.pay(...)``. Refusals raise ``Refused``.

    Invoices and credit notes are named by id or number.
    """

    def __init__(self, organisation):
        self.organisation = organisation

    def _save(self, kind, reference, **data):
        with self.organisation.transaction():
            writer = Writer(kind, self.organisation, unitdp=4)
            return writer.save(_money(data), reference=reference)[0]

    def _kind(self, reference):
        """:return: the Kind of a document named by id or number."""
        store = self.organisation.store["CreditNotes"]
        found = store.get(reference) or store.find("number", str(reference).casefold())
        return CREDIT_NOTE if found else INVOICE

    def create_invoice(self, contact, lines, type="ACCREC", status="AUTHORISED", **fields):
        """:param contact: name, or dict as in the API. :param list lines: dicts as in the API.
        :return: the Invoice record."""
        return self._create(INVOICE, contact, lines, type, status, fields)

    def create_credit_note(self, contact, lines, type="ACCRECCREDIT", status="AUTHORISED",
                           **fields):
        """As :meth:`create_invoice`. :return: the CreditNote record."""
        return self._create(CREDIT_NOTE, contact, lines, type, status, fields)

    def _create(self, kind, contact, lines, document_type, status, fields):
        contact = {"Name": contact} if isinstance(contact, str) else contact
        if kind is INVOICE and not fields.get("DueDate"):
            fields["DueDate"] = fields.get("Date") or self.organisation.today()
        return self._save(kind, None, Type=document_type, Contact=contact, LineItems=lines,
                          Status=status, **fields)

    def edit(self, reference, **fields):
        """Change fields of an invoice or credit note. :return: the record."""
        return self._save(self._kind(reference), reference, **fields)

    def deduct_cis(self, reference, amount):
        """What Xero deducts of an invoice for the Construction Industry Scheme (UK).

        :param amount: money. :return: the record.
        """
        org = self.organisation
        with org.transaction():
            kind = self._kind(reference)
            record = Writer(kind, org).find(reference)
            return org.store[kind.collection].put(settle(
                kind, {**record, "CISDeduction": Decimal(str(amount))}))

    def submit(self, reference):
        """Send a draft for approval. :return: the record."""
        return self.edit(reference, Status="SUBMITTED")

    def approve(self, reference):
        """:return: the approved record."""
        return self.edit(reference, Status="AUTHORISED")

    def void(self, reference):
        """:return: the voided record."""
        return self.edit(reference, Status="VOIDED")

    def delete_draft(self, reference):
        """:return: the deleted draft."""
        return self.edit(reference, Status="DELETED")

    def pay(self, document, amount=None, date=None, account=None, reference="", **fields):
        """Pay an invoice or refund a credit note, in full when no amount is given.

        :param str document: id or number.
        :param amount: money or None. :param date: of the payment, default today.
        :param str account: account code, default the bank account in the document's currency.
        :return: the Payment record.
        """
        org = self.organisation
        with org.transaction():
            kind = self._kind(document)
            record = Writer(kind, org).find(document)
            if account is None:
                account = next((a["Code"] for a in org.accounts if a["Type"] == "BANK" and
                                a.get("CurrencyCode") == record["CurrencyCode"]), "090")
            amount = payments.outstanding(record) if amount is None else Decimal(str(amount))
            data = {kind.singular: {kind.id_field: record[kind.id_field]}, "Amount": amount,
                    "Account": {"Code": account}, "Reference": reference, **fields}
            if date:
                data["Date"] = date
            return payments.create(org, _money(data))

    def delete_payment(self, payment_id):
        """:return: the Payment record, now DELETED."""
        with self.organisation.transaction():
            return payments.delete(self.organisation, payment_id)

    def pay_batch(self, amounts, account="090", **fields):
        """:param dict amounts: InvoiceID -> money. :return: the BatchPayment record."""
        with self.organisation.transaction():
            return payments.create_batch(self.organisation, _money({
                "Account": {"Code": account}, **fields,
                "Payments": [{"Invoice": {"InvoiceID": invoice}, "Amount": Decimal(str(amount))}
                             for invoice, amount in amounts.items()]}))

    def delete_batch(self, batch_id):
        """:return: the BatchPayment record, now DELETED."""
        with self.organisation.transaction():
            return payments.delete_batch(self.organisation, batch_id)

    def allocate(self, credit_note, invoice, amount, collection="CreditNotes"):
        """Use a credit for an invoice. :param str credit_note: id or number; the id of an
        overpayment or prepayment with its ``collection``. :return: the Allocation."""
        org = self.organisation
        with org.transaction():
            if collection == "CreditNotes":
                credit_note = Writer(CREDIT_NOTE, org).find(credit_note)["CreditNoteID"]
            target = Writer(INVOICE, org).find(invoice)
            return credits.allocate(org, collection, credit_note, {
                "Amount": Decimal(str(amount)), "Invoice": {"InvoiceID": target["InvoiceID"]}})

    def remove_allocation(self, credit_note_id, allocation_id, collection="CreditNotes"):
        """:return: the Allocation with IsDeleted."""
        with self.organisation.transaction():
            return credits.remove_allocation(
                self.organisation, collection, credit_note_id, allocation_id)

    def receive_overpayment(self, contact, amount, **options):
        """:param str contact: name. :return: the Overpayment record."""
        with self.organisation.transaction():
            return credits.add_payment_on_account(
                self.organisation, "Overpayments", {"Name": contact}, amount, **options)

    def receive_prepayment(self, contact, amount, **options):
        """:param str contact: name. :return: the Prepayment record."""
        with self.organisation.transaction():
            return credits.add_payment_on_account(
                self.organisation, "Prepayments", {"Name": contact}, amount, **options)

    def enter_balances(self, day, amounts):
        """Conversion balances, or an entry of an adviser: they come to nothing together.

        :param date day: of the entry. :param dict amounts: account code -> debit, or credit with a
            minus.
        """
        org = self.organisation
        with org.transaction():
            assert not sum(Decimal(str(amount)) for amount in amounts.values()), "not in balance"
            org.balances_entered = org.balances_entered + [
                (org.account(code)["AccountID"], day, Decimal(str(amount)))
                for code, amount in amounts.items()]

    def create_contact(self, name, **fields):
        """:return: the Contact record."""
        with self.organisation.transaction():
            return contacts.save(self.organisation, {"Name": name, **fields}, create_only=True)

    def edit_contact(self, contact_id, **fields):
        """:return: the Contact record."""
        with self.organisation.transaction():
            return contacts.save(self.organisation, {"ContactID": contact_id, **fields})

    def rename_contact(self, contact_id, name):
        """:return: the Contact record."""
        return self.edit_contact(contact_id, Name=name)

    def merge_contact(self, contact_id, into):
        """:return: the Contact record that was merged into another one, archived"""
        with self.organisation.transaction():
            return contacts.merge(self.organisation, contact_id, into)

    def archive_contact(self, contact_id):
        """Works with open invoices too. :return: the Contact record."""
        return self.edit_contact(contact_id, ContactStatus="ARCHIVED")
