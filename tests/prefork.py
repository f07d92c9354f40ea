"""As :mod:`worker`, but a process is forked for each call, as Odoo's own prefork server has them.

Each writes two lines: ``[process id, null]`` as it begins, so that a test can kill it without
having to start a new Odoo, and ``[process id, result]`` at its end.
"""
import json
import os
import signal
import sys

import odoo
from odoo.modules.registry import Registry
from odoo.sql_db import close_all

import worker

if __name__ == '__main__':
    odoo.tools.config.parse_config(sys.argv[1:])
    registry = Registry(odoo.tools.config['db_name'][0])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)       # nobody waits for those that were killed
    worker.tell('ready')
    for line in sys.stdin:
        close_all()         # a session of PostgreSQL belongs to one process
        if os.fork() == 0:
            worker.tell([os.getpid(), None])
            worker.tell([os.getpid(), worker.call(registry, *json.loads(line))])
            os._exit(0)
