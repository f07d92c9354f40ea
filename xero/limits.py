"""Xero's call limits, read from its own headers.

Xero's limits page: 5 calls at once, 60 a minute and 1,000 (Starter) or 5,000 a day per
organisation, 10,000 a minute per app. Windows are fixed and begin at a moment Xero does not tell.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .errors import XeroRateLimited

CONCURRENT = 5
PER_MINUTE = 60
PER_DAY_DEFAULT = 1000

MINUTE = timedelta(seconds=60)
DAY = timedelta(hours=24)
# How long to wait when Xero does not say: Retry-After only comes with the minute and day limits.
_WAIT = {"concurrent": timedelta(seconds=5), "day": timedelta(hours=1)}

_HEADERS = {
    "x-daylimit-remaining": "day_left",
    "x-minlimit-remaining": "minute_left",
    "x-appminlimit-remaining": "appminute_left",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """How many calls were left when an answer of Xero said so (None: it did not).

    `seen_at` is naive UTC, None when nothing is known.
    """

    day_left: int | None = None
    minute_left: int | None = None
    appminute_left: int | None = None
    seen_at: datetime | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str], now: datetime) -> "Budget":
        """Read the headers of an answer.

        :param headers: the answer's headers
        :param now: naive UTC
        :return: Budget, empty when the answer has none of these headers
        """
        values = {
            _HEADERS[name.lower()]: whole_number(value)
            for name, value in headers.items()
            if name.lower() in _HEADERS
        }
        known = any(value is not None for value in values.values())
        return cls(**values, seen_at=now) if known else cls()

    def minute_available(self, now: datetime) -> int:
        """Calls that may be made at once: what Xero said, or a full minute when that is old.

        :param now: naive UTC
        :return: number of calls
        """
        if not self._fresh(now, MINUTE):
            return PER_MINUTE
        left = [x for x in (self.minute_left, self.appminute_left) if x is not None]
        return min(left, default=PER_MINUTE)

    def day_available(self, now: datetime, limit: int = PER_DAY_DEFAULT) -> int:
        """Calls left today: what Xero said, or all of them when that is older than a day.

        :param now: naive UTC
        :param limit: calls a day of the connection's plan
        :return: number of calls
        """
        if self.day_left is None or not self._fresh(now, DAY):
            return limit
        return self.day_left

    def merge(self, other: "Budget") -> "Budget":
        """Combine two readings, which threads may deliver in any order.

        Readings less than a minute apart count as of one window, where the lowest is the latest;
        it keeps its own moment, so that it cannot outlive the minute. Otherwise the newer counts.

        :param other: another reading of the same organisation
        :return: Budget
        """
        mine, theirs = self.seen_at, other.seen_at
        if mine is None or theirs is None:
            return other if mine is None else self
        older, newer = (self, other) if mine <= theirs else (other, self)
        if abs(theirs - mine) >= MINUTE:
            day = older.day_left if newer.day_left is None else newer.day_left
            return Budget(day, newer.minute_left, newer.appminute_left, newer.seen_at)
        minute = _lowest(older.minute_left, newer.minute_left)
        held = minute is not None and minute == older.minute_left != newer.minute_left
        return Budget(
            _lowest(older.day_left, newer.day_left),
            minute,
            _lowest(older.appminute_left, newer.appminute_left),
            older.seen_at if held else newer.seen_at,
        )

    def _fresh(self, now: datetime, age: timedelta) -> bool:
        return self.seen_at is not None and now - self.seen_at < age


def resume_at(reason: XeroRateLimited | Budget, now: datetime) -> datetime:
    """Tell when calls may go on.

    :param reason: the 429 that was met, or a budget that may be used up
    :param now: naive UTC
    :return: naive UTC, `now` when nothing stands in the way
    """
    if isinstance(reason, XeroRateLimited):
        if reason.retry_after is not None:
            return now + timedelta(seconds=min(reason.retry_after, DAY.total_seconds()))
        return now + _WAIT.get(reason.problem, MINUTE)
    if reason.day_available(now) <= 0:
        return now + _WAIT["day"]
    if reason.seen_at and reason.minute_available(now) <= 0:
        return reason.seen_at + MINUTE
    return now


def whole_number(text: Any) -> int | None:
    """Read a number of a header.

    :param text: the header's text, or None
    :return: int not below zero, rounded up; None when it is not a number
    """
    try:
        return max(0, math.ceil(float(text)))
    except (TypeError, ValueError, OverflowError):
        return None


def _lowest(*values: int | None) -> int | None:
    return min((value for value in values if value is not None), default=None)
