"""Devices that talk without pause, operators who talk to them, and what both were promised.

A promise is whatever was acknowledged: PUBACK of telemetry and the 204 of a reported patch for the
device, the answer of the admin API for the operator. hub.py compares promises with what is there.
"""

import http.client
import json
import random
import threading
import time
import urllib.parse
import zlib

from mqtt import Connection, Refused
from server import Admin, ServerError

TWIN_PATCH = "$iothub/twin/PATCH/properties/reported/?$rid="
TWIN_ANSWER = "$iothub/twin/res/"
DESIRED = "$iothub/twin/PATCH/properties/desired/?$version="
PADDING_MAX = 600
REPORT_SHARE = 0.25  # of what a device does


def sealed(kind: str, device_id: str, number: int, rng: random.Random) -> str:
    """A body that tells by itself whether all of it is there."""
    body = {"kind": kind, "device": device_id, "n": number, "pad": "p" * rng.randrange(PADDING_MAX)}
    return json.dumps(body | {"sum": check_sum(body)})


def check_sum(body: dict) -> int:
    text = f"{body['kind']}/{body['device']}/{body['n']}/{body['pad']}"
    return zlib.crc32(text.encode())


def is_whole(body) -> bool:
    try:
        return isinstance(body, dict) and body["sum"] == check_sum(body)
    except KeyError:
        return False


