"""The catalogue, continued: what goes wrong at a hub, when a device connects and while it is
connected. Entries are made as those of catalogue.py.
"""

import base64
import json
import time
from dataclasses import dataclass

from catalogue import RUN_IT, USE_KEY, fault
from hub_wire import HUB_TRANSPORTS, Visit, hub_token, publish, report, subscribe
from server import key, text_of
from wire import HTTPS, derive, quote


@dataclass(frozen=True)
class HubAnswer:
    """All that a device hears: a refused CONNECT, a closed connection, or one bad answer."""

    connack: int = 0
    closes: bool = False
    granted: int = 0  # of a SUBSCRIBE
    twin_status: int = 0


REFUSED = HubAnswer(connack=5)
LATER = HubAnswer(connack=3)
CLOSED = HubAnswer(closes=True)
NO_FILTER = HubAnswer(granted=0x80)

# The command prints a connection string, with which the device gets in.
USE_STRING = "run it, and the device gets in with the connection string it prints"

HUB = "hub-1"


def at_hub(broken, reason, cause, **more):
    return fault(broken, reason, cause, **{"hears": REFUSED, "transports": HUB_TRANSPORTS, **more})


def policy_key(world, policy):
    printed = world.run("hub", "connection-string", HUB, "--policy", policy)
    return base64.b64decode(printed["connectionString"].split("SharedAccessKey=")[1])


# ---- the key -------------------------------------------------------------------------------------


@at_hub("the device has a key nobody knows", "proof_rejected", "unexplained", proven=False,
        mend=USE_STRING)
def hub_key_of_nobody(world, device):
    world.device(device)
    return Visit(device, hub_token(key("nobody")))


@at_hub("the device's key was replaced at the hub", "proof_rejected", "retired_key",
        mend=USE_STRING)
def hub_key_retired(world, device):
    made = world.device(device)
    world.run("device", "regenerate-key", device, "--hub-name", HUB, "--key", "primary", "--yes")
    return Visit(device, hub_token(made.primary))


@at_hub("the group's primary key was replaced, and the device came back with its secondary",
        "proof_rejected", "retired_key", mend=USE_KEY)
