"""HTTP and MQTT for things, spoken by hand over sockets: each byte is the caller's."""

import json
import socket
import struct
import time

from . import transcripts
from .conversation import Fault

HTTP, MQTT = ("127.0.0.1", 80), ("127.0.0.1", 1883)
SECONDS = 15


class Answer:
    """One HTTP answer."""

    def __init__(self, raw):
        start, self.headers, body = transcripts.split_head(raw)
        self.status, self.text = int(start.split()[1]), body.decode("utf-8")

    @property
    def body(self):
        return json.loads(self.text)

    def must(self, status, text=None):
        """Itself, or a Fault."""
        if self.status != status or (text is not None and self.text != text):
            raise Fault(f"answered {self.status} {self.text[:300]!r}, not {status} {text or ''}")
        return self


class Link:
    """One connection for HTTP."""

    def __init__(self):
        self.socket = socket.create_connection(HTTP, SECONDS)

    def send(self, method, path, body="", *headers, framed=True):
        data = body.encode("utf-8")
        lines = [f"{method} /iot/{path} HTTP/1.1", "Host: berth.test", *headers]
        if framed and (data or method != "GET"):
            lines += ["Content-type: application/json", f"Content-Length: {len(data)}"]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + data)

    def read(self):
        return Answer(transcripts.read_answer(self.socket))

    def ask(self, *request, framed=True):
        self.send(*request, framed=framed)
        return self.read()

    def closed(self):
        """Whether nothing but the end follows."""
        return self.socket.recv(1) == b""

    def close(self):
        self.socket.close()


def ask(method, path, body="", *headers):
    """One request on a connection of its own."""
    link = Link()
    try:
        return link.ask(method, path, body, *headers)
    finally:
        link.close()


def device_headers(made):
    return (f"X-Plug-Id: {made['id']}", f"X-Plug-Auth: {made['auth']}")


def account_headers(email, password):
    return (f"X-Plug-Email: {email}", f"X-Plug-Master: {password}")


def mqtt_text(value):
    """With its length in front."""
    data = value.encode("utf-8")
    return struct.pack(">H", len(data)) + data


def mqtt_packet(kind, rest):
    """A packet of that first byte."""
    length, left = b"", len(rest)
    while True:
        left, low = left >> 7, left & 0x7F
        length += bytes([low | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + rest


class Broker:
    """One anonymous connection for MQTT 3.1.1, clean session, keep-alive 60 s."""

    def __init__(self, client_id):
        self._socket = socket.create_connection(MQTT, SECONDS)
        self._read = b""
        connect = mqtt_text("MQTT") + b"\x04\x02\x00\x3c" + mqtt_text(client_id)
        self._socket.sendall(mqtt_packet(0x10, connect))
        kind, rest = self.packet()
        if (kind, rest) != (0x20, b"\x00\x00"):
            raise Fault(f"CONNACK {kind:#x} {rest!r}")

    def subscribe(self, topic):
        self._socket.sendall(mqtt_packet(0x82, b"\x00\x01" + mqtt_text(topic) + b"\x00"))

    def publish(self, topic, payload):
        self._socket.sendall(mqtt_packet(0x30, mqtt_text(topic) + payload.encode("utf-8")))

    def packet(self):
        """(first byte, what follows the length) of the next packet; (None, b"") at the end."""
        while len(self._read) < 2 or len(self._read) < 2 + self._read[1]:
            chunk = self._socket.recv(4096)  # all that is read here is shorter than 128 bytes
            if not chunk:
                return None, b""
            self._read += chunk
        kind, end = self._read[0], 2 + self._read[1]
        rest, self._read = self._read[2:end], self._read[end:]
        return kind, rest

    def close(self):
        self._socket.close()


def enrol_by_mqtt(client_id, topic):
    """What is published on the topic to an anonymous client that subscribes to it."""
    broker = Broker(client_id)
    try:
        broker.subscribe(topic)
        kind, rest = broker.packet()
        if kind != 0x90:
            raise Fault(f"no SUBACK, but {kind} {rest!r}")
        kind, rest = broker.packet()
        if kind != 0x30 or not rest.startswith(mqtt_text(topic)):
            raise Fault(f"no PUBLISH on that topic, but {kind} {rest!r}")
        return json.loads(rest[len(mqtt_text(topic)) :])
    finally:
        broker.close()


def until(what, true):
    """Waits for a condition, not longer than is reasonable."""
    deadline = time.monotonic() + SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise Fault(f"{what}: not within {SECONDS} s")
        time.sleep(0.05)
