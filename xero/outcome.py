"""What became of each element of a request: Xero's results, paired with what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .scalars import ZERO_GUID, guid_of, rows_of, text_of, value_of

IDS = ("InvoiceID", "CreditNoteID", "ContactID", "PaymentID")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Xero did with one element of a request sent with `summarizeErrors=false`.

    `ok`: it was saved; `data`: the element as Xero answers it; `xero_id`: None for the zero
    GUID of a refused creation; `messages`: why it was refused; `warnings`: what Xero noticed
    though it saved it.
    """

    ok: bool
    data: dict
    xero_id: str | None
    messages: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def from_json(cls, item: dict[str, Any], ids: Sequence[str] = IDS) -> Outcome:
        messages = messages_of(item)
        status = text_of(value_of(item, "StatusAttributeString")).upper()
        flagged = any(value_of(item, name) is True for name in ("HasErrors", "HasValidationErrors"))
        # What Xero calls OK or only warns of was saved: to send it again could double it.
        saved = status in ("OK", "WARNING")
        refused = messages or status == "ERROR" or (flagged and not saved)
        return cls(
            ok=not refused,
            data=item,
            xero_id=next(filter(None, (guid_of(item.get(name)) for name in ids)), None),
            messages=messages or _nested_messages(item) if refused else (),
            warnings=_texts(rows_of(item, "Warnings")),
        )


def outcomes(payload: Any, key: str, ids: Sequence[str] = IDS) -> list[Outcome]:
    """Read the results of a batch.

    :param payload: parsed answer
    :param str key: 'Invoices', 'CreditNotes' or 'Contacts'
    :param ids: names of the fields that hold an element's identifier
    :return: list of Outcome in Xero's order, which need not be the order sent
    """
    return [Outcome.from_json(item, ids) for item in rows_of(payload, key)]


def messages_of(item: Any) -> tuple[str, ...]:
    """Read why Xero refused an element; one Xero sample says Description instead of Message.

    :param item: dict with ValidationErrors
    :return: tuple of str
    """
    return _texts(rows_of(item, "ValidationErrors"))


def _texts(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    texts = (text_of(value_of(row, "Message", "Description")).strip() for row in rows)
    return tuple(dict.fromkeys(filter(None, texts)))


def _nested_messages(item: Any) -> tuple[str, ...]:
    """Some refusals are only explained at the contact or the line that caused them."""
    parts = [value_of(item, "Contact"), *rows_of(item, "LineItems")]
    return tuple(dict.fromkeys(text for part in parts for text in messages_of(part)))


def match_outcomes(
    sent: Sequence[dict], results: Sequence[Outcome], keys: Sequence[str]
) -> list[Outcome | None]:
    """Pair each sent element with its result; Xero does not promise to keep the order.

    Elements belong together when they agree in identity fields, contradict each other in none, and
    each is the only one that agrees best with the other. The position decides only what is left,
    where the lengths agree and nothing seen so far says that the order changed.

    :param sent: the elements of the request
    :param results: what outcomes() read
    :param keys: identity fields, such as ('InvoiceID', 'InvoiceNumber', 'Url')
    :return: a result or None for each sent element; no result is used twice
    """
    left = [_identity(element, keys) for element in sent]
    right = [_identity(result.data, keys) for result in results]
    pairs: dict[int, int] = {}
    agreed = {
        i: {j: n for j, other in enumerate(right) if (n := _agreement(own, other))}
        for i, own in enumerate(left)
    }
    while found := _mutual(agreed):
        pairs.update(found)
        taken = set(found.values())
        agreed = {
            i: {j: n for j, n in row.items() if j not in taken}
            for i, row in agreed.items()
            if i not in found
        }
    if len(sent) == len(results):
        _pair_by_position(pairs, left, right)
    return [results[pairs[i]] if i in pairs else None for i in range(len(sent))]


def _identity(element: Any, keys: Sequence[str]) -> dict[str, str]:
    values = {key: text_of(value_of(element, key)).strip().casefold() for key in keys}
    return {key: value for key, value in values.items() if value and value != ZERO_GUID}


def _agreement(own: dict[str, str], other: dict[str, str]) -> int:
    """In how many fields two elements agree, none if they contradict each other."""
    return 0 if _contradiction(own, other) else len(own.keys() & other.keys())


def _contradiction(own: dict[str, str], other: dict[str, str]) -> bool:
    return any(own[key] != other[key] for key in own.keys() & other.keys())


def _mutual(agreed: dict[int, dict[int, int]]) -> dict[int, int]:
    """The pairs in which each is the other's only best partner."""
    by_result: dict[int, dict[int, int]] = {}
    for i, row in agreed.items():
        for j, fields in row.items():
            by_result.setdefault(j, {})[i] = fields
    best = ((i, _only_best(row)) for i, row in agreed.items())
    return {i: j for i, j in best if j is not None and _only_best(by_result[j]) == i}


def _only_best(row: dict[int, int]) -> int | None:
    top = max(row.values(), default=0)
    best = [partner for partner, fields in row.items() if fields == top]
    return best[0] if len(best) == 1 else None


def _pair_by_position(
    pairs: dict[int, int], left: list[dict[str, str]], right: list[dict[str, str]]
) -> None:
    open_left = [i for i in range(len(left)) if i not in pairs]
    taken = set(pairs.values())
    open_right = [j for j in range(len(right)) if j not in taken]
    reordered = any(i != j for i, j in pairs.items())
    if reordered and len(open_left) > 1:
        return
    for i, j in zip(open_left, open_right, strict=True):
        if not _contradiction(left[i], right[j]):
            pairs[i] = j