class Device:
    """One device on a thread of its own, which comes back until it is stopped."""

    def __init__(self, device_id: str, key: bytes, company: "Company", seed: int):
        self.id, self.key, self.company = device_id, key, company
        self.rng = random.Random(seed)
        self.lock = threading.Lock()
        self.sent: dict[int, int] = {}  # number of telemetry -> how often it was published
        self.acknowledged: set[int] = set()
        self.reported = (0, 0)  # value and version of the last patch that was answered 204
        self.reported_sent = 0
        self.desired_version = 0  # of the last change it was told
        self.received: dict[str, int] = {}  # message id -> how often it came
        self.surprises: list[str] = []
        self.is_subscribed = False  # it was promised
        self.answers: dict[str, str] = {}  # request id -> topic of the answer
        self.next_request = 0
        self.connection: Connection | None = None
        self.thread = threading.Thread(target=self._live, daemon=True)

    def surprise(self, text: str):
        with self.lock:
            self.surprises.append(f"{self.id}: {text}")

    def _live(self):
        number, is_open = 1, False
        while not self.company.stopped:
            try:
                if self.connection is None:
                    self.connection = self._connect()
                if self.rng.random() < REPORT_SHARE:
                    is_open = self._report()
                elif (is_open := self._tell(number)):
                    number += 1
            except OSError:
                is_open = False
            except Refused as error:
                self.surprise(str(error))
            if not is_open:
                self._leave()
                self.company.running.wait(0.5)
                time.sleep(0.01)
        self._leave()

    def _leave(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _connect(self) -> Connection:
        connection = Connection(self.company.server, self.id, self.key, self._delivered)
        if self.is_subscribed:
            # From here on it relies on what it was promised: it does not subscribe again.
            if not connection.session_present:
                self.surprise("its session is lost")
                self.is_subscribed = False
        if not self.is_subscribed:
            self.is_subscribed = connection.subscribe(
                f"devices/{self.id}/messages/devicebound/#", TWIN_ANSWER + "#",
                "$iothub/twin/PATCH/properties/desired/#")
        return connection

    def _tell(self, number: int) -> bool:
        with self.lock:
            self.sent[number] = self.sent.get(number, 0) + 1
        body = sealed("telemetry", self.id, number, self.rng).encode()
        if not self.connection.publish(f"devices/{self.id}/messages/events/n={number}", body):
            return False
        with self.lock:
            self.acknowledged.add(number)
        return True

    def _report(self) -> bool:
        self.next_request += 1
        request = f"r{self.next_request}"
        with self.lock:
            self.reported_sent += 1
            value = self.reported_sent
        patch = json.dumps({"n": value, "pad": {"p": str(value) * 20}}).encode()
        self.connection.publish_lightly(TWIN_PATCH + request, patch)
        if not self.connection.wait(lambda: request in self.answers):
            return False
        topic = self.answers.pop(request)
        status, _, rest = topic.removeprefix(TWIN_ANSWER).partition("/")
        if status != "204":
            self.surprise(f"a reported patch was answered {topic}")
            return False
        version = int(rest.rpartition("$version=")[2])
        with self.lock:
            if version <= self.reported[1]:
                self.surprise(f"reported version went from {self.reported[1]} to {version}")
            self.reported = (value, version)
        return True

    def _delivered(self, topic: str, body: bytes):
        """On the thread that reads the connection."""
        if topic.startswith(TWIN_ANSWER):
            request = topic.partition("$rid=")[2].partition("&")[0]
            self.answers[request] = topic
            with self.connection.changed:
                self.connection.changed.notify_all()
        elif topic.startswith(DESIRED):
            version = int(topic.removeprefix(DESIRED))
            if version < self.desired_version:
                self.surprise(f"desired version went from {self.desired_version} to {version}")
            self.desired_version = version
        else:
            self._received(topic, body)

    def _received(self, topic: str, body: bytes):
        bag = dict(part.split("=", 1) for part in topic.rpartition("/")[2].split("&"))
        message_id = urllib.parse.unquote(bag.get("%24.mid", ""))
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        if not is_whole(content) or f"m-{content['n']}" != message_id:
            self.surprise(f"a torn message came: {topic} {body[:80]!r}")
        with self.lock:
            self.received[message_id] = self.received.get(message_id, 0) + 1


class Operator:
    """Changes desired properties and sends messages, one device after the other."""

    def __init__(self, company: "Company", seed: int):
        self.company, self.rng = company, random.Random(seed)
        self.lock = threading.Lock()
        self.desired: dict[str, tuple[int, int]] = {}  # device -> value and version promised
        self.desired_sent = 0
        self.queued: dict[str, set[str]] = {}  # device -> message ids promised
        self.message = 0
        self.stopped = False
        self.surprises: list[str] = []
        self.thread = threading.Thread(target=self._live, daemon=True)

    def stop(self):
        self.stopped = True
        self.thread.join()

    def _live(self):
        admin = None
        while not (self.stopped or self.company.stopped):
            device = self.rng.choice(self.company.devices)
            try:
                admin = admin or Admin(self.company.server)
                if self.rng.random() < 0.5:
                    self._desire(admin, device.id)
                else:
                    self._queue(admin, device.id)
            except (OSError, http.client.HTTPException, FileNotFoundError):
                admin = None
                self.company.running.wait(0.5)
                time.sleep(0.01)
            except ServerError as error:
                # A full queue and a store that is away promise nothing.
                if not any(f": {status} " in str(error) for status in (429, 403, 409, 503)):
                    with self.lock:
                        self.surprises.append(str(error))

    def _desire(self, admin: Admin, device_id: str):
        with self.lock:
            self.desired_sent += 1
            value = self.desired_sent
        path = f"/hubs/{self.company.hub}/devices/{device_id}/twin"
        twin = admin.call("PATCH", path, {"desired": {"n": value, "pad": str(value) * 20}})
        with self.lock:
            before = self.desired.get(device_id, (0, 0))
            if twin["desiredVersion"] <= before[1]:
                self.surprises.append(f"{device_id}: desired version went from {before[1]} to "
                                      f"{twin['desiredVersion']}")
            self.desired[device_id] = (value, twin["desiredVersion"])

    def _queue(self, admin: Admin, device_id: str):
        self.message += 1
        body = sealed("message", device_id, self.message, self.rng)
        message_id = f"m-{self.message}"
        path = f"/hubs/{self.company.hub}/devices/{device_id}/messages"
        admin.call("POST", path, {"body": body, "messageId": message_id})
        with self.lock:
            self.queued.setdefault(device_id, set()).add(message_id)


class Company:
    """Everybody together. One operator, so that a device's desired changes have an order."""

    def __init__(self, server, hub: str, keys: dict[str, bytes], seed: int):
        self.server, self.hub = server, hub
        self.running = threading.Event()
        self.stopped = False
        self.devices = [Device(device_id, key, self, seed + at)
                        for at, (device_id, key) in enumerate(keys.items())]
        self.operator = Operator(self, seed)

    def _threads(self):
        return [self.operator.thread, *(device.thread for device in self.devices)]

    def start(self):
        self.running.set()
        for thread in self._threads():
            thread.start()

    def stop(self):
        self.stopped = True
        self.running.set()
        for thread in self._threads():
            thread.join()

    def pause(self):
        """Until resume() everybody waits a little between two knocks at a closed door."""
        self.running.clear()

    def resume(self):
        self.running.set()

    def surprises(self) -> list[str]:
        found = []
        for each in (self.operator, *self.devices):
            with each.lock:
                found += each.surprises
        return found
