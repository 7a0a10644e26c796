#!/usr/bin/env python3
"""Kills the server at random moments while credential codes are made and used up.

    tests/crash/codes.py [--rounds 20] [--clients 4] [--seed N] [--store URL]

A round as in kill.py. Each code is tried several times, each claim with another key every time.
Afterwards no code was good twice, one that was good is used up, and the enrollment has the key of
whoever was told that it got in.
"""

import argparse
import base64
import http.client
import json
import pathlib
import random
import ssl
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from kill import ROOT, finish, in_directory, kill_once, report  # noqa: E402
from server import ANSWER_SECONDS, Admin, Server, ServerError  # noqa: E402

TRIES = 3
CHECKED_MAX = 60  # codes of each client, the latest
LIFETIME_SECONDS = 3600


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--store", help="a store URL; else SQLite in the data directory")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/berth")
    return parser.parse_args(arguments)


class Code:
    """A code, and what became of each try: a key that got in, or False; None: nobody knows."""

    def __init__(self, made: dict):
        self.id, self.device = made["id"], made["deviceId"]
        self.pickup = made["pickup"] if made["mode"] == "envelope" else None
        self.token = None if self.pickup else made["code"].split("#")[1]
        self.tries: list = []

    def good(self) -> list:
        return [each for each in self.tries if each]


class Client:
    """Makes codes and tries them, on a thread of its own."""

    def __init__(self, number: int, crowd: "Crowd", seed: int):
        self.number, self.crowd, self.rng = number, crowd, random.Random(seed)
        self.lock = threading.Lock()
        self.codes: list[Code] = []
        self.surprises: list[str] = []
        self.made = 0
        self.thread = threading.Thread(target=self._live, daemon=True)

    def _live(self):
        admin = code = None
        while not self.crowd.stopped:
            try:
                admin = admin or Admin(self.crowd.server)
                if code is None or len(code.tries) == TRIES:
                    code = self._make(admin)
                    continue
            except (OSError, http.client.HTTPException):  # it was killed under our hands
                admin = None
                self._rest()
                continue
            except ServerError as error:
                self._unless_away(str(error), ": 503 " in str(error))
                continue
            self._use(code)

    def _rest(self):
        self.crowd.running.wait(0.5)
        time.sleep(0.01)

    def _unless_away(self, what: str, away: bool):
        if away:
            return  # the store was not there for a moment
        with self.lock:
            self.surprises.append(what)

    def _make(self, admin: Admin) -> Code:
        self.made += 1
        device = f"c{self.number}-{self.made}"
        mode = self.rng.choice(("claim", "envelope"))
        made = admin.call("POST", "/credentials",
                          {"mode": mode, "scope": self.crowd.scope, "deviceId": device,
                           "enrollmentGroupId": self.crowd.group, "ttlSeconds": LIFETIME_SECONDS,
                           "pickup": mode == "envelope"})
        code = Code(made)
        with self.lock:
            self.codes.append(code)
        return code

    def _use(self, code: Code):
        """One try from an address of its own, so that misses are not counted together."""
        key = base64.b64encode(self.rng.randbytes(32)).decode()
        source = f"127.{self.number + 1}.{self.rng.randrange(256)}.{1 + self.rng.randrange(254)}"
        result = None
        try:
            status = self._ask(code, key, source)
            result = key if status in (200, 201) else False
            if status == 503:
                return  # it was not tried
            if status not in (200, 201, 404):
                self._unless_away(f"{code.id} was answered {status}", False)
        except (OSError, http.client.HTTPException):
            self._rest()
        with self.lock:
            code.tries.append(result)

    def _ask(self, code: Code, key: str, source: str) -> int:
        connection = self.crowd.connect(source)
        headers = {"Content-Type": "application/json"}
        try:
            if code.pickup:
                connection.request("POST", "/pickup", json.dumps({"pickup": code.pickup}), headers)
            else:
                headers["Authorization"] = f"Bearer {code.token}"
                connection.request("POST", f"/claim/{code.id}", json.dumps({"symmetricKey": key}),
                                   headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


class Crowd:
    """Everybody together."""

    def __init__(self, server: Server, scope: str, group: str, count: int, seed: int):
        self.server, self.scope, self.group = server, scope, group
        self.running = threading.Event()
        self.stopped = False
        self.trust = ssl.create_default_context(cafile=str(server.data / "ca.pem"))
        self.clients = [Client(number, self, seed + number) for number in range(count)]

    def connect(self, source: str) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.server.https_port, context=self.trust,
                                           timeout=ANSWER_SECONDS, source_address=(source, 0))

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

    def codes(self) -> list[Code]:
        found = []
        for client in self.clients:
            with client.lock:
                found += client.codes[-CHECKED_MAX:]
        return found


