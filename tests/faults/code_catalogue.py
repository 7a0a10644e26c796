"""The catalogue, continued: credential codes that are guessed, used twice, revoked or over, claims
with a wrong token or another device's request, and codes that a scope does not make. Who holds a
code is told the same whatever is wrong with it; operators are told why one cannot be made.
"""

import base64
import json
import time
from dataclasses import dataclass

import pki
from catalogue import fault
from code_wire import claim, letters, number, source_of, use_code
from operator_catalogue import given
from server import BerthError, Command, key
from wire import HTTPS

MISSES_MAX = 50
MISSES_OF_A_SOURCE = 4
EXPIRES_SECONDS = 30
OWN_SERVER = ("--threads", "1")  # what it closes is closed for nobody else


@dataclass(frozen=True)
class CodeAnswer:
    """The status, and the body: whole, or words that it must have."""

    status: int
    body: str = ""
    words: str = ""


NO_NUMBER = CodeAnswer(404, "-1")
NO_CODE = CodeAnswer(404, json.dumps({
    "title": "No such code", "status": 404,
    "detail": "it was mistyped, is used, or is over: ask for a new one"}, separators=(",", ":")))
ANOTHER_NAME = CodeAnswer(400, words="common name")


def holding(broken, hears, **more):
    return fault(broken, "", "", hears=hears, transports=(HTTPS,), **more)


@dataclass
class Made:
    """A code of a device of its own."""

    id: str
    code: str
    pickup: str
    numeric: str
    expires_at: str
    source: str

    @property
    def token(self):
        return self.code.split("#")[1]


def make(world, device, *flags, scope=""):
    made = world.run("credential", "create", "--id-scope", scope or world.scope, "--device", device,
                     *flags)
    return Made(made["id"], made["code"], made["pickup"], made["numeric"], made["expiresAt"],
                source_of(device))


def make_claim(world, device, *flags):
    return make(world, device, "--group", world.group().id, *flags)


def symmetric(label):
    return {"symmetricKey": base64.b64encode(key(label)).decode()}


def use(world, attempt, status):
    """A use that must go well."""
    heard = use_code(world.server.place, attempt)
    if heard.status != status:
        raise BerthError(f"{attempt.path} should answer {status}: {heard.status} {heard.raw!r}")
    return heard


# ---- claims --------------------------------------------------------------------------------------


@holding("the token of a claim is guessed", NO_CODE)
def claim_token_guessed(world, device):
    made = make_claim(world, device)
    guess = base64.urlsafe_b64encode(key(device)).decode().rstrip("=")
    return claim(made.id, guess, symmetric(device), made.source)


@holding("a claim is redeemed a second time", NO_CODE)
def claim_redeemed_twice(world, device):
    made = make_claim(world, device)
    use(world, claim(made.id, made.token, symmetric(device), made.source), 201)
    return claim(made.id, made.token, symmetric(f"{device} thief"), made.source)


@holding("a claim was revoked", NO_CODE)
def claim_revoked(world, device):
    made = make_claim(world, device)
    world.run("credential", "revoke", made.id, "--yes")
    return claim(made.id, made.token, symmetric(device), made.source)


@holding("a claim is over", NO_CODE)
def claim_over(world, device):
    made = make_claim(world, device, "--ttl", f"{EXPIRES_SECONDS}s")
    time.sleep(EXPIRES_SECONDS + 1)
    return claim(made.id, made.token, symmetric(device), made.source)


@holding("the request of another device is sent with a claim", ANOTHER_NAME)
def claim_with_anothers_request(world, device):
    made = make_claim(world, device)
    request = pki.request(f"{device}-neighbour")
    return claim(made.id, made.token, {"csr": base64.b64encode(request).decode()}, made.source)


# ---- letters and numbers -------------------------------------------------------------------------


@holding("letters are guessed", NO_CODE)
def letters_guessed(world, device):
    make_claim(world, device, "--pickup")
    return letters("7K2M-9QRT-XC", source_of(device))


@holding("letters are picked up a second time", NO_CODE)
def letters_used_twice(world, device):
    made = make(world, device, "--mode", "envelope", "--group", world.group().id)
    use(world, letters(made.pickup.lower(), made.source), 200)
    return letters(made.pickup, made.source)


def number_of(world, device):
    """The number of a code that old apps read, in a scope that makes such."""
    scope = world.new_scope("--compatible-codes", "on")
    individual = world.individual(device, scope=scope)
    return make(world, individual.id, "--mode", "compatible", "--unencrypted", "--pickup",
                scope=scope)


@holding("a number is asked for a second time", NO_NUMBER)
def number_used_twice(world, device):
    made = number_of(world, device)
    use(world, number(made.numeric, made.source), 200)
    return number(made.numeric, made.source)


@holding("numbers were tried out by many, so that none is resolved for a while", NO_NUMBER,
         server=OWN_SERVER)
def number_after_many_guesses(world, device):
    made = number_of(world, device)
    for count in range(MISSES_MAX):
        guess = str((int(made.numeric) + 1 + count) % 100_000)
        source = source_of(f"{device} {count // MISSES_OF_A_SOURCE}")
        use(world, number(guess, source), 404)
    return number(made.numeric, made.source)


# ---- what a scope does not make ------------------------------------------------------------------


def creating(world, device, *flags):
    return Command(("credential", "create", "--id-scope", world.scope, "--device", device, *flags))


@given("a compatible code where the scope makes none", "compatible codes")
def compatible_code_where_they_are_off(world, device):
    individual = world.individual(device)
    return creating(world, individual.id, "--mode", "compatible", "--unencrypted")


@given("an envelope for a device that has no key", "neither a group nor a key")
def envelope_without_a_key(world, device):
    return creating(world, device, "--mode", "envelope")
