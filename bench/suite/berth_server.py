"""A Berth of a case's own: an empty store, free ports on loopback, one thread for connections."""

import contextlib
import json
import os
import pathlib
import ssl
import urllib.error
import urllib.request

import processes

# All load comes from one address; devices come from many.
ROOM_FOR_ONE_SOURCE = {"BERTH_NET_CONNECTIONS_PER_SOURCE_MAX": "1000000"}


class Berth:
    """`flags` go to `berth serve` as they are; `settings` are BERTH_… variables."""

    def __init__(self, program: pathlib.Path, directory: pathlib.Path, flags: tuple[str, ...] = (),
                 settings: dict[str, str] | None = None):
        self.program = program
        self.data = directory / "data"
        self._own = {"BERTH_DATA": str(self.data)}
        self._command = [program, "serve", "--data", self.data, "--host", "localhost",
                         "--listen", "127.0.0.1", "--https-port", "0", "--mqtt-port", "0",
                         "--threads", "1", "--log-level", "warn", *flags]
        self._settings = ROOM_FOR_ONE_SOURCE | (settings or {})
        self._log = directory / "berth.log"
        self.process: processes.Process | None = None
        directory.mkdir(parents=True, exist_ok=True)

    def start(self):
        for name in ("url", "mqtt-url", "http-url", "mqtt-plain-url"):
            (self.data / name).unlink(missing_ok=True)
        self.process = processes.Process(self._command, self._log, self._own | self._settings)
        self.process.wait_until(self.is_ready)

    def stop(self):
        if self.process is not None and self.process.stop() != 0:
            raise processes.ProcessError("berth did not end well: " + self.process.log_end())
        self.process = None

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError, urllib.error.URLError):
            url = (self.data / "url").read_text().strip()
            trust = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
            with urllib.request.urlopen(f"{url}/readyz", context=trust, timeout=5) as answer:
                return answer.status == 200
        return False

    # -- where it is

    @property
    def pids(self) -> list[int]:
        return [self.process.pid]

    def _port(self, name: str) -> int:
        return int((self.data / name).read_text().strip().rsplit(":", 1)[1])

    @property
    def https_port(self) -> int:
        return self._port("url")

    @property
    def mqtt_port(self) -> int:
        return self._port("mqtt-url")

    @property
    def http_port(self) -> int:
        """Without TLS; only with the flags `--http-port 0`."""
        return self._port("http-url")

    @property
    def certificate(self) -> pathlib.Path:
        """The server's certificate and its key in one file; the peers use it, too."""
        return self.data / "server.pem"

    # -- what operators do

    def cli(self, *words, **options) -> str:
        clean = {name: value for name, value in os.environ.items()
                 if name not in ("BERTH_URL", "BERTH_TOKEN", "BERTH_CA")}
        return processes.run([self.program, *words], env=clean | self._own, **options)

    def cli_json(self, *words) -> dict:
        return json.loads(self.cli(*words, "--json"))

    def scope(self) -> str:
        return self.cli_json("scope", "list")["items"][0]["id"]

    def hub_host(self) -> str:
        return self.cli_json("hub", "list")["items"][0]["host"]

    def key_group(self, name: str = "bench") -> pathlib.Path:
        """Makes a group of symmetric keys; the file with its key."""
        self.cli("enrollment-group", "create", "--enrollment-id", name)
        shown = self.cli_json("enrollment-group", "show", name, "--show-keys")
        file = self.data / f"{name}.group-key"
        file.touch(mode=0o600)
        file.write_text(shown["keys"]["primaryKey"] + "\n")
        return file

    def key_fleet(self, name: str = "bench") -> list:
        """Makes such a group; what fleet_bench is told to play its devices."""
        return ["--id-scope", self.scope(), "--group-key-file", self.key_group(name)]

    def certificate_group(self, ca: pathlib.Path, name: str = "papers"):
        """Makes a group of the devices that a CA signs, and says that the CA is trusted."""
        self.cli("certificate", "create", f"{name}-ca", "--path", ca, "--verified")
        self.cli("enrollment-group", "create", "--enrollment-id", name, "--attestation-type",
                 "x509", "--root-ca-name", f"{name}-ca")
