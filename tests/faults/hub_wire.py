"""A device at its hub, at byte level: a CONNECT that may be wrong in any part, and one thing it
does when it was let in (azure-iot-hub.md §2).
"""

import json
import ssl
import struct
from dataclasses import dataclass

from wire import MQTT_WS, Heard, MqttDevice, Token, packet, text_field

HUB_TRANSPORTS = ("mqtt", MQTT_WS)
QUERY = "?api-version=2021-04-12&DeviceClientType=faults"
_FORM = "SharedAccessSignature sr={sr}&sig={sig}&se={se}"
_PING, _PONG = b"\xc0\x00", b"\xd0\x00"


def hub_token(key, skn="", **wrong):
    """What a device signs for its hub; with `skn` in the name of a policy."""
    return Token(key, form=_FORM + (f"&skn={skn}" if skn else ""), **wrong)


@dataclass
class Visit:
    """What a device sends. `act` gets the connected device and says what was heard."""

    registration_id: str  # the device id; trails call it so
    token: object  # Token, text, or None for nothing at all
    host: str = "localhost"  # in the user name, and in the token unless that names another
    client_id: str = ""  # the device id when empty
    will_topic: str = ""
    act: object = None
    scope: str = ""
    identity: object = None  # certificate_wire.Papers

    def token_text(self):
        if not isinstance(self.token, Token):
            return self.token
        return self.token.text(f"{self.host}/devices/{self.registration_id}")

    def connect_packet(self):
        token = self.token_text()
        flags = 0x82 | (0x40 if token is not None else 0) | (0x04 if self.will_topic else 0)
        body = text_field("MQTT") + bytes([4, flags]) + struct.pack("!H", 60)
        body += text_field(self.client_id or self.registration_id)
        if self.will_topic:
            body += text_field(self.will_topic) + text_field("gone")
        body += text_field(f"{self.host}/{self.registration_id}/{QUERY}")
        return packet(0x10, body + (text_field(token) if token is not None else b""))


class HubDevice(MqttDevice):
    def rest(self):
        """All bytes until the server closes."""
        data = b""
        try:
            while part := self.socket.recv(4096):
                data += part
        except (ConnectionError, ssl.SSLError):  # it closed while this end was still sending
            pass
        return data

    def visit(self, visit):
        self.socket.sendall(visit.connect_packet())
        answer = self.expect(0x20)
        if answer != b"\x00\x00":
            return Heard(connack=answer[1], raw=b"\x20\x02" + answer + self.rest())
        heard = Heard(connected=True)
        return visit.act(self) if visit.act else heard

    def stays(self):
        """Whether the connection is still served."""
        self.socket.sendall(_PING)
        first, body = self.read_packet()
        return bytes([first, len(body)]) + body == _PONG


def visit(place, transport, what):
    # The port that was dialled says nothing of the hub: the user name does.
    with HubDevice(place, "localhost", transport == MQTT_WS, what.identity) as device:
        return device.visit(what)


# ---- what a connected device does ----------------------------------------------------------------


def publish(topic, body=b"", qos=1):
    """Heard: what came before the server closed."""
    def act(device):
        number = struct.pack("!H", 9) if qos else b""
        try:
            device.socket.sendall(packet(0x30 | qos << 1, text_field(topic) + number + body))
        except (ConnectionError, ssl.SSLError):  # it need not read a message that is too large
            pass
        return Heard(connected=True, raw=device.rest(), closed=True)
    return act


def subscribe(topic):
    def act(device):
        device.socket.sendall(packet(0x82, b"\x00\x01" + text_field(topic) + b"\x01"))
        answer = device.expect(0x90)
        return Heard(connected=True, raw=answer, closed=not device.stays())
    return act


def report(body):
    """A patch of the reported properties."""
    def act(device):
        filters = text_field("$iothub/twin/res/#") + b"\x00"
        device.socket.sendall(packet(0x82, b"\x00\x01" + filters))
        device.expect(0x90)
        topic = text_field("$iothub/twin/PATCH/properties/reported/?$rid=1")
        device.socket.sendall(packet(0x30, topic + body))
        answer = device.expect(0x30)
        size = struct.unpack("!H", answer[:2])[0]
        name, rest = answer[2:2 + size].decode(), answer[2 + size:]
        return Heard(int(name.split("/")[3]), json.loads(rest or b"{}"), {"topic": name},
                     raw=answer, connected=True, closed=not device.stays())
    return act
