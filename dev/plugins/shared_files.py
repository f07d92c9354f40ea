"""A pytest plugin for runs that share their tests: the first one that comes to a file takes it."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest

# Where the runs write down what each has taken.
PLACE = "ACCOUNT_XERO_SHARED_FILES"


@functools.cache
def _take(file):
    """
    :param pathlib.Path file: with tests
    :return: whether they are this run's
    :rtype: bool
    """
    try:
        (Path(os.environ[PLACE]) / file.name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    """Run what this run took, and leave the rest to the others.

    :param pytest.Item item: the next test
    :return: True, done with it; or else None, so that pytest runs it
    """
    return None if _take(item.path) else True
