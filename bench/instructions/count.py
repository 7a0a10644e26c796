#!/usr/bin/env python3
"""Counts the instructions of one registration with callgrind, and its allocations without.

    bench/instructions/count.py [--build DIR]            compare with recorded.json
    bench/instructions/count.py --record [--build DIR]   write it, from three runs

The same build on the same machine counts the same within half a percent (recorded.json has the
spread), the hub's phases apart, so a difference beyond the tolerance is a change of the program, or
of a library: recorded.json names the versions it was made with. Sockets and TLS are not part of it.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import callgrind_profile  # noqa: E402

RECORDED = HERE / "recorded.json"
ROOT = HERE.parents[1]
CASES = ("symmetric", "x509", "csr", "mqtt", "tencent", "hub")
TOLERANCE = 0.02
# Threads of the event log, of lazy commits and of the database's checkpoints do their work inside
# the phase or after it.
TOLERANCES = {"symmetric-register": 0.05, "mqtt-register": 0.05, "tencent-register": 0.05,
              "hub-connect": 0.35, "hub-publish": 0.25, "hub-publish-8": 0.05}
RUNS = 3
OPERATIONS = 200
COUNT_SECONDS = 300
LIBRARIES = ("libc6", "libssl3", "libsqlite3-0", "librocksdb7.8", "libboost-json1.81.0")


class CountError(Exception):
    """It could not be counted; the text says why."""


def run(command: list) -> str:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=COUNT_SECONDS)
    except FileNotFoundError as error:
        raise CountError(f"{words[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise CountError(f"{words[0]}: not done after {COUNT_SECONDS} s") from error
    if done.returncode != 0:
        raise CountError(f"{' '.join(words[:2])}: exit code {done.returncode}: "
                         + " ".join(done.stderr.strip().splitlines()[-3:]))
    return done.stdout


def versions() -> dict[str, str]:
    found = {}
    for package in LIBRARIES:
        done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True,
                              text=True)
        found[package] = done.stdout if done.returncode == 0 else "not from dpkg"
    return found


class Counts:
    """Runs of a program whose debug information is left out: valgrind cannot read all of it."""

    def __init__(self, program: pathlib.Path, place: pathlib.Path, say):
        self.place = place
        self.say = say
        self.program = place / program.name
        run(["objcopy", "--strip-debug", program, self.program])
        self.profiles: dict[str, callgrind_profile.Profile] = {}

    def allocations(self) -> dict[str, dict[str, float]]:
        found = {}
        for case in CASES:
            output = run([self.program, self._empty(), case, OPERATIONS])
            found |= {phase: {"allocations": round(each["allocations"], 1),
                              "allocated_bytes": round(each["allocated_bytes"])}
                      for phase, each in json.loads(output).items()}
        return found

    def instructions(self) -> dict[str, int]:
        """Phase -> instructions of one operation; keeps the profiles."""
        found = {}
        for case in CASES:
            out = self.place / f"callgrind.{case}"
            run(["valgrind", "--tool=callgrind", "--instr-atstart=no",
                 f"--callgrind-out-file={out}", self.program, self._empty(), case, OPERATIONS])
            for path in sorted(self.place.glob(out.name + ".*")):
                profile = callgrind_profile.read(path)
                path.unlink()
                if profile.phase:
                    self.profiles[profile.phase] = profile
                    found[profile.phase] = profile.total // OPERATIONS
            self.say(f"  {case}: " + ", ".join(f"{phase} {count:,}" for phase, count
                                               in found.items() if phase.startswith(case)))
        return found

    def _empty(self) -> pathlib.Path:
        data = self.place / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        return data


def profile_lines(profile: callgrind_profile.Profile, ours: int = 5, top: int = 10) -> list[str]:
    def line(name: str, cost: int) -> str:
        return (f"    {cost // OPERATIONS:>9,} {100 * cost / profile.total:5.1f} %  "
                + callgrind_profile.short(name))

    lines = [f"  {profile.phase}: {profile.total // OPERATIONS:,} instructions; of ours, with what "
             "they call:"]
    lines += [line(name, cost) for name, cost in profile.of_ours(ours)]
    lines += ["  functions by themselves:"]
    lines += [line(name, cost) for name, cost in profile.own.most_common(top)]
    lines += ["  libraries:"]
    lines += [line(name, cost) for name, cost in profile.libraries.most_common(6)]
    return lines


def recorded() -> dict:
    return json.loads(RECORDED.read_text())


def tolerance(phase: str) -> float:
    return TOLERANCES.get(phase, TOLERANCE)


def compare(now: dict[str, int], then: dict) -> list[str]:
    """What is wrong; empty when all is within the tolerance."""
    wrong = []
    for phase, kept in then["phases"].items():
        count = now.get(phase)
        if count is None:
            wrong.append(f"{phase} was not counted")
        elif count > kept["instructions"] * (1 + tolerance(phase)):
            wrong.append(f"{phase}: {count:,} instructions, {kept['instructions']:,} recorded "
                         f"(+{100 * (count / kept['instructions'] - 1):.1f} %)")
    wrong += [f"{phase} is not in {RECORDED.name}" for phase in now if phase not in then["phases"]]
    if wrong and then["libraries"] != versions():
        wrong.append("the recorded figures were made with other versions of libraries")
    return wrong


def record(counts: Counts) -> dict:
    rounds = [counts.instructions() for _ in range(RUNS)]
    phases = {}
    for phase, allocated in counts.allocations().items():
        each = [counted[phase] for counted in rounds]
        phases[phase] = {"instructions": int(statistics.median(each)),
                         "low": min(each), "high": max(each), "tolerance": tolerance(phase),
                         **allocated}
    return {"runs": RUNS, "operations": OPERATIONS, "libraries": versions(), "phases": phases}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--record", action="store_true", help="write recorded.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        try:
            counts = Counts(options.build / "instructions_bench", pathlib.Path(place), print)
            if options.record:
                RECORDED.write_text(json.dumps(record(counts), indent=1) + "\n")
                print(f"written: {RECORDED.relative_to(ROOT)}")
                return 0
            wrong = compare(counts.instructions(), recorded())
        except CountError as error:
            print(f"count.py: {error}", file=sys.stderr)
            return 1
        print("\n".join(profile_lines(counts.profiles["symmetric-register"])))
    print("\n".join(wrong) or "within the tolerance")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
