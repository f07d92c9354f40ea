"""Xero's four limits, with fixed windows that start at another moment for each organisation."""
import threading
import zlib

from .errors import ApiError

APP_MINUTE = 10000
MINUTE, DAY = 60, 86400


class _Window:
    """Calls counted in the present window."""

    def __init__(self, length, offset):
        self.length, self.offset = length, offset
        self.number, self.count = None, 0

    def roll(self, now):
        """:return: calls so far in the window that ``now`` (epoch seconds) is in."""
        number = int((now + self.offset) // self.length)
        if number != self.number:
            self.number, self.count = number, 0
        return self.count

    def left(self, now):
        """:return: whole seconds until the window ends."""
        return int(self.length - (now + self.offset) % self.length) + 1


class _Use:
    """What one app uses of one organisation."""

    def __init__(self, tenant_id):
        seed = zlib.crc32(tenant_id.encode())
        self.running = 0
        self.minute = _Window(MINUTE, seed % MINUTE)
        self.day = _Window(DAY, seed % DAY)


def _exceeded(problem, retry_after=None):
    headers = {"X-Rate-Limit-Problem": problem}
    if retry_after is not None:
        # Xero: Retry-After comes with the minute and the day limit only.
        headers["Retry-After"] = str(retry_after)
    return ApiError(429, "", headers)


class Limits:
    """Counts calls by app and organisation. :param Clock clock: the sandbox's time."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._uses = {}
        self._apps = {}

    def reset(self):
        """Forget all calls counted so far."""
        with self._lock:
            for use in self._uses.values():
                use.minute.count = use.day.count = 0
            self._apps = {}

    def enter(self, app, organisation):
        """Count a call in.

        :return: (dict of the X-...-Remaining headers, function to call when it is over)
        :raise ApiError: 429; a refused call does not count.
        """
        now = self._clock.now()
        with self._lock:
            use = self._uses.setdefault((app.client_id, organisation.tenant_id),
                                        _Use(organisation.tenant_id))
            minute_app = self._apps.setdefault(app.client_id, _Window(MINUTE, 0))
            day_limit = organisation.day_limit or app.day_limit
            limits = ((use.day, day_limit, "day", True),
                      (use.minute, organisation.minute_limit, "minute", True),
                      (minute_app, app.minute_limit, "appminute", False))
            if organisation.concurrent_limit is not None and (
                    use.running >= organisation.concurrent_limit):
                raise self._with_headers(_exceeded("concurrent"), limits, now)
            for window, limit, problem, timed in limits:
                if limit is not None and window.roll(now) >= limit:
                    raise self._with_headers(
                        _exceeded(problem, window.left(now) if timed else None), limits, now)
            use.running += 1
            for window, _limit, _problem, _timed in limits:
                window.roll(now)
                window.count += 1
            headers = self._headers(limits, now)
        return headers, lambda: self._leave(use)

    def _leave(self, use):
        with self._lock:
            use.running -= 1

    def _with_headers(self, error, limits, now):
        error.headers.update(self._headers(limits, now))
        return error

    @staticmethod
    def _headers(limits, now):
        names = ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining")
        return {name: str(max(limit - window.roll(now), 0))
                for name, (window, limit, _problem, _timed) in zip(names, limits, strict=True)
                if limit is not None}
