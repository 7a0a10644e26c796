#!/usr/bin/env python3
"""Drives every fault of the catalogue through a real server, and checks what the device hears and
what the operator is told. The one entry; see README.md beside it.

  tests/faults/run.py                      every fault on every transport
  tests/faults/run.py --only group-key     faults whose name contains that
  tests/faults/run.py --list               what there is, nothing is run
"""

import argparse
import base64
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import certificate_catalogue  # noqa: F401  each adds its entries to CATALOGUE
import code_catalogue  # noqa: F401
import issuing_catalogue  # noqa: F401
import judge
import measured_catalogue  # noqa: F401
import session_catalogue  # noqa: F401
import template_catalogue  # noqa: F401
import tpm_catalogue  # noqa: F401
from catalogue import BY_HAND, CATALOGUE, USE_KEY
from hub_catalogue import USE_STRING
from hub_wire import Visit, hub_token
from server import BerthError, Server, World
from wire import Token, WireError

ROOT = Path(__file__).resolve().parent.parent.parent
CASES_AT_ONCE = 4
DEFAULT_BERTH = ROOT / "build" / "release" / "berth"


class Case:
    """One fault on one transport."""

    def __init__(self, fault, transport):
        self.fault, self.transport = fault, transport
        self.name = f"{fault.name} over {transport}"
        self.world = self.attempt = self.heard = None
        self.trouble = ""

    def drive(self, server):
        """The device's part."""
        self.world = World(server, f"{self.fault.name}-{self.transport}")
        self.attempt = self.fault.story(self.world, f"dev-{self.world.name}")
        self.heard = self.world.send(self.transport, self.attempt)
        judge.device(self.fault, self.transport, self.heard)

    def explain(self, _):
        """The operator's part. What is no attempt has no trail."""
        if not self.fault.reason:
            return
        trail = self.world.explained(self.attempt.registration_id)
        judge.operator(self.fault, self.transport, self.attempt, self.heard, trail)
        if self.transport == self.fault.transports[0]:
            again = self.world.run("trail", "explain", self.attempt.registration_id)
            judge.equal("what `berth trail explain` says", again["findings"], trail["findings"])
        if self.fault.mend:
            self.mend(trail["findings"][0]["mend"])

    def mend(self, command):
        """The command that the explanation offers does mend it."""
        if self.fault.mend == BY_HAND:
            self.attempt.mended()
            judge.got_in(self.world.send(self.transport, self.attempt), command)
            return
        words = shlex.split(command)
        judge.equal("the first word of the command", words[0], "berth")
        confirm = ["--yes"] if words[2] in ("delete", "restore") else []
        printed = self.world.run(*words[1:], *confirm)
        if self.fault.mend == USE_KEY:
            self.use_key(printed["primaryKey"])
        elif self.fault.mend == USE_STRING:
            self.use_key(printed["connectionString"].split("SharedAccessKey=")[1])
        judge.got_in(self.world.send(self.transport, self.attempt), command)

    def use_key(self, text):
        """A token with the key and without the mistake; a hub has to be told of a group's key."""
        device_key, attempt = base64.b64decode(text), self.attempt
        if not isinstance(attempt, Visit):
            attempt.token = Token(device_key)
            return
        if self.fault.mend == USE_KEY:
            self.world.register(attempt.registration_id, device_key)
        attempt.token = hub_token(device_key)

    def attempt_step(self, step, server):
        if self.trouble:
            return
        try:
            step(self, server)
        except (judge.Wrong, BerthError, WireError, OSError, LookupError, ValueError,
                subprocess.SubprocessError) as error:
            self.trouble = f"{type(error).__name__}: {error}"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    parser.add_argument("--only", help="faults whose name contains this")
    parser.add_argument("--transport", choices=("https", "mqtt", "mqtt-ws", "command"),
                        help="this one only")
    parser.add_argument("--list", action="store_true", help="print the catalogue, run nothing")
    parser.add_argument("--verbose", action="store_true", help="print every case")
    return parser.parse_args()


def chosen_cases(options):
    cases = [Case(fault, transport) for fault in CATALOGUE for transport in fault.transports]
    return [case for case in cases
            if (not options.only or options.only in case.fault.name)
            and (not options.transport or options.transport == case.transport)]


def run_on_one_server(program, flags, cases):
    """First all devices, then all explanations: those reach the store a second later."""
    with (tempfile.TemporaryDirectory(prefix="berth-faults-") as directory,
          ThreadPoolExecutor(CASES_AT_ONCE) as pool):
        try:
            with Server(program, directory, *flags) as server:
                for step in (Case.drive, Case.explain):
                    list(pool.map(lambda case, act=step: case.attempt_step(act, server), cases))
        except BerthError as error:  # it did not start, or did not end well
            for case in cases:
                case.trouble = case.trouble or str(error)


def main():
    options = arguments()
    cases = chosen_cases(options)
    if options.list:
        for fault in CATALOGUE:
            print(f"{fault.name:32} {fault.reason:24} {fault.cause:26} {fault.broken}")
        return 0
    if not options.berth.exists():
        print(f"faults: {options.berth} is missing: build it first (./dev build release), or name "
              "it with --berth")
        return 2
    for flags in dict.fromkeys(case.fault.server for case in cases):
        same = [case for case in cases if case.fault.server == flags]
        print(f"faults: {len(same)} cases on a server {' '.join(flags) or 'as it comes'}",
              flush=True)
        run_on_one_server(options.berth.resolve(), flags, same)
    failed = [case for case in cases if case.trouble]
    for case in cases:
        if case.trouble or options.verbose:
            print(f"faults: {case.name}: {case.trouble or 'passed'}")
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed, 0 skipped", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
