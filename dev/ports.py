"""Ports of the loopback interface."""

import socket

from console import KitError


def free_port(port=0):
    """Find a port of the loopback interface that nobody listens on.

    :param int port: the port that has to be free, 0 for any
    :return: the port
    :rtype: int
    :raise KitError: the port is taken
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise KitError(f"Port {port} is taken: end the program that listens on it") from error
        return probe.getsockname()[1]
