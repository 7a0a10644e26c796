"""What SDKs must achieve with certificates and TPMs, from registration to life at the hub.

A story's device registers with the SDK's provisioning client and connects to the hub it was
assigned with the same proof. `hub_transport` is what it speaks there when it registers by HTTPS.
"""

import re
import time
from dataclasses import dataclass

from . import cases, stories
from .conversation import Fault
from .stories import same

INDIVIDUAL, GROUP, TPM = "X.509, individual", "X.509, group", "TPM, individual"
PLANT, LINE, RSA_FLEET = "plant-root", "plant-line", "rsa-root"
STRANGER = "stranger-root"
# A 401 without a challenge, as that SDK words it.
UNAUTHORIZED_TPM = r"^FormatError: .*authentication blob"

_CUT_SECONDS = 1.5  # a second, and what a command needs to be answered
_DISCONNECT_SECONDS = 5
_TRAIL_SECONDS = 5


@dataclass(frozen=True)
class Holder:
    """A registered device: `proof` is what a client program is told of it."""

    id: str
    proof: dict
    host: str
    hub: str


class Stage(stories.Stage):
    """One story: one SDK on one transport, the service side, and the PKI."""

    @property
    def hub_transport(self):
        return "MQTT" if self.transport == "HTTPS" else self.transport

    def name(self, slug):
        return f"{slug}-{self.transport.lower()}"

    # ---- registering

    def ask(self, registration_id, proof):
        return self.talk.ask(
            "register",
            registrationId=registration_id,
            idScope=self.suite.id_scope,
            host=self.suite.host,
            transport=self.transport,
            **proof,
        )

    def join(self, registration_id, proof):
        """Registers well: the Holder."""
        answer = self.ask(registration_id, proof)
        if answer.error is not None:
            raise Fault(f"register: the SDK said {answer.error}")
        told = answer.value
        hub = self.suite.hubs.get(told["assignedHub"])
        if hub is None or told["deviceId"] != registration_id:
            raise Fault(f"registered as {told}, the hubs are {self.suite.hubs}")
        return Holder(registration_id, proof, told["assignedHub"], hub)

    def join_with(self, identity):
        return self.join(identity.name, {"x509": identity.told()})

    def refused(self, registration_id, proof, reason):
        """The SDK's own authorisation error; the operator is told why."""
        answer = self.ask(registration_id, proof)
        if answer.error is None:
            raise Fault(f"expected a refusal, but the device was told {answer.value}")
        pattern = cases.UNAUTHORIZED[self.client.sdk, self.transport]
        pattern = UNAUTHORIZED_TPM if "tpm" in proof else pattern
        if not re.search(pattern, answer.error, re.DOTALL):
            raise Fault(f"expected the SDK's error /{pattern}/, it said {answer.error}")
        deadline = time.monotonic() + _TRAIL_SECONDS  # it is written behind the answer
        while (seen := self.berth.why_refused(registration_id)) != reason:
            if time.monotonic() > deadline:
                raise Fault(f"the trail says {seen}, not {reason}")
            time.sleep(0.1)

    def refused_with(self, identity, reason):
        self.refused(identity.name, {"x509": identity.told()}, reason)
        record = self.berth.registrations().get(identity.name)
        if record is not None and record["status"] == "assigned":
            raise Fault(f"the device was refused, but the server holds {record}")

    # ---- at the hub

    def opening(self, device, **options):
        told = {"host": device.host, "deviceId": device.id, "transport": self.hub_transport}
        return {"name": device.id} | told | device.proof | options

    def refused_at_hub(self, device):
        stories.check_refusal(self, self.talk.ask("open", **self.opening(device, retry=False)))

    def live(self, device):
        """Telemetry and the twin, by that proof; then it leaves."""
        self.open(device)
        self.must("desired", device)
        same(stories.plain(self.must("twin", device)["reported"]), {}, "reported properties")
        self.must("report", device, patch={"fw": "1.2"})
        held = self.berth.twin(device.hub, device.id)
        same(held["reported"], {"fw": "1.2"}, "reported properties at the hub")
        self.send(device, f"from {device.id}")
        self.telemetry(device, f"from {device.id}")
        self.must("close", device)

    def cut(self, device, reason, act):
        """A live session ends within a second of `act`; then hub and registration refuse."""
        self.open(device, retry=False)
        self.send(device, "before")
        self.telemetry(device, "before")
        act()
        begun = time.monotonic()
        self.event("status", device, stories.went, _DISCONNECT_SECONDS)
        if time.monotonic() - begun > _CUT_SECONDS:
            raise Fault(f"the device was let go only {time.monotonic() - begun:.1f} s later")
        self.refused_at_hub(device)
        self.refused(device.id, device.proof, reason)


# ---- X.509


def self_signed(stage):
    identity = stage.suite.pki.self_signed(stage.name("self-signed"))
    stage.berth.enroll_certificate(identity.name, identity.certificate)
    stage.live(stage.join_with(identity))


def second_slot(stage):
    """A certificate that is to come, with an RSA key; the one before it is still enrolled."""
    identity = stage.suite.pki.self_signed(stage.name("second"), "RSA-2048")
    stage.berth.enroll_certificate(identity.name, identity.certificate, slot="secondary")
    stage.live(stage.join_with(identity))


def below_intermediate(stage):
    stage.live(stage.join_with(stage.suite.line.issue(stage.name("line-SN:7.a_B"))))


def below_root(stage):
    stage.live(stage.join_with(stage.suite.rsa.issue(stage.name("fleet"), "RSA-2048")))


def registers_again(stage):
    identity = stage.suite.line.issue(stage.name("again"))
    first = stage.join_with(identity)
    second = stage.join_with(identity)
    same(second.host, first.host, "the hub")
    stage.live(second)


