"""What a case of the suite is, and what it answers with.

A case is a class that cases/__init__.py names. Most compare Berth with a peer: they are a PairCase,
which runs pairs and makes the rows. Any other is a Case with a run() of its own:

    class Start(Case):
        name, title = "start", "start with 1,000,000 devices"
        programs = ("seed_bench",)           # beside berth and fleet_bench

        def run(self, world):                # see world.py for what a world offers
            seconds = ...
            return [Row.absolute("start", [seconds])]

Every row has a key, and its goal stands in goals.py under that key.

A case that cannot be measured here (a peer that does not build) raises NotMeasured, which ends
neither the run nor the program in failure. Anything else that it raises is a failure of ours.
"""

import dataclasses

import goals
import pairs

PAIRS = 5
WARM_UP_COUNT = 200
SIDE_SECONDS = 2.4  # so that a pair takes about five seconds
WARM_UPS_MAX = 3


class NotMeasured(Exception):
    """Why there is no figure; nothing of ours is to blame."""


@dataclasses.dataclass
class Row:
    """One line of the table: a value, what it is held against, and what it was made of."""

    key: str
    value: float
    low: float
    high: float
    count: int  # of pairs, or of rounds
    ours: float | None = None  # medians of both sides, in the unit of the goal's `absolute`
    peer: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def goal(self) -> goals.Goal:
        return goals.GOALS[self.key]

    @property
    def verdict(self) -> str:
        return self.goal.verdict(self.value)

    @classmethod
    def ratio(cls, key: str, ours: list[float], peer: list[float], *notes: str) -> "Row":
        """Of pairs measured next to each other; the medians of both sides stand beside it."""
        ratio = pairs.ratio(ours, peer)
        return cls(key, ratio.median, ratio.low, ratio.high, ratio.count, pairs.median(ours),
                   pairs.median(peer), notes)

    @classmethod
    def absolute(cls, key: str, values: list[float], *notes: str) -> "Row":
        """Without a peer: the value itself has a bound, or is only stated."""
        spread = pairs.spread(values)
        return cls(key, spread.median, spread.low, spread.high, spread.count, spread.median, None,
                   notes)


class Case:
    """One thing that is measured. `samples` and `latencies` go to the report as they are."""

    name = ""
    title = ""
    programs: tuple[str, ...] = ()  # of bench/, beside fleet_bench
    ours_does = ""  # what each side did, in a few words, for the report
    peer_name = ""
    peer_does = ""
    in_full_run = True  # False: only when it is named

    def __init__(self):
        self.samples: list[dict] = []
        self.latencies: dict[str, dict] = {}  # who -> {"p50": us, "p99": us, "p999": us}
        self.details: dict = {}  # whatever else the JSON file is to hold

    def run(self, world) -> list[Row]:
        raise NotMeasured("this case measures nothing")


class UnlikeError(Exception):
    """The two sides did not do the same at the edge, so their ratio would mean nothing."""


def check_alike(ours: dict, peer: dict):
    """The same TLS version, cipher, key exchange and kind of certificate, or no TLS on both."""
    if ours.get("tls") is None and peer.get("tls") is None:
        return
    for name in ("version", "cipher", "group", "certificate"):
        one, other = ((run.get("tls") or {}).get(name) for run in (ours, peer))
        if one != other:
            raise UnlikeError(f"TLS {name}: Berth {one}, the peer {other}")


def cpu_us(run: dict) -> float:
    """Processor time of the server for one operation, in microseconds."""
    return run["cpu_seconds"] * 1e6 / run["done"]


def per_cpu_second(run: dict) -> float:
    """Operations for one second of the server's processor time."""
    return run["done"] / run["cpu_seconds"]


class PairCase(Case):
    """Ours and the peer's next to each other, the order changing from pair to pair.

    A subclass has prepare(world), ours(prefix, count) and peer(prefix, count); each of the last two
    puts `count` operations on its server and returns what fleet_bench printed. The prefix differs
    in every run, so that every device is a new one. The counts are chosen from a warm-up that is
    not counted.
    """

    metrics = ()  # (key of the row, function of one run)
    pairs = PAIRS
    count_max = 20_000
    side_seconds = SIDE_SECONDS

    def prepare(self, world):
        """Starts what both need; servers end with the world."""

    def ours(self, prefix: str, count: int) -> dict:
        raise NotMeasured("no load for our side")

    def peer(self, prefix: str, count: int) -> dict:
        raise NotMeasured("no load for the peer")

    def run(self, world) -> list[Row]:
        self.prepare(world)
        pairs_count = 2 if world.quick else self.pairs
        counts = self._counts(world)
        for number in range(pairs_count):
            ours, peer = self.pair(number, counts)
            check_alike(ours, peer)
            self.samples.append({"ours": ours, "peer": peer})
            world.say(f"  pair {number + 1} of {pairs_count}: " + self._said(ours, peer))
        self._keep_latencies()
        return self.rows()

    def pair(self, number: int, counts: tuple[int, int]) -> tuple[dict, dict]:
        if number % 2 == 0:
            ours = self.ours(f"p{number}-", counts[0])
            return ours, self._guarded_peer(f"p{number}-", counts[1])
        peer = self._guarded_peer(f"p{number}-", counts[1])
        return self.ours(f"p{number}-", counts[0]), peer

    def rows(self) -> list[Row]:
        return [Row.ratio(key, [of(each["ours"]) for each in self.samples],
                          [of(each["peer"]) for each in self.samples])
                for key, of in self.metrics]

    def _guarded_peer(self, prefix: str, count: int) -> dict:
        try:
            return self.peer(prefix, count)
        except NotMeasured:
            raise
        except Exception as error:
            raise NotMeasured(f"{self.peer_name}: {error}") from error

    def _counts(self, world) -> tuple[int, int]:
        """How many operations take about side_seconds on either side."""
        seconds = self.side_seconds / 4 if world.quick else self.side_seconds
        return (self._suited(self.ours, seconds), self._suited(self._guarded_peer, seconds))

    def _suited(self, load, seconds: float) -> int:
        """From warm-ups, each longer than the one before until one is long enough to tell."""
        count = WARM_UP_COUNT
        for number in range(WARM_UPS_MAX):
            run = load(f"w{number}-", count)
            taken = run["seconds"]
            count = max(WARM_UP_COUNT, min(self.count_max,
                                           int(run["operations_per_second"] * seconds)))
            if taken >= seconds / 4 or count == self.count_max:
                break
        return count

    def _said(self, ours: dict, peer: dict) -> str:
        return ", ".join(f"{key} {of(ours):,.5g} : {of(peer):,.5g} = {of(ours) / of(peer):.3f}"
                         for key, of in self.metrics)

    def _keep_latencies(self):
        for who, side in (("Berth", "ours"), (self.peer_name, "peer")):
            found = [each[side].get("latency_us") for each in self.samples]
            if all(found):
                self.latencies[who] = pairs.medians(found, ("p50", "p99", "p999"))
