"""What the tests of `xero/` and of the sandbox share: under Odoo's runner they are its tests, and
where no Odoo is (`make test-unit`) those of Python."""

try:
    from odoo.tests import BaseCase, tagged
except ImportError:
    from unittest import TestCase as BaseCase

    def tagged(*_tags):
        """Stand for Odoo's decorator. :return: one that changes nothing"""
        return lambda case: case

__all__ = ["BaseCase", "tagged"]