def unverified_ca(stage):
    identity = stage.suite.stranger_line.issue(stage.name("stranger"))
    stage.refused_with(identity, "ca_not_verified")


def disabled_individual(stage):
    """It blocks its device, although the group below which that is would take it."""
    identity = stage.suite.line.issue(stage.name("barred"))
    stage.berth.enroll_certificate(identity.name, identity.certificate, enabled=False)
    stage.refused_with(identity, "enrollment_disabled")


def expired(stage):
    identity = stage.suite.line.issue(stage.name("ended"), ended=True)
    stage.refused_with(identity, "certificate_expired")


def wrong_name(stage):
    identity = stage.suite.line.issue(stage.name("right-name"))
    stage.refused(stage.name("another-name"), {"x509": identity.told()}, "certificate_name")


def not_the_enrolled(stage):
    """Another certificate with the enrolled one's name."""
    identity = stage.suite.pki.self_signed(stage.name("pinned"))
    stage.berth.enroll_certificate(identity.name, identity.certificate)
    other = stage.suite.line.issue(identity.name, file=f"{identity.name}-other")
    stage.refused_with(other, "proof_rejected")


def revoked_leaf(stage):
    identity = stage.suite.line.issue(stage.name("lost"))
    device = stage.join_with(identity)
    stage.cut(device, "certificate_revoked", lambda: stage.berth.revoke(identity.certificate))


def revoked_intermediate(stage):
    line = stage.suite.root.below(stage.name("sold-line"))
    stage.berth.create_certificate_group(line.name, certificate=line.certificate)
    device = stage.join_with(line.issue(stage.name("sold")))
    stage.cut(device, "certificate_revoked", lambda: stage.berth.revoke(line.certificate))


def disabled_enrollment(stage):
    identity = stage.suite.pki.self_signed(stage.name("retired"))
    stage.berth.enroll_certificate(identity.name, identity.certificate)
    device = stage.join_with(identity)
    stage.cut(
        device, "enrollment_disabled", lambda: stage.berth.disable_enrollment(identity.name)
    )


def anothers_at_hub(stage):
    """A certificate that is good for another device of the same hub."""
    mine = stage.join_with(stage.suite.line.issue(stage.name("mine")))
    other = stage.join_with(stage.suite.line.issue(stage.name("other")))
    stage.refused_at_hub(Holder(other.id, mine.proof, other.host, other.hub))


# ---- TPM


def tpm_of(stage, registration_id):
    """A new TPM: what the client program is told of it, and its public keys."""
    proof = {"tpm": stage.suite.new_tpm().port}
    return proof, stage.talk.must("tpmKeys", registrationId=registration_id, **proof)


def tpm_registers(stage):
    name = stage.name("tpm")
    proof, keys = tpm_of(stage, name)
    stage.berth.enroll_tpm(name, keys)
    stage.live(stage.join(name, proof))


def tpm_again(stage):
    """The key of the hub is another each time; the TPM holds the newer alone."""
    name = stage.name("tpm-again")
    proof, keys = tpm_of(stage, name)
    stage.berth.enroll_tpm(name, keys)
    stage.join(name, proof)
    stage.live(stage.join(name, proof))


def tpm_foreign(stage):
    """Enrolled is another TPM than the one that answers."""
    name = stage.name("tpm-foreign")
    _, keys = tpm_of(stage, name)
    stage.berth.enroll_tpm(name, keys)
    foreign, _ = tpm_of(stage, name)
    stage.refused(name, foreign, "proof_rejected")


def tpm_disabled(stage):
    name = stage.name("tpm-off")
    proof, keys = tpm_of(stage, name)
    stage.berth.enroll_tpm(name, keys)
    device = stage.join(name, proof)
    stage.open(device, retry=False)
    stage.berth.disable(device.hub, device.id)
    stage.event("status", device, stories.went, _DISCONNECT_SECONDS)
    stage.refused_at_hub(device)


@dataclass(frozen=True)
class Story:
    """One row of the board for one SDK on one transport."""

    attestation: str
    title: str
    tell: object
    sdks: tuple = ("node", "python", "java")


X509 = (
    Story(INDIVIDUAL, "self-signed P-256: registers, telemetry and twin", self_signed),
    Story(INDIVIDUAL, "RSA-2048 in the second slot: the same", second_slot),
    Story(GROUP, "intermediate below a proven root: the same", below_intermediate),
    Story(GROUP, "root by its name, RSA-2048: the same", below_root),
    Story(GROUP, "registers again", registers_again),
    Story(GROUP, "unverified CA refused", unverified_ca),
    Story(GROUP, "disabled individual in an enabled group refused", disabled_individual),
    Story(GROUP, "expired certificate refused", expired),
    # The Java SDK has no other registration id than the common name.
    Story(GROUP, "common name of another device refused", wrong_name, ("node", "python")),
    Story(INDIVIDUAL, "another certificate of that name refused", not_the_enrolled),
    Story(INDIVIDUAL, "enrolment disabled: let go at once, then refused", disabled_enrollment),
    Story(GROUP, "certificate revoked: let go at once, then refused", revoked_leaf),
    Story(GROUP, "intermediate revoked: the same", revoked_intermediate),
    Story(GROUP, "another device's certificate refused at the hub", anothers_at_hub),
)
TPM_STORIES = (
    Story(TPM, "two steps, telemetry and twin with tokens by the TPM", tpm_registers),
    Story(TPM, "registers again: the TPM holds the newer key", tpm_again),
    Story(TPM, "another TPM refused", tpm_foreign),
    Story(TPM, "disabled while connected: let go, then refused", tpm_disabled),
)
