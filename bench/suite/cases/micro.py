"""The hot pieces one by one, by Google Benchmark: bench/micro."""

import json

from case import Case, Row
from processes import run

QUICK = ("--benchmark_min_time=0.05",)
REPEATED = ("--benchmark_repetitions=3", "--benchmark_min_time=0.2",
            "--benchmark_report_aggregates_only=true")
SECONDS_MAX = 300
GROUP = "commit_registrations/64/process_time"
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def nanoseconds(measured: dict) -> float:
    """Processor time of one item, whatever an iteration of that piece is."""
    if "items_per_second" in measured:
        return 1e9 / measured["items_per_second"]
    return measured["cpu_time"] * NANOSECONDS[measured["time_unit"]]


class Micro(Case):
    name = "micro"
    title = "the hot pieces of a registration, one by one"
    programs = ("micro_bench",)
    ours_does = "each piece alone, hot in the caches; the median of three"

    def run(self, world) -> list[Row]:
        output = run([world.program("micro_bench"), "--benchmark_format=json",
                      *(QUICK if world.quick else REPEATED)],
                     seconds=SECONDS_MAX, cwd=world.place("micro"))
        found: dict[str, float] = {}
        for each in json.loads(output)["benchmarks"]:
            if each.get("error_occurred"):
                raise RuntimeError(f"{each['name']}: {each['error_message']}")
            if each.get("aggregate_name", "median") == "median":
                found[each["run_name"]] = nanoseconds(each)
        width = max(map(len, found))
        for name, time in found.items():
            world.say(f"  {name:{width}}  {time:>10,.0f} ns")
        self.details = {"nanoseconds": {name: round(time, 1) for name, time in found.items()}}
        return [Row.absolute("micro-register", [found[GROUP] / 1e3])]
