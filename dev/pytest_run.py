"""A run of pytest on a database; several can go on at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import browser_tests
from console import say
from home import CHECKOUT, checkout_directory
from plugins import shared_files
from ports import free_port


class PytestRun:
    """Tests that run until the `with` block is over, or longer when they are waited for.

    :param Databases databases: of the server
    :param str database: with the module in it
    :param str template: a database that tests may copy
    :param arguments: pytest's: paths below the addons directory, and options
    :param pathlib.Path shared: a directory that runs have in common which share their files; each
        file is run by one of them
    :param bool quiet: whether to show the output only at the end
    """

    def __init__(self, databases, database, template, *arguments, shared=None, quiet=False):
        self.database = database
        place = checkout_directory()
        self._report = place / f"{database}.xml"
        self._output = (place / f"{database}.txt").open("w+") if quiet else None
        config = databases.write_config(database, max_cron_threads=0, http_port=free_port())
        command = [sys.executable, "-m", "pytest", "--odoo-http", "--odoo-log-level=error"]
        command += [f"--odoo-config={config}", f"--odoo-database={database}"]
        command += ["-c", str(CHECKOUT / "pyproject.toml"), f"--rootdir={databases.addons}"]
        command += ["-o", f"cache_dir={place / 'pytest'}", f"--junitxml={self._report}"]
        environment = {
            **databases.environment,
            "ODOO_RC": str(config),
            "ACCOUNT_XERO_TEMPLATE_DB": template,
        }
        if shared:
            plugin = Path(shared_files.__file__)
            command += ["-p", plugin.stem]
            environment["PYTHONPATH"] += f"{os.pathsep}{plugin.parent}"
            environment[shared_files.PLACE] = str(shared)
        say(f"Running tests on the database {database}")
        self._process = subprocess.Popen([*command, *map(str, arguments)], cwd=databases.addons,
                                         env=environment, stdout=self._output,
                                         stderr=subprocess.STDOUT if quiet else None)

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _traceback):
        if kind and kind is not KeyboardInterrupt:      # which the terminal sends to pytest as well
            self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._report.unlink(missing_ok=True)
        if self._output:
            self._output.close()
            os.unlink(self._output.name)

    def wait(self):
        """Let the tests come to their end, and show what has not been shown.

        :return: pytest's exit code; not 0 either when CI is true and browser tests were skipped
        :rtype: int
        """
        status = self._process.wait()
        if self._output:
            self._output.seek(0)
            say(f"What ran on the database {self.database}:\n{self._output.read()}")
        missed = browser_tests.skipped(self._report) if self._report.exists() else []
        if missed and os.environ.get("CI") == "true":
            say(f"Skipped, which is a failure with CI=true: {', '.join(missed)}")
            return status or 1
        return status
