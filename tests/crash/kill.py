#!/usr/bin/env python3
"""Kills the server at random moments while devices register, and looks for what is lost.

    tests/crash/kill.py [--rounds 20] [--clients 8] [--seed N] [--store URL]

A round: the server runs and the clients register without pause; at a random moment it gets SIGKILL
(in some rounds while it is still starting); it is started again on the same data; then everything
a client was ever told must be there: each registration with the hub and the device id that the
client heard, each device with the keys derived for it, and no registration and no device twice.
SIGKILL leaves the page cache alone; what a power failure takes is tested below the database, in
src/store/sqlite/tests/crash_test.cc.
"""

import argparse
import base64
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fleet import Fleet, derive  # noqa: E402
from server import Admin, Server, ServerError  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
GROUP = "kill-test"
KEYS_CHECKED_MAX = 150  # devices whose keys are read in each round; the last check reads all
LIFE_SECONDS = (0.2, 2.5)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--store", help="a store URL; else SQLite in the data directory")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/berth")
    return parser.parse_args(arguments)


class Checker:
    """Compares what the server has with what the clients were told."""

    def __init__(self, scope: str, group_keys: tuple[bytes, bytes], rng: random.Random):
        self.scope, self.group_keys, self.rng = scope, group_keys, rng

    def check(self, admin: Admin, fleet: Fleet, everything: bool) -> list[str]:
        assigned, accepted = fleet.snapshot()  # before the lists: these may be longer
        registrations = admin.list("scopes", self.scope, "registrations")
        by_id = {each["id"]: each for each in registrations}
        faults = list(fleet.surprises)
        faults += [f"{each} was accepted and is lost" for each in sorted(accepted - by_id.keys())]
        for registration_id, told in assigned.items():
            found = by_id.get(registration_id)
            if found is None:
                faults.append(f"{registration_id} was assigned and is lost")
            elif (found["status"], found["hubHost"], found["deviceId"]) != ("assigned", *told):
                faults.append(f"{registration_id}: told {told}, stored {found}")
        faults += self._doubles(registrations, "registration", lambda each: each["id"].lower())
        ids = sorted(assigned.keys() & by_id.keys())
        if not everything and len(ids) > KEYS_CHECKED_MAX:
            ids = self.rng.sample(ids, KEYS_CHECKED_MAX)
        for registration_id in ids:
            faults += self._device(admin, by_id[registration_id])
        if everything:
            faults += self._whole(admin, registrations)
        return faults

    def _device(self, admin: Admin, registration: dict) -> list[str]:
        hub, device_id = registration["hub"], registration["deviceId"]
        device = admin.get("hubs", hub, "devices", device_id)
        if device is None or device["registration"] != registration["id"]:
            return [f"{registration['id']} has no device of its own: {device}"]
        keys = admin.get("hubs", hub, "devices", device_id, "keys")
        expected = [base64.b64encode(derive(key, registration["id"])).decode()
                    for key in self.group_keys]
        if [keys["primaryKey"], keys["secondaryKey"]] != expected:
            return [f"{registration['id']}: its keys have changed"]
        return []

    @staticmethod
    def _doubles(items: list, noun: str, key) -> list[str]:
        seen, doubles = set(), []
        for each in items:
            if key(each) in seen:
                doubles.append(f"{noun} {key(each)} is there twice")
            seen.add(key(each))
        return doubles

    def _whole(self, admin: Admin, registrations: list) -> list[str]:
        """With the clients at rest: devices and registrations are the same set."""
        devices = [each for hub in admin.list("hubs")
                   for each in admin.list("hubs", hub["name"], "devices")]
        faults = self._doubles(devices, "device of", lambda each: each["registration"].lower())
        if len(devices) != len(registrations):
            faults.append(f"{len(registrations)} registrations but {len(devices)} devices")
        return faults


