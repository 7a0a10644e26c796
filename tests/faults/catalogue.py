"""The catalogue: one entry per fault. What is broken, the reason and top cause that an operator
must be given, and what the device must hear: exactly the vendor's error and nothing else.

An entry is a function that sets the fault up and says what the device sends. It runs once for each
transport, with a registration id of its own. A new fault is one more function here.
"""

import base64
import time
from dataclasses import dataclass, replace

from server import key, text_of
from wire import HTTPS, TRANSPORTS, Attempt, Token, derive, quote


@dataclass(frozen=True)
class Answer:
    """The vendor's error: its code and text, and the CONNACK code when CONNECT is refused."""

    code: int
    message: str
    connack: int = 0  # 0: CONNECT succeeds and the answer comes on the topic
    retry: bool = False
    polled: bool = False  # the register is accepted, the poll tells the failure


UNAUTHORIZED = Answer(401002, "Unauthorized", connack=5)
NO_SUCH_SCOPE = Answer(404201, "Not found", connack=5)
NO_SUCH_OPERATION = Answer(404201, "Not found")
BAD_ID = Answer(400004, "Invalid registration id", connack=5)
BAD_PAYLOAD = Answer(400004, "Invalid payload")
NO_HUB = Answer(400208, "No IoT hub is available for this enrollment", polled=True)
ID_TAKEN = Answer(409001, "The device id is already in use", polled=True)
THROTTLED = Answer(429001, "Too many requests", connack=3, retry=True)
BUSY = Answer(429001, "Too many requests", retry=True)

# What becomes of the command that the top finding offers.
RUN_IT = "run it, and the device gets in"
USE_KEY = "run it, and the device gets in with the key it prints"
# Commands that need something of the operator's own: the entry runs them (`mended`).
BY_HAND = "do what it says, and the device gets in"


@dataclass(frozen=True)
class Fault:
    story: object
    name: str
    broken: str
    reason: str
    cause: str
    hears: Answer = UNAUTHORIZED
    transports: tuple = TRANSPORTS
    proven: bool = True
    mend: str = ""
    server: tuple = ()  # flags of `berth serve` that this entry needs


CATALOGUE = []


def fault(broken, reason, cause, **more):
    def register(story):
        name = story.__name__.replace("_", "-")
        CATALOGUE.append(Fault(story, name, broken, reason, cause, **more))
        return story

    return register


# ---- the key -------------------------------------------------------------------------------------


@fault("the device signs with the group key itself", "not_enrolled", "group_key_underived",
       mend=USE_KEY)
def group_key_underived(world, device):
    return Attempt(device, Token(world.group().primary))


@fault("the same with the group's secondary key", "not_enrolled", "group_key_underived")
def group_secondary_key_underived(world, device):
    return Attempt(device, Token(world.group().secondary))


@fault("a key was derived from an individual's key", "proof_rejected", "individual_key_derived")
def individual_key_derived(world, device):
    return Attempt(device, Token(derive(world.individual(device).primary, device)))


@fault("the key was derived from the id in capitals", "not_enrolled", "wrong_case_id", mend=USE_KEY)
def id_in_capitals(world, device):
    return Attempt(device, Token(world.group().device_key(device.upper())))


@fault("the key's base64 text is used as the key", "proof_rejected", "key_text_not_decoded")
def key_not_decoded(world, device):
    return Attempt(device, Token(text_of(world.individual(device).primary).encode()))


@fault("the group key's base64 text is used to derive", "not_enrolled", "key_text_not_decoded",
       mend=USE_KEY)
def group_key_not_decoded(world, device):
    return Attempt(device, Token(derive(text_of(world.group().primary).encode(), device)))


@fault("the enrollment holds the key encoded twice", "proof_rejected", "key_stored_encoded_twice")
def key_stored_twice_encoded(world, device):
    right = key(device)
    world.individual(device, primary=text_of(right).encode())
    return Attempt(device, Token(right))


@fault("a line break was read with the key", "proof_rejected", "key_has_whitespace")
def key_with_line_break(world, device):
    return Attempt(device, Token(world.individual(device).primary + b"\n"))


@fault("`echo ID | openssl` hashed a line break with the id", "not_enrolled", "key_has_whitespace",
       mend=USE_KEY)
