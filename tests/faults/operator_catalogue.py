"""The catalogue, continued: what operators give that cannot be right. The command is refused with
words that say what is wrong, and nothing of it is kept.
"""

import base64
import struct
from dataclasses import dataclass

import pki
from catalogue import fault
from certificate_world import Trust
from measured import Board
from server import Command
from software_tpm import SRK_ATTRIBUTES, SoftwareTpm, public_area, sized

BY_COMMAND = ("command",)


@dataclass(frozen=True)
class Told:
    """The words that the refusal of a command must have."""

    words: str


def given(broken, words):
    return fault(broken, "", "", hears=Told(words), transports=BY_COMMAND)


# ---- CAs -----------------------------------------------------------------------------------------


def upload(world, data):
    trust, name = Trust(world, asserted=False), f"{world.name}-ca"
    where = ("certificate", "--id-scope", trust.scope, "--name", name)
    path = trust.file("given.pem", data)
    return Command((where[0], "create", *where[1:], "--path", path), (where[0], "show", *where[1:]))


@given("a CA certificate that is garbage", "certificate")
def ca_garbage(world, _):
    return upload(world, b"-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n")


@given("a CA certificate that is cut off", "certificate")
def ca_cut_off(world, _):
    cut = pki.Certificate("", pki.authority("cut").der[:-20], None)
    return upload(world, cut.pem)


@given("a CA certificate of forty kilobytes", "bytes")
def ca_of_forty_kilobytes(world, _):
    padding = pki.extension("1.3.6.1.4.1.99999.2", bytes(40 * 1024))
    large = pki.authority("large", extensions=[*pki.authority_rights(), padding])
    return upload(world, large.pem)


@given("the certificate of a device in place of a CA's", "CA")
def ca_that_is_none(world, device):
    return upload(world, pki.leaf(device).pem)


@given("a CA with an RSA-1024 key", "RSA-1024")
def ca_rsa_1024(world, _):
    return upload(world, pki.authority("weak", kind=pki.RSA_1024).pem)


def proof(world, common_name="", signer=None):
    """Proves a CA wrongly: with another name than the code, or signed by somebody else."""
    trust = Trust(world, verified=False)
    where = ("--name", trust.name_of(trust.root))
    code = trust.run("generate-verification-code", *where)["verificationCode"]
    made = pki.leaf(common_name or code, signer or trust.root)
    command = ("certificate", "verify", "--id-scope", trust.scope, *where, "--path",
               trust.file_of(made))
    return Command(command, unverified=("certificate", "show", "--id-scope", trust.scope, *where))


@given("a verification certificate with another code", "code")
def proof_with_another_code(world, _):
    return proof(world, common_name="0123456789ABCDEF" * 3)


@given("a verification certificate that the CA did not sign", "signed")
def proof_of_somebody(world, _):
    return proof(world, signer=pki.authority(f"{world.name} root"))


# ---- enrollments ---------------------------------------------------------------------------------


def enrolling(world, device, *flags, noun="enrollment"):
    where = (noun, "--id-scope", world.scope, "--enrollment-id", device)
    return Command((where[0], "create", *where[1:], *flags), (where[0], "show", *where[1:]))


@given("an enrollment with a certificate of another name", "common name")
def enrollment_of_another_name(world, device):
    path = Trust(world, asserted=False).file_of(pki.leaf(f"{device}-neighbour"))
    return enrolling(world, device, "--certificate-path", path)


@given("a group with the certificate of a device", "CA")
def group_with_a_leaf(world, device):
    path = Trust(world, asserted=False).file_of(pki.leaf(device))
    return enrolling(world, device, "--certificate-path", path, noun="enrollment-group")


@given("a group that trusts the DeviceID of a board, whose key its signatures give away", "nonce")
def group_with_a_board(world, device):
    board = Board(device)
    own = pki.issue(pki.Wanted("devkitdice", board.device_id, extensions=pki.authority_rights()))
    path = Trust(world, asserted=False).file_of(board.authority(own))
    return enrolling(world, device, "--certificate-path", path, noun="enrollment-group")


@given("certificates that are to be good for a year", "days")
def enrollment_issues_for_a_year(world, device):
    return enrolling(world, device, "--issue-certificates", "365")


@given("an endorsement key that is a storage key", "endorsement")
def ek_of_wrong_kind(world, device):
    return enrolling(world, device, "--endorsement-key", SoftwareTpm().storage_root_key)


@given("an endorsement key of 1024 bits", "2048")
def ek_too_small(world, device):
    area = public_area(pki.Key(pki.RSA_1024), SRK_ATTRIBUTES)
    return enrolling(world, device, "--endorsement-key", base64.b64encode(sized(area)).decode())


@given("an endorsement key that any software can have: not fixed to its TPM", "endorsement")
def ek_not_fixed(world, device):
    area = bytearray(base64.b64decode(SoftwareTpm().endorsement_key))
    attributes = struct.unpack("!I", area[6:10])[0] & ~0x2  # fixedTPM
    area[6:10] = struct.pack("!I", attributes)
    return enrolling(world, device, "--endorsement-key", base64.b64encode(bytes(area)).decode())


@given("an endorsement key with a byte too many", "endorsement")
def ek_with_surplus(world, device):
    area = base64.b64decode(SoftwareTpm().endorsement_key) + b"\0"
    return enrolling(world, device, "--endorsement-key", base64.b64encode(area).decode())


@given("an endorsement key that is no base64", "base64")
def ek_garbage(world, device):
    return enrolling(world, device, "--endorsement-key", "not a key")
