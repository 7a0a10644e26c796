"""One suite of devices that hold their product's secret: a fresh Berth, which also listens without
TLS, and one vendor SDK, in a namespace of their own.

Every story makes the products it needs; most are told side by side.
"""

import base64
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import clients, hub_suite, namespace, product_stories
from .conversation import Conversation, Fault
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row

# The names that are in the vendor's SDKs; a product's own name comes with the product.
REGISTRATION_HOSTS = ("gateway.tencentdevices.com", "ap-guangzhou.gateway.tencentdevices.com")
MQTT_DOMAINS = ("iotcloud.tencentdevices.com", "ap-guangzhou.iothub.tencentdevices.com")
# What the server is called, so that its certificate covers all of these.
SERVER_HOSTS = (*REGISTRATION_HOSTS, *(f"*.{domain}" for domain in MQTT_DOMAINS))
NO_SECRET = "YOUR_DEVICE_SECRET"  # the SDK's own placeholder
ATTESTATION = "product secret"

_AT_ONCE = 4
_CONNECT_SECONDS = 15


def product_id(label):
    """Ten capitals and digits, always the same for the same label."""
    return base64.b32encode(hashlib.sha256(label.encode()).digest()).decode()[:10]


def product_secret(label):
    """24 letters and digits."""
    return hashlib.sha256(f"secret of {label}".encode()).hexdigest()[:24]


class Run:
    """A device that is switched on: one process of the client program.

    What is asked of it, a line each (conversation.py has the rest):

      make     file [explorer] [websocket]    the SDK's object, from the device's JSON file
      connect  log                            begins to; then events connack, connected
      call     method arguments               any method of the SDK by its name, and its value

    An argument {"callback": null} is a function of the device's software: event message with
    {topic, payload}; {"callback": {method, arguments}} also calls the SDK at once. An object of the
    SDK with these members is {"property": {…}} or {"reply": {…}}. More events: subscribed {mid,
    qos}, published (mid), disconnected (code).
    """

    def __init__(self, stage, unit, number, options):
        log = stage.directory / f"{unit.slug}-{number}"
        command, environment = clients.command(stage.client, stage.berth.ca, stage.directory)
        self._talk = Conversation(command, environment, stage.directory, f"{log}.log")
        self._sdk_log = f"{log}.sdk.log"
        self._talk.must("make", file=str(unit.file), **options)

    @property
    def version(self):
        return self._talk.version

    def call(self, method, *arguments):
        return self._talk.must("call", method=method, arguments=arguments)

    def event(self, event, accept=lambda value: True, seconds=15):
        return self._talk.event(event, "", accept, seconds)

    def begin(self):
        self._talk.must("connect", log=self._sdk_log)

    def connack(self, seconds=_CONNECT_SECONDS):
        """The code of the next CONNACK."""
        said = self.event("connack", seconds=seconds)
        found = re.search(r"CONNACK \(\d+, (\d+)\)", said)
        if found is None:
            raise Fault(f"a CONNACK that cannot be read: {said}")
        return int(found.group(1))

    def connect(self):
        self.begin()
        self.await_connection()

    def await_connection(self, seconds=_CONNECT_SECONDS):
        code = self.connack(seconds)
        if code != 0:
            raise Fault(f"refused with CONNACK {code}")
        self.event("connected")

    def acknowledged(self, event, told):
        """Waits for what ends a call that returned (code, mid): the event of that mid."""
        code, mid = told
        if code != 0:
            raise Fault(f"the SDK gave {told}")
        if event == "published":
            return self.event(event, lambda value: value == mid)
        return self.event(event, lambda value: value["mid"] == mid)["qos"]

    def subscribe(self, topic, qos):
        """For the device's software; the granted QoS."""
        self.call("registerUserCallback", topic, {"callback": None})
        return self.acknowledged("subscribed", self.call("subscribe", topic, qos))

    def publish(self, topic, payload):
        self.acknowledged("published", self.call("publish", topic, payload, 1))

    def message(self, topic, accept=lambda payload: True, seconds=15):
        """The payload of the next such message."""

        def fits(value):
            return value["topic"] == topic and accept(value["payload"])

        return self.event("message", fits, seconds)["payload"]

    def off(self):
        return self._talk.close()