def id_with_line_break(world, device):
    return Attempt(device, Token(world.group().device_key(device + "\n")))


@fault("the key was derived for the group's name", "not_enrolled", "derived_for_other_id",
       mend=USE_KEY)
def derived_for_group_name(world, device):
    group = world.group()
    return Attempt(device, Token(group.device_key(group.id)))


@fault("two devices' keys were swapped", "proof_rejected", "key_of_other_enrollment")
def keys_swapped(world, device):
    other = world.individual(f"another-unit-of-{device}")
    world.individual(device)
    return Attempt(device, Token(other.primary))


@fault("the key belongs to a group of another scope", "not_enrolled", "key_of_other_scope")
def key_of_other_scope(world, device):
    other = world.group("elsewhere", scope=world.new_scope())
    world.group()
    return Attempt(device, Token(other.device_key(device)))


@fault("the key was replaced since", "proof_rejected", "retired_key")
def key_retired(world, device):
    enrolled = world.individual(device)
    world.run("enrollment", "regenerate-key", "--id-scope", world.scope, "--enrollment-id", device,
              "--key", "primary", "--yes")
    return Attempt(device, Token(enrolled.primary))


@fault("the group's key was replaced since", "proof_rejected", "retired_key", mend=USE_KEY)
def group_key_retired(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    world.run("enrollment-group", "regenerate-key", "--id-scope", world.scope, "--enrollment-id",
              group.id, "--key", "primary", "--yes")
    return Attempt(device, Token(group.device_key(device)))


@fault("an individual enrollment has the id of a group's device", "proof_rejected",
       "individual_shadows_group", mend=RUN_IT)
def individual_shadows_group(world, device):
    group = world.group()
    world.individual(device)
    return Attempt(device, Token(group.device_key(device)))


@fault("a device of a group was given an individual enrollment and kept its key", "proof_rejected",
       "group_shadows_individual")
def group_shadows_individual(world, device):
    group = world.group()
    world.register(device, group.device_key(device))
    world.individual(device)
    return Attempt(device, Token(group.device_key(device)))


@fault("the device has a key nobody knows", "proof_rejected", "unexplained", proven=False)
def key_of_nobody(world, device):
    world.individual(device)
    return Attempt(device, Token(key("nobody")))


# ---- the token -----------------------------------------------------------------------------------


@fault("the signed resource is decoded, the sent one is not", "proof_rejected",
       "signed_decoded_resource")
def signed_decoded(world, device):
    signs = f"{world.scope}/registrations/{device}\n{{se}}"
    return Attempt(device, Token(world.individual(device).primary, signs=signs))


@fault("the signed resource is in lower case, as the vendor's page says", "proof_rejected",
       "signed_decoded_resource")
def signed_lower_case(world, device):
    signs = quote(f"{world.scope}/registrations/{device}").lower() + "\n{se}"
    return Attempt(device, Token(world.individual(device).primary, signs=signs))


@fault("the expiry is not signed", "proof_rejected", "signed_without_expiry")
def signed_without_expiry(world, device):
    return Attempt(device, Token(world.individual(device).primary, signs="{sr}"))


@fault("a backslash and an n are signed for the line break", "proof_rejected",
       "signed_without_expiry")
def signed_backslash_n(world, device):
    return Attempt(device, Token(world.individual(device).primary, signs="{sr}\\n{se}"))


@fault("the signature is sent in hexadecimal", "proof_malformed", "signature_encoding")
def signature_in_hex(world, device):
    return Attempt(device, Token(world.individual(device).primary, encode=lambda mac: mac.hex()))


@fault("the signature is sent in URL-safe base64 without padding", "proof_malformed",
       "signature_encoding")
def signature_url_safe(world, device):
    def encode(mac):
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return Attempt(device, Token(world.individual(device).primary, encode=encode))


@fault("plus signs became blanks on the way", "proof_malformed", "signature_encoding")
def signature_lost_plus(world, device):
    enrolled, sr = world.individual(device), quote(f"{world.scope}/registrations/{device}")
    expires = int(time.time()) + 3600
    # An expiry whose signature has a plus sign: every second one or so does.
    tokens = (Token(enrolled.primary, sr=sr, expires=expires + i) for i in range(100))
    token = next(each for each in tokens if "%2B" in each.text(""))
    return Attempt(device, replace(token, encode=lambda mac: quote(
        base64.b64encode(mac).decode().replace("+", " "))))


@fault("the expiry is left out", "proof_malformed", "unexplained", proven=False)
def token_without_expiry(world, device):
    form = "SharedAccessSignature sr={sr}&sig={sig}"
    return Attempt(device, Token(world.individual(device).primary, form=form))


@fault("a password that is no token", "proof_malformed", "unexplained", proven=False)
def not_a_token(world, device):
    world.individual(device)
    return Attempt(device, "hunter2")


@fault("no credential at all", "proof_missing", "no_credential")
def no_credential(world, device):
    world.individual(device)
    return Attempt(device, None)


@fault("the device's clock was never set", "proof_expired", "clock_behind")
def clock_not_set(world, device):
    return Attempt(device, Token(world.individual(device).primary, expires=946_688_400))


@fault("the device's clock is two hours behind", "proof_expired", "clock_behind", proven=False)
def clock_behind(world, device):
    expires = int(time.time()) - 7200
    return Attempt(device, Token(world.individual(device).primary, expires=expires))


@fault("a token that was good is used again after it expired", "proof_expired", "token_reused")
def token_reused(world, device):
    enrolled = world.individual(device)
    world.register(device, enrolled.primary)
    # With the five minutes that clocks are allowed, this token is good until the second is over.
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.05)
    return Attempt(device, Token(enrolled.primary, expires=second - 300))


