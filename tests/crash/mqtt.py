"""One MQTT 3.1.1 connection of a device, as docs/dialects/azure-iot-hub.md describes it.

On purpose without any of Berth's own code and without a library: what a packet promises is what
the tests are about. One thread reads; any thread may send.
"""

import socket
import ssl
import struct
import threading
import time
import urllib.parse

from fleet import sign

ANSWER_SECONDS = 15
PACKET_BYTES_MAX = 1 << 20

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT = 1, 2, 3, 4, 8, 9, 14
CLEAN_SESSION, PASSWORD, USER_NAME = 0x02, 0x40, 0x80


class Refused(Exception):
    """The server said no; it was not merely killed."""


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, digit = size >> 7, size & 0x7F
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind << 4 | flags]) + length + body


class Connection:
    """Connected when it is made. `on_publish(topic, body)` is called by the reading thread; what
    came with QoS 1 is acknowledged after it."""

    def __init__(self, server, device_id: str, key: bytes, on_publish):
        self.on_publish = on_publish
        self.changed = threading.Condition()
        self.acknowledged: set[int] = set()  # packet ids
        self.closed = False
        self.next_id = 0
        trust = ssl.create_default_context(cafile=str(server.data / "ca.pem"))
        plain = socket.create_connection(("127.0.0.1", server.mqtt_port), ANSWER_SECONDS)
        self.socket = trust.wrap_socket(plain, server_hostname="localhost")
        self.sending = threading.Lock()
        self.buffer = b""
        self.session_present = self._connect(device_id, key)
        self.socket.settimeout(None)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _connect(self, device_id: str, key: bytes) -> bool:
        resource = urllib.parse.quote(f"localhost/devices/{device_id}", safe="")
        flags = USER_NAME | PASSWORD  # no clean session: the server keeps the subscriptions
        body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", 240) + _text(device_id)
        body += _text(f"localhost/{device_id}/?api-version=2021-04-12") + _text(sign(key, resource))
        self._send(_packet(CONNECT, 0, body))
        kind, _, answer = self._receive()
        if kind != CONNACK or answer[1] != 0:
            raise Refused(f"{device_id}: CONNECT was answered {kind} {answer.hex()}")
        return answer[0] == 1

    def _send(self, data: bytes):
        with self.sending:
            self.socket.sendall(data)

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionResetError("closed by the server")
            self.buffer += data
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _receive(self) -> tuple[int, int, bytes]:
        first, size, shift = self._exactly(1)[0], 0, 0
        while True:
            digit = self._exactly(1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        if size > PACKET_BYTES_MAX:
            raise ConnectionResetError(f"a packet of {size} bytes")
        return first >> 4, first & 0x0F, self._exactly(size)

    def _read(self):
        try:
            while True:
                kind, flags, body = self._receive()
                if kind in (PUBACK, SUBACK):
                    with self.changed:
                        self.acknowledged.add(struct.unpack(">H", body[:2])[0])
                        self.changed.notify_all()
                elif kind == PUBLISH:
                    self._delivered(flags, body)
        except (OSError, ValueError):
            pass
        finally:
            with self.changed:
                self.closed = True
                self.changed.notify_all()

    def _delivered(self, flags: int, body: bytes):
        size = struct.unpack(">H", body[:2])[0]
        topic, rest = body[2:2 + size].decode(), body[2 + size:]
        packet_id, rest = (rest[:2], rest[2:]) if flags & 0x06 else (b"", rest)
        self.on_publish(topic, rest)
        if packet_id:
            self._send(_packet(PUBACK, 0, packet_id))

    def _new_id(self) -> int:
        with self.changed:
            self.next_id = self.next_id % 0xFFFF + 1
            self.acknowledged.discard(self.next_id)
            return self.next_id

    def wait(self, ready) -> bool:
        """True once ready() holds; False when the connection ended or nothing came."""
        deadline = time.monotonic() + ANSWER_SECONDS
        with self.changed:
            while not ready():
                if self.closed or time.monotonic() > deadline:
                    return False
                self.changed.wait(0.5)
            return True

    def publish(self, topic: str, body: bytes) -> bool:
        """With QoS 1; whether it was acknowledged."""
        number = self._new_id()
        self._send(_packet(PUBLISH, 0x02, _text(topic) + struct.pack(">H", number) + body))
        return self.wait(lambda: number in self.acknowledged)

    def publish_lightly(self, topic: str, body: bytes):
        """With QoS 0."""
        self._send(_packet(PUBLISH, 0, _text(topic) + body))

    def subscribe(self, *filters: str) -> bool:
        number = self._new_id()
        body = struct.pack(">H", number) + b"".join(_text(each) + b"\x01" for each in filters)
        self._send(_packet(SUBSCRIBE, 0x02, body))
        return self.wait(lambda: number in self.acknowledged)

    def close(self):
        try:
            self._send(_packet(DISCONNECT, 0, b""))
            self.socket.close()
        except OSError:
            pass
