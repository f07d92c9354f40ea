"""What the Xero API is, in plain Python: this package never imports odoo.

Its modules import each other relatively, so it works as part of the addon and by itself.
"""
