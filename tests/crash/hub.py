#!/usr/bin/env python3
"""Kills the server while devices and operators talk, and looks for what is lost.

    tests/crash/hub.py [--rounds 12] [--devices 6] [--seed N] [--store URL]

Devices send telemetry, patch their reported properties and take messages; an operator changes
desired properties and sends messages. At a random moment the server gets SIGKILL, in some rounds
again while it starts; it is started on the same data; then everything that was acknowledged must
be there: each event whole and once for each time it was sent at most, each twin at least at the
version that was promised, each message with its device in the end. What was read once stays as it
was read, and a session that was promised is there without another SUBSCRIBE.
"""

import argparse
import base64
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from kill import finish, in_directory, kill_once, report  # noqa: E402
from server import Admin, Server, ServerError  # noqa: E402
from talk import Company, is_whole  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAST_MESSAGES_SECONDS = 30
PAGES_MAX = 10_000


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--devices", type=int, default=6)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--store", help="a store URL; else SQLite in the data directory")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/berth")
    return parser.parse_args(arguments)


class Checker:
    """Compares what the server has with what everybody was promised."""

    def __init__(self, company: Company):
        self.company = company
        self.seen: dict[tuple[int, int], tuple[str, int]] = {}  # position -> device and number
        self.counts: dict[tuple[str, int], int] = {}  # device and number -> how often it is there
        self.versions: dict[tuple[str, str], int] = {}  # device and section -> version seen

    def check(self, admin: Admin) -> list[str]:
        # Promises first: what the server has may be more.
        acknowledged, twins = {}, {}
        for device in self.company.devices:
            with device.lock:
                acknowledged[device.id] = set(device.acknowledged)
                twins[device.id, "reported"] = device.reported
        operator = self.company.operator
        with operator.lock:
            twins |= {(name, "desired"): told for name, told in operator.desired.items()}
        faults = self.company.surprises()
        faults += self._read_again(admin)
        for name, numbers in acknowledged.items():
            lost = sorted(number for number in numbers if (name, number) not in self.counts)
            faults += [f"{name}: telemetry {each} was acknowledged and is lost" for each in lost]
        for (name, section), told in twins.items():
            faults += self._twin(admin, name, section, told)
        return faults

    def _read_again(self, admin: Admin) -> list[str]:
        """From the beginning: it must be what was read before, and then what is new."""
        before, self.seen, self.counts = self.seen, {}, {}
        faults = []
        for page in self._pages(admin):
            if page.get("gap"):
                faults.append("the log says that events are missing")
            for event in page["items"]:
                faults += self._event(event)
        changed = [at for at, key in before.items() if self.seen.get(at) != key]
        return faults + [f"the event at {at} was {before[at]} and is {self.seen.get(at)}"
                         for at in sorted(changed)]

    def _pages(self, admin: Admin):
        cursor = ""
        for _ in range(PAGES_MAX):
            path = f"/hubs/{self.company.hub}/events?limit=1000"
            page = admin.call("GET", path + (f"&cursor={cursor}" if cursor else ""))
            if not page["items"] and page["nextCursor"] == cursor:
                return
            cursor = page["nextCursor"]
            yield page

    def _event(self, event: dict) -> list[str]:
        position = (event["partition"], event["sequence"])
        body, device_id = event["body"], event["deviceId"]
        if not is_whole(body) or event["properties"] != {"n": str(body["n"])}:
            return [f"a torn event at {position}: {str(event)[:200]}"]
        if body["device"] != device_id:
            return [f"an event at {position} is shown as {device_id}'s: {str(event)[:200]}"]
        if position in self.seen:
            return [f"position {position} is there twice"]
        key = (device_id, body["n"])
        self.seen[position] = key
        self.counts[key] = self.counts.get(key, 0) + 1
        device = next(each for each in self.company.devices if each.id == device_id)
        with device.lock:
            sent = device.sent.get(body["n"], 0)
        if self.counts[key] > sent:
            return [f"{device_id}: telemetry {body['n']} was sent {sent} times and is there "
                    f"{self.counts[key]} times"]
        return []

    def _twin(self, admin: Admin, name: str, section: str, told: tuple[int, int]) -> list[str]:
        value, version = told
        twin = admin.get("hubs", self.company.hub, "devices", name, "twin")
        found, now = twin[section], twin[f"{section}Version"]
        faults = []
        if now < version or found.get("n", 0) < value:
            faults.append(f"{name}: {section} {value} was promised at version {version}; "
                          f"there is {found.get('n')} at {now}")
        pad = found.get("pad", {})
        pad = pad.get("p") if section == "reported" else pad
        if value and pad != str(found.get("n")) * 20:
            faults.append(f"{name}: {section} is torn: {found}")
        if now < self.versions.get((name, section), 0):
            faults.append(f"{name}: {section} version went back to {now}")
        self.versions[name, section] = now
        return faults


