"""The catalogue, continued: devices that wait for an operator or were blocked, models that nobody
knows, and models that cannot be kept.
"""

import json

from catalogue import RUN_IT, Answer, fault
from operator_catalogue import given
from server import Command
from wire import HTTPS, Attempt, Token

HELD = Answer(401002, "Unauthorized", polled=True)
MODEL = "dtmi:com:example:Faults;1"
MODEL_BYTES_MAX = 512 * 1024


def linked_scope(world, *flags):
    scope = world.new_scope(*flags)
    world.run("hub", "link", "--id-scope", scope, "--hub", "hub-1")
    return scope


def arrives(world, device, scope, payload=None):
    group = world.group(scope=scope)
    return Attempt(device, Token(group.device_key(device)), scope, payload)


@fault("nobody has created the device, and its scope approves none", "approval_awaited",
       "nobody_created_it", hears=HELD, mend=RUN_IT)
def device_not_approved(world, device):
    return arrives(world, device, linked_scope(world, "--auto-approve", "off"))


@fault("no template has the model it names, and its scope holds such devices", "model_unknown",
       "template_missing", hears=HELD)
def model_unknown(world, device):
    scope = linked_scope(world, "--hold-unknown-models", "on")
    world.run("template", "create", MODEL, "--id-scope", scope)
    return arrives(world, device, scope, {"modelId": MODEL.lower()})  # capitals count


@fault("it names something that is no model, and its scope holds such devices", "model_unknown",
       "template_missing", hears=HELD, transports=(HTTPS,))
def model_malformed(world, device):
    scope = linked_scope(world, "--hold-unknown-models", "on")
    return arrives(world, device, scope, {"iotcModelId": "no <b>model</b>\n" + "x" * 5000})


@fault("an operator blocked the device", "device_blocked", "blocked_by_operator", hears=HELD,
       mend=RUN_IT)
def device_blocked(world, device):
    group = world.group()
    world.register(device, group.device_key(device), group.scope)
    world.run("device", "block", device, "--id-scope", group.scope, "--yes")
    return Attempt(device, Token(group.device_key(device)), group.scope)


# ---- models that cannot be kept ------------------------------------------------------------------


def interface(number, **members):
    return {"@context": "dtmi:dtdl:context;2", "@id": f"dtmi:com:example:fault{number};1",
            "@type": "Interface", **members}


def model_file(world, text):
    path = world.server.data.parent / f"{world.name}.json"
    path.write_text(text)
    return str(path)


def create(world, text):
    name = "dtmi:com:example:fault1;1"
    where = ("--id-scope", world.scope)
    return Command(("template", "create", *where, "--model-file", model_file(world, text)),
                   ("template", "show", name, *where))


@given("a model whose interfaces extend each other in a ring", "extends itself")
def model_extends_itself(world, _):
    return create(world, json.dumps([interface(1, extends="dtmi:com:example:fault2;1"),
                                     interface(2, extends="dtmi:com:example:fault1;1")]))


@given("a model that is a component of itself", "component of itself")
def model_holds_itself(world, _):
    part = {"@type": "Component", "name": "part", "schema": "dtmi:com:example:fault1;1"}
    return create(world, json.dumps(interface(1, contents=[part])))


@given("a model of more than 512 KiB", "bytes")
def model_too_large(world, _):
    return create(world, json.dumps(interface(1)) + " " * MODEL_BYTES_MAX)


@given("a model that is nested ten thousand levels deep", "not JSON")
def model_too_deep(world, _):
    return create(world, "[" * 10_000 + "]" * 10_000)


@given("a model with a misspelled schema", "/contents/0/schema")
def model_misspelled(world, _):
    reading = {"@type": "Telemetry", "name": "reading", "schema": "doubl"}
    return create(world, json.dumps(interface(1, contents=[reading])))
