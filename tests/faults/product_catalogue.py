"""The catalogue, continued: what goes wrong with devices that have one secret for a whole product,
when they register and when they connect. Entries are made as those of catalogue.py.
"""

import base64
import hashlib
import time
from dataclasses import dataclass

from catalogue import RUN_IT, fault
from hub_catalogue import HubAnswer
from hub_wire import publish, subscribe
from product_wire import ENROL_TRANSPORTS, V2, Enrol, LogIn, hex_then_base64, raw_base64

OLD = "oldsecretoldsecretoldsec"


@dataclass(frozen=True)
class ProductAnswer:
    """The vendor's error: its number and text in the first generation, its word in the second."""

    code: int
    message: str
    word: str = ""


@dataclass(frozen=True)
class NoHandshake:
    """The TLS handshake fails as it does for a wrong key."""


BAD_REQUEST = ProductAnswer(1001, "invalid parameter", "InvalidParameter")
BAD_SIGNATURE = ProductAnswer(1010, "Check signature failed", "AuthFailure.SignatureFailure")
EXPIRED = ProductAnswer(1003, "timestamp expired", "AuthFailure.SignatureExpire")
NO_PRODUCT = ProductAnswer(1004, "product not exists")
OFF = ProductAnswer(1005, "Not support dynamic device register, please check setting first")
NOT_LISTED = ProductAnswer(1006, "Pre create mode: device not exists")
ACTIVATED = ProductAnswer(1007, "device already activated")
FULL = ProductAnswer(1008, "register limit exceeded")
DISABLED = ProductAnswer(1009, "device disabled")
BAD_PASSWORD = HubAnswer(connack=4)
FORBIDDEN_FILTER = HubAnswer(granted=0x80)


