"""Idempotency-Key: the first answer is remembered for six minutes (Xero: idempotency guide)."""
import hashlib
import threading

from .errors import bad_request

SECONDS = 360
MAX_LENGTH = 128


class _Entry:
    def __init__(self, fingerprint, at):
        self.fingerprint, self.at = fingerprint, at
        self.done = threading.Event()
        self.response = None


class Idempotency:
    """Answers by app and key. :param Clock clock: the sandbox's time."""

    def __init__(self, clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._entries = {}

    def claim(self, app, request):
        """Claim a key for a request, or find its first answer.

        A second call while the first one runs waits for it, so that the work is never done twice.

        :return: (entry or None without a key, cached response or None)
        :raise ApiError: 400 for a long key, or one that was used for another request.
        """
        key = request.headers.get("Idempotency-Key")
        if not key or request.method not in ("POST", "PUT", "PATCH"):
            return None, None
        if len(key) > MAX_LENGTH:
            raise bad_request(f"Idempotency Key: {key} is longer than {MAX_LENGTH} characters.",
                              10, "ValidationException")
        parts = (request.method, request.target, request.headers.get("Xero-Tenant-Id") or "",
                 hashlib.sha256(request.body).hexdigest())
        while True:
            with self._lock:
                entry = self._fresh((app.client_id, key))
                if entry is None:
                    self._sweep()
                    entry = self._entries[app.client_id, key] = _Entry(parts, self._clock.now())
                    return entry, None
            if entry.fingerprint != parts:
                raise bad_request(f"Idempotency Key: {key} is used with a different request.",
                                  10, "ValidationException")
            entry.done.wait()
            if entry.response is not None:
                return entry, entry.response

    def _fresh(self, key):
        entry = self._entries.get(key)
        if entry and entry.done.is_set() and (
                entry.response is None or self._clock.now() - entry.at >= SECONDS):
            del self._entries[key]
            return None
        return entry

    def _sweep(self):
        if len(self._entries) > 2000:
            for key in list(self._entries):
                self._fresh(key)

    @staticmethod
    def finish(entry, response):
        """Remember the answer, or with None give the key free: nothing was done under it."""
        if entry is not None and not entry.done.is_set():
            entry.response = response
            entry.done.set()
