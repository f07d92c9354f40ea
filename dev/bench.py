"""The bench: what this module costs, against what Odoo itself or the network would need.

Run by `make bench`, or `make bench PART=payments` for one part (see kit.py for the environment).
Odoo, PostgreSQL and HTTP are real; the Xero sandbox runs in a process of its own, so that its CPU
time is not counted. Both sides of a ratio come from one run, so it says something on any machine.
"""

import sys

import bench_hosts
import bench_import
import bench_month
import bench_pull
import bench_push
import bench_quiet
import bench_screens
import bench_webhook

PARTS = {
    "push": bench_push.push,
    "slow": bench_push.slow,
    "payments": bench_pull.payments,
    "night": bench_pull.night,
    "webhook": bench_webhook.webhook,
    "screens": bench_screens.screens,
    "quiet": bench_quiet.quiet,
    "memory": bench_push.memory,
    "history": bench_import.history,
    "listed": bench_import.listed,
    "hosts": bench_hosts.hosts,
    "month": bench_month.month,
}


def main():
    """:return: exit code; 0 when everything that was to happen has happened"""
    return 0 if PARTS[sys.argv[1]]() else 1


if __name__ == "__main__":
    sys.exit(main())
