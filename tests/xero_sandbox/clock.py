"""The sandbox's own time, which tests move without sleeping."""
import threading
import time
from datetime import datetime, timezone

# Kept in a tuple so that a library that freezes time for the code under test does not find it.
_REAL = (time.time,)


class Clock:
    """Runs with the machine's clock plus an offset, or stands still once frozen."""

    def __init__(self):
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen = None
        self._last = 0.0

    def now(self):
        """:return: seconds since the epoch, UTC (float)."""
        return (_REAL[0]() if self._frozen is None else self._frozen) + self._offset

    def advance(self, seconds):
        """Move time. :param float seconds: how far; token and idempotency ages follow."""
        self._offset += seconds

    def set(self, moment):
        """:param datetime moment: the time it is now; naive means UTC."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        self._offset += moment.timestamp() - self.now()

    def freeze(self):
        """Stand still, so that a minute window cannot end while a test counts calls."""
        self._frozen = _REAL[0]()

    def unfreeze(self):
        """Run again."""
        self._frozen = None

    def utcnow(self):
        """:return: naive UTC datetime to the millisecond."""
        return from_epoch(self.now())

    def stamp(self):
        """:return: as :meth:`utcnow` but later than every stamp before it, as each change in
            Xero has its own UpdatedDateUTC."""
        with self._lock:
            self._last = max(self.now(), self._last + 0.001)
            return from_epoch(self._last)


def from_epoch(seconds):
    """:return: naive UTC datetime, cut to milliseconds. :param float seconds: since the epoch."""
    moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, tz=timezone.utc)
    return moment.replace(tzinfo=None, microsecond=moment.microsecond // 1000 * 1000)