def hub_key_of_an_old_generation(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    world.run("enrollment-group", "regenerate-key", "--id-scope", world.scope, "--enrollment-id",
              group.id, "--key", "primary", "--yes")
    world.register(device, derive(group.secondary, device))
    return Visit(device, hub_token(group.device_key(device)))


@at_hub("the device has its new key, but has not registered with it", "proof_rejected",
        "key_not_issued_yet")
def hub_key_not_issued_yet(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    shown = world.run("enrollment-group", "regenerate-key", "--id-scope", world.scope,
                      "--enrollment-id", group.id, "--key", "primary", "--yes", "--show-keys")
    fresh = base64.b64decode(shown["keys"]["primaryKey"])
    return Visit(device, hub_token(derive(fresh, device)))


@at_hub("the device signs with the group key itself", "proof_rejected", "group_key_underived",
        mend=USE_KEY)
def hub_group_key_underived(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    return Visit(device, hub_token(group.primary))


@at_hub("two devices' keys were swapped", "proof_rejected", "key_of_other_device", mend=USE_STRING)
def hub_keys_swapped(world, device):
    world.device(device)
    return Visit(device, hub_token(world.device(f"another-unit-of-{device}").primary))


@at_hub("the device signs with a policy's key and does not name it", "proof_rejected",
        "key_of_hub_policy", mend=USE_STRING)
def hub_policy_not_named(world, device):
    world.device(device)
    return Visit(device, hub_token(policy_key(world, "device")))


@at_hub("the policy is not for devices", "proof_rejected", "hub_policy_unfit", mend=USE_STRING)
def hub_policy_of_services(world, device):
    world.device(device)
    return Visit(device, hub_token(policy_key(world, "service"), skn="service"))


@at_hub("the key's base64 text is used as the key", "proof_rejected", "key_text_not_decoded")
def hub_key_not_decoded(world, device):
    return Visit(device, hub_token(text_of(world.device(device).primary).encode()))


@at_hub("a line break was read with the key", "proof_rejected", "key_has_whitespace")
def hub_key_with_line_break(world, device):
    return Visit(device, hub_token(world.device(device).primary + b"\n"))


# ---- the token -----------------------------------------------------------------------------------


@at_hub("the signed resource is decoded, the sent one is not", "proof_rejected",
        "signed_decoded_resource")
def hub_signed_decoded(world, device):
    signs = f"localhost/devices/{device}\n{{se}}"
    return Visit(device, hub_token(world.device(device).primary, signs=signs))


@at_hub("the expiry is not signed", "proof_rejected", "signed_without_expiry")
def hub_signed_without_expiry(world, device):
    return Visit(device, hub_token(world.device(device).primary, signs="{sr}"))


@at_hub("the signature is sent in hexadecimal", "proof_malformed", "signature_encoding")
def hub_signature_in_hex(world, device):
    return Visit(device, hub_token(world.device(device).primary, encode=lambda mac: mac.hex()))


@at_hub("a password that is no token", "proof_malformed", "unexplained", proven=False)
def hub_not_a_token(world, device):
    world.device(device)
    return Visit(device, "hunter2")


@at_hub("no token at all", "proof_missing", "no_credential")
def hub_no_token(world, device):
    world.device(device)
    return Visit(device, None)


@at_hub("the device's clock was never set", "proof_expired", "clock_behind")
def hub_clock_not_set(world, device):
    return Visit(device, hub_token(world.device(device).primary, expires=946_688_400))


@at_hub("the device's clock is two hours behind", "proof_expired", "clock_behind", proven=False)
def hub_clock_behind(world, device):
    expires = int(time.time()) - 7200
    return Visit(device, hub_token(world.device(device).primary, expires=expires))


@at_hub("a token that was good is used again after it expired", "proof_expired", "token_reused")
def hub_token_reused(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    # With the five minutes that clocks are allowed, this token is good until the second is over.
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.05)
    return Visit(device, hub_token(group.device_key(device), expires=second - 300))


@at_hub("the expiry counts milliseconds", "proof_expiry_too_far", "expiry_in_milliseconds")
def hub_expiry_in_milliseconds(world, device):
    expires = (int(time.time()) + 3600) * 1000
    return Visit(device, hub_token(world.device(device).primary, expires=expires))


@at_hub("the device's clock is twenty years ahead", "proof_expiry_too_far", "clock_ahead",
        proven=False)
def hub_clock_ahead(world, device):
    expires = int(time.time()) + 20 * 365 * 86_400
    return Visit(device, hub_token(world.device(device).primary, expires=expires))


@at_hub("the token for registering is sent to the hub", "proof_audience_mismatch",
        "token_for_provisioning")
def hub_provisioning_token(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    resource = f"{world.scope}/registrations/{device}"
    return Visit(device, hub_token(group.device_key(device), resource=resource))


@at_hub("the token is for another hub", "proof_audience_mismatch", "token_for_other_hub")
def hub_token_for_other_hub(world, device):
    host = world.new_hub(world.name)
    made = world.device(device)
    return Visit(device, hub_token(made.primary, resource=f"{host}/devices/{device}"))


@at_hub("token and key are those of another device", "proof_audience_mismatch",
        "token_for_other_device")
def hub_token_for_other_device(world, device):
    world.device(device)
    other = world.device(f"{device}-neighbour")
    return Visit(device, hub_token(other.primary, resource=f"localhost/devices/{other.id}"))


# ---- hosts, ids, states --------------------------------------------------------------------------


@at_hub("the device is at another hub", "device_unknown", "device_at_other_hub")
def hub_of_another(world, device):
    world.new_hub(world.name)
    return Visit(device, hub_token(world.device(device, hub=world.name).primary))


@at_hub("a letter of the hub's host is missing", "host_unknown", "host_spelling")
def hub_host_misspelled(world, device):
    return Visit(device, hub_token(world.device(device).primary), host="locahost")


@at_hub("the device connects to a host that is no hub's", "host_unknown", "device_at_other_hub")
def hub_host_of_nobody(world, device):
    return Visit(device, hub_token(world.device(device).primary), host="iot.example.net")


@at_hub("the host is that of provisioning", "host_unknown", "host_of_provisioning")
def hub_host_of_provisioning(world, device):
    host = f"dps.{world.name}.example"
    world.new_scope("--service-host", host)
    return Visit(device, hub_token(key("any")), host=host)


@at_hub("nobody made the device", "device_unknown", "unexplained", proven=False)
def hub_device_unknown(world, device):
    return Visit(f"{device}-of-nobody-at-all", hub_token(key("nobody")))


@at_hub("the device id is written in capitals", "device_unknown", "id_spelling")
def hub_id_in_capitals(world, device):
    return Visit(device.upper(), hub_token(world.device(device).primary))


@at_hub("the device id holds a blank", "id_invalid", "unexplained", proven=False)
def hub_id_with_blank(world, device):
    return Visit(f"{device} 1", hub_token(key("any")))


@at_hub("the device's identity was deleted", "device_unknown", "device_removed")
def hub_identity_deleted(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    world.run("device", "delete", device, "--hub-name", HUB, "--yes")
    return Visit(device, hub_token(group.device_key(device)))


@at_hub("the device is disabled", "device_disabled", "device_disabled", mend=RUN_IT)
def hub_device_disabled(world, device):
    return Visit(device, hub_token(world.device(device, "--status", "disabled").primary))


@at_hub("the MQTT client id is not the device's", "proof_malformed", "unexplained", proven=False)
def hub_client_id_differs(world, device):
    return Visit(device, hub_token(world.device(device).primary), client_id=f"{device}-2")


@at_hub("the will is for the topic of another device", "proof_malformed", "unexplained",
        proven=False)
def hub_will_of_another(world, device):
    return Visit(device, hub_token(world.device(device).primary),
                 will_topic="devices/another/messages/events/")


@at_hub("somebody guesses keys", "too_many_attempts", "guessing", hears=LATER,
        server=("--hub-failures-per-source-max", "5",
                "--hub-failures-refilled-per-second", "0.001"))
def hub_guessing(world, device):
    world.device(device)
    for number in range(5):
        world.send(HUB_TRANSPORTS[0], Visit(f"{device}-{number}", hub_token(key("guess"))))
    return Visit(device, hub_token(key("guess")))


# ---- while it is connected -----------------------------------------------------------------------


def connected(world, device, act):
    return Visit(device, hub_token(world.device(device).primary), act=act)


@at_hub("telemetry goes to the topic of another device", "topic_forbidden",
        "topic_of_other_device", hears=CLOSED)
def hub_foreign_topic(world, device):
    return connected(world, device, publish(f"devices/{device}-2/messages/events/", b"{}"))


@at_hub("telemetry goes to a topic that is none", "topic_forbidden", "topic_unknown", hears=CLOSED)
def hub_unknown_topic(world, device):
    return connected(world, device, publish("v1/devices/me/telemetry", b"{}"))


@at_hub("a twin request has no $rid", "topic_forbidden", "topic_unknown", hears=CLOSED)
def hub_request_without_rid(world, device):
    return connected(world, device, publish("$iothub/twin/GET/", b"", qos=0))


@at_hub("the device listens to the messages of another", "topic_forbidden",
        "topic_of_other_device", hears=NO_FILTER)
def hub_foreign_filter(world, device):
    return connected(world, device, subscribe(f"devices/{device}-2/messages/devicebound/#"))


@at_hub("the device listens to everything", "topic_forbidden", "topic_unknown", hears=NO_FILTER)
def hub_filter_for_all(world, device):
    return connected(world, device, subscribe("#"))


@at_hub("telemetry is sent with QoS 2", "topic_forbidden", "qos_unsupported", hears=CLOSED)
def hub_qos_2(world, device):
    return connected(world, device, publish(f"devices/{device}/messages/events/", b"{}", qos=2))


@at_hub("a message has 257 KB", "message_too_large", "over_limit", hears=CLOSED)
def hub_message_too_large(world, device):
    body = b"x" * 257 * 1024
    return connected(world, device, publish(f"devices/{device}/messages/events/", body))


@at_hub("a patch of the twin is no JSON", "document_invalid", "document_rule",
        hears=HubAnswer(twin_status=400))
def hub_patch_no_json(world, device):
    return connected(world, device, report(b'{"fan": on}'))


@at_hub("a patch of the twin is eleven levels deep", "document_invalid", "document_rule",
        hears=HubAnswer(twin_status=400))
def hub_patch_too_deep(world, device):
    body = {"leaf": 1}
    for _ in range(11):
        body = {"level": body}
    return connected(world, device, report(json.dumps(body).encode()))


@at_hub("a name in the twin has a blank", "document_invalid", "document_rule",
        hears=HubAnswer(twin_status=400))
def hub_patch_bad_name(world, device):
    return connected(world, device, report(b'{"fan speed": 3}'))


@at_hub("the twin would outgrow its 32 KB", "document_too_large", "over_limit",
        hears=HubAnswer(twin_status=413))
def hub_twin_too_large(world, device):
    body = {f"part{number}": "x" * 4000 for number in range(9)}
    return connected(world, device, report(json.dumps(body).encode()))
