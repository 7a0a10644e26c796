"""What a registration costs a server that has grown: many enrollments, many groups.

Two servers next to each other, one store small and one large, the same load on both. Only what the
row names differs: registrations of both are removed between runs, so that the tables of devices are
of one size.
"""

import contextlib
import pathlib
import sqlite3

import pairs
import seeding
from case import PAIRS, Case, Row

CONCURRENCY = 32
ENROLLMENTS = (1_000_000, 1_000)
APART = 50  # see individual_id() in bench/seed/records.h
GROUPS = (1_000, 1)
DEVICES = 20_000
WARM_UP = 200

# No refusal is a cheap one because its source has failed too often.
MAY_FAIL = {"BERTH_PROVISIONING_FAILURES_PER_SOURCE_MAX": "1000000",
            "BERTH_PROVISIONING_FAILURES_REFILLED_PER_SECOND": "10000"}


def run_time(pid: int) -> float:
    """Seconds that the threads of a process ran, user and system, to the nanosecond: /proc/PID/stat
    counts hundredths of a second, too coarse for a thousand registrations."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


class Side:
    """One of the two servers, and the load on it."""

    def __init__(self, world, key: pathlib.Path, berth):
        self.world = world
        self.key = key
        self.berth = berth
        self.scope = berth.scope()

    def load(self, name: str, count: int, prefix: str, first: int = 0) -> dict:
        arguments = ["--id-scope", self.scope, "--prefix", prefix, "--first", first, "--kept"]
        if name != "unknown":
            arguments += ["--group-key-file", self.key]
        pid = self.berth.pids[0]
        before = run_time(pid)
        run = self.world.fleet(name, port=self.berth.https_port, pids=[pid], count=count,
                               concurrency=CONCURRENCY, arguments=arguments)
        run["us"] = (run_time(pid) - before) * 1e6 / count
        return run

    def forget_registrations(self):
        """As if nobody had registered; from outside, so the server's time does not count it."""
        with contextlib.closing(sqlite3.connect(self.berth.data / "berth.db", timeout=30)) as store:
            for table in ("registrations", "devices"):
                store.execute(f"DELETE FROM {table}")
            store.commit()


class Growth(Case):
    name = "growth"
    title = "registrations of a server that has grown"
    programs = ("seed_bench",)
    ours_does = ("register and poll on 32 kept connections; 1,000,000 individual enrollments with "
                 "keys of their own, those that register 50 enrollments apart from each other; "
                 "1,000 groups with 20,000 devices registered, spread over all groups")
    peer_name = "Berth, small"
    peer_does = "the same with 1,000 enrollments; with 1 group"

    def run(self, world):
        key = seeding.make_key(world)
        return [self.enrollments(world, key), *self.groups(world, key)]

    def sides(self, world, key, flags: tuple[list, list]) -> list[Side]:
        return [Side(world, key, seeding.seeded(world, key, *of, settings=MAY_FAIL, name=name))
                for of, name in zip(flags, ("large", "small"))]

    def paired(self, world, what: str, measure) -> tuple[list[float], list[float]]:
        """Of large and small: measure(side number, pair number) -> microseconds."""
        results: tuple[list, list] = ([], [])
        for number in range(2 if world.quick else PAIRS):
            for side in ((0, 1), (1, 0))[number % 2]:
                results[side].append(measure(side, number))
            large, small = results[0][-1], results[1][-1]
            self.samples.append({"what": what, "large_us": large, "small_us": small})
            world.say(f"  {what}, pair {number + 1}: {large:.1f} : {small:.1f} us "
                      f"= {large / small:.3f}")
        return results

    def enrollments(self, world, key) -> Row:
        """First registrations: every id registers once, and then again after it was forgotten."""
        sides = self.sides(world, key, (
            ["--individuals", ENROLLMENTS[0], "--apart", APART, "--prefix", "i-"],
            ["--individuals", ENROLLMENTS[1], "--prefix", "i-"]))
        repeats = 1 if world.quick else 4
        count = ENROLLMENTS[1]
        places = ENROLLMENTS[0] // APART // count

        def measure(side: int, number: int) -> float:
            us = []
            for repeat in range(repeats):
                # The large store has more than enough ids: each time others, elsewhere.
                first = (number * repeats + repeat) % places * count if side == 0 else 0
                sides[side].forget_registrations()
                us.append(sides[side].load("dps-http", count, "i-", first)["us"])
            return sum(us) / len(us)

        for side in sides:
            side.load("dps-http", WARM_UP, "i-")
        row = Row.ratio("growth-enrollments", *self.paired(world, "enrollments", measure))
        for side in sides:
            side.berth.stop()
        return row

    def groups(self, world, key) -> list[Row]:
        sides = self.sides(world, key, tuple(
            ["--groups", count, "--devices", DEVICES, "--device-groups", count,
             "--device-prefix", "d-"] for count in GROUPS))
        known = 1_000 if world.quick else 5_000
        strangers = 200 if world.quick else 1_000
        for side in sides:
            side.load("dps-http", DEVICES // 4, "d-")
            side.load("unknown", WARM_UP, "w-")
        again = self.paired(world, "known ids", lambda side, number: sides[side].load(
            "dps-http", known, "d-", number * known % (DEVICES - known))["us"])
        refused = self.paired(world, "unknown ids", lambda side, number: sides[side].load(
            "unknown", strangers, f"u{number}-")["us"])
        return [Row.ratio("growth-groups", *again,
                          "devices that are registered register again and poll"),
                Row.absolute("growth-unknown", refused[0],
                             f"{pairs.median(refused[1]):.1f} µs at one group",
                             "the search for what would have fitted, for the operator, included")]
