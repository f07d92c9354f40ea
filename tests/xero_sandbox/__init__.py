"""A stand-in for Xero on loopback, at least as strict as Xero.

In a test::

    with XeroSandbox() as sandbox:
        organisation = sandbox.add_organisation("Demo Ltd")
        app = sandbox.add_app("id", "secret", ["http://localhost:8069/xero/oauth/callback"])
        tokens = sandbox.connect(app, [organisation])   # or through the consent page
        ...                                             # calls to sandbox.url
        organisation.as_person.pay("INV-0001", 20)
        sandbox.inject("429_minute", "PUT", "/Invoices", retry_after=30)

From other processes: ``python -m xero_sandbox`` in this package's parent directory, and the
control interface of :mod:`.control` under ``/_control/``.
"""
from .faults import Fault, Hold
from .sandbox import XeroSandbox

__all__ = ["Fault", "Hold", "XeroSandbox"]