@fault("the expiry counts milliseconds", "proof_expiry_too_far", "expiry_in_milliseconds")
def expiry_in_milliseconds(world, device):
    expires = (int(time.time()) + 3600) * 1000
    return Attempt(device, Token(world.individual(device).primary, expires=expires))


@fault("the device's clock is twenty years ahead", "proof_expiry_too_far", "clock_ahead",
       proven=False)
def clock_ahead(world, device):
    expires = int(time.time()) + 20 * 365 * 86_400
    return Attempt(device, Token(world.individual(device).primary, expires=expires))


@fault("the token is for another scope", "proof_audience_mismatch", "token_for_other_scope")
def token_for_other_scope(world, device):
    resource = f"0ne00000000/registrations/{device}"
    return Attempt(device, Token(world.individual(device).primary, resource=resource))


@fault("token and key are those of another device", "proof_audience_mismatch",
       "token_for_other_device")
def token_for_other_device(world, device):
    group, other = world.group(), f"{device}-neighbour"
    resource = f"{world.scope}/registrations/{other}"
    return Attempt(device, Token(group.device_key(other), resource=resource))


@fault("a hub token is used to register", "proof_audience_mismatch", "token_for_hub")
def token_for_hub(world, device):
    resource = f"hub-1.example/devices/{device}"
    return Attempt(device, Token(world.individual(device).primary, resource=resource))


# ---- ids, scopes, owners -------------------------------------------------------------------------


@fault("two digits of the ID scope are swapped", "scope_unknown", "scope_spelling",
       hears=NO_SUCH_SCOPE)
def scope_misspelled(world, device):
    scope = world.scope[:-2] + ("7" if world.scope[-2] != "7" else "8") + world.scope[-1]
    return Attempt(device, Token(world.individual(device).primary), scope)


@fault("the host belongs to another scope than the one sent", "scope_unknown",
       "scope_of_other_host", hears=NO_SUCH_SCOPE, proven=False)
def scope_of_other_host(world, device):
    host = f"{world.name}.example"
    world.new_scope("--service-host", host)
    return Attempt(device, Token(key("any")), "Zz9999zz", host=host)


@fault("nobody enrolled the device", "not_enrolled", "unexplained", proven=False)
def not_enrolled(world, device):
    world.group()
    return Attempt(f"{device}-of-nobody-at-all", Token(key("nobody")))


@fault("the id in the device has two letters swapped", "not_enrolled", "id_spelling")
def id_misspelled(world, device):
    enrolled = world.individual(f"{device}-ab")
    world.group()
    return Attempt(f"{device}-ba", Token(enrolled.primary))


@fault("there is a blank before the id", "id_invalid", "id_spelling", hears=BAD_ID)
def blank_before_id(world, device):
    return Attempt(f" {device}", Token(world.individual(device).primary))


