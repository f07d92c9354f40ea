"""XeroSandbox: the stand-in for Xero, as tests, demo and benchmarks use it."""
import threading

from . import seed
from .clock import Clock
from .countries import COUNTRIES
from .faults import Fault, Faults, Hold
from .idempotency import Idempotency
from .identity import GRANULAR_SCOPES, App, Identity, User
from .ledger import Ledger
from .limits import Limits
from .organisation import Organisation
from .server import Server
from .webhooks import Webhooks, http_post


class XeroSandbox:
    """An HTTP server on loopback that stands for login, identity and api.xero.com.

    :param str openapi_dir: folder with ``xero_accounting.yaml``; every request is checked against
        it (needs PyYAML and jsonschema).
    :param int port: 0 for a free one.

    ``before_work`` (function(request)) and ``after_work`` (function(request, status, payload) ->
    (status, payload)) let a test answer in a way that Xero's documents leave open.

    ``errors`` holds defects of the sandbox itself, ``unpublished`` what was asked for beside the
    published document; a test may assert that both are empty.
    """

    def __init__(self, openapi_dir=None, port=0):
        self.openapi = None
        if openapi_dir:
            from .openapi import load
            self.openapi = load(str(openapi_dir))
        self.clock = Clock()
        self.ledger = Ledger()
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.idempotency = Idempotency(self.clock)
        self.identity = Identity(self)
        self.webhooks = Webhooks(self)
        self.organisations, self.errors, self.holds = [], [], {}
        self.unpublished = []
        self.before_work = self.after_work = None
        self._port, self._server = port, None
        self.add_user("Demo User", "demo@example.com")

    # -- life ----------------------------------------------------------------------------------

    def start(self):
        """Serve in a daemon thread. :return: self."""
        self.faults.stopping.clear()
        self._server = Server(self, self._port)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01},
                         name="xero-sandbox", daemon=True).start()
        return self

    def stop(self):
        """Release held requests, close every connection, free the port."""
        if self._server:
            self.faults.stopping.set()
            self.faults.release_all(drop=True)
            self._server.shutdown()
            self._server.close_all()
            self._server.server_close()
            self._server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    @property
    def url(self):
        """:return: ``http://127.0.0.1:PORT``, for the api, identity and login hosts alike."""
        return f"http://127.0.0.1:{self._server.server_port}"

    # -- seed ----------------------------------------------------------------------------------

    def add_app(self, client_id=None, client_secret="secret", redirect_uris=(), **options):
        """Register an app. :param options: see :class:`App`; ``custom_connection`` is an
        organisation, or True for the first one. :return: App"""
        if options.get("custom_connection") is True:
            options["custom_connection"] = self.organisations[0]
        app = App(client_id or seed.guid().replace("-", "").upper(), client_secret,
                  list(redirect_uris), **options)
        self.identity.apps[app.client_id] = app
        return app

    def add_user(self, name, email):
        """:return: User: a person who may consent. The first one is chosen by default."""
        user = User(seed.guid(), name, email)
        self.identity.users.append(user)
        return user

    def add_organisation(self, name="Demo Ltd", country="GB", base_currency="GBP",
                         currencies=("GBP", "EUR", "USD")):
        """:return: Organisation with a chart of accounts, tax rates, banks and tracking."""
        if country not in COUNTRIES:
            raise ValueError(f"known countries: {', '.join(COUNTRIES)}")
        organisation = Organisation(name, self.clock, self.webhooks.saved, country, base_currency,
                                    currencies)
        self.organisations.append(organisation)
        return organisation

    def organisation(self, tenant_id):
        """:return: the Organisation or None."""
        return next((o for o in self.organisations if o.tenant_id == str(tenant_id).lower()), None)

    def app(self, client_id):
        """:return: the App. :raise KeyError: unknown."""
        return self.identity.apps[client_id]

    def apps_of(self, organisation):
        """:return: list of the apps connected to an organisation."""
        clients = {row["_client"] for row in self.identity.connections
                   if row["tenantId"] == organisation.tenant_id}
        return [app for app in self.identity.apps.values()
                if app.client_id in clients or app.custom_connection is organisation]

    def connect(self, app, organisations, scopes=None, user=None):
        """What the consent page and the code exchange end in, without a browser.

        :param list organisations: to connect. :param scopes: default all of the app.
        :return: dict as the token endpoint answers.
        """
        user = user or self.identity.user()
        event, granted = self.identity.consent(
            app, user, scopes or app.scopes & GRANULAR_SCOPES,
            [organisation.tenant_id for organisation in organisations])
        return self.identity.issue(app, user, granted, event)

    def revoke(self, app=None, organisation=None, user=None):
        """A user disconnects the app in Xero: calls get 403 from now on.

        :param app: only this one. :param organisation: only this one. :param user: only this one.
        :return: number of connections removed
        """
        def gone(row):
            return (app is None or row["_client"] == app.client_id) and (
                organisation is None or row["tenantId"] == organisation.tenant_id) and (
                user is None or row["_user"] == user.user_id)

        with self.identity.lock:
            kept = [row for row in self.identity.connections if not gone(row)]
            removed = len(self.identity.connections) - len(kept)
            self.identity.connections = kept
        return removed

    # -- time, failures, ledger ----------------------------------------------------------------

    def advance(self, seconds):
        """Move the sandbox's time: tokens, idempotency memory and limit windows follow."""
        self.clock.advance(seconds)

    def inject(self, fault, method=None, path=None, times=1, after=0, **options):
        """Let the next fitting requests fail. :param str fault: see ``faults.KINDS``.

        :param str path: ``/Invoices``, ``/Invoices/*``, ``/connect/token``; None for any.
        :param int times: how many requests. :param int after: let so many pass before.
        :param options: see :class:`Fault`.
        """
        self.faults.inject(Fault(fault, method, path, times, after, options))

    def chaos(self, rate, seed=0, kinds=None, **options):
        """Random failures at a rate of 0 (off) to 1, the same for the same seed."""
        self.faults.chaos(rate, seed, kinds, **options)

    def clear_faults(self):
        """No more faults; what is held goes on."""
        self.faults.clear()

    def hold(self, method=None, path=None, when="before"):
        """Hold the next fitting request ``before`` or ``after`` its work is done.

        :return: Hold with ``wait(timeout)``, ``received`` (Event) and ``release(drop=False)``.
        """
        return self.faults.hold(Hold(method, path, when))

    @property
    def calls(self):
        """:return: list of Call, oldest first."""
        return self.ledger.all()

    def calls_to(self, method=None, path=None):
        """:return: calls of a method to a path or pattern."""
        return self.ledger.to(method, path)

    def wait_for_calls(self, count, method=None, path=None, timeout=30):
        """Wait until so many fitting calls have arrived. :return: False after ``timeout`` s."""
        return self.ledger.wait_for(count, method, path, timeout)

    def reset_calls(self):
        """Empty the ledger."""
        self.ledger.reset()

    # -- webhooks ------------------------------------------------------------------------------

    def deliver_webhooks(self, post=http_post, app=None, **options):
        """Send the waiting events of one app, or of all apps that have a webhook URL.

        :param post: function(url, bytes, headers) -> status; default: real HTTP.
        :param options: duplicate, drop, reorder, size, categories.
        :return: list of Delivery.
        """
        apps = [app] if app else [a for a in self.identity.apps.values() if a.webhook_url]
        return [delivery for one in apps
                for delivery in self.webhooks.deliver(one, post, **options)]

    def intent_to_receive(self, app, post=http_post):
        """Xero's check of a webhook URL. :return: (whether it passed, list of Delivery)."""
        return self.webhooks.intent_to_receive(app, post)
