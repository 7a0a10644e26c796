"""What every SDK must achieve at its hub on every transport: one function, one row of the board.

A story is told by a device that first registers with the SDK's own provisioning client and then
connects to the hub it was assigned. It raises Fault when the SDK or the service side shows
something else than it should.
"""

import json
import re
import time
from dataclasses import dataclass

from . import network, tokens
from .conversation import Fault
from .server import BerthError

FLEET, SECOND_FLEET = "hub-fleet", "second-fleet"  # groups of the first and the second hub
GROUP_KEYS = {
    name: (tokens.key(f"{name} primary"), tokens.key(f"{name} secondary"))
    for name in (FLEET, SECOND_FLEET)
}
TAGS = {"hall": "7"}
DESIRED = {"interval": 5, "site": {"line": 4, "label": "Halle Süd"}}

METHOD, METHOD_STATUS = "echo", 207
SYSTEM = {
    "messageId": "mid 1/?&",
    "correlationId": "cid=%20",
    "userId": "user+1",
    "contentType": "application/json;charset=utf-8",
    "contentEncoding": "utf-8",
}
AWKWARD = {
    "al ert": "tr&ue=é/1",
    "plus+": "a+b",
    "percent%": "100%25",
    "q?x#y": "?#$",
    "slash/": "/a/b/",
    "ключ": "日本",
    "empty": "",
}
BIG_BODY = "x" * (200 * 1024)

REFUSED_SECONDS = 1.0  # azure-iot-hub.md §9 row 3
_QUIET_SECONDS = 1.5  # in which a refused client must not come back
_DISCONNECT_SECONDS = 5
_SETTLED_SECONDS = 10
_COMEBACK_SECONDS = 45  # after a restart of the server; the SDKs wait up to 10 s between attempts
_RENEWALS = 3
_RENEWAL_SECONDS = 40
_MARGIN_PYTHON = 120  # fixed in the SDK: it renews so long before a token ends

# A token's life and the margin before its end at which the SDK fetches another.
RENEWAL = {
    "node": {"valid": 6, "margin": 3},
    "python": {"valid": _MARGIN_PYTHON + 4, "margin": _MARGIN_PYTHON},
    # It does not renew: it comes back with a new token when the server ends the connection.
    "java": {"valid": 3, "margin": 0},
}
# What an SDK connects to itself: paho 1.6 wakes its own thread through a pair of TCP sockets.
OWN_CONNECTIONS = {"node": 0, "python": 1, "java": 0}
# How each SDK words "you are not who you say": a pattern over "name: message".
UNAUTHORIZED = {
    "node": r"^UnauthorizedError\b",
    "python": r"^CredentialError: ",
    "java": r"^IotHubClientException: .*(Unauthorized|UNAUTHORIZED)",
}


@dataclass(frozen=True)
class Device:
    """What a device knows after it registered."""

    id: str
    key: str
    host: str
    hub: str  # the hub's short name, for the service side


