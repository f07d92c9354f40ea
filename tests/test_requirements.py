"""What the module needs is what its manifest names: its tests load on any Odoo."""
import json
import re
import subprocess
import sys
import textwrap
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.util import find_spec
from pathlib import Path
from unittest import skipUnless

from odoo.modules import Manifest
from odoo.tests import BaseCase, tagged
from odoo.tools import config

#: What Odoo 19 itself requires.
ODOO = '''
    odoo asn1crypto babel cbor2 chardet cryptography docutils freezegun geoip2 gevent greenlet idna
    jinja2 libsass lxml lxml-html-clean markupsafe num2words ofxparse openpyxl passlib pillow polib
    psutil psycopg2 psycopg2-binary pyopenssl pypdf pypdf2 pyserial python-dateutil python-ldap
    python-magic python-stdnum pytz pyusb qrcode reportlab requests rjsmin urllib3 vobject werkzeug
    xlrd xlsxwriter xlwt zeep'''
#: Loads the tests where some packages are not, as if nobody had installed them.
PROCESS = textwrap.dedent('''
    import json, sys
    from importlib.machinery import PathFinder

    options, missing = json.loads(sys.argv[1])

    class Finder(PathFinder):
        @classmethod
        def find_spec(cls, name, *args):
            return None if name.partition('.')[0] in missing else super().find_spec(name, *args)

    sys.meta_path[sys.meta_path.index(PathFinder)] = Finder

    from odoo.modules.module import initialize_sys_path
    from odoo.tools import config
    config.parse_config(options, setup_logging=True)
    initialize_sys_path()
    import odoo.addons.account_xero.tests as tests
    print(json.dumps([name for name in dir(tests) if name.startswith('test_')]))
''')


def _with_requirements(names):
    """:return: names of packages, and of what they require, in turn"""
    found, left = set(), list(names)
    while left:
        name = re.sub(r'[-_.]+', '-', left.pop()).lower()
        if name in found:
            continue
        found.add(name)
        with suppress(PackageNotFoundError):
            left += [re.match(r'[\w.-]+', line)[0] for line in requires(name) or ()
                     if 'extra ==' not in line]
    return found


@tagged('post_install', '-at_install')
class TestRequirements(BaseCase):

    def _load(self, missing):
        """:return: the test files that a new process loads without some packages, what it says"""
        options = [f"--addons-path={','.join(config['addons_path'])}", '--log-level=info']
        done = subprocess.run([sys.executable, '-c', PROCESS, json.dumps([options, missing])],
                              capture_output=True, text=True, timeout=120)
        self.assertFalse(done.returncode, done.stderr)
        return json.loads(done.stdout), done.stderr

    def test_tests_load_with_what_the_manifest_names(self):
        named = Manifest.for_addon('account_xero')['external_dependencies']['python']
        here = _with_requirements([*ODOO.split(), *named])
        missing = [package for package, names in packages_distributions().items()
                   if here.isdisjoint(re.sub(r'[-_.]+', '-', name).lower() for name in names)]
        loaded, said = self._load(missing)
        files = {path.stem: path.read_text() for path in Path(__file__).parent.glob('test_*.py')}
        left_out = {name for name, text in files.items()
                    if re.search(r'^(from|import) hypothesis', text, re.MULTILINE)}
        self.assertTrue(left_out)
        self.assertEqual(files.keys() - loaded, left_out)
        self.assertIn("hypothesis", said, "it is said why")

    @skipUnless(find_spec('hypothesis'), "hypothesis is not installed")
    def test_every_test_is_loaded_where_hypothesis_is(self):
        loaded, said = self._load([])
        files = {path.stem for path in Path(__file__).parent.glob('test_*.py')}
        self.assertFalse(files.difference(loaded), "not imported by the package")
        self.assertNotIn("hypothesis", said)

    def test_every_file_is_on_the_map(self):
        folder = Path(__file__).parent
        patterns = re.findall(r'``(test_[\w*]+)``', (folder / 'README.rst').read_text())
        self.assertEqual([path.stem for path in sorted(folder.glob('test_*.py'))
                          if not any(path.match(f'{pattern}.py') for pattern in patterns)], [])
