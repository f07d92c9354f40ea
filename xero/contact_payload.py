"""Contacts as request bodies."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from . import encoding
from .encoding import Unfit, plain, required


@dataclass(frozen=True, slots=True)
class Address:
    """`type` is POBOX or STREET; at most four `lines`."""

    type: str
    lines: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    attention_to: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """`type` is DEFAULT, DDI, MOBILE, FAX or OFFICE."""

    type: str
    number: str
    area_code: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class ContactData:
    name: str
    number: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    tax_number: str | None = None
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    xero_id: str | None = None


def contact_body(data: ContactData) -> dict:
    """Build the element for a contact; what is empty is left out and stays as it is in Xero.

    :param data: the contact
    :return: dict ready for encode()
    :raise ValueError: when Xero cannot take it
    """
    models = encoding.models()
    return plain(
        models.Contact(
            contact_id=data.xero_id,
            name=required(contact_name(data.name), "a name"),
            contact_number=data.number,
            email_address=data.email,
            first_name=data.first_name,
            last_name=data.last_name,
            tax_number=data.tax_number,
            phones=[
                models.Phone(
                    phone_type=required(phone.type, "a phone type"),
                    phone_number=phone.number,
                    phone_area_code=phone.area_code,
                    phone_country_code=phone.country_code,
                )
                for phone in data.phones
            ],
            addresses=[_address(models, address) for address in data.addresses],
        )
    )


def contact_name(name: str) -> str:
    """Write a name as Xero stores it (no angle brackets, no leading, trailing or double spaces).

    :param str name: any name
    :return: str
    """
    return " ".join(name.replace("<", " ").replace(">", " ").split())


def _address(models: Any, address: Address) -> Any:
    if len(address.lines) > 4:
        raise Unfit("Xero takes at most four lines of an address")
    return models.Address(
        address_type=required(address.type, "an address type"),
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=_letters(address.country),
        attention_to=address.attention_to,
        **{f"address_line{number}": line for number, line in enumerate(address.lines, 1)},
    )


def _letters(country: str | None) -> str:
    """Xero: a country has the letters A-Z only."""
    ascii_text = unicodedata.normalize("NFKD", country or "").encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z ]", " ", ascii_text).split())
