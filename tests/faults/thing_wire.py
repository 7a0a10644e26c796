"""A thing with a serial number and two passwords, at byte level: how it enrols over HTTPS and over
MQTT, how a controller does, and a request about data (cloudplugs.md §3, §4, §6).
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field

from wire import HTTPS, Heard, HttpsDevice, MqttDevice, packet, read_exactly, text_field

MQTT = "mqtt"
ENROL_TRANSPORTS = (HTTPS, MQTT)


def derived(first, second):
    """A password made of the template's secret and the serial, in one order or the other."""
    return base64.b64encode(hashlib.sha1((first + second).encode()).digest()).decode()


@dataclass
class Template:
    """A group whose members have passwords, and one member of it."""

    id: str
    serial: str
    enroll: str
    control: str
    secret: str = ""
    scope: str = ""  # the first one's when empty


@dataclass
class EnrolThing:
    """`POST /iot/device`, or the subscription that says the same."""

    template: Template
    password: str

    scope = ""
    token = None
    success = 200

    @property
    def registration_id(self):
        return self.template.id + self.template.serial

    def token_text(self):
        """What must not be in a trail."""
        return self.password

    def request(self):
        body = {"model": self.template.id, "hwid": self.template.serial, "pass": self.password}
        return "POST", "/iot/device", {}, body

    def filter(self):
        return f"{self.template.id}/thing/{self.password}"


@dataclass
class EnrolController(EnrolThing):
    """`PUT /iot/device`."""

    serial: str = ""
    success = 201

    @property
    def registration_id(self):
        return f"controller:{self.serial}"

    def request(self):
        body = {"model": self.template.id, "ctrl": self.template.serial, "pass": self.password,
                "hwid": self.serial}
        return "PUT", "/iot/device", {}, body


@dataclass
class Ask:
    """A request with credentials of its own."""

    plug_id: str
    password: str
    method: str = "GET"
    path: str = ""  # below /iot; the device itself when empty
    body: object = None
    headers: dict = field(default_factory=dict)  # instead of the device's

    scope = ""
    token = None
    success = 200

    @property
    def registration_id(self):
        return self.plug_id

    def token_text(self):
        return self.password

    def request(self):
        own = {"X-Plug-Id": self.plug_id, "X-Plug-Auth": self.password}
        path = self.path or f"/device/{self.plug_id}"
        return self.method, f"/iot{path}", self.headers or own, self.body


@dataclass
class LogInThing:
    """A CONNECT with Plug-ID and password."""

    plug_id: str
    password: str

    scope = ""
    token = None

    @property
    def registration_id(self):
        return self.plug_id

    def token_text(self):
        return self.password

    def connect_packet(self):
        body = text_field("MQTT") + bytes([4, 0xC2]) + struct.pack("!H", 60)
        return packet(0x10, body + text_field("any") + text_field(self.plug_id)
                      + text_field(self.password))


def over_https(place, attempt):
    method, path, headers, body = attempt.request()
    text = b"" if body is None else json.dumps(body).encode()
    with HttpsDevice(place, "localhost") as device:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {device.host}",
                 "Content-type: application/json", f"Content-Length: {len(text)}",
                 *(f"{name}: {headers[name]}" for name in headers)]
        device.socket.sendall("\r\n".join([*lines, "", ""]).encode() + text)
        heard = device.answer()
    heard.connected = heard.status == attempt.success
    if heard.connected:
        heard.operation = {"status": "assigned"}
    return heard


class Anonymous(MqttDevice):
    def connect_packet(self, serial):
        body = text_field("MQTT") + bytes([4, 2]) + struct.pack("!H", 60)
        return packet(0x10, body + text_field(serial))

    def enrol(self, attempt):
        self.socket.sendall(self.connect_packet(attempt.template.serial))
        if self.expect(0x20) != b"\x00\x00":
            return Heard(connack=255)
        name = attempt.filter()
        self.socket.sendall(packet(0x82, b"\x00\x01" + text_field(name) + b"\x00"))
        self.expect(0x90)
        answer = self.expect(0x30)
        size = struct.unpack("!H", answer[:2])[0]
        topic, payload = answer[2:2 + size].decode(), answer[2 + size:]
        body = json.loads(payload)
        heard = Heard(body.get("err", 200), body, {"topic": topic}, raw=b"\r\n\r\n" + payload)
        if topic == name and "auth" in body:
            heard.connected, heard.operation = True, {"status": "assigned"}
        return heard

    def log_in(self, attempt):
        self.socket.sendall(attempt.connect_packet())
        answer = read_exactly(self.socket.recv, 4)
        rest = b"" if answer == b"\x20\x02\x00\x00" else self.socket.recv(64)
        return Heard(connack=answer[3], raw=answer + rest, connected=answer[3] == 0)


def send_thing(place, transport, attempt):
    if isinstance(attempt, LogInThing):
        with Anonymous(place, "localhost", False) as device:
            return device.log_in(attempt)
    if transport == MQTT:
        with Anonymous(place, "localhost", False) as device:
            return device.enrol(attempt)
    return over_https(place, attempt)