class Stage:
    """What a story is told with: one SDK on one transport, and the service side."""

    def __init__(self, suite, client, transport, talk):
        self.suite, self.client, self.transport, self.talk = suite, client, transport, talk
        self.berth = suite.berth
        self._opened = set()  # names of connections that this story may have left open

    # ---- the device's side

    @property
    def sends_empty(self):
        """The Java SDK leaves out properties without a value."""
        return self.client.sdk != "java"

    def register(self, slug, *, group=FLEET, suffix=""):
        registration_id = f"{slug}-{self.transport.lower()}{suffix}"
        device_key = tokens.derived_key(GROUP_KEYS[group][0], registration_id)
        told = self.talk.must(
            "register",
            registrationId=registration_id,
            key=device_key,
            idScope=self.suite.id_scope,
            host=self.suite.host,
            transport=self.transport,
        )
        hub = self.suite.hubs.get(told["assignedHub"])
        if hub is None or told["deviceId"] != registration_id:
            raise Fault(f"registered as {told}, the hubs are {self.suite.hubs}")
        return Device(registration_id, device_key, told["assignedHub"], hub)

    def opening(self, device, **options):
        """The arguments of `open`."""
        told = {"host": device.host, "deviceId": device.id, "transport": self.transport}
        if "token" not in options:
            told["key"] = device.key
        return {"name": device.id} | told | options

    def open(self, device, **options):
        told = self.opening(device, **options)
        self._opened.add(told["name"])
        self.talk.must("open", **told)

    def must(self, op, device, **told):
        arguments = {"name": device.id, **told}
        if op == "close":
            self._opened.discard(arguments["name"])
        return self.talk.must(op, **arguments)

    def tidy(self):
        """Closes what a story that failed has left open, so that it disturbs no other."""
        for name in self._opened:
            self.talk.ask("close", name=name)

    def event(self, event, device, accept=lambda value: True, seconds=15):
        return self.talk.event(event, device.id, accept, seconds)

    def listen(self, device):
        self.must("desired", device)
        self.must("methods", device, method=METHOD, status=METHOD_STATUS)

    def send(self, device, body, system=None, properties=None, **told):
        arguments = {"body": body, "system": system or {}, "properties": properties or {}}
        self.must("send", device, **arguments, **told)

    # ---- both sides together

    def check_method(self, device):
        payload = {"speed": 3, "names": ["a", "ü"], "deep": {"on": True}}
        answer = self.berth.call_method(device.hub, device.id, METHOD, payload)
        if (answer["status"], answer["payload"]) != (METHOD_STATUS, {"echo": payload}):
            raise Fault(f"the service got {answer}")
        same(self.event("method", device), payload, "the payload that the device got")

    def check_desired(self, device, value):
        twin = self.berth.update_desired(device.hub, device.id, {"interval": value})
        patch = self.event("desired", device, lambda told: told.get("interval") == value)
        same(patch.get("$version"), twin["desiredVersion"], "$version of the patch")

    def queue(self, device, message_id):
        """Sends the device a message that asks to hear of its completion: its properties."""
        properties = {"al ert": "tr&ue=é/1", "plus": "a+b"}
        told = {"message_id": message_id, "properties": properties, "ack": "positive"}
        self.berth.send_to_device(device.hub, device.id, f"body of {message_id}", **told)
        return properties

    def check_message(self, device, message_id):
        self.check_delivered(device, message_id, self.queue(device, message_id))

    def check_delivered(self, device, message_id, properties):
        """The device got it with everything that was sent, and the hub knows that it is done."""

        def is_it(value):
            return value["system"]["messageId"] == message_id

        told = self.event("message", device, is_it)
        same(told["body"], f"body of {message_id}", "the body")
        same({name: told["properties"].get(name) for name in properties}, properties, "properties")
        deadline = time.monotonic() + _SETTLED_SECONDS
        while not any(is_feedback(event, message_id) for event in self.events_of(device)):
            if time.monotonic() > deadline:
                raise Fault(f"{message_id} was not completed: {self.events_of(device)}")
            time.sleep(0.2)

    def events_of(self, device):
        return self.berth.events(device.hub, device.id)

    def telemetry(self, device, body):
        """The one event with that body, which the hub must show at once: it was acknowledged."""
        events = self.events_of(device)
        found = [event for event in events if event["body"] == body]
        if len(found) != 1:
            raise Fault(f"{len(found)} events with that body among {len(events)} of the device")
        return found[0]


def same(seen, wanted, what):
    if seen != wanted:
        raise Fault(f"{what}: wanted {str(wanted)[:300]}, seen {str(seen)[:300]}")


def is_feedback(event, message_id):
    if event["kind"] != "feedback":
        return False
    told = json.loads(event["body"])
    return (told["originalMessageId"], told["statusCode"]) == (message_id, "Success")


def plain(section):
    """A section without what begins with a dollar."""
    return {name: value for name, value in section.items() if not name.startswith("$")}


# ---- the stories


def initial_twin(stage):
    device = stage.register("first")
    same(device.host, stage.suite.host, "the assigned hub")
    stage.open(device)
    stage.must("desired", device)
    twin = stage.must("twin", device)
    same(plain(twin["desired"]), DESIRED, "desired properties at the device")
    same(plain(twin["reported"]), {}, "reported properties at the device")
    for section in ("desired", "reported"):
        if not twin[section].get("$version", 0) >= 1:
            raise Fault(f"{section} has no $version: {twin}")
    held = stage.berth.twin(device.hub, device.id)
    same(held["tags"], TAGS, "tags")
    same(held["desired"], DESIRED, "desired properties at the hub")
    stage.must("close", device)


def messages(stage):
    device = stage.register("messages", suffix="-SN:7.a_B")
    stage.open(device)
    body = '{"temperature":21.5,"unit":"°C"}'
    stage.send(device, body, SYSTEM, AWKWARD)
    event = stage.telemetry(device, body)
    same((event["kind"], event["deviceId"]), ("telemetry", device.id), "kind and device")
    same({name: event["systemProperties"].get(name) for name in SYSTEM}, SYSTEM, "system")
    wanted = {name: value for name, value in AWKWARD.items() if value or stage.sends_empty}
    same(event["properties"], wanted, "properties")
    stage.send(device, "bare")
    same(stage.telemetry(device, "bare")["properties"], {}, "properties of a bare message")
    stage.send(device, BIG_BODY)
    stage.telemetry(device, BIG_BODY)
    stage.must("close", device)


