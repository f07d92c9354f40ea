"""How long a run may go on: the context of its environment says until when."""
import time

#: Key of the context: when to begin nothing more, by the clock of `time.monotonic`.
DEADLINE = 'xero_deadline'


class TimeBudgetExceeded(Exception):
    """The time of this run is over; what is left comes in the next one."""


def end_after(seconds):
    """
    :param int seconds: how long a run has, from now on
    :return: what its context says of it
    :rtype: dict
    """
    return {DEADLINE: time.monotonic() + seconds}


def is_time_left(env):
    """
    :param Environment env: of a run
    :return: whether it has time for more
    :rtype: bool
    """
    return time.monotonic() < env.context[DEADLINE]


def check_time(env):
    """
    :param Environment env: of a run
    :raise TimeBudgetExceeded: it has no time for more
    """
    if not is_time_left(env):
        raise TimeBudgetExceeded
