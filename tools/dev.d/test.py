#!/usr/bin/env python3
"""Runs the test groups of groups.py, two at a time, each with a log under build/test-logs/.

./dev test calls it. The last line is "N passed, N failed, N skipped"; the exit code is 1 when
anything failed. With CI=true nothing may be skipped.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from groups import GROUPS, ROOT, TSAN_GROUPS, Group  # noqa: E402

LOGS = ROOT / "build" / "test-logs"
AT_ONCE = 2
HEARTBEAT_SECONDS = 30
SKIPPED_CODE = 77
TAIL_LINES = 40
FAILURE_LINES = 60
ROOM_BYTES = 10_000_000_000


class Run:
    """One group: waiting, running, or done with a result."""

    def __init__(self, group: Group):
        self.group = group
        self.log = LOGS / f"{group.name}.log"
        self.process: subprocess.Popen | None = None
        self.result = ""  # passed, failed, skipped, blocked
        self.why = ""
        self.counts = (0, 0, 0)
        self.seconds = 0.0

    def start(self):
        self.began = time.monotonic()
        if self.group.needs_file and not (ROOT / self.group.needs_file).exists():
            self.finish("failed", f"{self.group.needs_file} is missing")
            return
        environment = os.environ | dict(self.group.environment)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.group.command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, env=environment, start_new_session=True)

    def poll(self):
        code = self.process.poll()
        late = time.monotonic() - self.began > self.group.limit_seconds
        if code is None and not late:
            return
        if code is None:
            self.kill()
            self.finish("failed", f"not done after {self.group.limit_seconds} s")
        elif code == SKIPPED_CODE:
            must_run = os.environ.get("CI") == "true"
            self.finish("failed" if must_run else "skipped", last_line(self.log))
        else:
            self.finish("passed" if code == 0 else "failed", f"exit code {code}")

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def finish(self, result: str, why: str):
        self.result, self.why = result, why
        self.seconds = time.monotonic() - self.began
        self.process = None
        if result == "skipped":
            self.counts = (0, 0, 1)
        elif not self.group.is_step:
            text = self.log.read_text(errors="replace") if self.log.exists() else ""
            self.counts = count(text, result == "passed")
        elif result == "failed":
            self.counts = (0, 1, 0)
        self.tell()

    def tell(self):
        passed, failed, skipped = self.counts
        detail = "" if self.group.is_step else f"{passed} passed"
        detail += f", {failed} failed" if failed else ""
        detail += f", {skipped} skipped" if skipped else ""
        if self.result in ("failed", "skipped"):
            detail += f" ({self.why})"
        say(f"{self.result:8}{self.group.name:14}{self.seconds:7.1f} s  {detail.lstrip(', ')}")
        if self.result == "failed" and self.log.exists():
            show_failure(self.log)


def say(text: str):
    print(text, flush=True)


def last_line(log: pathlib.Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:110] if lines else ""


def show_failure(log: pathlib.Path):
    """What failed, as far as it can be recognised, then the end of the log."""
    lines = log.read_text(errors="replace").splitlines()
    chosen, end = [], max(0, len(lines) - TAIL_LINES)
    for number, line in enumerate(lines[:end]):
        if re.search(r": Failure$|: error:|ERROR: \w+Sanitizer|WARNING: Thread|runtime error:"
                     r"|^FAIL:|^ERROR:|Traceback|\bFAILED\b", line):
            chosen.extend(lines[number : min(number + 8, end)])
    say(f"  | {log.relative_to(ROOT)}:")
    for line in chosen[:FAILURE_LINES] + (["..."] if chosen else []) + lines[end:]:
        say(f"  | {line[:300]}")


def count(text: str, passed: bool) -> tuple[int, int, int]:
    """(passed, failed, skipped) of a log whose group passed or not."""
    total = [0, 0, 0]
    plain = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped", text, re.MULTILINE)
    if plain:
        total = [int(number) for number in plain[-1]]
    elif "[==========]" in text:
        for at, pattern in enumerate((r"PASSED  ", r"FAILED  ", r"SKIPPED ")):
            found = re.findall(rf"\[  {pattern}\] (\d+) tests?[.,]", text)
            total[at] = sum(map(int, found))
    elif (ran := re.search(r"^Ran (\d+) tests? in", text, re.MULTILINE)):
        named = dict(re.findall(r"(failures|errors|skipped)=(\d+)", text[ran.end():]))
        total[1] = int(named.get("failures", 0)) + int(named.get("errors", 0))
        total[2] = int(named.get("skipped", 0))
        total[0] = int(ran.group(1)) - total[1] - total[2]
    if passed and total[0] == 0 and total[2] == 0:
        total[0] = 1
    if not passed and total[1] == 0:
        total[1] = 1
    return tuple(total)


def choose(options) -> list[Group]:
    """The groups asked for and the steps they need."""
    table = TSAN_GROUPS if options.tsan else GROUPS
    by_name = {group.name: group for group in table}
    wanted = [group for group in table if (group.quick if options.quick else group.full)]
    if options.only:
        unknown = set(options.only) - set(by_name)
        if unknown:
            sys.exit(f"dev: no group {', '.join(sorted(unknown))}; there are: {' '.join(by_name)}")
        wanted = [by_name[name] for name in options.only]
    names = set()

    def add(group: Group):
        names.add(group.name)
        for step in group.after:
            add(by_name[step])

    for group in wanted:
        add(group)
    return [group for group in table if group.name in names]


def run_all(groups: list[Group]) -> list[Run]:
    LOGS.mkdir(parents=True, exist_ok=True)
    runs = {group.name: Run(group) for group in groups}
    beat = time.monotonic()
    try:
        while any(not run.result for run in runs.values()):
            running = [run for run in runs.values() if run.process]
            for run in runs.values():
                if run.result or run.process or len(running) >= AT_ONCE:
                    continue
                states = [runs[step].result for step in run.group.after]
                if any(state in ("failed", "blocked", "skipped") for state in states):
                    run.result = "blocked"
                    run.counts = (0, 0 if run.group.is_step else 1, 0)
                    say(f"failed  {run.group.name:14}         cannot run: a step before it failed")
                elif all(state == "passed" for state in states):
                    run.start()
                    running += [run] if run.process else []
            for run in running:
                run.poll()
            if time.monotonic() - beat > HEARTBEAT_SECONDS:
                beat = time.monotonic()
                now = [f"{r.group.name} {beat - r.began:.0f} s: {last_line(r.log)[:60]}"
                       for r in running if r.process]
                say("...     " + " | ".join(now))
            time.sleep(0.1)
    finally:
        for run in runs.values():
            if run.process:
                run.kill()
    return list(runs.values())


def short_of_room(groups: list[Group]) -> str:
    """A build that fills the disk fails in the middle, with words that say something else."""
    if not any(group.name == "asan" for group in groups) or (ROOT / "build" / "asan").exists():
        return ""
    free = shutil.disk_usage(ROOT).free
    if free >= ROOM_BYTES:
        return ""
    return (f"dev: {ROOT} has {free / 1e9:.1f} GB of free disk, and the builds take about "
            f"{ROOM_BYTES / 1e9:.0f}: make room, for example by deleting old builds")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="units, architecture, faults")
    parser.add_argument("--tsan", action="store_true", help="unit tests under ThreadSanitizer")
    parser.add_argument("--only", action="append", metavar="GROUP", help="this group only")
    parser.add_argument("--list", action="store_true", help="name the groups, run none")
    parser.add_argument("--needs", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    groups = choose(options)
    if options.needs:
        print(" ".join(sorted({"build"} | {name for group in groups for name in group.lists})))
        return 0
    if options.list:
        for group in groups:
            print(f"{group.name:14}{group.what}")
        return 0
    if short := short_of_room(groups):
        say(short)
        return 1
    began = time.monotonic()
    say(f"dev: {len(groups)} groups, {AT_ONCE} at a time; logs in {LOGS.relative_to(ROOT)}/")
    runs = run_all(groups)
    passed, failed, skipped = (sum(run.counts[at] for run in runs) for at in range(3))
    say(f"dev: {time.monotonic() - began:.0f} s")
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
