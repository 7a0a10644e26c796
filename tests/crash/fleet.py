"""Devices that register without pause and remember what they were told.

The device side of docs/dialects/azure-dps.md in a hundred lines, on purpose without any of Berth's
own code: HTTPS, a group's derived key, a shared access signature for each request.
"""

import base64
import hashlib
import hmac
import http.client
import json
import random
import threading
import time
import urllib.parse
from typing import NamedTuple

API = "api-version=2019-03-31"
POLLS_MAX = 20
CONNECTION_REUSES_MAX = 10


class Answer(NamedTuple):
    """What a device was told at its last registration that succeeded."""

    hub: str
    device_id: str


def derive(key: bytes, registration_id: str) -> bytes:
    return hmac.new(key, registration_id.encode(), hashlib.sha256).digest()


def sign(key: bytes, resource: str) -> str:
    expiry = int(time.time()) + 3600
    mac = hmac.new(key, f"{resource}\n{expiry}".encode(), hashlib.sha256).digest()
    text = urllib.parse.quote(base64.b64encode(mac).decode(), safe="")
    return f"SharedAccessSignature sr={resource}&sig={text}&se={expiry}"


def signature(key: bytes, resource: str) -> str:
    return sign(key, resource) + "&skn=registration"


class Fleet:
    """`count` clients, each on a thread with devices of its own."""

    def __init__(self, server, scope: str, group_key: bytes, count: int, seed: int):
        self.server, self.scope, self.group_key = server, scope, group_key
        self.lock = threading.Lock()
        self.assigned: dict[str, Answer] = {}
        self.accepted: set[str] = set()  # answered with an operation id, which promises durability
        self.surprises: list[str] = []  # answers that no device should get
        self.running = threading.Event()
        self.stopped = False
        self.clients = [threading.Thread(target=self._client, args=(i, random.Random(seed + i)),
                                         daemon=True) for i in range(count)]

    def start(self):
        for client in self.clients:
            client.start()
        self.running.set()

    def stop(self):
        self.stopped = True
        self.running.set()
        for client in self.clients:
            client.join()

    def pause(self):
        """Until resume() clients wait a little between two knocks at a closed door."""
        self.running.clear()

    def resume(self):
        self.running.set()

    def snapshot(self) -> tuple[dict[str, Answer], set[str]]:
        with self.lock:
            return dict(self.assigned), set(self.accepted)

    def _client(self, number: int, rng: random.Random):
        made, connection, uses = 0, None, 0
        while not self.stopped:
            again = made > 0 and rng.random() < 0.25
            index = rng.randrange(made) if again else made
            registration_id = f"Kill-{number}-{index:06}"
            try:
                if connection is None or uses >= CONNECTION_REUSES_MAX:
                    connection, uses = self.server.connect(), 0
                uses += 1
                self._register(connection, registration_id)
                made = max(made, index + 1)
            except (OSError, http.client.HTTPException):  # it was killed under our hands
                connection = None
                self.running.wait(timeout=0.5)
                time.sleep(0.01)
            except ValueError as error:
                self._surprise(f"{registration_id}: {error}")

    def _register(self, connection, registration_id: str):
        resource = f"{self.scope}/registrations/{registration_id}"
        headers = {"Authorization": signature(derive(self.group_key, registration_id), resource),
                   "Content-Type": "application/json; charset=utf-8"}
        body = json.dumps({"registrationId": registration_id})
        status, answer = self._ask(connection, "PUT", f"/{resource}/register?{API}", body, headers)
        if status == 503:
            return  # the store was not there for a moment; nothing was promised
        if status not in (200, 202):
            raise ValueError(f"register was answered {status} {answer}")
        with self.lock:
            self.accepted.add(registration_id)
        path = f"/{resource}/operations/{answer['operationId']}?{API}"
        for _ in range(POLLS_MAX):
            status, answer = self._ask(connection, "GET", path, None, headers)
            if status == 503:
                continue
            if status == 200 and answer["status"] == "assigned":
                return self._remember(registration_id, answer["registrationState"])
            if status != 202:
                raise ValueError(f"the poll was answered {status} {answer}")
        raise ValueError(f"still {answer} after {POLLS_MAX} polls")

    def _remember(self, registration_id: str, state: dict):
        told = Answer(state["assignedHub"], state["deviceId"])
        with self.lock:
            before = self.assigned.setdefault(registration_id, told)
        if before != told:
            self._surprise(f"{registration_id} was at {before} and is now at {told}")

    def _surprise(self, text: str):
        with self.lock:
            self.surprises.append(text)

    @staticmethod
    def _ask(connection, method: str, path: str, body, headers: dict):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}
