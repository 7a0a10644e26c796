"""The catalogue, continued: what goes wrong with devices that have a TPM. Entries are made as those
of catalogue.py.
"""

import time

from catalogue import BY_HAND, RUN_IT, UNAUTHORIZED, Answer, fault
from certificate_world import Trust
from server import BerthError
from software_tpm import SoftwareTpm
from tpm_wire import TPM_TRANSPORTS, ShowTpm
from wire import HTTPS, Attempt, Token

BAD_TPM = Answer(401002, "Unauthorized", connack=5)


def with_tpm(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": UNAUTHORIZED, "transports": TPM_TRANSPORTS, **more})


def enrolled(world, device, *flags):
    """(trust, what the device sends)"""
    trust, tpm = Trust(world, asserted=False), SoftwareTpm()
    trust.tpm(device, tpm, *flags)
    return trust, ShowTpm(device, None, trust.scope, tpm=tpm)


def challenged(world, attempt):
    """A token with the key in the challenge."""
    heard = world.send(HTTPS, attempt)
    if heard.status != 401 or "authenticationKey" not in heard.body:
        raise BerthError(f"'{attempt.registration_id}' should have been challenged: {heard.raw!r}")
    return Token(attempt.tpm.opened(heard.body["authenticationKey"]))


def registered(world, attempt):
    """A device that does everything right; the token it did it with stays in the attempt."""
    attempt.token = challenged(world, attempt)
    heard = world.send(HTTPS, attempt)
    if not heard.operation or heard.operation["status"] != "assigned":
        raise BerthError(f"'{attempt.registration_id}' should have been assigned: {heard.raw!r}")
    key = heard.operation["registrationState"]["tpm"]["authenticationKey"]
    return attempt.tpm.opened(key)


@with_tpm("the TPM is that of another enrollment", "proof_rejected", "endorsement_key_of_other")
def tpm_of_other_enrollment(world, device):
    trust, attempt = enrolled(world, device)
    other = SoftwareTpm()
    trust.tpm(f"{device}-neighbour", other)
    attempt.tpm = other
    return attempt


@with_tpm("nobody enrolled that TPM", "proof_rejected", "unexplained", proven=False)
def tpm_of_nobody(world, device):
    _, attempt = enrolled(world, device)
    attempt.tpm = SoftwareTpm()
    return attempt


@with_tpm("the TPM was cleared after the device had registered", "proof_rejected",
          "storage_root_key_changed", mend=BY_HAND)
def tpm_cleared(world, device):
    trust, attempt = enrolled(world, device)
    registered(world, attempt)
    attempt.tpm.clear()
    attempt.answers = True
    attempt.mended = lambda: trust.enrol("enrollment", "update", device, "--storage-root-key",
                                         attempt.tpm.storage_root_key)
    return attempt


@with_tpm("an answer with which the device has registered is sent again", "challenge_over",
          "challenge_stale")
def challenge_replayed(world, device):
    _, attempt = enrolled(world, device)
    registered(world, attempt)
    return attempt


@with_tpm("the device signs with the key for its hub", "challenge_over", "challenge_stale",
          proven=False)
def challenge_answered_with_hub_key(world, device):
    _, attempt = enrolled(world, device)
    attempt.token = Token(registered(world, attempt))
    return attempt


@with_tpm("the answer is to the challenge of another device", "proof_rejected", "challenge_stale",
          proven=False)
def challenge_of_another(world, device):
    trust, attempt = enrolled(world, device)
    other = ShowTpm(f"{device}-neighbour", None, trust.scope, tpm=SoftwareTpm())
    trust.tpm(other.registration_id, other.tpm)
    challenged(world, attempt)
    attempt.token = challenged(world, other)
    return attempt


@with_tpm("the device signs without having been challenged", "challenge_over", "challenge_stale")
def challenge_never_given(world, device):
    _, attempt = enrolled(world, device)
    attempt.token = Token(b"0123456789abcdef0123456789abcdef")
    return attempt


@with_tpm("the answer has expired", "proof_expired", "clock_behind", proven=False)
def challenge_answer_expired(world, device):
    _, attempt = enrolled(world, device)
    token = challenged(world, attempt)
    token.expires = int(time.time()) - 7200
    attempt.token = token
    return attempt


@with_tpm("a device with a TPM that is sent no challenge: MQTT has none", "proof_missing",
          "no_credential", hears=BAD_TPM, transports=("mqtt", "mqtt-ws"))
def tpm_over_mqtt(world, device):
    trust, _ = enrolled(world, device)
    return Attempt(device, None, trust.scope)


@with_tpm("the TPM's enrollment is switched off", "enrollment_disabled", "enrollment_disabled",
          mend=RUN_IT)
def tpm_enrollment_disabled(world, device):
    _, attempt = enrolled(world, device, "--provisioning-status", "disabled")
    attempt.answers = True
    return attempt
