"""How a device gets its template, and who waits for an operator: one function, one row of the
board. Each is told by a device of a group that says with the SDK's own means which model it is.
"""

import json
from dataclasses import dataclass

from . import stories, tokens
from .conversation import Fault
from .stories import same

GROUP = "models"
GROUP_KEYS = (tokens.key("models primary"), tokens.key("models secondary"))

THERMOSTAT = "dtmi:com:example:Thermostat;1"
BRACE = "urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1"
MODEL = {
    "@context": ["dtmi:dtdl:context;2", "dtmi:iotcentral:context;2"],
    "@id": THERMOSTAT,
    "@type": "Interface",
    "displayName": "Thermostat",
    "contents": [
        {"@type": "Telemetry", "name": "temperature", "schema": "double"},
        {
            "@type": ["Property", "Initialized"],
            "name": "target",
            "schema": "double",
            "writable": True,
            "initialValue": 21.5,
        },
    ],
}
TWINS = {
    THERMOSTAT: {"tags": {"kind": "thermostat"}, "desired": {"interval": 60}},
    BRACE: {"tags": {"kind": "brace"}, "desired": {"rate": 2}},
}
# What the model itself says is in the twin, too.
DESIRED = {
    THERMOSTAT: TWINS[THERMOSTAT]["desired"] | {"target": 21.5},
    BRACE: TWINS[BRACE]["desired"],
}
# How the SDK words that its registration failed, or that it may not connect.
FAILED = r"^ClientError: .*ServiceError: .*failed registration status"


@dataclass(frozen=True)
class Story:
    """One row of the board on each transport."""

    title: str
    tell: object


class Stage(stories.Stage):
    """What a story is told with."""

    def attempt(self, slug, payload=None):
        """One registration, whatever comes of it: (registration id, key, the SDK's answer)."""
        registration_id = f"{slug}-{self.transport.lower()}"
        key = tokens.derived_key(GROUP_KEYS[0], registration_id)
        told = {"payload": payload} if payload is not None else {}
        answer = self.talk.ask(
            "register",
            registrationId=registration_id,
            key=key,
            idScope=self.suite.id_scope,
            host=self.suite.host,
            transport=self.transport,
            **told,
        )
        return registration_id, key, answer

    def admitted(self, slug, payload=None):
        registration_id, key, answer = self.attempt(slug, payload)
        if answer.error is not None:
            raise Fault(f"register: the SDK said {answer.error}")
        host = answer.value["assignedHub"]
        return stories.Device(registration_id, key, host, self.suite.hubs[host])

    def held(self, slug, reason, payload=None):
        """It is refused, waits, and has no identity: its registration id."""
        registration_id, _, answer = self.attempt(slug, payload)
        if answer.error is None:
            raise Fault(f"it should wait, and was assigned: {answer.value}")
        record = self.berth.registrations()[registration_id]
        seen = tuple(record[member] for member in ("status", "approval", "deviceId"))
        same(seen, ("failed", "waiting", None), f"the registration ({answer.error[:80]})")
        same(self.berth.why_refused(registration_id), reason, "the trail's reason")
        return registration_id, answer.error

    def check_records(self, device, *, registration, identity):
        """(model, template) of the registration and of the identity."""
        record = self.berth.registrations()[device.id]
        same(record["status"], "assigned", "the registration's status")
        same((record["model"], record["template"]), registration, "the registration")
        shown = self.berth.device(device.hub, device.id)
        same((shown["model"], shown["template"]), identity, "the device at its hub")

    def check_twin(self, device, tags, desired, **options):
        """As the device reads it, and the tags as the service does."""
        self.open(device, **options)
        seen = self.must("twin", device)["desired"]
        seen.pop("$version")
        self.must("close", device)
        same(seen, desired, "desired properties that the device reads")
        same(self.berth.twin(device.hub, device.id)["tags"], tags, "tags")


def registers(slug, model, payload):
    """Assigned to the template of that model, whose twin it starts with."""

    def tell(stage):
        device = stage.admitted(slug, payload)
        both = (model, model)
        stage.check_records(device, registration=both, identity=both)
        stage.check_twin(device, TWINS[model]["tags"], DESIRED[model])

    return tell


def connects(stage):
    device = stage.admitted("connects")
    nothing = (None, None)
    stage.check_records(device, registration=nothing, identity=nothing)
    stage.check_twin(device, {}, {}, model=THERMOSTAT)
    stage.check_records(device, registration=nothing, identity=(THERMOSTAT, THERMOSTAT))


