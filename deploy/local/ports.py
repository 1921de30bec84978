"""Which process listens where: fixed distances from one base port."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from deploy.local.errors import LocalError

DEFAULT_BASE = 8080
LOOPBACK = "127.0.0.1"

KAFKA = 20
KAFKA_CONTROLLER = 21
POSTGRES = 22
METRICS = 30

SPAN = 50
"""How many ports from the base on belong to one platform."""


@dataclass(frozen=True)
class Ports:
    """The ports of one platform."""

    base: int = DEFAULT_BASE

    def at(self, offset: int) -> int:
        """The port at a distance from the base."""
        return self.base + offset

    @property
    def kafka(self) -> int:
        """Where clients reach the broker."""
        return self.at(KAFKA)

    @property
    def controller(self) -> int:
        """Where the broker reaches its own controller."""
        return self.at(KAFKA_CONTROLLER)

    @property
    def postgres(self) -> int:
        """Where clients reach the database."""
        return self.at(POSTGRES)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections linger in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def require_free(wanted: Mapping[int, str]) -> None:
    """LocalError naming the first taken port, who wants it and, where visible, who has it."""
    for port, name in wanted.items():
        if not is_free(port):
            raise LocalError(
                f"port {port}, meant for {name}, is taken{_holder(port)}",
                "stop that program, or choose another base port with --port",
            )


def free_base(start: int = 20080, stop: int = 32000) -> int:
    """A base whose whole span is free just now, for tests that run beside others."""
    for base in range(start, stop, SPAN):
        if all(is_free(base + offset) for offset in range(SPAN)):
            return base
    raise LocalError(f"no {SPAN} free ports in a row between {start} and {stop}", "stop some servers on this machine")


def _holder(port: int) -> str:
    try:
        for one in psutil.net_connections("tcp"):
            if one.laddr and one.laddr[1] == port and one.status == psutil.CONN_LISTEN and one.pid:
                return f" by {psutil.Process(one.pid).name()} (process {one.pid})"
    except psutil.Error:
        pass  # another account's sockets need not be visible; the sentence is complete without
    return ""
