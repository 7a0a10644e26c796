"""Berth as the suites use it: start it, enrol devices through its own CLI, stop it.

The one place that knows Berth's command line.
"""

import json
import os
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import namespace

_READY_SECONDS = 60
_COMMAND_SECONDS = 30
_DRAIN_SECONDS = 30
_POLL_SECONDS = 0.05


def _brief(arguments, longest=60):
    return " ".join(each if len(each) <= longest else each[:longest] + "…" for each in arguments)


class BerthError(Exception):
    """Berth did not do what the harness asked; the text says what and what it printed."""


ADMIN_PORT = 9443  # in a namespace of its own, so that 443 is the devices' alone


class Berth:
    """One server on 443 and 8883 of this namespace, with its data below `directory`."""

    def __init__(self, program, directory, *, at_hub=False, plain_hosts=()):
        """`at_hub`: operators have a port of their own, and tokens end when they say so.
        `plain_hosts`: it has these names, too, and listens on 80 and 1883 as well."""
        self.program = str(program)
        self._port = ADMIN_PORT if at_hub else 443
        self._more = ["--admin-port", str(ADMIN_PORT), "--attestation-clock-skew", "1s"]
        self._more = self._more if at_hub else []
        if plain_hosts:
            self._more += ["--http-port", "80", "--mqtt-plain-port", "1883"]
        for host in plain_hosts:
            self._more += ["--host", host]
        self.data = Path(directory) / "data"
        self.log = Path(directory) / "server.log"
        self.ca = self.data / "ca.pem"
        self._process = None

    def start(self):
        command = [self.program, "serve", "--data", str(self.data), "--host", namespace.HOST]
        command += ["--https-port", "443", "--mqtt-port", "8883", *self._more]
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._ready():
            if self._process.poll() is not None:
                raise BerthError(
                    f"the server ended with {self._process.returncode}: {self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise BerthError(f"not ready after {_READY_SECONDS} s: {self.log_tail()}")
            time.sleep(_POLL_SECONDS)

    def _ready(self):
        # `url` is how the command line finds the server; it comes after the ports are open.
        if not (self.ca.exists() and (self.data / "url").exists()):
            return False
        try:
            trust = ssl.create_default_context(cafile=str(self.ca))
            url = f"https://{namespace.HOST}:{self._port}/readyz"
            with urllib.request.urlopen(url, context=trust, timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def stop(self):
        """Drains the server with SIGTERM; says what was wrong with its end, or None."""
        if self._process is None:
            return None
        if self._process.poll() is not None:
            return f"the server had ended with {self._process.returncode}: {self.log_tail()}"
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(_DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return f"the server did not drain within {_DRAIN_SECONDS} s of SIGTERM"
        return None if code == 0 else f"the server ended with {code}: {self.log_tail()}"

    def log_tail(self, lines=15):
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def restart(self, *more):
        """Drains it and starts it again on the same data and ports, with `more` flags from then
        on; what was wrong, or None."""
        wrong = self.stop()
        self._more = [*self._more, *more]
        self.start()
        return wrong

    def _output(self, *arguments, fed=None):
        command = [self.program, *arguments, "--json"]
        environment = dict(os.environ, BERTH_DATA=str(self.data))
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                input=fed,
                timeout=_COMMAND_SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BerthError(f"{' '.join(arguments[:2])} gave no answer: {error}") from error
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip()
            raise BerthError(f"berth {_brief(arguments)} ended with {done.returncode}: {said}")
        return done.stdout

    def _command(self, *arguments, fed=None):
        text = self._output(*arguments, fed=fed)
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise BerthError(f"berth {_brief(arguments)} printed no JSON: {error}") from error

    def id_scope(self):
        scopes = self._command("scope", "list")["items"]
        if len(scopes) != 1:
            raise BerthError(f"expected the one scope of a fresh server, found {len(scopes)}")
        return scopes[0]["id"]

    def create_enrollment(self, registration_id, keys, *, device_id=None, enabled=True):
        arguments = ["--enrollment-id", registration_id, "--attestation-type", "symmetrickey"]
        arguments += ["--primary-key", keys[0], "--secondary-key", keys[1]]
        if device_id is not None:
            arguments += ["--device-id", device_id]
        if not enabled:
            arguments += ["--provisioning-status", "disabled"]
        self._command("enrollment", "create", *arguments)

    def create_group(self, group_id, keys, *, hub=None, tags=None, desired=None):
        arguments = ["--enrollment-id", group_id]
        arguments += ["--primary-key", keys[0], "--secondary-key", keys[1]]
        if hub is not None:
            arguments += ["--iot-hubs", hub]
        if tags is not None:
            arguments += ["--initial-twin-tags", json.dumps(tags)]
        if desired is not None:
            arguments += ["--initial-twin-properties", json.dumps(desired)]
        self._command("enrollment-group", "create", *arguments)

    # ---- certificates, TPMs and what is issued

    def enroll_certificate(self, registration_id, certificate, *, slot="primary", enabled=True):
        """An individual enrolment of that device certificate."""
        arguments = ["--enrollment-id", registration_id]
        flag = "certificate-path" if slot == "primary" else "secondary-certificate-path"
        arguments += [f"--{flag}", str(certificate)]
        arguments += [] if enabled else ["--provisioning-status", "disabled"]
        return self._command("enrollment", "create", *arguments)

    def enroll_tpm(self, registration_id, keys):
        arguments = ["--enrollment-id", registration_id, "--attestation-type", "tpm"]
        arguments += ["--endorsement-key", keys["endorsementKey"]]
        return self._command("enrollment", "create", *arguments)

    def disable_enrollment(self, registration_id):
        arguments = ["--enrollment-id", registration_id, "--provisioning-status", "disabled"]
        self._command("enrollment", "update", *arguments)

    def create_certificate_group(self, group_id, *, certificate=None, ca=None, issue_days=None):
        """A group below a CA: its certificate's file, or the name of one of the scope."""
        arguments = ["--enrollment-id", group_id]
        arguments += ["--root-ca-name", ca] if ca else ["--certificate-path", str(certificate)]
        arguments += ["--issue-certificates", str(issue_days)] if issue_days else []
        self._command("enrollment-group", "create", *arguments)

    def create_issuing_group(self, group_id, keys, days):
        """A group with keys whose devices may ask for certificates."""
        arguments = ["--enrollment-id", group_id, "--issue-certificates", str(days)]
        arguments += ["--primary-key", keys[0], "--secondary-key", keys[1]]
        self._command("enrollment-group", "create", *arguments)

    def create_ca(self, name, certificate, *, verified=False):
        arguments = [name, "--path", str(certificate), *(["--verified"] if verified else [])]
        self._command("certificate", "create", *arguments)

    def verification_code(self, name):
        told = self._command("certificate", "generate-verification-code", name)
        return told["verificationCode"]

    def verify_ca(self, name, proof):
        return self._command("certificate", "verify", name, "--path", str(proof))

    def revoke(self, certificate):
        self._command("certificate", "revoke", "--path", str(certificate), "--yes")

    def issued(self, registration_id):
        told = self._command("certificate", "issued", "--registration-id", registration_id)
        return told["items"]

    def refused_for(self, registration_id, reason):
        """The trails of its attempts that were refused for that reason."""
        arguments = ["--failed", "--registration-id", registration_id]
        trails = self._command("trail", "list", *arguments)["items"]
        return [trail for trail in trails if trail["reason"] == reason]

    def why_refused(self, registration_id):
        """The reason in the trail of its last attempt that was refused."""
        arguments = ["--failed", "--registration-id", registration_id, "--limit", "1"]
        trails = self._command("trail", "list", *arguments)["items"]
        return trails[0]["reason"] if trails else None

    def create_certificate_device(self, hub, device, *, sha256=None):
        """A device of the hub alone: known by its certificate, or by a verified CA."""
        auth = ["--primary-thumbprint", sha256] if sha256 else ["--auth", "x509-ca"]
        self._command("device", "create", device, "--hub-name", hub, *auth)

    def registrations(self):
        """What the server holds: {registration id: record of the admin API}."""
        listed = self._command("registration", "list", "--limit", "1000")
        return {record["id"]: record for record in listed["items"]}

    def derived_key(self, *arguments):
        """The key of a group's device, in base64."""
        return self._command("key", "derive", *arguments)["primaryKey"]

    # ---- device templates, and devices that wait for an operator

    def create_model_template(self, template, *, model=None, tags=None, desired=None):
        """Of that id; `model`: DTDL as an object."""
        arguments = ["template", "create", template]
        arguments += ["--model-file", "-"] if model else []
        arguments += ["--tags", json.dumps(tags)] if tags else []
        arguments += ["--desired", json.dumps(desired)] if desired else []
        return self._command(*arguments, fed=json.dumps(model) if model else None)

    def update_scope(self, *rules):
        """`rules`: flags of `scope update`."""
        return self._command("scope", "update", *rules)

    def approve(self, registration_id):
        return self._command("device", "approve", registration_id)

    def block(self, registration_id):
        return self._command("device", "block", registration_id, "--yes")

    # ---- connected devices, seen from the service side

    def hubs(self):
        return self._command("hub", "list")["items"]

    def create_hub(self, name, host):
        """Makes a hub with a host name of its own and lets the one scope assign devices to it."""
        self._command("hub", "create", name, "--host", host)
        self._command("hub", "link", name)

    def twin(self, hub, device):
        """{tags, desired, desiredVersion, reported, reportedVersion, ...}"""
        return self._command("twin", "show", device, "--hub-name", hub)

    def update_desired(self, hub, device, patch):
        arguments = [device, "--hub-name", hub, "--desired", json.dumps(patch)]
        return self._command("twin", "update", *arguments)

    def call_method(self, hub, device, method, payload, *, seconds=10):
        """{status, payload} as the device answered."""
        arguments = [device, method, "--hub-name", hub, "--payload", json.dumps(payload)]
        return self._command("device", "call-method", *arguments, "--timeout", str(seconds))

    def send_to_device(self, hub, device, body, *, message_id, properties=None, ack="none"):
        arguments = [device, body, "--hub-name", hub, "--message-id", message_id, "--ack", ack]
        for name, value in (properties or {}).items():
            arguments += ["--property", f"{name}={value}"]
        return self._command("device", "send", *arguments)

    def device(self, hub, device):
        return self._command("device", "show", device, "--hub-name", hub)

    def disable(self, hub, device):
        self._command("device", "update", device, "--hub-name", hub, "--status", "disabled")

    def events(self, hub, device):
        """Every event of the device that the hub keeps, oldest first. The body is text: JSON that
        the server read is written again without spaces."""
        arguments = ["--hub-name", hub, "--device", device, "--limit", "1000"]
        lines = self._output("hub", "events", *arguments).splitlines()
        events = [json.loads(line) for line in lines]
        for event in events:
            if event["bodyEncoding"] == "json":
                event["body"] = json.dumps(event["body"], separators=(",", ":"), ensure_ascii=False)
        return events

    # ---- products: groups whose devices register with the product's secret and a name

    def products(self):
        return self._command("product", "list")["items"]

    def create_product(self, product, secret, *, mode="key", names=(), rules=()):
        """`rules`: more flags of `product create`."""
        arguments = [product, "--product-secret", secret, "--auth-mode", mode, *rules]
        self._command("product", "create", *arguments)
        if names:
            self._command("product", "device", "add", *names, "--product-id", product)

    def update_product(self, product, *rules):
        self._command("product", "update", product, *rules)

    def rotate_product_secret(self, product, secret, *, overlap):
        arguments = [product, "--product-secret", secret, "--overlap", overlap, "--yes"]
        self._command("product", "rotate-secret", *arguments)

    def member(self, product, name):
        """{name, deviceId, state, registration, ...}"""
        return self._member("show", product, name)

    def reset_member(self, product, name):
        self._member("reset", product, name)

    def disable_member(self, product, name):
        self._member("disable", product, name)

    def _member(self, verb, product, name):
        return self._command("product", "device", verb, name, "--product-id", product)

    # ---- things: members of templates that enrol with passwords of their own

    def create_template(self, template, *rules, secret=None):
        """`rules`: more flags; `secret`: what passwords are derived from."""
        arguments = [*rules, *(["--derivation-secret-file", "-"] if secret else [])]
        self._command("thing", "template", "create", "--id", template, *arguments, fed=secret)

    def import_serials(self, template, rows):
        """`rows`: (serial, enrol password, control password)."""
        text = "".join(",".join(row) + "\n" for row in rows)
        told = self._command("thing", "serial", "import", template, "-", fed=text)
        if told["added"] != len(rows):
            raise BerthError(f"not all serials were added: {told}")

    def add_serial(self, template, serial):
        """Without passwords: they are derived."""
        self._command("thing", "serial", "add", template, serial)

    def create_account(self, email, password):
        self._command("thing", "account", "create", email, "--password-file", "-", fed=password)
