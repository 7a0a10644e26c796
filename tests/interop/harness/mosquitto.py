"""The hub spoken to by hand: mosquitto_pub and mosquitto_sub with user names, tokens and topics
made from the protocol's description (azure-iot-hub.md §9 row 15)."""

import json
import re
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import namespace, tokens
from .conversation import Fault
from .stories import FLEET, GROUP_KEYS, Device, Story, same

_SECONDS = 15
_WILL_SECONDS = 10
_BYTES_TOO_MANY = 257 * 1024


def version():
    command = ["mosquitto_pub", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"version (\S+)", said.stdout + said.stderr)
    return found.group(1) if found else "?"


class Stage:
    """One story: the server, and the tools in a folder of their own."""

    def __init__(self, suite, directory):
        self.suite, self.berth, self.directory = suite, suite.berth, Path(directory)

    def tidy(self):
        """Nothing stays open: every tool ends with its story."""

    # ---- running the tools

    def _tool(self, tool, identity, arguments):
        host, client_id, user, token = identity
        command = ["stdbuf", "-oL", tool, "-V", "mqttv311", "-h", host, "-p", "8883"]
        command += ["--cafile", str(self.berth.ca), "-i", client_id, "-u", user]
        return [*command, *(["-P", token] if token else []), *arguments]

    def run(self, tool, identity, *arguments):
        """Runs it to its end: (exit code, what it printed)."""
        try:
            done = subprocess.run(
                self._tool(tool, identity, arguments),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Fault(f"{tool} did not end within {_SECONDS} s") from error
        return done.returncode, done.stdout + done.stderr

    def begin(self, identity, *arguments):
        """A mosquitto_sub that has its subscription; its output goes to the file it returns."""
        output = self.directory / f"{identity[1]}.out"
        with open(output, "wb") as file:
            process = subprocess.Popen(
                self._tool("mosquitto_sub", identity, ["-d", *arguments]),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _SECONDS
        while "SUBACK" not in output.read_text(encoding="utf-8", errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise Fault(f"no SUBACK: {output.read_text(encoding='utf-8', errors='replace')}")
            time.sleep(0.02)
        return process, output

    # ---- a device

    def register(self, slug):
        """Registers by hand, over HTTPS: these tools cannot wait for an answer under a wildcard."""
        device_key = tokens.derived_key(GROUP_KEYS[FLEET][0], slug)
        resource = f"{self.suite.id_scope}/registrations/{slug}"
        token = tokens.signature(resource, device_key, policy="registration")
        begun = self._ask(f"{resource}/register", token, {"registrationId": slug})
        told = self._ask(f"{resource}/operations/{begun['operationId']}", token)
        if told.get("status") != "assigned":
            raise Fault(f"{slug} was answered {begun}, then {told}")
        host = told["registrationState"]["assignedHub"]
        return Device(slug, device_key, host, self.suite.hubs[host])

    def _ask(self, path, token, body=None):
        request = urllib.request.Request(
            f"https://{self.suite.host}/{path}?api-version=2019-03-31",
            data=None if body is None else json.dumps(body).encode(),
            method="GET" if body is None else "PUT",
            headers={"Authorization": token, "Content-Type": "application/json"},
        )
        trust = ssl.create_default_context(cafile=str(self.berth.ca))
        try:
            with urllib.request.urlopen(request, context=trust, timeout=_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Fault(f"{path} was answered {error.code} {error.read()[:200]}") from error

    def identity(self, device, *, host=None, life=3600, key=None):
        host = host or device.host
        token = tokens.hub_token(host, device.id, key or device.key, life=life)
        return host, device.id, f"{host}/{device.id}/?api-version=2021-04-12", token

    def publish(self, device, bag, body, *arguments):
        topic = f"devices/{device.id}/messages/events/{bag}"
        told = ["-t", topic, "-m", body, *(arguments or ["-q", "1"])]
        return self.run("mosquitto_pub", self.identity(device), *told)

    def publish_well(self, device, bag, body, *arguments):
        code, said = self.publish(device, bag, body, *arguments)
        if code != 0:
            raise Fault(f"mosquitto_pub ended with {code}: {said}")

    def event(self, device, body, seconds=0.0):
        """The one event with that body, at once or within so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            events = self.berth.events(device.hub, device.id)
            found = [event for event in events if event["body"] == body]
            if len(found) == 1:
                return found[0]
            if len(found) > 1 or time.monotonic() > deadline:
                raise Fault(f"{len(found)} events with that body among {len(events)}")
            time.sleep(0.2)

    def check_no_events(self, device):
        same(self.berth.events(device.hub, device.id), [], "events")


# ---- the stories


def raw_properties(stage):
    device = stage.register("raw-bag")
    stage.publish_well(
        device, "$.ct=application%2Fjson&$.ce=utf-8&$.mid=m-1&plain=v&al%20ert=a%26b%2Bc", "{}"
    )
    event = stage.event(device, "{}")
    system = {"contentType": "application/json", "contentEncoding": "utf-8", "messageId": "m-1"}
    same({name: event["systemProperties"].get(name) for name in system}, system, "system")
    same(event["properties"], {"plain": "v", "al ert": "a&b+c"}, "properties")


def raw_slashes(stage):
    device = stage.register("raw-slashes")
    stage.publish_well(device, "%24.ct=application/json&path=/a/b&last=c/", "slashes")
    event = stage.event(device, "slashes")
    same(event["systemProperties"].get("contentType"), "application/json", "content type")
    same(event["properties"], {"path": "/a/b", "last": "c"}, "properties")


def at_most_once(stage):
    device = stage.register("qos-zero")
    stage.publish_well(device, "", "not acknowledged", "-q", "0")
    stage.event(device, "not acknowledged", _WILL_SECONDS)


def retained(stage):
    device = stage.register("retain")
    stage.publish_well(device, "k=v", "kept", "-q", "1", "-r")
    same(stage.event(device, "kept")["properties"], {"k": "v", "mqtt-retain": "true"}, "properties")


def _will(device):
    topic = f"devices/{device.id}/messages/events/k=v"
    return ["--will-topic", topic, "--will-payload", "gone", "--will-qos", "1"]


def will_after_kill(stage):
    device = stage.register("will-kill")
    topic = f"devices/{device.id}/messages/devicebound/#"
    process, _ = stage.begin(stage.identity(device), "-t", topic, *_will(device))
    process.kill()
    process.wait()
    event = stage.event(device, "gone", _WILL_SECONDS)
    same(event["properties"], {"k": "v", "iothub-MessageType": "Will"}, "properties")


def no_will_after_farewell(stage):
    device = stage.register("will-farewell")
    topic = f"devices/{device.id}/messages/devicebound/#"
    code, said = stage.run(
        "mosquitto_sub", stage.identity(device), "-t", topic, "-E", *_will(device)
    )
    same(code, 0, f"mosquitto_sub said {said!r} and ended with")
    stage.publish_well(device, "", "after it")
    same(len(stage.berth.events(device.hub, device.id)), 1, "events")


def _check_closed(stage, device, *arguments):
    """The server ends the connection instead of acknowledging."""
    code, said = stage.run("mosquitto_pub", stage.identity(device), "-d", *arguments)
    if code == 0 or "received PUBREC" in said or "received PUBACK" in said:
        raise Fault(f"mosquitto_pub ended with {code}: {said}")
    if "received CONNACK (0)" not in said:
        raise Fault(f"the device was not even let in: {said}")


def exactly_once(stage):
    device = stage.register("qos-two")
    topic = f"devices/{device.id}/messages/events/"
    _check_closed(stage, device, "-t", topic, "-m", "twice?", "-q", "2")
    stage.check_no_events(device)
    stage.publish_well(device, "", "QoS 1 goes on")
    stage.event(device, "QoS 1 goes on")


def too_big(stage):
    device = stage.register("too-big")
    body = stage.directory / "too-big"
    body.write_bytes(b"x" * _BYTES_TOO_MANY)
    topic = f"devices/{device.id}/messages/events/"
    _check_closed(stage, device, "-t", topic, "-f", str(body), "-q", "1")
    stage.check_no_events(device)


def foreign_topic(stage):
    device, other = stage.register("thief"), stage.register("victim")
    topic = f"devices/{other.id}/messages/events/"
    _check_closed(stage, device, "-t", topic, "-m", "not mine", "-q", "1")
    _check_closed(stage, device, "-t", "some/topic", "-m", "nowhere", "-q", "1")
    for each in (device, other):
        stage.check_no_events(each)


def cloud_to_device(stage):
    device = stage.register("c2d-raw")
    properties = {"al ert": "tr&ue=é/1", "iothub-x": "y"}
    stage.berth.send_to_device(
        device.hub, device.id, "turn left", message_id="m/1 ü", properties=properties
    )
    topic = f"devices/{device.id}/messages/devicebound/"
    listen = ["-t", topic + "#", "-q", "1", "-C", "1", "-F", "%t %p"]
    _, said = stage.run("mosquitto_sub", stage.identity(device), *listen, "-W", "10")
    received, _, body = said.rstrip("\n").partition(" ")
    same(body, "turn left", "the body")
    bag = received.removeprefix(topic).split("&")
    mine = {"%24.mid=m%2F1%20%C3%BC", "al%20ert=tr%26ue%3D%C3%A9%2F1", "iothub-x=y"}
    if not mine <= set(bag) or "/" in received.removeprefix(topic):
        raise Fault(f"the topic was {received!r}")
    _, said = stage.run("mosquitto_sub", stage.identity(device), *listen, "-W", "2")
    if topic in said:
        raise Fault(f"the message came again after its PUBACK: {said!r}")


def desired_by_hand(stage):
    device = stage.register("desired-raw")
    listen = ["-t", "$iothub/twin/PATCH/properties/desired/#", "-C", "1", "-W", "10"]
    process, output = stage.begin(stage.identity(device), *listen, "-F", "GOT %t %p")
    twin = stage.berth.update_desired(device.hub, device.id, {"interval": 9, "site": None})
    process.wait(_SECONDS)
    said = re.search(r"^GOT (\S+) (.*)$", output.read_text(encoding="utf-8"), re.MULTILINE)
    if said is None:
        raise Fault(f"nothing came: {output.read_text(encoding='utf-8')}")
    number = twin["desiredVersion"]
    topic = f"$iothub/twin/PATCH/properties/desired/?$version={number}"
    same(said.group(1), topic, "the topic")
    patch = {"interval": 9, "site": None, "$version": number}
    same(json.loads(said.group(2)), patch, "the patch")


def refusals(stage):
    device = stage.register("refused")
    refused = {
        "another key": stage.identity(device, key=tokens.key("nobody's")),
        "an expired token": stage.identity(device, life=-600),
        "another hub's host": stage.identity(device, host=namespace.SECOND_HOST),
    }
    host, client_id, user, token = stage.identity(device)
    refused["another client id"] = (host, "somebody", user, token)
    refused["no password"] = (host, client_id, user, None)
    topic = f"devices/{device.id}/messages/events/"
    for what, identity in refused.items():
        code, said = stage.run("mosquitto_pub", identity, "-d", "-t", topic, "-m", "x", "-q", "1")
        if code == 0 or "CONNACK (5)" not in said:
            raise Fault(f"{what}: mosquitto_pub ended with {code}: {said}")
    stage.check_no_events(device)
    stage.publish_well(device, "", "and the right one")


_SDKS = ("mosquitto",)
STORIES = (
    Story("registers by hand, then raw $.ct properties", raw_properties, _SDKS),
    Story("raw slashes in the property bag", raw_slashes, _SDKS),
    Story("QoS 0 publish is kept, too", at_most_once, _SDKS),
    Story("retain flag becomes a property", retained, _SDKS),
    Story("will after kill -9", will_after_kill, _SDKS),
    Story("no will after DISCONNECT", no_will_after_farewell, _SDKS),
    Story("QoS 2 publish closes", exactly_once, _SDKS),
    Story("257 KB message closes", too_big, _SDKS),
    Story("foreign topics close", foreign_topic, _SDKS),
    Story("cloud-to-device topic, completed by PUBACK", cloud_to_device, _SDKS),
    Story("desired change: topic, version, null", desired_by_hand, _SDKS),
    Story("wrong key, host, id, expired, no password: CONNACK 5", refusals, _SDKS),
)