def enrolling(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": BAD_SIGNATURE, "transports": ENROL_TRANSPORTS, **more})


def logging_in(broken, reason, cause, **more):
    return fault(broken, reason, cause, **{"hears": BAD_PASSWORD, "transports": ("mqtt",), **more})


# ---- the signature -------------------------------------------------------------------------------


@enrolling("the MAC's bytes are encoded, not its hex text", "proof_malformed", "signature_encoding")
def product_raw_mac(world, device):
    return Enrol(world.product(device), device, encode=raw_base64)


@enrolling("the hex text is sent as it is", "proof_malformed", "signature_encoding")
def product_bare_hex(world, device):
    return Enrol(world.product(device), device, encode=lambda mac: mac.hex())


@enrolling("the second generation's MAC is written as the first's", "proof_malformed",
           "signature_encoding")
def product_hex_in_v2(world, device):
    return Enrol(world.product(device), device, V2, encode=hex_then_base64)


@enrolling("the MAC is made with SHA-256", "proof_malformed", "other_mac_algorithm")
def product_other_hash(world, device):
    return Enrol(world.product(device), device, digest=hashlib.sha256)


@enrolling("the signed text ends with a line break", "proof_rejected", "text_with_line_end")
def product_line_break(world, device):
    signs = "deviceName={device}&nonce={nonce}&productId={product}&timestamp={time}\n"
    return Enrol(world.product(device), device, signs=signs)


@enrolling("the fields are signed in another order", "proof_rejected", "fields_reordered")
def product_swapped_fields(world, device):
    signs = "productId={product}&deviceName={device}&nonce={nonce}&timestamp={time}"
    return Enrol(world.product(device), device, signs=signs)


@enrolling("the nonce is not signed", "proof_rejected", "fields_missing")
def product_missing_field(world, device):
    signs = "deviceName={device}&productId={product}&timestamp={time}"
    return Enrol(world.product(device), device, signs=signs)


@enrolling("only sixteen characters of the secret are used", "proof_rejected", "secret_cut")
def product_secret_cut(world, device):
    product = world.product(device)
    return Enrol(product, device, secret=product.secret[:16])


@enrolling("the secret is that of another product", "proof_rejected", "key_of_other_enrollment")
def product_secret_of_another(world, device):
    other = world.product(f"{device}-other")
    return Enrol(world.product(device), device, secret=other.secret)


@enrolling("the secret was rotated away", "proof_rejected", "secret_ended")
def product_secret_rotated(world, device):
    product = world.product(device, secret=OLD)
    world.run_product("rotate-secret", product, "--overlap", "0", "--yes")
    return Enrol(product, device, secret=OLD)


@enrolling("nobody has that secret", "proof_rejected", "unexplained", proven=False)
def product_secret_of_nobody(world, device):
    return Enrol(world.product(device), device, secret="nobodynobodynobodynobody")


# ---- the request ---------------------------------------------------------------------------------


@enrolling("the nonce is a text", "proof_malformed", "unexplained", hears=BAD_REQUEST,
           proven=False)
def product_nonce_text(world, device):
    return Enrol(world.product(device), device, nonce="abc")


@enrolling("the product id has another case", "group_unknown", "group_spelling", hears=NO_PRODUCT,
           proven=False)
def product_other_case(world, device):
    product = world.product(device)
    product.id = product.id.lower()
    return Enrol(product, device)


@enrolling("the group of that name is of another kind", "group_unknown", "not_product_group",
           hears=NO_PRODUCT)
def product_is_a_plain_group(world, device):
    product = world.product(device, make=False)
    world.run("enrollment-group", "create", "--id-scope", world.scope, "--enrollment-id",
              product.id)
    return Enrol(product, device)


@enrolling("the clock is an hour behind, and the product asks for the time",
           "clock_out_of_window", "clock_behind", hears=EXPIRED)
def product_stale_time(world, device):
    product = world.product(device, "--clock-window", "300")
    return Enrol(product, device, made_at=int(time.time()) - 3600)


@enrolling("an answered request is sent again", "request_repeated", "repeated_request",
           hears=ProductAnswer(1015, "request repeated"))
def product_repeated(world, device):
    product = world.product(device, "--replay-window", "300")
    attempt = Enrol(product, device, made_at=int(time.time()))
    world.enrol(attempt)
    return attempt


@enrolling("the device asks for a certificate, the product issues secrets", "credential_mismatch",
           "other_credential_kind",
           hears=ProductAnswer(1014, "product issues another kind of credential"))
def product_other_kind(world, device):
    return Enrol(world.product(device), device, V2, extra={"EncryptionType": 1})


# ---- the product and its roster ------------------------------------------------------------------


@enrolling("registration is switched off", "registration_off", "admits_nobody", hears=OFF,
           mend=RUN_IT)
def product_switched_off(world, device):
    product = world.product(device)
    world.run_product("update", product, "--dynamic-registration", "false")
    return Enrol(product, device)


@enrolling("the name is not listed", "member_unknown", "member_not_listed", hears=NOT_LISTED,
           mend=RUN_IT)
def product_not_listed(world, device):
    return Enrol(world.product(device, lists=False), device)


@enrolling("the quota is used up", "members_exhausted", "members_full", hears=FULL, mend=RUN_IT)
def product_full(world, device):
    product = world.product(device, "--auto-create", "--quota", "1", lists=False)
    world.enrol(Enrol(product, "the-first"))
    return Enrol(product, device)


@enrolling("the name is disabled", "member_disabled", "device_disabled", hears=DISABLED,
           mend=RUN_IT)
def product_disabled_name(world, device):
    product = world.product(device)
    world.run_product("device", product, "disable", device)
    return Enrol(product, device)


@enrolling("the device has connected before", "already_activated", "activated", hears=ACTIVATED,
           mend=RUN_IT)
def product_activated(world, device):
    product = world.product(device)
    secret = world.enrol(Enrol(product, device))
    world.log_in(LogIn(product, device, secret))
    return Enrol(product, device)


# ---- connecting ----------------------------------------------------------------------------------


def registered(world, device):
    """(product, the device's own secret)"""
    product = world.product(device)
    return product, world.enrol(Enrol(product, device))


@logging_in("the secret was replaced by a second registration", "proof_rejected", "reissued_since")
def login_replaced_secret(world, device):
    product, first = registered(world, device)
    world.enrol(Enrol(product, device, nonce=7))
    return LogIn(product, device, first)


@logging_in("the password says the other algorithm", "proof_malformed", "other_mac_algorithm")
def login_other_algorithm(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, secret, says="hmacsha256")


@logging_in("the secret's base64 text is used as the key", "proof_rejected",
            "key_text_not_decoded")
def login_key_not_decoded(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, base64.b64encode(secret))


@logging_in("the MAC is in base64", "proof_malformed", "signature_encoding")
def login_base64(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, secret, encode=raw_base64)


@logging_in("the user name has expired", "proof_expired", "clock_behind", proven=False)
def login_expired(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, secret, expires=str(int(time.time()) - 3600))


@logging_in("nobody registered under that name", "device_unknown", "unexplained", proven=False)
def login_unknown(world, device):
    return LogIn(world.product(device), device, b"0123456789abcdef")


@logging_in("a device publishes to another's topic", "topic_forbidden", "topic_of_other_device",
            hears=HubAnswer(closes=True))
def login_foreign_topic(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, secret, act=publish(f"{product.id}/somebody/event", b"{}"))


@logging_in("a device subscribes to a topic it may only publish to", "topic_forbidden",
            "topic_unknown", hears=FORBIDDEN_FILTER)
def login_forbidden_filter(world, device):
    product, secret = registered(world, device)
    return LogIn(product, device, secret, act=subscribe(f"{product.id}/{device}/event"))


@logging_in("the handshake is keyed with a replaced secret", "proof_rejected", "reissued_since",
            hears=NoHandshake(), proven=False)
def keyed_replaced_secret(world, device):
    product, first = registered(world, device)
    world.enrol(Enrol(product, device, nonce=7))
    return LogIn(product, device, first, keyed=True)


@logging_in("somebody guesses identities of shared keys", "device_unknown", "unexplained",
            hears=NoHandshake(), proven=False)
def keyed_unknown(world, device):
    return LogIn(world.product(device), device, b"0123456789abcdef", keyed=True)

