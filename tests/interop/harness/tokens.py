"""Keys and shared access signatures, made by hand from the protocol's description."""

import base64
import hashlib
import hmac
import time
import urllib.parse


def key(label):
    """A 64-byte symmetric key in base64, always the same for the same label."""
    return base64.b64encode(hashlib.sha512(label.encode()).digest()).decode()


def derived_key(group_key, registration_id):
    """The key of one device of a group (azure-dps.md §4)."""
    mac = hmac.new(base64.b64decode(group_key), registration_id.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def signature(resource, device_key, *, life=3600, policy=None):
    """A token for `resource`, which is signed as it is written here (azure-iot-hub.md §1.2)."""
    expiry = int(time.time()) + life
    text = f"{resource}\n{expiry}".encode()
    mac = hmac.new(base64.b64decode(device_key), text, hashlib.sha256).digest()
    signed = urllib.parse.quote(base64.b64encode(mac).decode(), safe="")
    token = f"SharedAccessSignature sr={resource}&sig={signed}&se={expiry}"
    return token + (f"&skn={policy}" if policy else "")


def hub_token(host, device_id, device_key, *, life=3600):
    """What a device shows its hub, with the resource percent-encoded as the SDKs do."""
    resource = urllib.parse.quote(f"{host}/devices/{device_id}", safe="")
    return signature(resource, device_key, life=life)