def reported(stage):
    device = stage.register("reported")
    stage.open(device)
    stage.must("desired", device)
    stage.must("twin", device)
    patches = (
        {"fw": "1.2", "net": {"ip": "10.0.0.7", "up": True}, "old": 1},
        {"old": None, "net": {"up": None}, "list": [1, {"a": "ü"}]},
    )
    for patch in patches:
        stage.must("report", device, patch=patch)
    wanted = {"fw": "1.2", "net": {"ip": "10.0.0.7"}, "list": [1, {"a": "ü"}]}
    held = stage.berth.twin(device.hub, device.id)
    same(held["reported"], wanted, "reported properties at the hub")
    twin = stage.must("twin", device)
    same(plain(twin["reported"]), wanted, "reported properties at the device")
    same(twin["reported"]["$version"], held["reportedVersion"], "$version")
    stage.must("close", device)


def desired(stage):
    device = stage.register("desired")
    stage.open(device)
    stage.must("desired", device)
    stage.must("twin", device)
    stage.check_desired(device, 7)
    stage.check_desired(device, 8)
    patch = {"interval": 9, "site": {"label": None, "row": "ü"}}
    stage.berth.update_desired(device.hub, device.id, patch)
    stage.event("desired", device, lambda told: told.get("interval") == 9)
    twin = stage.must("twin", device)
    wanted = {"interval": 9, "site": {"line": 4, "row": "ü"}}
    same(plain(twin["desired"]), wanted, "desired properties at the device")
    stage.must("close", device)


def method(stage):
    device = stage.register("method")
    stage.open(device)
    stage.must("methods", device, method=METHOD, status=METHOD_STATUS)
    await_method(stage, device)
    for _ in range(2):
        stage.check_method(device)
    stage.must("close", device)
    try:
        answer = stage.berth.call_method(device.hub, device.id, METHOD, {}, seconds=5)
    except BerthError:
        return
    raise Fault(f"a device that had left answered {answer}")


def cloud_to_device(stage):
    device = stage.register("c2d")
    stage.open(device, messages=True)
    for number in range(3):
        stage.check_message(device, f"online {number}")
    # What is sent while the device is away waits for it, and only that: the rest was completed.
    stage.must("close", device)
    waiting = {name: stage.queue(device, name) for name in ("offline 0", "offline 1")}
    stage.open(device, messages=True)
    for name, properties in waiting.items():
        stage.check_delivered(device, name, properties)
    time.sleep(1)
    same(stage.talk.events("message", device.id), [], "messages that came twice")
    stage.must("close", device)


def second_hub(stage):
    device = stage.register("second", group=SECOND_FLEET)
    same(device.host, stage.suite.second_host, "the assigned hub")
    stage.open(device)
    stage.send(device, "to the second hub")
    stage.telemetry(device, "to the second hub")
    stage.must("methods", device, method=METHOD, status=METHOD_STATUS)
    await_method(stage, device)
    first = stage.suite.hubs[stage.suite.host]
    same(stage.berth.events(first, device.id), [], "its events at the first hub")
    stage.must("close", device)
    elsewhere = Device(device.id, device.key, stage.suite.host, first)
    answer = stage.talk.ask("open", **stage.opening(elsewhere, retry=False))
    check_refusal(stage, answer)


def disabled_while_connected(stage):
    device = stage.register("switched-off")
    stage.open(device, retry=False)
    stage.must("methods", device, method=METHOD, status=METHOD_STATUS)
    await_method(stage, device)
    stage.berth.disable(device.hub, device.id)
    begun = time.monotonic()
    stage.event("status", device, went, _DISCONNECT_SECONDS)
    if time.monotonic() - begun > 1.5:
        raise Fault(f"the device was let go only {time.monotonic() - begun:.1f} s later")


def went(value):
    return value["state"].startswith("disconnected")


def take_over(stage):
    device = stage.register("twice")
    older = f"{device.id} older"
    stage.open(device, name=older, retry=False)
    stage.open(device, retry=False)
    stage.talk.event("status", older, went, _DISCONNECT_SECONDS)
    stage.send(device, "from the newer")
    stage.telemetry(device, "from the newer")
    stage.must("close", device)
    stage.must("reopen", device, name=older)
    stage.send(device, "from the older", name=older)
    stage.telemetry(device, "from the older")
    stage.must("close", device, name=older)


