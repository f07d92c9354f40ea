"""Both books agree after chaos: a short version of `make chaos`."""
import os
import secrets
import sys

from odoo.tests import tagged

from .chaos import Chaos
from .processes import ProcessCase

DOCUMENTS, SEED = 'ACCOUNT_XERO_CHAOS_DOCUMENTS', 'ACCOUNT_XERO_CHAOS_SEED'


@tagged('post_install', '-at_install')
class TestChaos(ProcessCase):

    def test_both_books_agree(self):
        seed = int(os.environ.get(SEED) or secrets.randbelow(1_000_000))
        said = []

        def say(text):
            said.append(text)
            sys.stdout.write(text + '\n')
            sys.stdout.flush()

        with Chaos(self.database, int(os.environ.get(DOCUMENTS) or 300), seed, say) as chaos:
            problems = chaos.run()
        self.assertFalse(problems, '\n'.join(said))
