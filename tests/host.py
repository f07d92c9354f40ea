"""An Odoo server whose calls to Xero say in a header which of its processes makes them.

Run by :class:`.hosts.Host`, with the arguments of Odoo's own command.
"""
import os

from requests.adapters import HTTPAdapter

import odoo.cli

send = HTTPAdapter.send


def send_signed(adapter, request, **kwargs):
    request.headers['X-Process'] = str(os.getpid())
    return send(adapter, request, **kwargs)


if __name__ == '__main__':
    HTTPAdapter.send = send_signed
    odoo.cli.main()