def unknown(stage):
    for slug, model in (
        ("unknown", "dtmi:com:example:Nobody;1"),
        ("capitals", THERMOSTAT.replace("Thermostat", "thermostat")),
        ("no-id", "a thermostat"),
    ):
        device = stage.admitted(slug, {"modelId": model})
        stage.check_records(device, registration=(model, None), identity=(model, None))
        stage.check_twin(device, {}, {})


def held_then_approved(stage):
    model = "dtmi:com:example:Nobody;1"
    waiting, _ = stage.held("stranger", "model_unknown", {"modelId": model})
    same(stage.berth.approve(waiting)["approval"], "approved", "its approval")
    device = stage.admitted("stranger", {"modelId": model})
    stage.check_records(device, registration=(model, None), identity=(model, None))


def held_then_known(stage):
    model = f"dtmi:com:example:Later_{stage.transport.replace('-', '')};1"
    payload = {"modelId": model}
    stage.held("early", "model_unknown", payload)
    stage.berth.create_model_template(model, tags={"kind": "later"})
    device = stage.admitted("early", payload)
    stage.check_records(device, registration=(model, model), identity=(model, model))
    stage.check_twin(device, {"kind": "later"}, {})


def known_not_held(stage):
    device = stage.admitted("friend", {"modelId": THERMOSTAT})
    both = (THERMOSTAT, THERMOSTAT)
    stage.check_records(device, registration=both, identity=both)
    stage.admitted("speechless")  # names no model: nothing to be held for


def approved_by_hand(stage):
    payload = {"modelId": THERMOSTAT}
    waiting, _ = stage.held("newcomer", "approval_awaited", payload)
    stage.held("newcomer", "approval_awaited", payload)  # asking again is no approval
    same(stage.berth.approve(waiting)["approval"], "approved", "its approval")
    device = stage.admitted("newcomer", payload)
    both = (THERMOSTAT, THERMOSTAT)
    stage.check_records(device, registration=both, identity=both)
    stage.check_twin(device, TWINS[THERMOSTAT]["tags"], DESIRED[THERMOSTAT])


def who_was_in_stays(stage):
    """The device of an earlier story registers again, although nobody has approved it."""
    stage.admitted("friend", {"modelId": THERMOSTAT})


def blocked(stage):
    device = stage.admitted("villain", {"modelId": THERMOSTAT})
    stage.berth.block(device.id)
    _, _, answer = stage.attempt("villain", {"modelId": THERMOSTAT})
    if answer.error is None:
        raise Fault("it was blocked, and was assigned")
    same(stage.berth.why_refused(device.id), "device_blocked", "the trail's reason")
    refused = stage.talk.ask("open", **stage.opening(device, retry=False))
    if refused.error is None:
        raise Fault("it was blocked, and could connect")
    stage.berth.approve(device.id)
    device = stage.admitted("villain", {"modelId": THERMOSTAT})
    stage.check_twin(device, TWINS[THERMOSTAT]["tags"], DESIRED[THERMOSTAT])


def _text(member, model):
    return json.dumps({member: model})


OPEN = (
    Story("payload modelId", registers("dict", THERMOSTAT, {"modelId": THERMOSTAT})),
    Story("payload iotcModelId, a urn", registers("old", BRACE, {"iotcModelId": BRACE})),
    Story(
        "payload modelId, JSON in a text",
        registers("text", THERMOSTAT, _text("modelId", THERMOSTAT)),
    ),
    Story(
        "payload iotcModelId, a urn, JSON in a text",
        registers("old-text", BRACE, _text("iotcModelId", BRACE)),
    ),
    Story("product_info at the hub: template, the twin stays", connects),
    Story("unknown, other capitals, no id at all: unassigned", unknown),
    Story("blocked: neither registers nor connects, until approved", blocked),
)
HOLDING = (
    Story("unknown models held: failed, approved, gets in", held_then_approved),
    Story("unknown models held: failed, its template made, gets in", held_then_known),
    Story("unknown models held: a known one and none get in", known_not_held),
)
APPROVING = (
    Story("auto-approve off: failed twice, approved, gets in", approved_by_hand),
    Story("auto-approve off: who was in registers again", who_was_in_stays),
)
STORIES = (*OPEN, *HOLDING, *APPROVING)
