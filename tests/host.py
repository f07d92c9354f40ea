"""An Odoo server whose calls to Xero say in their `User-Agent` which of its processes makes them.

Run by :class:`.hosts.Host`, with the arguments of Odoo's own command.
"""
import os

from requests.adapters import HTTPAdapter

import odoo.cli

send = HTTPAdapter.send


def send_signed(adapter, request, **kwargs):
    request.headers['User-Agent'] += f' process/{os.getpid()}'
    return send(adapter, request, **kwargs)


if __name__ == '__main__':
    HTTPAdapter.send = send_signed
    odoo.cli.main()
