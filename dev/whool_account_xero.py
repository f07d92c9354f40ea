"""The build backend: whool, told the module's name.

whool takes an addon's name from its directory, but a checkout may be called anything, and pip
builds what it fetches by git in a directory with a name of chance.
"""

from whool import buildapi
from whool.buildapi import *  # noqa: F403  The backend is these functions.

_get_metadata = buildapi._get_metadata


def _get_named_metadata(addon_dir):
    """
    :param pathlib.Path addon_dir: the checkout
    :return: what whool reads from the manifest, with the module's own name
    :rtype: email.message.Message
    """
    metadata = _get_metadata(addon_dir)
    metadata.replace_header("Name", "odoo-addon-account_xero")
    return metadata


buildapi._get_metadata = _get_named_metadata
