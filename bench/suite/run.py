#!/usr/bin/env python3
"""Measures Berth beside other servers: `./dev bench [NAME...]`.

Every case starts servers of its own on loopback, in a directory below build/bench that is removed
again, and is ended with them when this program is. The exit code is 1 when something of ours
failed; a goal that was missed, or a peer that is not here, is a result.
"""

import argparse
import datetime
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

SUITE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(SUITE))

import cases  # noqa: E402
import machine  # noqa: E402
import peers  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
from case import NotMeasured  # noqa: E402
from world import FleetError, World  # noqa: E402

ROOT = SUITE.parents[1]
RUN_SECONDS = 29 * 60  # after it no further case begins


def say(text: str):
    print(text, flush=True)


def chosen(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in cases.CASES]
    if unknown:
        raise SystemExit(f"bench: no case '{unknown[0]}'; there are: " + ", ".join(cases.CASES))
    return names


def programs(names: list[str]) -> list[str]:
    """The targets these cases need and that have a source here."""
    needed = ["fleet_bench"]
    for name in names:
        try:
            needed += cases.load(name).programs
        except Exception:  # is reported when the case runs
            continue
    return ["berth", *sorted(name for name in set(needed)
                             if (ROOT / "bench" / name.removesuffix("_bench")).is_dir()
                             or (ROOT / "bench" / f"{name}.cc").is_file())]


def full_run() -> list[str]:
    names = []
    for name in cases.CASES:
        try:
            is_in = cases.load(name).in_full_run
        except Exception:  # is reported when the case runs
            is_in = True
        if is_in:
            names.append(name)
    return names


class Suite:
    def __init__(self, options, directory: pathlib.Path):
        self.options = options
        self.directory = directory
        self.build = pathlib.Path(options.build).resolve()
        self.facts = machine.facts(self.build, directory, all_versions())
        self.began = time.monotonic()
        self.failed = False
        self.results: dict[str, dict] = {}

    def run(self, names: list[str]):
        say(report.machine_sentence(self.facts))
        for name in names:
            self.results[name] = self.run_case(name)

    def run_case(self, name: str) -> dict:
        around = {"machine": self.facts, "load": machine.load(),
                  "disk": machine.disk_probe(self.directory),
                  "measured_at": datetime.datetime.now(datetime.timezone.utc)
                  .isoformat(timespec="seconds")}
        if time.monotonic() - self.began > RUN_SECONDS and not self.options.names:
            return self.without(name, around, report.NOT_MEASURED, "the half hour was over")
        say(f"\n{name} (load average {around['load']['one_minute']}, disk p50 "
            f"{around['disk']['p50_us']:,} µs, p99 {around['disk']['p99_us']:,} µs)")
        world = World(self.build, self.directory / name, self.options.quick, say)
        began = time.monotonic()
        around["title"] = name
        try:
            case = cases.load(name)
            around["title"] = case.title
            say(f"  {case.title}")
            try:
                rows = case.run(world)
            finally:
                world.close()
        except NotMeasured as error:
            return self.without(name, around, report.NOT_MEASURED, str(error))
        except Exception as error:
            if not isinstance(error, (FleetError, processes.ProcessError)):
                traceback.print_exc()  # these two say what failed; any other is ours to find
            self.failed = True
            return self.without(name, around, report.FAILED, f"{type(error).__name__}: {error}")
        data = report.case_data(case, rows, around | {"took_seconds": self.since(began)})
        say(report.screen_table({name: data}))
        say(f"  {name} took {data['took_seconds']} s")
        return data

    def without(self, name: str, around: dict, outcome: str, why: str) -> dict:
        why = " ".join(why.split())
        say(f"  {outcome}: {why}")
        return around | {"outcome": outcome, "why": why}

    @staticmethod
    def since(began: float) -> float:
        return round(time.monotonic() - began, 1)


def all_versions() -> dict[str, str]:
    found = peers.versions()
    try:
        import ca_peers
        found |= ca_peers.versions()
    except Exception:  # without them the case that needs them says why
        pass
    return found


def read_arguments(arguments: list[str]):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases; all when none is named")
    parser.add_argument("--list", action="store_true", help="the cases, a line each")
    parser.add_argument("--quick", action="store_true",
                        help="two pairs with few operations: to try it, never written")
    parser.add_argument("--write", action="store_true",
                        help="write docs/performance.md and .json, as a run of all cases does")
    parser.add_argument("--no-write", action="store_true", help="write neither")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"),
                        help="where the programs are; build/release")
    parser.add_argument("--programs", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def list_cases():
    for name in cases.CASES:
        try:
            case = cases.load(name)
            more = "" if case.in_full_run else " (only when named)"
            say(f"{name:14}{case.title}{more}")
        except Exception as error:
            say(f"{name:14}cannot be read: {type(error).__name__}: {error}")


def main(arguments: list[str]) -> int:
    options = read_arguments(arguments)
    names = chosen(options.names) or full_run()
    if options.list:
        list_cases()
        return 0
    if options.programs:
        say(" ".join(programs(names)))
        return 0
    processes.end_with_us()
    processes.raise_file_limit()
    place = ROOT / "build" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(dir=place))
    try:
        suite = Suite(options, directory)
        suite.run(names)
    finally:
        processes.stop_all()
        shutil.rmtree(directory, ignore_errors=True)
    say(f"\n{report.screen_table(suite.results)}\n")
    writes = options.write or not (options.names or options.no_write)
    if writes and not options.quick:
        report.write(suite.results, list(cases.CASES))
        say("written: docs/performance.md, docs/performance.json")
    say(f"took {suite.since(suite.began)} s; load average now {os.getloadavg()[0]:.2f}")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("bench: interrupted; its servers have ended")
        sys.exit(130)
