"""Which line of a document is which of Xero's, so that an update keeps those that have not changed.

Xero deletes the lines that an update does not name, and makes those anew that come without an
identifier: what people have set on them there is lost.
"""

import hashlib
from collections.abc import Iterable, Sequence

from .encoding import encode


def content(line: dict) -> dict:
    """Leave out of a line what is no content: an account that has got another number is the same.

    :param line: of document_body()
    :return: dict
    """
    return {
        key: value for key, value in line.items() if key != "AccountCode" or "AccountID" not in line
    }


def earlier_forms(lines: Sequence[dict]) -> list[list[dict]]:
    """Write lines as they were sent until 19.0.1.3.0: by the account's code alone, and what is
    below zero by a negative quantity or by a negative price, as it was entered.

    :param lines: of document_body()
    :return: list of such lines, each way
    """
    plain = [{key: value for key, value in line.items() if key != "AccountID"} for line in lines]
    return [
        plain,
        [
            {**line, "Quantity": -line["Quantity"], "UnitAmount": -line["UnitAmount"]}
            if line.get("UnitAmount", 0) < 0
            else line
            for line in plain
        ],
    ]


def line_marks(body: dict) -> list[str]:
    """Fingerprint the lines of a document, each by what :func:`content` leaves of it.

    :param body: from document_body()
    :return: list of hexadecimal texts, a line each
    """
    return [
        hashlib.sha1(encode(content(line)), usedforsecurity=False).hexdigest()[:16]
        for line in body["LineItems"]
    ]


def with_line_ids(
    lines: Sequence[dict], marks: Sequence[str], known: Iterable[tuple[str, str | None]]
) -> list[dict]:
    """Put Xero's identifiers on the lines that are still as they were sent.

    :param lines: to send
    :param marks: of these, from line_marks()
    :param known: (mark, identifier or None) of each line that was sent
    :return: list of them
    """
    free: dict[str, list[str]] = {}
    for mark, line_id in known:
        if line_id:
            free.setdefault(mark, []).append(line_id)
    return [
        {**line, "LineItemID": free[mark].pop(0)} if free.get(mark) else line
        for line, mark in zip(lines, marks, strict=True)
    ]


def found_ids(
    found: Sequence[str | None], kept: Sequence[str | None] | None, count: int
) -> list[str | None]:
    """Find which identifier each line that was sent has in Xero. Those that kept theirs may stand
    behind new ones there.

    :param found: identifiers in the order of the answer
    :param kept: identifier that each line was sent with, None for a new one; None for only new ones
    :param int count: of lines that were sent
    :return: list, None for what cannot be told
    """
    kept = list(kept or [None] * count)
    new = [line_id for line_id in found if line_id not in kept]
    if len(new) != kept.count(None) or len(kept) != count:
        return [line_id if line_id in found else None for line_id in kept]
    return [line_id or new.pop(0) for line_id in kept]
