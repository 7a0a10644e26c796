"""A server that has a million devices: how soon it answers, what it holds, how large it is."""

import contextlib
import pathlib
import shutil
import socket
import ssl
import time

import pairs
import processes
import seeding
from case import PAIRS, Case, Row

DEVICES = 1_000_000
ANSWER_SECONDS_MAX = 60
LOOK_EVERY_SECONDS = 0.001
SETTLE_SECONDS = 2.0  # chores that run once a second have run


def memory(pid: int) -> dict[str, float]:
    """RSS and PSS in MB."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        if name in ("Rss", "Pss"):
            found[name.lower()] = int(rest.split()[0]) * 1024 / 1e6
    return found


def answers(port: int, trust: ssl.SSLContext) -> bool:
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            with trust.wrap_socket(plain, server_hostname="localhost") as stream:
                stream.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n"
                               b"Connection: close\r\n\r\n")
                return b" 200 " in stream.recv(64)
    return False


class Start(Case):
    name = "start"
    title = "start with 1,000,000 devices"
    programs = ("seed_bench",)
    ours_does = ("from exec of the program to the answer of /readyz over TLS, asked every "
                 "millisecond; the page cache is warm")

    def run(self, world):
        key = seeding.make_key(world)
        full = seeding.seeded(world, key, "--groups", 1, "--devices", DEVICES, name="full")
        empty = world.berth()
        sizes = self.sizes(world)
        seconds, held, bare = [], [], []
        for number in range(2 if world.quick else PAIRS):
            seconds.append(self.start(world, full, held))
            self.start(world, empty, bare)
            self.samples.append({"seconds": seconds[-1], "full": held[-1], "empty": bare[-1]})
            world.say(f"  start {number + 1}: {seconds[-1]:.3f} s, RSS {held[-1]['rss']:.1f} MB, "
                      f"empty {bare[-1]['rss']:.1f} MB")
        median = {f"{name} {kind}": pairs.median([each[kind] for each in list_of])
                  for name, list_of in (("full", held), ("empty", bare))
                  for kind in ("rss", "pss")}
        return [Row.absolute("start", seconds, "page cache warm"),
                Row.absolute("start-memory", [each["rss"] for each in held],
                             f"RSS; PSS {median['full pss']:.1f} MB",
                             f"with an empty store RSS {median['empty rss']:.1f} MB, "
                             f"PSS {median['empty pss']:.1f} MB"),
                Row.absolute("program-size", [sizes["stripped"] / 1e6],
                             f"{sizes['whole'] / 1e6:.0f} MB with its line tables")]

    def start(self, world, berth, memories: list) -> float:
        """Seconds until the first answer."""
        berth.stop()
        port = processes.free_port()
        trust = ssl.create_default_context(cafile=str(berth.data / "ca.pem"))
        place = world.place("log")
        begun = time.monotonic()
        process = processes.Process(
            [berth.program, "serve", "--data", berth.data, "--host", "localhost", "--listen",
             "127.0.0.1", "--https-port", str(port), "--mqtt-port", "0", "--threads", "1",
             "--log-level", "warn"], place / "berth.log", {"BERTH_DATA": str(berth.data)})
        while not answers(port, trust):
            if not process.is_running() or time.monotonic() - begun > ANSWER_SECONDS_MAX:
                raise processes.ProcessError("berth did not answer: " + process.log_end())
            time.sleep(LOOK_EVERY_SECONDS)
        seconds = time.monotonic() - begun
        time.sleep(SETTLE_SECONDS)
        memories.append(memory(process.pid))
        process.stop()
        return seconds

    def sizes(self, world) -> dict[str, int]:
        program = world.program("berth")
        stripped = world.place("program") / "berth"
        shutil.copyfile(program, stripped)
        processes.run(["strip", stripped])
        return {"whole": program.stat().st_size, "stripped": stripped.stat().st_size}