def set_up(server: Server, rng: random.Random) -> tuple[str, tuple[bytes, bytes]]:
    server.start()
    server.wait_ready()
    admin = Admin(server)
    scope = admin.list("scopes")[0]["id"]
    keys = (rng.randbytes(32), rng.randbytes(32))
    primary, secondary = (base64.b64encode(key).decode() for key in keys)
    admin.call("POST", f"/scopes/{scope}/enrollment-groups",
               {"id": GROUP, "attestation": {"type": "symmetric_key", "primaryKey": primary,
                                              "secondaryKey": secondary}})
    return scope, keys


def kill_once(server: Server, fleet: Fleet, rng: random.Random) -> str:
    """Lets it live for a random while, kills it, starts it again; says when it was killed."""
    life = rng.uniform(*LIFE_SECONDS)
    time.sleep(life)
    server.kill()
    fleet.pause()
    early = ""
    if rng.random() < 0.3:
        start = rng.uniform(0.0, 0.15)
        server.start()
        time.sleep(start)
        server.kill()
        early = f", and again {start:.3f} s into its start"
    server.start()
    server.wait_ready()
    fleet.resume()
    return f"killed after {life:.2f} s{early}"


def plant_loss(checker: Checker, server: Server, fleet: Fleet) -> list[str]:
    admin = Admin(server)
    victim = sorted(fleet.assigned)[0]
    admin.call("DELETE", f"/scopes/{checker.scope}/registrations/{victim}")
    faults = checker.check(admin, fleet, everything=True)
    found = any(victim in fault and "lost" in fault for fault in faults)
    return [] if found else [f"{victim} was deleted and the checks found {faults}"]


def report(name: str, faults: list[str]) -> bool:
    print(f"{'FAILED' if faults else 'ok':6} {name}", flush=True)
    for fault in faults[:10]:
        print(f"       {fault}")
    if len(faults) > 10:
        print(f"       and {len(faults) - 10} more")
    return not faults


def run(options, directory: pathlib.Path) -> tuple[int, int]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"kill: {options.rounds} rounds, {options.clients} clients, seed {seed}", flush=True)
    rng = random.Random(seed)
    server = Server(options.program, directory, options.store)
    passed = failed = 0
    try:
        scope, keys = set_up(server, rng)
        checker = Checker(scope, keys, rng)
        fleet = Fleet(server, scope, keys[0], options.clients, seed)
        fleet.start()
        for number in range(1, options.rounds + 1):
            what = kill_once(server, fleet, rng)
            faults = checker.check(Admin(server), fleet, everything=False)
            good = report(f"round {number}: {what}; {len(fleet.assigned)} assigned so far", faults)
            passed, failed = passed + good, failed + (not good)
        fleet.stop()
        faults = checker.check(Admin(server), fleet, everything=True)
        if len(fleet.assigned) < options.rounds:
            faults.append(f"only {len(fleet.assigned)} devices were assigned: no test at all")
        good = report(f"all {len(fleet.assigned)} devices at the end", faults)
        proven = report("the checks notice a registration that is deleted on purpose",
                        plant_loss(checker, server, fleet))
        code = server.stop()
        drained = report("drained", [] if code == 0 else [f"it ended with {code}"])
        ends = (good, proven, drained)
        return passed + sum(ends), failed + len(ends) - sum(ends)
    except ServerError as error:
        report("the server", str(error).splitlines())
        return passed, failed + 1
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def in_directory(name: str, options, rounds) -> tuple[int, int]:
    """(passed, failed) of the rounds, in a directory that is kept when something failed."""
    if not options.program.exists():
        report("the program", [f"{options.program} does not exist: ./dev build release"])
        return 0, 1
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"berth-{name}-"))
    passed, failed = rounds(options, directory)
    if failed:
        print(f"{name}: data and log of the server are kept in {directory}")
    else:
        shutil.rmtree(directory)
    return passed, failed


def finish(passed: int, failed: int) -> int:
    """The last line that ./dev test reads, and the exit code."""
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def outcome(arguments) -> tuple[int, int]:
    return in_directory("kill", parse(arguments), run)


if __name__ == "__main__":
    sys.exit(finish(*outcome(sys.argv[1:])))
