"""What every client must achieve on every transport, and how its answers are judged.

A case is one device's story. It names the enrolment it needs, the key the device holds and what
the SDK must tell its caller. Facts about the SDKs' own errors were seen on real runs.
"""

import json
import re
from dataclasses import dataclass

from .tokens import derived_key, key

GROUP = "fleet"
OTHER_GROUP = "other-fleet"
PAYLOAD = {"modelId": "dtmi:example:thermostat;1", "site": {"line": 4, "label": "Halle Süd"}}


GROUP_KEYS = {
    name: (key(f"{name} primary"), key(f"{name} secondary")) for name in (GROUP, OTHER_GROUP)
}


@dataclass(frozen=True)
class Case:
    """One row of the board for one client on one transport."""

    slug: str
    title: str
    attestation: str  # the enrolment's kind: "individual" or "group"
    holds: str  # which key the device holds: primary, secondary, wrong, underived
    expects: str = "assigned"  # or "unauthorized", "disabled"
    id_suffix: str = ""
    own_device_id: bool = False
    payload: bool = False
    times: int = 1

    def registration_id(self, transport):
        return f"{self.slug}-{transport.lower()}{self.id_suffix}"

    def device_id(self, transport):
        registration_id = self.registration_id(transport)
        return f"unit-of-{registration_id}" if self.own_device_id else registration_id

    def enrollment_keys(self, transport):
        registration_id = self.registration_id(transport)
        return key(f"{registration_id} primary"), key(f"{registration_id} secondary")

    def device_key(self, transport):
        if self.holds == "wrong":
            return key("nobody's key")
        slot = 1 if self.holds == "secondary" else 0
        if self.attestation == "individual":
            return self.enrollment_keys(transport)[slot]
        group_key = GROUP_KEYS[GROUP][slot]
        if self.holds == "underived":
            return group_key
        return derived_key(group_key, self.registration_id(transport))


CASES = (
    Case("ind-primary", "primary key", "individual", "primary"),
    Case("ind-secondary", "secondary key", "individual", "secondary"),
    Case("ind-wrong", "wrong key refused", "individual", "wrong", expects="unauthorized"),
    Case(
        "ind-disabled", "disabled enrolment refused", "individual", "primary", expects="disabled"
    ),
    Case("ind-payload", "custom payload", "individual", "primary", payload=True),
    Case("ind-named", "device id of its own", "individual", "primary", own_device_id=True),
    Case("grp-primary", "derived primary key", "group", "primary"),
    Case("grp-secondary", "derived secondary key", "group", "secondary"),
    Case("grp-wrong", "wrong key refused", "group", "wrong", expects="unauthorized"),
    Case(
        "grp-raw", "group key used underived refused", "group", "underived", expects="unauthorized"
    ),
    Case("grp-again", "registers again", "group", "primary", times=2),
    Case("grp-marks", "every legal mark in the id", "group", "primary", id_suffix="-SN:7.a_B"),
)

# How each SDK words "you are not who you say" (client, transport) -> pattern over "name: message".
# MQTT refusals may come as CONNACK 5 or as a 401 on the answer topic (azure-dps.md §2.2); the SDK
# words them differently and both are its own authorisation error.
_NODE_MQTT = r"^(UnauthorizedError\b|\w+: Connection refused: Not authorized)"
_PYTHON = r"^(CredentialError: |ClientError: .*ServiceError: .* status code 401$)"
_JAVA_MQTT = r"(MqttSecurityException: Not authorized to connect|Service error: 401\d{3} )"
UNAUTHORIZED = {
    ("node", "HTTPS"): r"^UnauthorizedError\b",
    ("node", "MQTT"): _NODE_MQTT,
    ("node", "MQTT-WS"): _NODE_MQTT,
    ("python", "MQTT"): _PYTHON,
    ("python", "MQTT-WS"): _PYTHON,
    ("java", "HTTPS"): r"ProvisioningDeviceHubException: 401 : ",
    ("java", "MQTT"): _JAVA_MQTT,
    ("java", "MQTT-WS"): _JAVA_MQTT,
}


def job(case, transport):
    """What the client program is told to do for a case."""
    told = {
        "id": case.slug,
        "transport": transport,
        "registrationId": case.registration_id(transport),
        "key": case.device_key(transport),
        "times": case.times,
    }
    return told | {"payload": PAYLOAD} if case.payload else told


def _told(result):
    error = result.get("error")
    return f"{error['name']}: {error['message']}" if error else str(result["outcome"])


def _fault_of_assignment(case, transport, result):
    wanted = {
        "registrationId": case.registration_id(transport),
        "deviceId": case.device_id(transport),
    }
    if result["outcome"] != "assigned":
        return f"expected assigned, the SDK said {_told(result)}"
    for field, value in wanted.items():
        # The Python SDK does not tell its caller the registration id.
        if result.get(field, value) != value:
            return f"{field}: expected {value!r}, the SDK gave {result[field]!r}"
    if not re.fullmatch(r"[A-Za-z0-9.-]+", result["assignedHub"] or ""):
        return f"assignedHub is not a host name: {result['assignedHub']!r}"
    return None


def _fault_of_refusal(suite, case, transport, result):
    pattern = UNAUTHORIZED[suite, transport]
    if case.expects == "disabled":
        pattern = f"({pattern}|(?i:disabled))"
    if result["outcome"] == "assigned":
        return "expected a refusal, but the device was assigned"
    if not re.search(pattern, _told(result), re.DOTALL):
        return f"expected the SDK's authorisation error /{pattern}/, it said {_told(result)}"
    return None


def _fault_of_payload(stored):
    # The Java SDK sends the text its caller gave as a JSON string, the others send the object.
    value = json.loads(stored) if isinstance(stored, str) else stored
    return None if value == PAYLOAD else f"the server stored the payload {stored!r}"


def _fault_of_record(case, transport, results, record):
    """What the server holds must be what the SDK told the device."""
    assigned = record is not None and record["status"] == "assigned"
    if case.expects != "assigned":
        return "the device was refused, but the server shows it assigned" if assigned else None
    if not assigned:
        return f"the SDK said assigned, but the server holds {record}"
    if (record["deviceId"], record["hubHost"]) != (
        case.device_id(transport),
        results[-1]["assignedHub"],
    ):
        return f"the SDK said {results[-1]}, but the server holds {record}"
    return _fault_of_payload(record["payload"]) if case.payload else None


def fault(suite, case, transport, answer, record):
    """Why the answer is wrong, or None.

    `answer` is the client program's line for the case, `record` the registration the server holds;
    both may be None.
    """
    if answer is None:
        return "the client program ended without an answer"
    results = answer["results"]
    if len(results) != case.times:
        return f"expected {case.times} results, got {len(results)}"
    for result in results:
        if case.expects == "assigned":
            found = _fault_of_assignment(case, transport, result)
        else:
            found = _fault_of_refusal(suite, case, transport, result)
        if found:
            return found
    if len({result.get("assignedHub") for result in results}) > 1:
        return f"the hub changed between registrations: {results}"
    return _fault_of_record(case, transport, results, record)
