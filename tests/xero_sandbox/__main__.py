"""``python -m xero_sandbox``: the sandbox as a process of its own."""
import argparse
import signal
import threading

from . import XeroSandbox


def main():
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="xero_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--openapi", help="folder with xero_accounting.yaml")
    parser.add_argument("--client-id", help="register an app with this id")
    parser.add_argument("--client-secret", default="secret")
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument("--organisation", action="append", default=[],
                        help="name of a UK organisation to seed; may be repeated")
    options = parser.parse_args()
    sandbox = XeroSandbox(openapi_dir=options.openapi, port=options.port)
    for name in options.organisation:
        sandbox.add_organisation(name)
    if options.client_id:
        sandbox.add_app(options.client_id, options.client_secret, options.redirect_uri)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: over.set())
    with sandbox:
        print(f"Xero sandbox: {sandbox.url}", flush=True)
        over.wait()


main()
