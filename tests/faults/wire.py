"""A device at byte level: tokens as they should and should not be, and what comes back, exactly.

HTTPS and MQTT (over TLS and over a WebSocket) are spoken on plain sockets here, so that a byte too
many in an answer is seen.
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
import time
import urllib.parse
from dataclasses import dataclass, field

API = "api-version=2021-06-01"
TIMEOUT_SECONDS = 10
HTTPS, MQTT, MQTT_WS = "https", "mqtt", "mqtt-ws"
TRANSPORTS = (HTTPS, MQTT, MQTT_WS)
ANSWERS = "$dps/registrations/res/#"


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe)


def derive(group_key, registration_id):
    """The key of one device of a group (azure-dps.md §4)."""
    return hmac.new(group_key, registration_id.encode(), hashlib.sha256).digest()


def as_base64(mac):
    return quote(base64.b64encode(mac).decode())


@dataclass
class Token:
    """A shared access signature. Every field can be got wrong (azure-dps.md §1.7)."""

    key: bytes
    resource: str = ""  # decoded; the device's own when empty
    sr: str = ""  # as sent; the resource, escaped, when empty
    signs: str = ""  # "{sr}\n{se}" when empty
    expires: int = 0  # an hour from now when 0
    encode: object = as_base64  # bytes of the MAC -> the text of `sig`
    form: str = "SharedAccessSignature sr={sr}&sig={sig}&se={se}&skn=registration"

    def text(self, own_resource):
        expires = self.expires or int(time.time()) + 3600
        sr = self.sr or quote(self.resource or own_resource)
        signs = (self.signs or "{sr}\n{se}").format(sr=sr, se=expires)
        mac = hmac.new(self.key, signs.encode(), hashlib.sha256).digest()
        return self.form.format(sr=sr, sig=self.encode(mac), se=expires)


@dataclass
class Attempt:
    """What a device sends. Sent as a register; as a poll when it has an operation id."""

    registration_id: str
    token: object  # Token, text, or None for nothing at all
    scope: str = ""
    payload: object = None
    operation_id: str = ""
    host: str = "localhost"  # the name it asks for (SNI)
    identity: object = None  # certificate_wire.Papers
    more: dict = field(default_factory=dict)  # members of the body
    api: str = API

    def token_text(self):
        if not isinstance(self.token, Token):
            return self.token
        return self.token.text(f"{self.scope}/registrations/{self.registration_id}")

    def body(self):
        body = {"registrationId": self.registration_id, **self.more}
        if self.payload is not None:
            body["payload"] = self.payload
        return json.dumps(body)


@dataclass
class Heard:
    """All that came back. `status` is HTTP's, or the topic's; `connack` a refused CONNECT's."""

    status: int = 0
    body: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    connack: int = 0
    raw: bytes = b""
    operation: dict = None  # of an accepted register: what the poll said
    connected: bool = False  # a hub let it in
    closed: bool = False  # and closed the connection later


class WireError(Exception):
    """The server did something that is not in the protocol."""


@dataclass
class Place:
    """Where the server is."""

    https_port: int
    mqtt_port: int
    ca: str


def connect(place, port, name, identity=None):
    """`identity`: the client certificate that is shown."""
    if identity and identity.broken:
        return identity.dial(place, port)
    trust = ssl.create_default_context(cafile=place.ca)
    if identity:
        identity.present_in(trust)
    # A host that a scope was just given may not be in the certificate yet.
    trust.check_hostname = name == "localhost"
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return trust.wrap_socket(plain, server_hostname=name)


def read_exactly(read, count):
    data = b""
    while len(data) < count:
        part = read(count - len(data))
        if not part:
            raise WireError(f"the server closed after {data!r}, {count} bytes were due")
        data += part
    return data


# ---- HTTPS ---------------------------------------------------------------------------------------


class HttpsDevice:
    def __init__(self, place, host, identity=None):
        self.socket = connect(place, place.https_port, host, identity)
        self.host = f"{host}:{place.https_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self, attempt, method, path, body):
        scope, registration_id = quote(attempt.scope), quote(attempt.registration_id)
        lines = [f"{method} /{scope}/registrations/{registration_id}/{path}?{attempt.api} HTTP/1.1",
                 f"Host: {self.host}", "Content-Type: application/json; charset=utf-8",
                 f"Content-Length: {len(body.encode())}"]
        token = attempt.token_text()
        if token is not None:
            lines.append(f"Authorization: {token}")
        self.socket.sendall("\r\n".join(lines + ["", body]).encode())
        return self.answer()

    def answer(self):
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += read_exactly(self.socket.recv, 1)
        head, *lines = raw.decode().rstrip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = read_exactly(self.socket.recv, int(headers["Content-Length"]))
        return Heard(int(head.split()[1]), json.loads(body or b"{}"), headers, raw=raw + body)

    def send(self, attempt):
        if attempt.operation_id:
            return self.call(attempt, "GET", f"operations/{attempt.operation_id}", "")
        heard = self.call(attempt, "PUT", "register", attempt.body())
        if heard.status == 202:
            path = f"operations/{heard.body['operationId']}"
            heard.operation = self.call(attempt, "GET", path, "").body
        return heard


