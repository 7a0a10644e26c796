"""A device that has its product's secret only, at byte level: what it sends to register, in both
generations, and how it connects afterwards (tencent.md §2, §3, §7). Every part can be got wrong.
"""

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import time
from dataclasses import dataclass, field

from wire import HTTPS, Heard, HttpsDevice, MqttDevice, packet, text_field

V1, V2 = "v1", "v2"
NONCE = 5456
_PATHS = {V1: "/register/dev", V2: "/device/register"}
_BLOCK = 16
_HANDSHAKE_SECONDS = 10


def hex_then_base64(mac):
    """How the first generation writes its MAC."""
    return base64.b64encode(mac.hex().encode()).decode()


def raw_base64(mac):
    """How the second one does."""
    return base64.b64encode(mac).decode()


@dataclass
class Enrol:
    """A registration. `signs` may name {device}, {nonce}, {product}, {time} and {hash}."""

    product: object  # server.Product
    name: str
    generation: str = V1
    secret: str = ""  # the product's when empty
    digest: object = None
    encode: object = None
    signs: str = ""
    nonce: object = NONCE
    made_at: int = 0  # now when 0
    extra: dict = field(default_factory=dict)  # more members of the body
    body: bytes = b""  # sent as it is

    scope = ""
    token = None

    @property
    def registration_id(self):
        return self.product.id + self.name

    def token_text(self):
        """What must not be in a trail."""
        return self.secret or self.product.secret

    def signature(self, signs, values, digest, encode):
        text = (self.signs or signs).format(**values)
        mac = hmac.new(self.token_text().encode(), text.encode(), self.digest or digest).digest()
        return (self.encode or encode)(mac)

    def request(self):
        """(body, headers)"""
        stamp = self.made_at or int(time.time())
        values = {"device": self.name, "nonce": self.nonce, "product": self.product.id,
                  "time": stamp}
        if self.generation == V1:
            signs = "deviceName={device}&nonce={nonce}&productId={product}&timestamp={time}"
            body = {"deviceName": self.name, "nonce": self.nonce, "productId": self.product.id,
                    "timestamp": stamp, **self.extra}
            body["signature"] = self.signature(signs, values, hashlib.sha1, hex_then_base64)
            return self.body or json.dumps(body).encode(), {}
        body = {"ProductId": self.product.id, "DeviceName": self.name, **self.extra}
        data = self.body or json.dumps(body).encode()
        values["hash"] = hashlib.sha256(data).hexdigest()
        signs = "POST\nlocalhost\n/device/register\n\nhmacsha256\n{time}\n{nonce}\n{hash}"
        made = self.signature(signs, values, hashlib.sha256, raw_base64)
        return data, {"X-TC-Algorithm": "hmacsha256", "X-TC-Timestamp": stamp,
                      "X-TC-Nonce": self.nonce, "X-TC-Signature": made}


def enrol(place, attempt):
    body, more = attempt.request()
    with HttpsDevice(place, "localhost") as device:
        lines = [f"POST {_PATHS[attempt.generation]} HTTP/1.1", f"Host: {device.host}",
                 "Content-Type: application/x-www-form-urlencoded",
                 f"Content-Length: {len(body)}", *(f"{name}: {more[name]}" for name in more)]
        device.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        heard = device.answer()
    good = heard.body.get("code") == 0 or "Payload" in heard.body.get("Response", {})
    heard.operation = {"status": "assigned"} if good else None
    return heard


def opened(heard, secret):
    """The device's own secret, out of the answer of a key product."""
    sealed = heard.body["payload"]
    command = ["openssl", "enc", "-d", "-aes-128-cbc", "-nopad", "-a", "-A",
               "-K", secret[:_BLOCK].encode().hex(), "-iv", (b"0" * _BLOCK).hex()]
    done = subprocess.run(command, input=sealed.encode(), capture_output=True, check=True)
    return base64.b64decode(json.loads(done.stdout.rstrip(b"\0"))["psk"])


def hex_of(mac):
    return mac.hex()


@dataclass
class LogIn:
    """A CONNECT with user name and password, or keyed with the secret (`keyed`)."""

    product: object
    name: str
    key: bytes
    digest: object = hashlib.sha1
    says: str = "hmacsha1"
    encode: object = hex_of
    signs: str = ""  # the user name when empty
    expires: str = "9223372036854775807"
    client_id: str = ""
    act: object = None
    keyed: bool = False

    scope = ""
    token = None

    @property
    def registration_id(self):
        return self.product.id + self.name

    def token_text(self):
        return self.key.hex()

    def connect_packet(self):
        user = f"{self.registration_id};21010406;A1b2C;{self.expires}"
        mac = hmac.new(self.key, (self.signs or user).encode(), self.digest).digest()
        body = text_field("MQTT") + bytes([4, 0xC2]) + struct.pack("!H", 60)
        body += text_field(self.client_id or self.registration_id) + text_field(user)
        return packet(0x10, body + text_field(f"{self.encode(mac)};{self.says}"))


class ProductDevice(MqttDevice):
    def rest(self):
        data = b""
        while part := self.socket.recv(4096):
            data += part
        return data

    def stays(self):
        self.socket.sendall(b"\xc0\x00")
        return self.read_packet() == (0xD0, b"")

    def log_in(self, attempt):
        self.socket.sendall(attempt.connect_packet())
        answer = self.expect(0x20)
        if answer != b"\x00\x00":
            return Heard(connack=answer[1], raw=b"\x20\x02" + answer + self.rest())
        return attempt.act(self) if attempt.act else Heard(connected=True)


def shake_hands(place, attempt):
    """The handshake alone, by OpenSSL's own client; connected when it comes about."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{place.mqtt_port}", "-tls1_2",
               "-cipher", "PSK-AES128-CBC-SHA", "-psk", attempt.key.hex(),
               "-psk_identity", attempt.registration_id]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=_HANDSHAKE_SECONDS, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    return Heard(connected="Cipher is PSK-AES128-CBC-SHA" in said and done.returncode == 0,
                 raw=b"alert" if "alert bad record mac" in said else said.encode())


def log_in(place, attempt):
    if attempt.keyed:
        return shake_hands(place, attempt)
    with ProductDevice(place, "localhost", False) as device:
        return device.log_in(attempt)


def send_product(place, attempt):
    return enrol(place, attempt) if isinstance(attempt, Enrol) else log_in(place, attempt)


ENROL_TRANSPORTS = (HTTPS,)
