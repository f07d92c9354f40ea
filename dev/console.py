"""What the kit says on the terminal, and how it fails: one sentence with the cure."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

# The clock starts once for a whole command, also across the change into the virtual environment.
_STARTED = float(os.environ.setdefault("ACCOUNT_XERO_STARTED", str(time.time())))


class KitError(Exception):
    """Something the developer has to put right. The text is one sentence that names the cure."""


def say(text):
    """Print one line, led by the seconds since the command started.

    :param str text: the line
    """
    print(f"[{time.time() - _STARTED:5.1f} s] {text}", flush=True)


@contextlib.contextmanager
def step(text):
    """Announce a long step, and say how long it took.

    :param str text: what is done, such as "Unpacking Odoo 19"
    """
    say(f"{text} ...")
    begun = time.monotonic()
    yield
    say(f"{text}: {time.monotonic() - begun:.1f} s")


def run(command, failure, **options):
    """Run a command without showing its output.

    :param list[str] command: the command and its arguments
    :param str failure: how the sentence begins when the command fails, such as "Could not unpack x"
    :param options: passed to subprocess.run
    :return: the command's standard output
    :rtype: str
    :raise KitError: the command is missing or fails; with the first error line it printed
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            **options,
        )
    except FileNotFoundError as error:
        raise KitError(f"{failure}: the command {command[0]} is missing, install it") from error
    if done.returncode:
        raise KitError(f"{failure}: {error_line(done.stderr + done.stdout)}")
    return done.stdout


def error_line(output):
    """Pick the line of a failed command's output that tells the cause.

    :param str output: all that the command printed
    :return: the first line that looks like an error, else the last line
    :rtype: str
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        if line.startswith(("E:", "ERROR:", "FATAL:")) or "error:" in line:
            return line
    return lines[-1] if lines else "no message"


def guarded(main):
    """Run a command's main function and turn what went wrong into an exit code.

    :param callable main: takes no argument, returns an exit code
    :return: never; ends the process
    """
    try:
        code = main()
    except KitError as error:
        print(f"Error: {error}.", file=sys.stderr, flush=True)
        code = 1
    except OSError as error:
        # A full disk or a directory that may not be written is no fault of the program.
        print(
            f"Error: {error.strerror or error}: {error.filename or 'the cache directory'}; "
            "free some space or set ACCOUNT_XERO_HOME to a directory that can be written.",
            file=sys.stderr,
            flush=True,
        )
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def run_aloud(command, directory, environment):
    """Run a command that speaks for itself; it gets Ctrl-C too and ends before we clean up.

    :return: its exit code
    :rtype: int
    """
    with subprocess.Popen(command, cwd=directory, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal told the command as well; a second signal would break off its clean-up.
            process.wait()
            raise
        except SystemExit:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
