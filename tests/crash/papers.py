"""Devices that have certificates or a TPM, register without pause and remember what they were
given; and an operator who revokes some of it. As fleet.py, without any of Berth's own code.
"""

import base64
import hashlib
import http.client
import json
import pathlib
import random
import ssl
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "faults"))

import pki  # noqa: E402
from fleet import Answer, signature  # noqa: E402
from server import ANSWER_SECONDS, Admin, ServerError  # noqa: E402
from software_tpm import SoftwareTpm  # noqa: E402

API = "api-version=2025-07-01-preview"
POLLS_MAX = 20
REVOKED_SHARE = 0.3
REST_SECONDS = 0.1


class Broken(Exception):
    """An answer that no device should get."""


class Device:
    """One device on a thread of its own, which comes back and registers until it is stopped."""

    def __init__(self, registration_id: str, crew: "Crew"):
        self.id, self.crew = registration_id, crew
        self.resource = f"{crew.scope}/registrations/{registration_id}"
        self.lock = threading.Lock()
        self.told: Answer | None = None  # at its last registration that succeeded
        self.surprises: list[str] = []
        self.connection: http.client.HTTPSConnection | None = None
        self.kills = 0  # of which it knows
        self.thread = threading.Thread(target=self._live, daemon=True)

    def _live(self):
        while not self.crew.stopped:
            if self.kills != self.crew.kills:  # nothing is sent to a server that is no more
                self.connection, self.kills = None, self.crew.kills
            try:
                if self.connection is None:
                    self.come_back()
                self.register()
            except (OSError, http.client.HTTPException):  # it was killed under our hands
                self.connection = None
                self.crew.running.wait(0.5)
                time.sleep(0.01)
            except (Broken, LookupError, ValueError) as error:
                with self.lock:
                    self.surprises.append(f"{self.id}: {type(error).__name__}: {error}")
                self.connection = None

    def come_back(self):
        self.connection = self.prepared()
        self.connection.connect()
        self.came_back()

    def prepared(self) -> http.client.HTTPSConnection:
        return self.crew.server.connect()

    def came_back(self):
        """What it was promised before is there."""

    def ask(self, method: str, path: str, body=None, headers=None):
        text = None if body is None else json.dumps({"registrationId": self.id, **body})
        self.connection.request(method, f"/{self.resource}/{path}?{API}", text,
                                {"Content-Type": "application/json; charset=utf-8",
                                 **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}

    def polled(self, operation: str, headers=None) -> dict | None:
        """The state of an operation; none: the store was not there for a moment."""
        for _ in range(POLLS_MAX):
            status, answer = self.ask("GET", f"operations/{operation}", None, headers)
            if status == 200 and answer["status"] == "assigned":
                state = answer["registrationState"]
                told = Answer(state["assignedHub"], state["deviceId"])
                with self.lock:
                    before, self.told = self.told or told, told
                if before != told:
                    raise Broken(f"it was at {before} and is now at {told}")
                return state
            if status not in (202, 503):
                raise Broken(f"the poll was answered {status} {answer}")
        return None


class CertificateDevice(Device):
    """Shows a certificate of the factory's, asks for one of Berth's."""

    def __init__(self, registration_id: str, crew: "Crew"):
        super().__init__(registration_id, crew)
        leaf = pki.leaf(registration_id, crew.maker)
        self.file = pki.keep(crew.server.data.parent, f"{registration_id}.pem",
                             leaf.bundle(*leaf.intermediates()))
        request = pki.request(registration_id)
        self.body = {"csr": base64.b64encode(request).decode()}
        self.issued: set[str] = set()  # fingerprints

    def prepared(self):
        trust = ssl.create_default_context(cafile=str(self.crew.server.data / "ca.pem"))
        trust.load_cert_chain(self.file)
        return http.client.HTTPSConnection("localhost", self.crew.server.https_port, context=trust,
                                           timeout=ANSWER_SECONDS)

    def register(self):
        status, answer = self.ask("PUT", "register", self.body)
        if status == 503:
            return  # nothing was promised
        if status not in (200, 202):
            raise Broken(f"register was answered {status} {answer}")
        state = self.polled(answer["operationId"])
        if state is None:
            return
        leaf = base64.b64decode(state["issuedCertificateChain"][0])
        with self.lock:
            self.issued.add(hashlib.sha256(leaf).hexdigest())


class TpmDevice(Device):
    """Answers a challenge for every registration."""

    def __init__(self, registration_id: str, crew: "Crew"):
        super().__init__(registration_id, crew)
        self.tpm = SoftwareTpm()
        self.body = {"tpm": {"endorsementKey": self.tpm.endorsement_key,
                             "storageRootKey": self.tpm.storage_root_key}}
        self.token = ""  # the answer to the last challenge
        self.sent = False  # it was sent, and nobody knows what became of it
        self.last = None  # (token, operation, key for the hub) until another challenge is asked for
        self.kept = False  # that answer was not sent before a kill
        self.replays = self.survivals = 0

    def came_back(self):
        """The answer is used up, the poll tells the same key; an answer never sent still counts."""
        if self.last is None:
            self.kept = bool(self.token and not self.sent)
            return
        token, operation, key = self.last
        headers = {"Authorization": token}
        state = self.polled(operation, headers)
        if state is not None and self.opened(state["tpm"]["authenticationKey"]) != key:
            raise Broken("its key for the hub has changed")
        status, answer = self.ask("PUT", "register", self.body, headers)
        if status not in (401, 503):
            raise Broken(f"a used answer was answered {status} {answer}")
        self.replays += status == 401

    def opened(self, blob: str) -> bytes:
        return self.tpm.opened(blob)

    def register(self):
        if self.token:
            self.answer()
        else:
            self.take_challenge()
        time.sleep(REST_SECONDS)  # so that the server is often killed between the two

    def take_challenge(self):
        self.last = None
        status, answer = self.ask("PUT", "register", self.body)
        if status == 503:
            return
        if status != 401 or "authenticationKey" not in answer:
            raise Broken(f"it was not challenged: {status} {answer}")
        key = self.opened(answer["authenticationKey"])
        self.token, self.sent, self.kept = signature(key, self.resource), False, False

    def answer(self):
        was_sent, self.sent = self.sent, True
        token = self.token
        headers = {"Authorization": token}
        status, answer = self.ask("PUT", "register", self.body, headers)
        if status == 503:
            return
        self.token = ""
        if status == 401 and was_sent:
            return  # it had arrived before
        if status not in (200, 202):
            raise Broken(f"its answer was answered {status} {answer}")
        self.survivals, self.kept = self.survivals + self.kept, False
        state = self.polled(answer["operationId"], headers)
        if state is None:
            return
        key = self.opened(state["tpm"]["authenticationKey"])
        self.last = (token, answer["operationId"], key)


class Operator:
    """Revokes certificates that devices were given."""

    def __init__(self, crew: "Crew", seed: int):
        self.crew, self.rng = crew, random.Random(seed)
        self.lock = threading.Lock()
        self.revoked: set[str] = set()
        self.surprises: list[str] = []
        self.thread = threading.Thread(target=self._live, daemon=True)

    def _live(self):
        admin = None
        while not self.crew.stopped:
            time.sleep(0.05)
            try:
                admin = admin or Admin(self.crew.server)
                self._revoke(admin)
            except (OSError, http.client.HTTPException, FileNotFoundError):
                admin = None
                self.crew.running.wait(0.5)
            except ServerError as error:
                if not any(f": {status} " in str(error) for status in (409, 503)):
                    with self.lock:
                        self.surprises.append(str(error))

    def _revoke(self, admin: Admin):
        issued = sorted(self.crew.issued() - self.revoked)
        if not issued or self.rng.random() > REVOKED_SHARE:
            return
        chosen = self.rng.choice(issued)
        admin.call("POST", f"/scopes/{self.crew.scope}/revoked-certificates", {"sha256": chosen})
        with self.lock:
            self.revoked.add(chosen)


class Crew:
    """Everybody together. `maker`: the CA below which the group's devices have certificates."""

    def __init__(self, server, scope: str, maker, counts: tuple[int, int], seed: int):
        self.server, self.scope, self.maker = server, scope, maker
        self.running = threading.Event()
        self.stopped = False
        self.kills = 0
        self.shown = [CertificateDevice(f"shown-{number}", self) for number in range(counts[0])]
        self.tpms = [TpmDevice(f"tpm-{number}", self) for number in range(counts[1])]
        self.operator = Operator(self, seed)

    def devices(self) -> list[Device]:
        return [*self.shown, *self.tpms]

    def issued(self) -> set[str]:
        found = set()
        for device in self.shown:
            with device.lock:
                found |= device.issued
        return found

    def revoked(self) -> set[str]:
        with self.operator.lock:
            return set(self.operator.revoked)

    def told(self) -> dict[str, Answer]:
        found = {}
        for device in self.devices():
            with device.lock:
                if device.told:
                    found[device.id] = device.told
        return found

    def surprises(self) -> list[str]:
        found = []
        for each in (self.operator, *self.devices()):
            with each.lock:
                found += each.surprises
        return found

    def _threads(self):
        return [self.operator.thread, *(device.thread for device in self.devices())]

    def start(self):
        self.running.set()
        for thread in self._threads():
            thread.start()

    def stop(self):
        self.stopped = True
        self.running.set()
        for thread in self._threads():
            thread.join()

    def pause(self):
        """The server is no more: until resume() everybody waits a little between two knocks."""
        self.kills += 1
        self.running.clear()

    def resume(self):
        self.running.set()
