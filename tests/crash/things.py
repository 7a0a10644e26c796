#!/usr/bin/env python3
"""Kills the server at random moments while things with passwords enrol, are taken under control and
publish records.

    tests/crash/things.py [--rounds 20] [--things 6] [--seed N] [--store URL]

A round as in kill.py. Afterwards each thing that was told its Plug-ID and password gets in with
them, each controller still controls its thing, and each record whose id was told is there, once and
as it was last written.
"""

import argparse
import base64
import hashlib
import http.client
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from kill import ROOT, finish, in_directory, kill_once, report  # noqa: E402
from server import Admin, Server, ServerError  # noqa: E402

TEMPLATE = "mod-c0ffee0123456789abcdef01"
SECRET = "secret of the crash test"
CHANNEL = "level"
SERIALS_MAX = 200  # of one client
RECORDS_MAX = 100  # of one thing; then the next one comes
OVERWRITTEN_SHARE = 0.2


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--things", type=int, default=6, help="at the same time")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--store", help="a store URL; else SQLite in the data directory")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/berth")
    return parser.parse_args(arguments)


def password(first: str, second: str) -> str:
    return base64.b64encode(hashlib.sha1((first + second).encode()).digest()).decode()


def ask(connection, method: str, path: str, who=None, body=None):
    """(status, content)"""
    headers = {"X-Plug-Id": who[0], "X-Plug-Auth": who[1]} if who else {}
    text = None if body is None else json.dumps(body)
    connection.request(method, f"/iot{path}", text, headers)
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content else None


class Thing:
    """What one thing was promised."""

    def __init__(self, serial: str):
        self.serial = serial
        self.own = self.controller = None  # Plug-ID and password
        self.records: dict[str, int] = {}  # id -> what was last written and acknowledged
        self.next = 0


class Client:
    """Things one after the other, on a thread of its own."""

    def __init__(self, number: int, crowd: "Crowd", seed: int):
        self.crowd, self.rng = crowd, random.Random(seed)
        self.lock = threading.Lock()
        self.things: list[Thing] = []
        self.surprises: list[str] = []
        self.serials = iter([f"S{number}-{at}" for at in range(SERIALS_MAX)])
        self.thread = threading.Thread(target=self._live, daemon=True)

    def _live(self):
        connection = thing = None
        while not self.crowd.stopped:
            try:
                connection = connection or self.crowd.server.connect()
                if thing is None or thing.next >= RECORDS_MAX:
                    thing = self._enrolled(connection, Thing(next(self.serials)))
                elif thing.controller is None:
                    self._take_control(connection, thing)
                else:
                    self._publish(connection, thing)
            except (OSError, http.client.HTTPException):  # it was killed under our hands
                # A password that was under way is lost: the next thing comes.
                connection = None
                thing = thing if thing and thing.controller else None
                self.crowd.running.wait(0.5)
                time.sleep(0.01)
            except StopIteration:
                return

    def _surprise(self, text: str):
        with self.lock:
            self.surprises.append(text)

    def _enrolled(self, connection, thing: Thing):
        body = {"model": TEMPLATE, "hwid": thing.serial, "pass": password(SECRET, thing.serial)}
        status, answer = ask(connection, "POST", "/device", body=body)
        if status != 200:
            self._unless_away(f"{thing.serial} was not enrolled", status, answer)
            return None
        thing.own = (answer["id"], answer["auth"])
        with self.lock:
            self.things.append(thing)
        return thing

    def _take_control(self, connection, thing: Thing):
        body = {"model": TEMPLATE, "ctrl": thing.serial, "pass": password(thing.serial, SECRET),
                "hwid": f"c-{thing.serial}"}
        status, answer = ask(connection, "PUT", "/device", body=body)
        if status != 201:
            self._unless_away(f"{thing.serial} got no controller", status, answer)
            return
        with self.lock:
            thing.controller = (answer["id"], answer["auth"])

    def _publish(self, connection, thing: Thing):
        with self.lock:
            again = bool(thing.records) and self.rng.random() < OVERWRITTEN_SHARE
            record = self.rng.choice(sorted(thing.records)) if again else None
            thing.next += 1
            value = thing.next
        body = {"data": value, **({"id": record} if record else {})}
        status, answer = ask(connection, "PUT", f"/data/{CHANNEL}", thing.own, body)
        if status != 200:
            self._unless_away(f"{thing.serial} could not publish", status, answer)
            return
        with self.lock:
            thing.records[answer] = value

    def _unless_away(self, what: str, status: int, answer):
        if status != 503:  # the store was not there for a moment
            self._surprise(f"{what}: {status} {answer}")


