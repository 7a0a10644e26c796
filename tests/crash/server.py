"""A server that is killed and started again on the same data and ports, and its admin API."""

import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

READY_SECONDS = 60
ANSWER_SECONDS = 30


class ServerError(Exception):
    """The server did not do what every server must; the text says what."""


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Server:
    def __init__(self, program: pathlib.Path, directory: pathlib.Path, store: str | None):
        self.data = directory / "data"
        self.log = directory / "server.log"
        self.https_port, self.mqtt_port = free_ports(2)
        self.command = [str(program), "serve", "--data", str(self.data), "--host", "localhost",
                        "--listen", "127.0.0.1", "--https-port", str(self.https_port),
                        "--mqtt-port", str(self.mqtt_port)]
        if store:
            self.command += ["--store", store]
        self.process: subprocess.Popen | None = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)

    def wait_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None:
                raise ServerError(f"it ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"not ready after {READY_SECONDS} s:\n{self.log_tail()}")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            connection = self.connect()
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def kill(self):
        """No warning, no drain: SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Drains; the exit code, or -9 if it had to be killed."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def connect(self) -> http.client.HTTPSConnection:
        trust = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
        return http.client.HTTPSConnection("localhost", self.https_port, context=trust,
                                           timeout=ANSWER_SECONDS)


class Admin:
    """The admin API of a running server over one kept connection."""

    def __init__(self, server: Server):
        self.connection = server.connect()
        self.token = (server.data / "admin.token").read_text().strip()

    def call(self, method: str, path: str, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        self.connection.request(method, "/api/v1" + path, text, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status == 404:
            return None
        if answer.status >= 300:
            raise ServerError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content) if content else {}

    def get(self, *parts: str):
        return self.call("GET", "/" + "/".join(urllib.parse.quote(part, safe="") for part in parts))

    def list(self, *parts: str) -> list:
        path = "/" + "/".join(urllib.parse.quote(part, safe="") for part in parts) + "?limit=1000"
        items, cursor = [], None
        while True:
            page = self.call("GET", path + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["nextCursor"]
            if not cursor:
                return items
