"""What the kernel counts in this namespace: how often did a client connect?

A suite has a network of its own, so nothing else is in these numbers.
"""

import threading
from pathlib import Path

_SAMPLE_SECONDS = 0.02


def connections_opened():
    """TCP connections that were begun in this namespace since it exists."""
    lines = Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(values[names.index("ActiveOpens")])


def _client_ports(server_port):
    found = set()
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/self/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        for line in lines:
            local, remote = (address.rsplit(":", 1) for address in line.split()[1:3])
            if int(remote[1], 16) == server_port:
                found.add(int(local[1], 16))
    return found


class Watch:
    """Counts connections to one port while they are there, from a thread. Those that are too
    short to be seen are not counted: `count` is a lower bound."""

    def __init__(self, server_port):
        self._port = server_port
        self._known = _client_ports(server_port)
        self._seen = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self):
        while not self._over.wait(_SAMPLE_SECONDS):
            self._seen |= _client_ports(self._port) - self._known

    @property
    def count(self):
        return len(self._seen)

    def stop(self):
        self._over.set()
        self._thread.join()
