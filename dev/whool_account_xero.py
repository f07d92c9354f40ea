"""The build backend: whool, told the module's name, and what is for its development only.

whool takes an addon's name from its directory, but a checkout may be called anything, and pip
builds what it fetches by git in a directory with a name of chance. It ships all that git has.
"""

import shutil

from whool import buildapi
from whool.buildapi import *  # noqa: F403  The backend is these functions.

#: What a server does not need; a source distribution has it, for what is built from it.
DEVELOPMENT = (".*", "dev", "tests", "static/tests", "Makefile", "CONTRIBUTING.rst",
               "eslint.config.mjs")

_get_metadata = buildapi._get_metadata
_copy_to = buildapi._copy_to


def _get_named_metadata(addon_dir):
    """
    :param pathlib.Path addon_dir: the checkout
    :return: what whool reads from the manifest, with the module's own name
    :rtype: email.message.Message
    """
    metadata = _get_metadata(addon_dir)
    metadata.replace_header("Name", "odoo-addon-account_xero")
    return metadata


def _copy_what_runs(addon_dir, dst):
    """
    :param pathlib.Path addon_dir: the checkout
    :param pathlib.Path dst: where its copy is made: for a wheel, below `odoo/addons`
    """
    _copy_to(addon_dir, dst)
    if dst.parent.name != "addons":
        return
    for pattern in DEVELOPMENT:
        for path in dst.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


buildapi._get_metadata = _get_named_metadata
buildapi._copy_to = _copy_what_runs