# ---- MQTT ----------------------------------------------------------------------------------------


class WebSocket:
    """Just enough of RFC 6455: masked binary frames out, unmasked ones in."""

    def __init__(self, plain, host):
        self.plain, self.buffer = plain, b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /$iothub/websocket HTTP/1.1", f"Host: {host}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Protocol: mqtt"]
        plain.sendall("\r\n".join(lines + ["", ""]).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += read_exactly(plain.recv, 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise WireError(f"no upgrade: {head!r}")

    def sendall(self, data):
        mask = os.urandom(4)
        if len(data) < 126:
            size = struct.pack("!BB", 0x82, 0x80 | len(data))
        elif len(data) <= 0xFFFF:
            size = struct.pack("!BBH", 0x82, 0x80 | 126, len(data))
        else:
            size = struct.pack("!BBQ", 0x82, 0x80 | 127, len(data))
        self.plain.sendall(size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def recv(self, count):
        while not self.buffer:
            opcode = self.plain.recv(1)
            if not opcode:
                return b""
            size = read_exactly(self.plain.recv, 1)[0]
            if size == 126:
                size = struct.unpack("!H", read_exactly(self.plain.recv, 2))[0]
            data = read_exactly(self.plain.recv, size)
            if opcode[0] & 0x0F == 8:
                return b""
            if opcode[0] & 0x0F == 2:
                self.buffer = data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def close(self):
        self.plain.close()


def text_field(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("!H", len(data)) + data


def packet(kind, body):
    size, length = len(body), b""
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class MqttDevice:
    def __init__(self, place, host, over_websocket, identity=None):
        port = place.https_port if over_websocket else place.mqtt_port
        self.socket = connect(place, port, host, identity)
        if over_websocket:
            self.socket = WebSocket(self.socket, f"{host}:{port}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def read_packet(self):
        """(first byte, body), or None when the server has closed."""
        first = self.socket.recv(1)
        if not first:
            return None
        size, shift = 0, 0
        while True:
            digit = read_exactly(self.socket.recv, 1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return first[0], read_exactly(self.socket.recv, size)

    def expect(self, first):
        got = self.read_packet()
        if got is None or got[0] & 0xF0 != first & 0xF0:
            raise WireError(f"expected packet {first:#x}, got {got}")
        return got[1]

    def connect(self, attempt):
        """None when accepted, else what was heard: the code, and all bytes until the end."""
        token = attempt.token_text()
        flags = 0x82 | (0x40 if token is not None else 0)
        user = (f"{attempt.scope}/registrations/{attempt.registration_id}/{attempt.api}"
                "&ClientVersion=faults")
        body = text_field("MQTT") + bytes([4, flags]) + struct.pack("!H", 60)
        body += text_field(attempt.registration_id) + text_field(user)
        if token is not None:
            body += text_field(token)
        self.socket.sendall(packet(0x10, body))
        answer = self.expect(0x20)
        if answer == b"\x00\x00":
            return None
        rest = self.read_packet()
        surplus = repr(rest).encode() if rest else b""
        return Heard(connack=answer[1], raw=b"\x20\x02" + answer + surplus)

    def request(self, topic, body):
        name = text_field(f"$dps/registrations/{topic}")
        self.socket.sendall(packet(0x32, name + b"\x00\x07" + body))
        self.expect(0x40)
        answer = self.expect(0x30)
        size = struct.unpack("!H", answer[:2])[0]
        name, rest = answer[2:2 + size].decode(), answer[2 + size + 2:]
        status = int(name.split("/")[3])
        return Heard(status, json.loads(rest), {"topic": name}, raw=answer)

    def send(self, attempt):
        refused = self.connect(attempt)
        if refused:
            return refused
        self.socket.sendall(packet(0x82, b"\x00\x01" + text_field(ANSWERS) + b"\x01"))
        self.expect(0x90)
        if attempt.operation_id:
            return self.poll("1", attempt.operation_id)
        heard = self.request("PUT/iotdps-register/?$rid=1", attempt.body().encode())
        if heard.status == 202:
            heard.operation = self.poll("2", heard.body["operationId"]).body
        return heard

    def poll(self, rid, operation_id):
        topic = f"GET/iotdps-get-operationstatus/?$rid={rid}&operationId={operation_id}"
        return self.request(topic, b" ")


def send(place, transport, attempt):
    """One connection, one register (and its poll) or one poll."""
    if transport == HTTPS:
        with HttpsDevice(place, attempt.host, attempt.identity) as device:
            return device.send(attempt)
    with MqttDevice(place, attempt.host, transport == MQTT_WS, attempt.identity) as device:
        return device.send(attempt)
