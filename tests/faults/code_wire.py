"""Whoever holds a credential code, at byte level: a number, letters, a claim with a key."""

import hashlib
import http.client
import json
import ssl
from dataclasses import dataclass, field

from wire import Heard

SECONDS = 20


def source_of(label):
    """An address of this machine for each label: misses are counted for each source."""
    digest = hashlib.sha256(label.encode()).digest()
    return f"127.{digest[0]}.{digest[1]}.{1 + digest[2] % 254}"


@dataclass
class UseCode:
    """One request; nobody is signed in."""

    method: str
    path: str
    body: object = None
    headers: dict = field(default_factory=dict)
    source: str = ""

    scope = ""
    registration_id = ""


def number(text, source):
    return UseCode("GET", f"/numeric?numeric={text}", source=source)


def letters(text, source):
    return UseCode("POST", "/pickup", {"pickup": text}, source=source)


def claim(code_id, token, key, source):
    """`key`: {"csr": PEM}, {"publicKey": PEM} or {"symmetricKey": base64}."""
    return UseCode("POST", f"/claim/{code_id}", key, {"Authorization": f"Bearer {token}"}, source)


def use_code(place, attempt):
    context = ssl.create_default_context(cafile=place.ca)
    source = (attempt.source, 0) if attempt.source else None
    connection = http.client.HTTPSConnection("127.0.0.1", place.https_port, timeout=SECONDS,
                                             context=context, source_address=source)
    try:
        headers = dict(attempt.headers)
        body = None
        if attempt.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(attempt.body)
        connection.request(attempt.method, attempt.path, body, headers)
        answer = connection.getresponse()
        raw = answer.read()
    finally:
        connection.close()
    return Heard(answer.status, {}, dict(answer.getheaders()), raw=raw)