def undelivered(company: Company) -> list[str]:
    """Messages that were promised and have not come, after the devices had time to get them."""
    deadline = time.monotonic() + LAST_MESSAGES_SECONDS
    while True:
        missing = []
        for device in company.devices:
            with device.lock, company.operator.lock:
                queued = company.operator.queued.get(device.id, set())
                missing += [f"{device.id}: message {each} was promised and has not come"
                            for each in sorted(queued - device.received.keys())]
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(0.1)


def set_up(server: Server, count: int, rng: random.Random) -> tuple[str, dict[str, bytes]]:
    server.start()
    server.wait_ready()
    admin = Admin(server)
    hub = admin.list("hubs")[0]["name"]
    keys = {f"talker-{number}": rng.randbytes(32) for number in range(count)}
    for name, key in keys.items():
        text = base64.b64encode(key).decode()
        admin.call("POST", f"/hubs/{hub}/devices",
                   {"id": name, "attestation": {"type": "symmetric_key", "primaryKey": text,
                                                 "secondaryKey": text}})
    return hub, keys


def plant_loss(checker: Checker, admin: Admin) -> list[str]:
    """Promises that nobody gave must be missed."""
    device = checker.company.devices[0]
    with device.lock:
        device.acknowledged.add(10**9)
        device.reported = (device.reported[0] + 10**6, device.reported[1] + 10**6)
    faults = checker.check(admin)
    found = [any(text in fault for fault in faults) for text in ("is lost", "was promised")]
    return [] if all(found) else [f"promises made up were not missed: {faults}"]


def tally(company: Company) -> str:
    told = sum(len(device.acknowledged) for device in company.devices)
    patches = sum(device.reported[1] for device in company.devices)
    queued = sum(len(each) for each in company.operator.queued.values())
    return (f"{told} events, {patches} reported and {company.operator.desired_sent} desired "
            f"changes, {queued} messages so far")


def run(options, directory: pathlib.Path) -> tuple[int, int]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"hub: {options.rounds} rounds, {options.devices} devices, seed {seed}", flush=True)
    rng = random.Random(seed)
    server = Server(options.program, directory, options.store)
    results = []
    try:
        hub, keys = set_up(server, options.devices, rng)
        company = Company(server, hub, keys, seed)
        checker = Checker(company)
        company.start()
        for number in range(1, options.rounds + 1):
            what = kill_once(server, company, rng)
            faults = checker.check(Admin(server))
            results.append(report(f"round {number}: {what}; {tally(company)}", faults))
        company.operator.stop()
        missing = undelivered(company)
        company.stop()
        results.append(report("every message that was promised came", missing))
        faults = checker.check(Admin(server))
        if min((len(device.acknowledged) for device in company.devices), default=0) == 0:
            faults.append("a device got nothing acknowledged: no test at all")
        results.append(report(f"all of it, read again: {tally(company)}", faults))
        results.append(report("the checks notice promises that were made up",
                              plant_loss(checker, Admin(server))))
        code = server.stop()
        results.append(report("drained", [] if code == 0 else [f"it ended with {code}"]))
    except ServerError as error:
        results.append(report("the server", str(error).splitlines()))
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    return sum(results), len(results) - sum(results)


def outcome(arguments) -> tuple[int, int]:
    return in_directory("kill-hub", parse(arguments), run)


if __name__ == "__main__":
    sys.exit(finish(*outcome(sys.argv[1:])))
