"""Berth as the catalogue uses it: started fresh, enrolled and asked through its command line."""

import base64
import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from certificate_wire import Greet, greet
from code_wire import UseCode, use_code
from hub_wire import Visit, visit
from product_wire import Enrol, LogIn, opened, send_product
from thing_wire import Ask, EnrolThing, LogInThing, Template, derived, send_thing
from tpm_wire import ShowTpm, send_tpm
from wire import HTTPS, Attempt, Heard, Place, Token, derive, send

READY_SECONDS = 30
COMMAND_SECONDS = 30
TRAIL_SECONDS = 15
_LISTENING = re.compile(r"listening listener=(\w+) port=(\d+)")


class BerthError(Exception):
    """Berth did not do what the catalogue asked; the text says what and what it printed."""


def key(label):
    """A key that is always the same for the same label."""
    return hashlib.sha256(label.encode()).digest()


def text_of(key_bytes):
    return base64.b64encode(key_bytes).decode()


class Server:
    def __init__(self, program, directory, *flags):
        self.program, self.flags = str(program), flags
        self.data, self.log = Path(directory) / "data", Path(directory) / "server.log"
        self.process = self.place = self.first_scope = None
        self.failed_trails = []  # as last listed

    def __enter__(self):
        command = [self.program, "serve", "--data", str(self.data), "--host", "localhost",
                   "--listen", "127.0.0.1", "--https-port", "0", "--mqtt-port", "0", *self.flags]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            self.place = self.wait_until_ready()
            self.first_scope = self.run("scope", "list")["items"][0]["id"]
        except BerthError:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise BerthError(f"the server did not end: {self.tail()}") from None
        if code != 0:
            raise BerthError(f"the server ended with {code}: {self.tail()}")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BerthError(f"the server ended with {self.process.returncode}: {self.tail()}")
            ports = dict(_LISTENING.findall(self.log.read_text(errors="replace")))
            if {"https", "mqtt"} <= ports.keys() and (self.data / "url").exists():
                return Place(int(ports["https"]), int(ports["mqtt"]), str(self.data / "ca.pem"))
            time.sleep(0.05)
        raise BerthError(f"not ready after {READY_SECONDS} s: {self.tail()}")

    def execute(self, *arguments):
        environment = dict(os.environ, BERTH_DATA=str(self.data))
        return subprocess.run([self.program, *arguments, "--json"], capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, env=environment, check=False)

    def run(self, *arguments):
        """The JSON that a command prints."""
        done = self.execute(*arguments)
        if done.returncode != 0:
            raise BerthError(f"berth {shlex.join(arguments)} ended with {done.returncode}: "
                             f"{(done.stderr + done.stdout).strip()}")
        return json.loads(done.stdout or "null")


@dataclass
class Enrolled:
    """An enrollment that was made, and the keys it was given."""

    id: str
    primary: bytes
    secondary: bytes
    scope: str

    def device_key(self, registration_id):
        return derive(self.primary, registration_id)


@dataclass
class Command:
    """What an operator types and must be refused. `absent` shows what must not be there then,
    `unverified` a CA that must not be verified, `unwritten` is a file that must not be made."""

    words: tuple
    absent: tuple = ()
    unverified: tuple = ()
    unwritten: str = ""
    scope = ""


@dataclass
class Product:
    """A group with one secret for all its members."""

    id: str
    secret: str


