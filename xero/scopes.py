"""The permissions (scopes) that calls need. Source: Xero's guide to scopes."""

from typing import NamedTuple

from .catalogue import _lt


class Permission(NamedTuple):
    """A scope, and what the calls that need it are about."""

    scope: str
    about: str


_INVOICES = Permission("accounting.invoices", _lt("invoices, bills and credit notes"))
_PAYMENTS = Permission("accounting.payments", _lt("payments"))
_SETTINGS = Permission(
    "accounting.settings.read", _lt("accounts, tax rates, items, currencies and tracking")
)
_ATTACHMENTS = Permission("accounting.attachments", _lt("attached files"))
_PERMISSIONS = {
    "Invoices": _INVOICES,
    "CreditNotes": _INVOICES,
    "Payments": _PAYMENTS,
    "BatchPayments": _PAYMENTS,
    "Prepayments": _PAYMENTS,
    "Overpayments": _PAYMENTS,
    "BankTransactions": Permission("accounting.banktransactions", _lt("bank transactions")),
    "ManualJournals": Permission("accounting.manualjournals", _lt("manual journals")),
    "Contacts": Permission("accounting.contacts", _lt("contacts")),
    "ContactGroups": Permission("accounting.contacts", _lt("contacts")),
    "Organisation": _SETTINGS,
    "Accounts": _SETTINGS,
    "TaxRates": _SETTINGS,
    "Currencies": _SETTINGS,
    "Items": _SETTINGS,
    "TrackingCategories": _SETTINGS,
}


def endpoint_of(path: str) -> str:
    """Tell which endpoint a path belongs to.

    :param str path: below /api.xro/2.0/, such as 'Invoices/{id}/Attachments/{name}'
    :return: such as 'Invoices/Attachments'
    """
    parts = path.strip("/").split("/")
    return "/".join(parts[:2] if parts[0] == "Reports" else parts[::2])


def permission_of(path: str) -> Permission | None:
    """Tell which permission the calls of a path need.

    :param str path: as of :func:`endpoint_of`
    :return: Permission, None for an endpoint that is not known here
    """
    first, _slash, rest = endpoint_of(path).partition("/")
    if first == "Reports":
        name = f"accounting.reports.{rest.lower()}.read" if rest else "accounting.reports.read"
        return Permission(name, _lt("reports"))
    return _ATTACHMENTS if rest == "Attachments" else _PERMISSIONS.get(first)