def check(admin: Admin, crowd: Crowd) -> list[str]:
    faults = crowd.surprises()
    for code in crowd.codes():
        good = code.good()
        if len(good) > 1:
            faults.append(f"{code.id} was good {len(good)} times")
        if not good:
            continue
        state = (admin.get("credentials", code.id) or {}).get("state")
        if state != "used":
            faults.append(f"{code.id} was good and is {state}")
        if code.token:
            faults += check_key(admin, crowd, code)
    return faults


def check_key(admin: Admin, crowd: Crowd, code: Code) -> list[str]:
    keys = admin.get("scopes", crowd.scope, "enrollments", code.device, "keys")
    if keys and keys["primaryKey"] in code.good():
        return []
    return [f"{code.device} was told that it got in, and its key is not there"]


def set_up(server: Server) -> tuple[str, str]:
    server.start()
    server.wait_ready()
    admin = Admin(server)
    scope = admin.list("scopes")[0]["id"]
    group = "line-7"
    admin.call("POST", f"/scopes/{scope}/enrollment-groups", {"id": group})
    return scope, group


def plant_loss(admin: Admin, crowd: Crowd) -> list[str]:
    """A code that is said to have been good twice must be noticed."""
    victim = next(code for code in crowd.codes() if code.token and code.good())
    victim.tries += ["another key"]
    faults = check(admin, crowd)
    found = any(victim.id in fault and "2 times" in fault for fault in faults)
    return [] if found else [f"a second use was made up, and the checks found {faults}"]


def tally(crowd: Crowd) -> str:
    codes = [code for client in crowd.clients for code in list(client.codes)]
    return (f"{len(codes)} codes, {sum(1 for each in codes if each.good())} used, "
            f"{sum(each.tries.count(None) for each in codes)} tries cut off")


def run(options, directory: pathlib.Path) -> tuple[int, int]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"codes: {options.rounds} rounds, {options.clients} clients, seed {seed}", flush=True)
    rng = random.Random(seed)
    server = Server(options.program, directory, options.store)
    results = []
    try:
        crowd = Crowd(server, *set_up(server), options.clients, seed)
        crowd.start()
        for number in range(1, options.rounds + 1):
            what = kill_once(server, crowd, rng)
            faults = check(Admin(server), crowd)
            results.append(report(f"round {number}: {what}; {tally(crowd)}", faults))
        crowd.stop()
        faults = check(Admin(server), crowd)
        if not any(code.good() for code in crowd.codes()):
            faults.append("nobody used anything: no test at all")
        results.append(report(f"all of it at the end: {tally(crowd)}", faults))
        results.append(report("the checks notice a second use that was made up",
                              plant_loss(Admin(server), crowd)))
        code = server.stop()
        results.append(report("drained", [] if code == 0 else [f"it ended with {code}"]))
    except ServerError as error:
        results.append(report("the server", str(error).splitlines()))
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    return sum(results), len(results) - sum(results)


def outcome(arguments) -> tuple[int, int]:
    return in_directory("kill-codes", parse(arguments), run)


if __name__ == "__main__":
    sys.exit(finish(*outcome(sys.argv[1:])))
