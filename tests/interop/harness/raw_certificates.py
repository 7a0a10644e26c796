"""Certificates without an SDK: those that devices ask for, that of a board, and those that the hub
alone knows (azure-dps.md §10.3, dice-x509.md §9). One function is one row of the board."""

import base64
import hashlib
import re
import ssl
from dataclasses import dataclass

from . import alias, pki
from .certificate_stories import GROUP, INDIVIDUAL
from .conversation import Fault
from .raw_device import GROUP_KEYS, ISSUED_DAYS, ISSUING, SILENT
from .stories import same

ISSUED, BOARD = "symmetric key, asks for a certificate", "X.509, DevKit board"
HTTPS, HUB = "HTTPS", "MQTT"
OLD = "2021-11-01-preview"


def version():
    """Without what a distribution's updates change."""
    said = pki.openssl("version").decode("ascii").split()[1]
    return said.rsplit(".", 1)[0]


def set_up(suite):
    suite.berth.create_issuing_group(ISSUING, GROUP_KEYS[ISSUING], ISSUED_DAYS)
    suite.berth.create_group(SILENT, GROUP_KEYS[SILENT])


# ---- certificates that devices ask for


def issued(stage):
    identity, _ = stage.obtain("asks")
    stage.live(identity)


def other_keys(stage):
    for kind in ("P-384", "ED25519"):
        stage.live(stage.obtain(f"asks-{kind}", kind=kind)[0])


def anothers_name(stage):
    body, _ = stage.asking("asks-else", subject="somebody-else")
    stage.refused("asks-else", body, status=400, token=stage.token("asks-else"))


def rights_of_a_ca(stage):
    body, _ = stage.asking("asks-ca", more=("-addext", "basicConstraints=critical,CA:TRUE"))
    stage.refused("asks-ca", body, status=400, token=stage.token("asks-ca"))


def not_issued(stage):
    """The enrolment issues none: nothing is enrolled by half."""
    body, _ = stage.asking("asks-silent")
    token = stage.token("asks-silent", SILENT)
    stage.refused("asks-silent", body, status=400, token=token)
    if "asks-silent" in stage.berth.registrations():
        raise Fault("it is registered all the same")