class Crowd:
    """Everybody together."""

    def __init__(self, server: Server, count: int, seed: int):
        self.server = server
        self.running = threading.Event()
        self.stopped = False
        self.clients = [Client(number, self, seed + number) for number in range(count)]

    def start(self):
        self.running.set()
        for client in self.clients:
            client.thread.start()

    def stop(self):
        self.stopped = True
        self.running.set()
        for client in self.clients:
            client.thread.join()

    def pause(self):
        """Until resume() everybody waits a little between two knocks at a closed door."""
        self.running.clear()

    def resume(self):
        self.running.set()

    def surprises(self) -> list[str]:
        return [each for client in self.clients for each in client.surprises]

    def promises(self):
        """(serial, own, controller, records) of each thing, as they are now."""
        found = []
        for client in self.clients:
            with client.lock:
                found += [(thing.serial, thing.own, thing.controller, dict(thing.records))
                          for thing in client.things]
        return found


def check(server: Server, crowd: Crowd) -> list[str]:
    faults, connection = crowd.surprises(), server.connect()
    for serial, own, controller, records in crowd.promises():
        status, device = ask(connection, "GET", f"/device/{own[0]}", own)
        if status != 200 or device["id"] != own[0]:
            faults.append(f"{serial} enrolled and does not get in: {status} {device}")
            continue
        if controller:
            status, device = ask(connection, "GET", f"/device/{own[0]}", controller)
            if status != 200:
                faults.append(f"{serial}: its controller has lost it: {status} {device}")
        listed = ask(connection, "GET", f"/data/{CHANNEL}?limit=1000", own)
        faults += check_records(serial, records, listed)
    return faults


def check_records(serial: str, records: dict, answer) -> list[str]:
    status, listed = answer
    if status != 200:
        return [f"{serial}: its records cannot be read: {status} {listed}"]
    ids = [each["id"] for each in listed]
    found = {each["id"]: each["data"] for each in listed}
    faults = [f"{serial}: a record is there twice"] if len(found) != len(ids) else []
    for record, value in records.items():
        if record not in found:
            faults.append(f"{serial}: record {record} is lost")
        elif found[record] < value:  # whoever publishes goes on meanwhile: later ones are good
            faults.append(f"{serial}: record {record} is {found[record]}, not {value}")
    return faults


def set_up(server: Server, count: int):
    server.start()
    server.wait_ready()
    admin = Admin(server)
    scope = admin.list("scopes")[0]["id"]
    groups = f"/scopes/{scope}/enrollment-groups"
    admin.call("POST", groups, {"id": TEMPLATE, "attestation": {"type": "member_passwords",
                                                                "derivationSecret": SECRET}})
    for number in range(count):
        members = [{"name": f"S{number}-{at}"} for at in range(SERIALS_MAX)]
        admin.call("POST", f"{groups}/{TEMPLATE}/members", {"members": members})


def plant_loss(server: Server, crowd: Crowd) -> list[str]:
    """Promises that nobody gave must be missed."""
    thing = next(thing for client in crowd.clients for thing in client.things)
    thing.records["c0ffee0123456789abcdef01"] = 1
    thing.controller = (thing.own[0], "wrong")
    faults = check(server, crowd)
    found = [any(text in fault for fault in faults) for text in ("is lost", "has lost it")]
    return [] if all(found) else [f"promises made up were not missed: {faults}"]


def tally(crowd: Crowd) -> str:
    promises = crowd.promises()
    return (f"{len(promises)} things, {sum(1 for each in promises if each[2])} controllers, "
            f"{sum(len(each[3]) for each in promises)} records")


def run(options, directory: pathlib.Path) -> tuple[int, int]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"things: {options.rounds} rounds, {options.things} things, seed {seed}", flush=True)
    rng = random.Random(seed)
    server = Server(options.program, directory, options.store)
    results = []
    try:
        set_up(server, options.things)
        crowd = Crowd(server, options.things, seed)
        crowd.start()
        for number in range(1, options.rounds + 1):
            what = kill_once(server, crowd, rng)
            faults = check(server, crowd)
            results.append(report(f"round {number}: {what}; {tally(crowd)}", faults))
        crowd.stop()
        faults = check(server, crowd)
        if not any(each[2] and each[3] for each in crowd.promises()):
            faults.append("nobody published anything: no test at all")
        results.append(report(f"all of it at the end: {tally(crowd)}", faults))
        results.append(report("the checks notice promises that were made up",
                              plant_loss(server, crowd)))
        code = server.stop()
        results.append(report("drained", [] if code == 0 else [f"it ended with {code}"]))
    except ServerError as error:
        results.append(report("the server", str(error).splitlines()))
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    return sum(results), len(results) - sum(results)


def outcome(arguments) -> tuple[int, int]:
    return in_directory("kill-things", parse(arguments), run)


if __name__ == "__main__":
    sys.exit(finish(*outcome(sys.argv[1:])))