class World:
    """What a fault can set up before its device comes along. Each fault has ids of its own."""

    def __init__(self, server, name):
        self.server, self.name, self.scope = server, name, server.first_scope

    def run(self, *arguments):
        return self.server.run(*arguments)

    def new_scope(self, *flags):
        return self.run("scope", "create", "--display-name", self.name, *flags)["id"]

    def new_hub(self, name):
        """Its host."""
        return self.run("hub", "create", "--hub-name", name, "--host", f"{name}.localhost")["host"]

    def _enroll(self, noun, enrollment_id, scope, primary, secondary, flags):
        primary = primary or key(f"{enrollment_id} primary")
        secondary = secondary or key(f"{enrollment_id} secondary")
        scope = scope or self.scope
        self.run(noun, "create", "--id-scope", scope, "--enrollment-id", enrollment_id,
                 "--primary-key", text_of(primary), "--secondary-key", text_of(secondary), *flags)
        return Enrolled(enrollment_id, primary, secondary, scope)

    def individual(self, registration_id, *flags, scope=None, primary=None, secondary=None):
        return self._enroll("enrollment", registration_id, scope, primary, secondary, flags)

    def group(self, suffix="group", *flags, scope=None, primary=None, secondary=None):
        name = f"{self.name}-{suffix}"
        return self._enroll("enrollment-group", name, scope, primary, secondary, flags)

    def device(self, device_id, *flags, hub="hub-1"):
        """An identity made by hand."""
        primary, secondary = key(f"{device_id} primary"), key(f"{device_id} secondary")
        self.run("device", "create", device_id, "--hub-name", hub, "--id-scope", self.scope,
                 "--primary-key", text_of(primary), "--secondary-key", text_of(secondary), *flags)
        return Enrolled(device_id, primary, secondary, self.scope)

    def product(self, device, *flags, secret=None, make=True, lists=True):
        """A product of its own for the device, which its roster lists."""
        digest = hashlib.sha256(device.encode()).hexdigest().upper()
        product = Product(digest[:10], secret or digest[10:34])
        if not make:
            return product
        self.run_product("create", product, "--auth-mode", "key", "--dynamic-registration",
                         "--product-secret", product.secret, *flags)
        if lists:
            self.run_product("device", product, "add", device)
        return product

    def run_product(self, verb, product, *more):
        """`berth product VERB …`; the verbs of its devices have two words."""
        verbs = [verb, more[0]] if verb == "device" else [verb]
        return self.run("product", *verbs, "--id-scope", self.scope, "--product-id", product.id,
                        *more[len(verbs) - 1:])

    def enrol(self, attempt):
        """A device that does everything right; its own secret."""
        heard = send_product(self.server.place, attempt)
        if not heard.operation:
            raise BerthError(f"'{attempt.name}' should have been registered: {heard.raw!r}")
        return opened(heard, attempt.product.secret)

    def log_in(self, attempt):
        heard = send_product(self.server.place, attempt)
        if not heard.connected:
            raise BerthError(f"'{attempt.name}' should have been let in: {heard.raw!r}")

    def template(self, serial, *flags, scope=""):
        """A template of its own for the thing, which lists its serial with passwords."""
        made = self.run("thing", "template", "create", "--id-scope", scope or self.scope, *flags)
        template = Template(made["id"], serial, f"enrol {serial}", f"control {serial}",
                            scope=scope)
        self.serial("add", template, "--enroll-password", template.enroll, "--control-password",
                    template.control)
        return template

    def derived_template(self, serial, own=False, lists=True):
        """One whose serials have their passwords from the template's secret."""
        file = self.server.data.parent / f"{serial}.secret"
        file.write_text(f"secret of {serial}")
        made = self.run("thing", "template", "create", "--id-scope", self.scope,
                        "--derivation-secret-file", str(file))
        secret = file.read_text()
        template = Template(made["id"], serial, derived(secret, serial), derived(serial, secret),
                            secret)
        if lists:
            passwords = ["--enroll-password", "own one", "--control-password", "own two"]
            self.serial("add", template, *(passwords if own else []))
        return template

    def serial(self, verb, template, *more):
        """`berth thing serial VERB …`"""
        return self.run("thing", "serial", verb, "--id-scope", template.scope or self.scope,
                        template.id, template.serial, *more)

    def ask(self, attempt):
        return send_thing(self.server.place, HTTPS, attempt)

    def enrol_thing(self, template):
        """A thing that does everything right; its Plug-ID and password."""
        heard = self.ask(EnrolThing(template, template.enroll))
        if not heard.connected:
            raise BerthError(f"'{template.serial}' should have enrolled: {heard.raw!r}")
        return heard.body["id"], heard.body["auth"]

    def type(self, command):
        """What is printed when it is refused, and nothing is left of it."""
        done = self.server.execute(*command.words)
        if command.absent and self.server.execute(*command.absent).returncode == 0:
            raise BerthError(f"berth {shlex.join(command.absent)} finds it")
        if command.unverified and self.run(*command.unverified)["verified"]:
            raise BerthError("the CA is verified")
        if command.unwritten and Path(command.unwritten).exists():
            raise BerthError(f"{command.unwritten} was written")
        return Heard(done.returncode, json.loads(done.stderr or "{}"), raw=done.stderr.encode())

    def send(self, transport, attempt):
        if isinstance(attempt, Command):
            return self.type(attempt)
        if isinstance(attempt, UseCode):
            return use_code(self.server.place, attempt)
        if isinstance(attempt, Greet):
            return greet(self.server.place, attempt)
        if isinstance(attempt, ShowTpm):
            attempt.scope = attempt.scope or self.scope
            return send_tpm(lambda each: send(self.server.place, transport, each), attempt)
        if isinstance(attempt, (EnrolThing, Ask, LogInThing)):
            return send_thing(self.server.place, transport, attempt)
        if isinstance(attempt, (Enrol, LogIn)):
            return send_product(self.server.place, attempt)
        if isinstance(attempt, Visit):
            return visit(self.server.place, transport, attempt)
        attempt.scope = attempt.scope or self.scope
        return send(self.server.place, transport, attempt)

    def register(self, registration_id, device_key, scope=None):
        """A device that does everything right; its registration."""
        heard = self.send(HTTPS, Attempt(registration_id, Token(device_key), scope or self.scope))
        if heard.status != 202 or heard.operation["status"] != "assigned":
            raise BerthError(f"'{registration_id}' should have been assigned: {heard.raw!r}")
        return heard.operation

    def explained(self, registration_id):
        """The trail of the latest refusal of a device, once it has its findings."""
        deadline = time.monotonic() + TRAIL_SECONDS
        while True:
            for trail in self.server.failed_trails:
                if trail["registrationId"] == registration_id and trail["findings"]:
                    return trail
            if time.monotonic() > deadline:
                raise BerthError(f"no explained trail of '{registration_id}'")
            time.sleep(0.1)
            # The latest first, and one page holds all that a run causes.
            listed = self.run("trail", "list", "--failed", "--limit", "1000")
            self.server.failed_trails = listed["items"]