def looked_up(stage):
    """The chain is told once, and nobody asks for one by looking up."""
    stage.obtain("asks-twice")
    token = stage.token("asks-twice")
    told = {"registrationId": "asks-twice"}
    status, state = stage.ask("POST", stage.resource("asks-twice"), told, token=token)
    same((status, state["status"]), (200, "assigned"), "the look-up")
    if "issuedCertificateChain" in state:
        raise Fault("the look-up tells the chain")
    body, _ = stage.asking("asks-twice")
    status, told = stage.ask("POST", stage.resource("asks-twice"), told | body, token=token)
    same((status, told["errorCode"] // 1000), (400, 400), "a look-up with csr")


def renewed(stage):
    """Each registration that asks gets another; the newer one is good at once."""
    first, _ = stage.obtain("asks-again")
    second, _ = stage.obtain("asks-again", file="asks-again-2")
    if pki.der_of(first.certificate) == pki.der_of(second.certificate):
        raise Fault("the same certificate again")
    stage.live(second)
    same(len(stage.berth.issued("asks-again")), 2, "issued certificates")


def issued_revoked(stage):
    identity, _ = stage.obtain("asks-lost")
    stage.live(identity)
    stage.cut(identity, lambda: stage.berth.revoke(identity.certificate))
    stage.barred(identity)
    stage.live(stage.obtain("asks-lost", file="asks-lost-2")[0])


def older_names(stage):
    """The preview before: the body of a PEM in, PEM and a bundle of roots out."""
    der, key = stage.request("asks-old")
    lines = base64.encodebytes(der).decode("ascii")
    state = stage.register(
        "asks-old", {"clientCertificateCsr": lines}, token=stage.token("asks-old"), version=OLD
    )
    own = state["issuedClientCertificate"].replace("\\n", "\n")
    bundle = [each["certificate"] for each in state["trustBundle"]["certificates"]]
    pems = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", own, re.DOTALL)
    chain = [ssl.PEM_cert_to_DER_cert(each) for each in (*pems, *bundle)]
    stage.live(stage.accept("asks-old", "asks-old", chain, key))


# ---- a board


def board_registers(stage):
    """Before and after it is enrolled, then the forgeries, then the hub."""
    board = alias.genuine(stage.pki.directory / "board")
    for tls in ("-tls1_2", "-tls1_3"):
        same(stage.say(board, tls)[0], 401, f"{tls}, not enrolled")
    stage.berth.enroll_certificate(alias.REGISTRATION_ID, board.certificate)
    for tls in ("-tls1_2", "-tls1_3"):
        status, told = stage.say(board, tls)
        same(status, 202, f"{tls}, enrolled")
        status, told = stage.say(board, tls, operation=told["operationId"])
        same((status, told["status"]), (200, "assigned"), f"{tls}, the poll")
        for what, other in (("forged", alias.forged(board)), ("altered", alias.altered(board))):
            same(stage.say(other, tls)[0], 401, f"{tls}, {what}")
        same(stage.say(board, tls, "somebody-else")[0], 401, f"{tls}, another's name")
        device, body = alias.REGISTRATION_ID, f"by {tls}"
        same(stage.publish_once(board, tls, device, body), True, f"{tls}, at the hub")
        events = stage.berth.events(stage.suite.hubs[stage.suite.host], device)
        same([event["body"] for event in events].count(body), 1, "events")
        forged = stage.publish_once(alias.forged(board), tls, device, body)
        same(forged, False, f"{tls}, forged at the hub")


# ---- the hub by itself


def registered_by_hand(stage):
    identity = stage.suite.line.issue("by-hand")
    stage.register(identity.name, identity=identity)
    stage.live(identity)
    stage.barred(stage.suite.line.issue("by-hand-2"), device=identity.name)
    stage.barred(stage.suite.stranger_line.issue("by-hand", file="by-hand-3"))


def known_by_thumbprint(stage):
    """A device of the hub alone, never registered."""
    hub = stage.suite.hubs[stage.suite.host]
    identity = stage.pki.self_signed("by-thumbprint")
    sha256 = hashlib.sha256(pki.der_of(identity.certificate)).hexdigest()
    stage.berth.create_certificate_device(hub, identity.name, sha256=sha256)
    stage.live(identity)
    other = stage.pki.self_signed("by-another-thumbprint")
    stage.barred(other, device=identity.name)


def vouched_for(stage):
    """A device of the hub alone, for whom a verified CA is good."""
    hub = stage.suite.hubs[stage.suite.host]
    stage.berth.create_certificate_device(hub, "by-ca")
    identity = stage.suite.line.issue("by-ca")
    stage.live(identity)
    stage.barred(stage.suite.stranger_line.issue("by-ca", file="by-ca-2"))
    stage.barred(stage.suite.line.issue("by-ca-other"), device="by-ca")
    stage.cut(identity, lambda: stage.berth.revoke(identity.certificate))


@dataclass(frozen=True)
class Story:
    """One row of the board."""

    attestation: str
    transport: str
    title: str
    tell: object


STORIES = (
    Story(ISSUED, HTTPS, "chain verified by openssl, then the hub", issued),
    Story(ISSUED, HTTPS, "P-384 and Ed25519: the same", other_keys),
    Story(ISSUED, HTTPS, "name of another device refused", anothers_name),
    Story(ISSUED, HTTPS, "rights of a CA refused", rights_of_a_ca),
    Story(ISSUED, HTTPS, "none issued for its enrolment: refused", not_issued),
    Story(ISSUED, HTTPS, "look-up: no chain, csr refused", looked_up),
    Story(ISSUED, HTTPS, "renewed by registering again", renewed),
    Story(ISSUED, HTTPS, "revoked: let go and refused, a new one is good", issued_revoked),
    Story(ISSUED, HTTPS, "names of the older preview", older_names),
    Story(BOARD, HTTPS, "TLS 1.2 and 1.3: enrolled or not, forged, altered", board_registers),
    Story(GROUP, HUB, "registered by hand, then telemetry; others refused", registered_by_hand),
    Story(INDIVIDUAL, HUB, "known by thumbprint at the hub alone", known_by_thumbprint),
    Story(GROUP, HUB, "known by a verified CA at the hub alone; revoked", vouched_for),
)