@fault("the enrollment is disabled", "enrollment_disabled", "enrollment_disabled", mend=RUN_IT)
def enrollment_disabled(world, device):
    enrolled = world.individual(device, "--provisioning-status", "disabled")
    return Attempt(device, Token(enrolled.primary))


@fault("the group is disabled", "enrollment_disabled", "enrollment_disabled", mend=RUN_IT)
def group_disabled(world, device):
    group = world.group("group", "--provisioning-status", "disabled")
    return Attempt(device, Token(group.device_key(device)))


@fault("the scope is disabled", "scope_disabled", "unexplained", proven=False, mend=RUN_IT)
def scope_disabled(world, device):
    scope = world.new_scope("--disable")
    world.run("hub", "link", "--id-scope", scope, "--hub", "hub-1")
    return Attempt(device, Token(world.individual(device, scope=scope).primary), scope)


@fault("the id was registered through another group before", "owned_by_other", "owner_differs",
       mend=RUN_IT)
def owned_by_other(world, device):
    world.register(device, world.group("first").device_key(device))
    return Attempt(device, Token(world.group("second").device_key(device)))


# ---- after the proof -----------------------------------------------------------------------------


@fault("the payload is too large", "payload_invalid", "unexplained", hears=BAD_PAYLOAD,
       proven=False, server=("--provisioning-payload-bytes-max", "1024"))
def payload_too_large(world, device):
    return Attempt(device, Token(world.individual(device).primary), payload={"x": "y" * 1024})


@fault("no hub is linked to the scope", "no_hub", "no_hub_linked", hears=NO_HUB)
def no_hub_linked(world, device):
    scope = world.new_scope()
    return Attempt(device, Token(world.individual(device, scope=scope).primary), scope)


@fault("every hub is excluded from allocation", "no_hub", "hubs_excluded", hears=NO_HUB,
       mend=RUN_IT)
def hubs_excluded(world, device):
    scope = world.new_scope()
    world.run("hub", "link", "--id-scope", scope, "--hub", "hub-1",
              "--apply-allocation-policy", "false")
    return Attempt(device, Token(world.individual(device, scope=scope).primary), scope)


@fault("the only hub the enrollment names was unlinked", "hub_unknown", "hubs_excluded",
       hears=NO_HUB, mend=RUN_IT)
def hub_unlinked(world, device):
    world.new_hub(world.name)
    scope = world.new_scope()
    where = ("--id-scope", scope, "--hub", world.name)
    world.run("hub", "link", *where)
    world.run("hub", "link", "--id-scope", scope, "--hub", "hub-1")
    enrolled = world.individual(device, "--iot-hubs", world.name, scope=scope)
    world.run("hub", "unlink", *where)
    return Attempt(device, Token(enrolled.primary), scope)


@fault("the device id belongs to another registration", "device_id_taken", "owner_differs",
       hears=ID_TAKEN)
def device_id_taken(world, device):
    other = world.individual(f"{device}-first", "--device-id", f"{device}-unit")
    world.register(other.id, other.primary)
    enrolled = world.individual(device, "--device-id", f"{device}-unit")
    return Attempt(device, Token(enrolled.primary))


@fault("a device polls the operation of another", "operation_unknown", "unexplained",
       hears=NO_SUCH_OPERATION, proven=False)
def foreign_operation(world, device):
    other = world.individual(f"{device}-first")
    operation = world.register(other.id, other.primary)["operationId"]
    enrolled = world.individual(device)
    world.register(device, enrolled.primary)
    return Attempt(device, Token(enrolled.primary), operation_id=operation)


@fault("more devices arrive than can be served soon", "overloaded", "unexplained", hears=BUSY,
       proven=False, transports=(HTTPS,),  # one in a second leaves a trail
       server=("--provisioning-registrations-at-once-max", "0"))
def overloaded(world, device):
    return Attempt(device, Token(world.individual(device).primary))


@fault("somebody guesses keys", "too_many_attempts", "guessing", hears=THROTTLED,
       server=("--threads", "1", "--provisioning-failures-per-source-max", "5",
               "--provisioning-failures-refilled-per-second", "0.001"))
def guessing(world, device):
    world.group()
    for number in range(5):
        world.send(HTTPS, Attempt(f"{device}-{number}", Token(key("guess"))))
    return Attempt(device, Token(key("guess")))
