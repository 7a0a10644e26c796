"""What a case is given: programs, a directory of its own, servers, and the load.

    berth = world.berth()                            # started, ended after the case
    nginx = world.nginx(berth.certificate)           # peers.py
    run = world.fleet("dps-http", port=berth.https_port, pids=berth.pids, count=2000,
                      concurrency=16, arguments=berth.key_fleet())

Only loopback, only for a bounded time.
"""

import json
import pathlib
import shutil
import subprocess
import time

import berth_server
import peers
import processes

FLEET_SECONDS = 60
FLEET_GRACE_SECONDS = 60  # to make papers before the load, and to write the result


class FleetError(Exception):
    """The load did not end as it should; the text has its reason."""


class World:
    def __init__(self, build: pathlib.Path, directory: pathlib.Path, quick: bool, say):
        self.build = build
        self.directory = directory  # of this case alone, on the disk of the checkout
        self.quick = quick
        self.say = say
        self._servers: list = []
        self._made = 0

    def program(self, name: str) -> pathlib.Path:
        path = self.build / name
        if not path.is_file():
            raise processes.ProcessError(f"{path.name} is not built")
        return path

    def place(self, name: str) -> pathlib.Path:
        """A new empty directory."""
        self._made += 1
        path = self.directory / f"{self._made}-{name}"
        path.mkdir(parents=True)
        return path

    def close(self):
        """Ends the servers, the last one first, and removes what they wrote."""
        failures = []
        for server in reversed(self._servers):
            try:
                server.stop()
            except processes.ProcessError as error:
                failures.append(str(error))
        self._servers.clear()
        shutil.rmtree(self.directory, ignore_errors=True)
        if failures:
            raise processes.ProcessError("; ".join(failures))

    # -- servers; each is started and ends with the case

    def ends_with_case(self, server):
        """Anything with a stop()."""
        self._servers.append(server)
        return server

    def berth(self, *flags: str, settings: dict[str, str] | None = None) -> berth_server.Berth:
        server = berth_server.Berth(self.program("berth"), self.place("berth"), flags, settings)
        self.ends_with_case(server).start()
        return server

    def nginx(self, certificate: pathlib.Path, **options) -> peers.Nginx:
        server = peers.Nginx(self.place("nginx"), certificate, **options)
        self.ends_with_case(server).start()
        return server

    def mosquitto(self, certificate: pathlib.Path, **options) -> peers.Mosquitto:
        server = peers.Mosquitto(self.place("mosquitto"), certificate, **options)
        self.ends_with_case(server).start()
        return server

    # -- load

    def fleet(self, name: str, *, port: int, pids: list[int], count: int, concurrency: int,
              arguments: list = (), seconds_max: int = FLEET_SECONDS,
              may_fail: bool = False, may_send_tickets: bool = False) -> dict:
        """One run of fleet_bench: what it printed. FleetError unless every operation succeeded
        (or `may_fail`: then the caller counts) with a handshake of its own. `may_send_tickets`: by
        servers that cannot be told not to, on connections that many operations share."""
        command = [self.program("fleet_bench"), name, "--port", port, "--count", count,
                   "--concurrency", concurrency, "--max-seconds", seconds_max,
                   "--pids", ",".join(map(str, pids)), *arguments]
        started = time.monotonic()
        try:
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL,
                                  timeout=seconds_max + FLEET_GRACE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise FleetError(f"{name}: not done after "
                             f"{time.monotonic() - started:.0f} s") from error
        return checked(name, done, may_fail, may_send_tickets)

    def need(self, program: str) -> pathlib.Path:
        """A program of this machine, or the case is not measured."""
        return peers.find(program)


def checked(name: str, done: subprocess.CompletedProcess, may_fail: bool = False,
            may_send_tickets: bool = False) -> dict:
    """The JSON object of a run that went well."""
    code, complaint = done.returncode, done.stderr
    try:
        result = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise FleetError(f"{name}: exit code {code}, no result: "
                         + " ".join(complaint.strip().splitlines()[-3:])) from error
    if not may_fail and (code != 0 or result["failed"] or result["done"] != result["count"]):
        raise FleetError(f"{name}: {result['done']} of {result['count']} done, "
                         f"{result['failed']} failed: {result.get('why') or complaint.strip()}")
    if result.get("resumed"):
        raise FleetError(f"{name}: {result['resumed']} TLS sessions were resumed; "
                         "a fresh handshake is what is measured")
    if not may_send_tickets and (result.get("tls") or {}).get("tickets_received"):
        raise FleetError(f"{name}: the server sent session tickets; neither side may")
    return result
