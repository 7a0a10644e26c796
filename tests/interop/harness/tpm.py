"""A software TPM for SDKs that look for the reference simulator.

swtpm takes commands as they are, on a socket; the SDKs' library speaks to the simulator's two TCP
ports, where a command has a header and platform signals have a port of their own. This translates.
"""

import socket
import socketserver
import struct
import subprocess
import threading
from pathlib import Path

_SEND_COMMAND, _HANDSHAKE, _SESSION_END, _STOP = 8, 15, 20, 21
_VERSION, _INFO = 1, 0
_END_SECONDS = 10


def _read(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise ConnectionError("closed")
        data += chunk
    return data


def _number(connection):
    return struct.unpack(">I", _read(connection, 4))[0]


class SoftTpm:
    """One TPM, with its commands on `port` and its platform on the port after it; 0: any two."""

    def __init__(self, directory, port):
        self.port = port
        state = Path(directory)
        state.mkdir(parents=True)
        self._lock = threading.Lock()
        self._raw, far = socket.socketpair()
        with far, open(state / "swtpm.log", "wb") as log:
            number = str(far.fileno())
            command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--fd", number]
            command += ["--flags", "not-need-init,startup-clear"]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, pass_fds=[far.fileno()]
            )
        self._servers = [
            self._serve(port, self._take_commands),
            self._serve(port + 1 if port else 0, self._take_signals),
        ]
        self.ports = [server.server_address[1] for server in self._servers]

    @staticmethod
    def _serve(port, take):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    take(self.request)
                except OSError:
                    pass  # the client has left

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def _take_commands(self, connection):
        while (kind := _number(connection)) not in (_SESSION_END, _STOP):
            if kind == _HANDSHAKE:
                _number(connection)  # the client's version
                connection.sendall(struct.pack(">III", _VERSION, _INFO, 0))
            elif kind == _SEND_COMMAND:
                _read(connection, 1)  # locality
                answer = self.run(_read(connection, _number(connection)))
                connection.sendall(struct.pack(">I", len(answer)) + answer + bytes(4))
            else:
                return

    @staticmethod
    def _take_signals(connection):
        while _number(connection) not in (_SESSION_END, _STOP):
            connection.sendall(bytes(4))  # it has power and is started already

    def run(self, command):
        """One command of TPM 2.0 and its response."""
        with self._lock:
            self._raw.sendall(command)
            head = _read(self._raw, 6)
            return head + _read(self._raw, struct.unpack(">I", head[2:])[0] - len(head))

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._raw.close()  # swtpm ends with its connection
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
