"""One suite of credential codes: a fresh Berth, the libraries that have always read such codes, and
the phone app's own package, in a namespace where the app's compiled-in server name is Berth's.
"""

import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from . import clients, codes_stories, hub_suite, namespace
from .conversation import Fault
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row

# Compiled into the app's package.
GLOBAL_HOST = "global.azure-devices-provisioning.net"
GROUP = "phones"
GROUP_KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
OTHER_KEY = "UK8x4vxx3k5PQMtbzACJ29uKbnk5uXFIKyFVvUQv5aw="
ATTESTATION = "credential code"
_SECONDS = 60


class Stage:
    """What a story is told with: the API of codes, the Node libraries, and the program itself."""

    def __init__(self, suite):
        self.suite, self.berth = suite, suite.berth
        self.directory = suite.directory
        self.scope = suite.scope

    # ---- the server

    def ask(self, method, path, body=None, token=True, kind="application/json"):
        """(status, content type, text)"""
        url = f"https://{namespace.HOST}{path}"
        headers = {"Content-Type": kind} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {self.suite.token()}"
        sent = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(url, data=sent, method=method, headers=headers)
        trust = ssl.create_default_context(cafile=str(self.berth.ca))
        try:
            with urllib.request.urlopen(request, context=trust, timeout=_SECONDS) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()

    def told(self, method, path, body=None, status=200, **how):
        """The JSON of an answer that must have that status."""
        seen, _, text = self.ask(method, path, body, **how)
        if seen != status:
            raise Fault(f"{method} {path} was answered {seen}: {text[:300]}")
        return json.loads(text)

    def code(self, **members):
        """A credential code of a new device in the group, by the admin API."""
        body = {"scope": self.scope, "enrollmentGroupId": GROUP, **members}
        return self.told("POST", "/api/v1/credentials", body, status=201)

    def creds(self, device, passphrase, model="", types=3):
        """What the portal's page of old asks for and gets, by its API."""
        body = {
            "deviceId": device,
            "deviceKey": self.device_key(device),
            "patientId": passphrase,
            "scopeId": self.scope,
            "modelId": model,
            "types": types,
        }
        body |= {} if passphrase else {"unencrypted": True}
        return self.told("POST", "/creds", body)

    def device_key(self, device):
        arguments = ["--registration-id", device, "--primary-key", GROUP_KEY]
        return self.berth.derived_key(*arguments)

    def events(self, device):
        hub = self.berth.hubs()[0]["name"]
        return [json.loads(event["body"]) for event in self.berth.events(hub, device)]

    def twin(self, device):
        return self.berth.twin(self.berth.hubs()[0]["name"], device)

    # ---- the libraries

    def node(self, act, **job):
        command, environment = clients.command(self.suite.client, self.berth.ca, self.directory)
        done = subprocess.run(
            command,
            input=json.dumps({"act": act, **job}),
            capture_output=True,
            text=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode != 0 or not done.stdout:
            raise Fault(f"codes.js ended with {done.returncode}: {done.stderr[-400:]}")
        return json.loads(done.stdout)

    def openssl(self, *arguments, fed):
        command = ["openssl", "enc", "-aes-256-cbc", "-md", "md5", "-a", "-A", *arguments]
        done = subprocess.run(command, input=fed, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else None

    # ---- the program as a device

    def redeem(self, code, *arguments, passphrase=None):
        """(exit code, what it printed)"""
        command = [self.berth.program, "device", "redeem", code, "--ca", str(self.berth.ca)]
        command += ["--host", namespace.HOST, "--out", str(self.directory), *arguments]
        environment = dict(os.environ, BERTH_DATA=str(self.directory / "nothing"))
        if passphrase is not None:
            command += ["--passphrase-env", "CODE_PASSPHRASE"]
            environment["CODE_PASSPHRASE"] = passphrase
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


class CodesSuite:
    """What the stories share."""

    def __init__(self, client, program, directory):
        self.client, self.directory = client, Path(directory)
        self.berth = Berth(program, directory, plain_hosts=(GLOBAL_HOST,))
        self.scope = ""

    def token(self):
        return (self.berth.data / "admin.token").read_text(encoding="ascii").split()[0]

    def prepare(self):
        namespace.know(self.directory, GLOBAL_HOST)
        self.berth.start()
        self.scope = self.berth.id_scope()
        self.berth.create_group(GROUP, (GROUP_KEY, OTHER_KEY))
        stage = Stage(self)
        stage.told("PATCH", f"/api/v1/scopes/{self.scope}", {"compatibleCodes": True})


def _rows(suite):
    rows = []
    for story in codes_stories.STORIES:
        fault = hub_suite.attempt(Stage(suite), story)
        result = FAILED if fault else PASSED
        client = suite.client.package
        about = (story.version, ATTESTATION, story.transport, story.title)
        rows.append(Row(client, *about, result, fault or ""))
    return rows


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    suite = CodesSuite(client, program, directory)
    rows, trouble = [], []
    try:
        suite.prepare()
        rows = _rows(suite)
    except (BerthError, clients.InstallError, Fault) as error:
        trouble.append(str(error))
    finally:
        ending = suite.berth.stop()
    return rows, trouble + ([ending] if ending else [])
