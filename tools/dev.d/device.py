#!/usr/bin/env python3
"""A device with one symmetric key, as an Azure device SDK would behave over HTTPS: register, poll,
print where it was assigned. Python's standard library only; used by ./dev demo.

The key is read from standard input (base64), so that it appears in no process list.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import ssl
import sys
import time
import urllib.parse

API = "api-version=2019-03-31"
TOKEN_SECONDS = 3600
POLLS_MAX = 20


def token(resource: str, key: bytes, expires: int) -> str:
    """A shared access signature over the resource and its expiry."""
    quoted = urllib.parse.quote(resource, safe="")
    mac = hmac.new(key, f"{quoted}\n{expires}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote(base64.b64encode(mac), safe="")
    return f"SharedAccessSignature sr={quoted}&sig={signature}&se={expires}&skn=registration"


class Device:
    def __init__(self, options, key: bytes):
        place = urllib.parse.urlsplit(options.url)
        trust = ssl.create_default_context(cafile=options.ca)
        self.connection = http.client.HTTPSConnection(place.hostname, place.port, context=trust,
                                                      timeout=30)
        self.path = f"/{options.scope}/registrations/{options.id}"
        self.id, self.key = options.id, key

    def call(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict, int]:
        expires = int(time.time()) + TOKEN_SECONDS
        headers = {"Authorization": token(self.path.lstrip("/"), self.key, expires),
                   "Content-Type": "application/json; charset=utf-8"}
        text = json.dumps(body) if body else None
        self.connection.request(method, f"{path}?{API}", text, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        print(f"  device: {method} {path.split('/', 2)[2]} -> {answer.status}", flush=True)
        return answer.status, json.loads(text or "{}"), int(answer.headers.get("Retry-After", 0))

    def register(self) -> int:
        body = {"registrationId": self.id}
        status, answer, wait = self.call("PUT", f"{self.path}/register", body)
        for _ in range(POLLS_MAX):
            if status != 202:
                break
            # The server has decided by now; an SDK would wait for Retry-After all the same.
            time.sleep(min(wait, 1))
            operation = answer["operationId"]
            status, answer, wait = self.call("GET", f"{self.path}/operations/{operation}")
        state = answer.get("registrationState", {})
        if status == 200 and state.get("status") == "assigned":
            print(f"  device: assigned to hub {state['assignedHub']} as {state['deviceId']}")
            return 0
        print(f"  device: refused: {json.dumps(answer)}")
        return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("url", "ca", "scope", "id"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    return Device(options, base64.b64decode(sys.stdin.read().strip())).register()


if __name__ == "__main__":
    sys.exit(main())