class Unit:
    """One device: its name, its product, and the file with what it knows."""

    def __init__(self, stage, product, name, secret, bound=()):
        self.stage, self.product, self.name = stage, product, name
        self.slug = f"{stage.slug}-{name}"
        self.file = stage.directory / f"{self.slug}.json"
        self._runs = 0
        listed = [{"sub_productId": each.product, "sub_devName": each.name} for each in bound]
        held = {
            "auth_mode": "KEY",
            "productId": product,
            "productSecret": secret,
            "deviceName": name,
            "key_deviceinfo": {"deviceSecret": NO_SECRET},
            "cert_deviceinfo": {"devCaFile": "", "devCertFile": "", "devPrivateKeyFile": ""},
            "subDev": {"subdev_num": len(listed), "subdev_list": listed},
            "region": "china",
        }
        self.file.write_text(json.dumps(held), encoding="utf-8")

    @property
    def id(self):
        return self.product + self.name

    @property
    def secret(self):
        """What the SDK saved."""
        return json.loads(self.file.read_text(encoding="utf-8"))["key_deviceinfo"]["deviceSecret"]

    def know(self, secret):
        """Puts another device secret into the file, as a device that was switched off has it."""
        held = json.loads(self.file.read_text(encoding="utf-8"))
        held["key_deviceinfo"]["deviceSecret"] = secret
        self.file.write_text(json.dumps(held), encoding="utf-8")

    def topic(self, last):
        return f"{self.product}/{self.name}/{last}"

    def on(self, **options):
        self._runs += 1
        return self.stage.keep(Run(self.stage, self, self._runs, options))

    def register(self):
        """Switched on for that alone: what the SDK's registration returned."""
        run = self.on()
        told = run.call("dynregDevice")
        self.stage.off(run)
        return told

    def registered(self, **options):
        """Switched on and registered, not connected."""
        run = self.on(**options)
        code, told = run.call("dynregDevice")
        if code != 0:
            raise Fault(f"the registration of {self.name} was answered {told}")
        return run

    def connected(self, **options):
        run = self.registered(**options)
        run.connect()
        return run


class Stage:
    """What a story is told with: the service side, products, and units of them."""

    def __init__(self, suite, story):
        self.suite, self.client, self.berth = suite, suite.client, suite.berth
        self.directory = suite.directory
        self.slug = re.sub(r"\W+", "-", story.title)[:40]
        self._runs = []

    def product(self, *names, kind="", rules=("--dynamic-registration",)):
        """Makes a product with these names listed; its id. A story's second needs a kind."""
        product = product_id(self.slug + kind)
        self.suite.know(f"{product}.{domain}" for domain in MQTT_DOMAINS)
        self.berth.create_product(product, product_secret(product), names=names, rules=rules)
        return product

    def unit(self, product, name, secret=None, bound=()):
        return Unit(self, product, name, secret or product_secret(product), bound)

    def only_unit(self, **options):
        """A unit of a product of its own."""
        return self.unit(self.product("unit-1", **options), "unit-1")

    def member(self, unit):
        return self.berth.member(unit.product, unit.name)

    def hub(self, unit):
        """The short name of the hub it was assigned."""
        return self.member(unit)["registration"]["hub"]

    def events(self, unit):
        """What the hub keeps of it that its own topics brought, bodies as JSON."""
        events = self.berth.events(self.hub(unit), unit.id)
        return [event | {"body": json.loads(event["body"])} for event in events]

    def keep(self, run):
        self._runs.append(run)
        self.suite.version = run.version
        return run

    def off(self, run):
        self._runs.remove(run)
        wrong = run.off()
        if wrong:
            raise Fault(wrong)

    def tidy(self):
        endings = [run.off() for run in self._runs]
        self._runs = []
        wrong = next(filter(None, endings), None)
        if wrong:
            raise Fault(wrong)


class ProductSuite:
    """What the stories share: the server, and how names come to mean it."""

    def __init__(self, client, program, directory):
        self.client, self.directory = client, Path(directory)
        self.berth = Berth(program, directory, plain_hosts=SERVER_HOSTS)
        self.version = "?"
        self.trouble = []

    def know(self, names):
        namespace.know(self.directory, *names)

    def restart(self):
        wrong = self.berth.restart()
        self.trouble += [wrong] if wrong else []

    def tell(self, story):
        """Why the story failed, or None."""
        stage = Stage(self, story)
        fault = hub_suite.attempt(stage, story)
        try:
            stage.tidy()
        except Fault as error:
            fault = fault or str(error)
        return fault


def _rows(suite):
    faults = {}
    for group, at_once in ((product_stories.TOGETHER, _AT_ONCE), (product_stories.RESTART, 1)):
        with ThreadPoolExecutor(at_once) as pool:
            faults.update(zip(group, pool.map(suite.tell, group)))
    client, transport = suite.client, suite.client.transports[0]
    return [
        Row(
            client.package,
            suite.version,
            ATTESTATION,
            transport,
            story.title,
            FAILED if fault else PASSED,
            fault or "",
        )
        for story, fault in faults.items()
    ]


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    suite = ProductSuite(client, program, directory)
    rows = []
    try:
        suite.know(REGISTRATION_HOSTS)
        suite.berth.start()
        rows = _rows(suite)
    except (BerthError, clients.InstallError, Fault) as error:
        suite.trouble.append(str(error))
    finally:
        ending = suite.berth.stop()
    return rows, suite.trouble + ([ending] if ending else [])
