"""What of a contact Xero takes. The rest is shortened or left out: a detail that no invoice needs
must not hold one up.

Sources: Contacts and Types pages (lengths), recorded refusals (an e-mail address is ASCII).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import NamedTuple

from .contact_payload import Address, ContactData, contact_name

NAME_LENGTH = 255
LINE_LENGTH = 500
#: Characters of each detail that Xero takes.
LENGTHS = {
    "email": 255,
    "tax_number": 50,
    "phone": 50,
    "city": 255,
    "region": 255,
    "postal_code": 50,
    "country": 50,
}
LINES = 4
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Misfit(NamedTuple):
    """A detail that does not leave as it is.

    `field` is 'name', 'street' or one of LENGTHS; `reason` is 'long' or 'characters'.
    """

    field: str
    value: str
    reason: str


class Fit(NamedTuple):
    """What Xero takes of a contact, and what it does not."""

    data: ContactData
    misfits: tuple[Misfit, ...]


def fit(data: ContactData) -> Fit:
    """Shorten the name and the street, and leave out other details that Xero would refuse.

    :param data: the contact as it is known here
    :return: what can be sent of it, and what cannot
    """
    misfits: list[Misfit] = []

    def checked(field: str, value: str | None) -> str | None:
        reason = _reason(field, value or "")
        if value and reason:
            misfits.append(Misfit(field, value, reason))
        return None if reason else value

    name = contact_name(data.name)
    if len(name) > NAME_LENGTH:
        misfits.append(Misfit("name", name, "long"))
    fitted = replace(
        data,
        name=short_name(name),
        email=checked("email", data.email),
        # Where no number is known, people enter a slash: Odoo's way to say that there is none.
        tax_number=checked("tax_number", data.tax_number)
        if re.search(r"\w", data.tax_number or "")
        else None,
        phones=tuple(phone for phone in data.phones if checked("phone", phone.number)),
        addresses=tuple(
            replace(
                address,
                lines=_lines(address, misfits),
                city=checked("city", address.city),
                region=checked("region", address.region),
                postal_code=checked("postal_code", address.postal_code),
                country=checked("country", address.country),
            )
            for address in data.addresses
        ),
    )
    # Both addresses are mostly the same one.
    return Fit(fitted, tuple(dict.fromkeys(misfits)))


def short_name(name: str) -> str:
    """Shorten a name so that the same one always becomes the same, and another one another.

    :param name: any name
    :return: at most NAME_LENGTH characters
    """
    if len(name) <= NAME_LENGTH:
        return name
    mark = hashlib.sha1(name.casefold().encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{name[: NAME_LENGTH - len(mark) - 3].rstrip()} ({mark})"


def _reason(field: str, value: str) -> str | None:
    if len(value) > LENGTHS[field]:
        return "long"
    return "characters" if field == "email" and value and not _EMAIL.fullmatch(value) else None


def _lines(address: Address, misfits: list[Misfit]) -> tuple[str, ...]:
    """Wrap long lines at a blank where there is one; what no line is left for is cut off."""
    lines: list[str] = []
    for line in address.lines:
        while len(line) > LINE_LENGTH:
            at = line.rfind(" ", 1, LINE_LENGTH + 1)
            at = at if at > 0 else LINE_LENGTH
            lines.append(line[:at].rstrip())
            line = line[at:].lstrip()
        lines.append(line)
    if len(lines) > LINES:
        misfits.append(Misfit("street", " ".join(address.lines), "long"))
    return tuple(lines[:LINES])