def renewals(stage):
    device = stage.register("renewal")
    port = 8883 if stage.transport == "MQTT" else 443
    stage.open(device, renewal=RENEWAL[stage.client.sdk], messages=True)
    stage.listen(device)
    stage.must("twin", device)
    await_method(stage, device)
    watch = network.Watch(port)
    deadline = time.monotonic() + _RENEWAL_SECONDS
    while watch.count < _RENEWALS and time.monotonic() < deadline:
        time.sleep(0.1)
    watch.stop()
    if watch.count < _RENEWALS:
        raise Fault(f"{watch.count} renewals in {_RENEWAL_SECONDS} s")
    await_method(stage, device)
    stage.check_desired(device, 11)
    stage.check_message(device, "after renewals")
    stage.must("close", device)


def await_method(stage, device, seconds=_COMEBACK_SECONDS):
    """A method is answered, as soon as the device is back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return stage.check_method(device)
        except BerthError as error:
            if time.monotonic() > deadline:
                raise Fault(f"no method after {seconds} s: {error}") from error
            time.sleep(0.3)


def restart(stage):
    device = stage.register("restart")
    stage.open(device, messages=True)
    stage.listen(device)
    stage.must("twin", device)
    await_method(stage, device)
    stage.check_desired(device, 21)
    stage.check_message(device, "before the restart")
    stage.suite.restart()
    await_method(stage, device)
    stage.check_desired(device, 22)
    stage.check_message(device, "after the restart")
    stage.send(device, "after the restart")
    stage.telemetry(device, "after the restart")
    same(stage.talk.events("message", device.id), [], "messages that came twice")
    stage.must("close", device)


def check_refusal(stage, answer):
    if answer.error is None:
        raise Fault("the device was let in")
    pattern = UNAUTHORIZED[stage.client.sdk]
    if not re.search(pattern, answer.error, re.DOTALL):
        raise Fault(f"expected the SDK's error /{pattern}/, it said {answer.error}")


def refused(stage, device, **options):
    """One connection, the SDK's authorisation error within a second, and no other attempt."""
    before = network.connections_opened()
    answer = stage.talk.ask("open", **stage.opening(device, **options))
    check_refusal(stage, answer)
    if answer.seconds > REFUSED_SECONDS:
        raise Fault(f"refused only after {answer.seconds:.2f} s")
    time.sleep(_QUIET_SECONDS)
    begun = network.connections_opened() - before - OWN_CONNECTIONS[stage.client.sdk]
    same(begun, 1, "connections")


def wrong_key(stage):
    device = stage.register("wrong-key")
    stolen = Device(device.id, tokens.key("nobody's"), device.host, device.hub)
    refused(stage, stolen)


def unknown_id(stage):
    device = stage.register("known")
    unknown = f"unknown-{stage.transport.lower()}"
    refused(stage, Device(unknown, device.key, device.host, device.hub))


def disabled(stage):
    device = stage.register("disabled")
    stage.berth.disable(device.hub, device.id)
    refused(stage, device)


def expired_token(stage):
    device = stage.register("expired")
    token = tokens.hub_token(device.host, device.id, device.key, life=-600)
    refused(stage, device, token=token)


@dataclass(frozen=True)
class Story:
    """One row of the board for one SDK on one transport."""

    title: str
    tell: object
    sdks: tuple = ("node", "python", "java")


# Told side by side.
TOGETHER = (
    Story("registers, then its initial twin at the assigned hub", initial_twin),
    Story("messages: system properties, awkward properties, 200 KB", messages),
    Story("reported properties, null deletes", reported),
    Story("desired changes arrive", desired),
    Story("direct method and its answer", method),
    Story("cloud-to-device: received, completed, waits while away", cloud_to_device),
    Story("two hubs told apart by host name", second_hub),
    Story("disabled while connected: let go at once", disabled_while_connected),
    Story("same id twice: the newer connection stays", take_over),
)
# Nothing else connects on their transport meanwhile.
RENEWALS = (Story("three token renewals, then method, desired and message", renewals),)
# One at a time: connections are counted.
ALONE = (
    Story("wrong key refused at once, one connection", wrong_key),
    Story("unknown device refused at once, one connection", unknown_id),
    Story("disabled device refused at once, one connection", disabled),
    # The Python SDK looks at the token itself and does not even connect.
    Story("expired token refused at once, one connection", expired_token, ("node", "java")),
)
# All at the same time: the server is restarted under them.
RESTART = (Story("server restarted: method, desired and message go on", restart),)
