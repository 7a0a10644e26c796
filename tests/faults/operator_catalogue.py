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
from software_tpm import EK_ATTRIBUTES, EK_POLICY, SoftwareTpm, public_area, sized

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


@given("the DeviceID of a board, whose key its own signature gives away", "nonce")
def ca_of_a_board(world, device):
    board = Board(device)
    own = pki.issue(pki.Wanted("devkitdice", board.device_id, extensions=pki.authority_rights()))
    return upload(world, board.authority(own).pem)


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


@given("certificates that are to be good for a year", "Days is 365")
def enrollment_issues_for_a_year(world, device):
    return enrolling(world, device, "--issue-certificates", "365")


@given("an endorsement key that is a storage key", "endorsement")
def ek_of_wrong_kind(world, device):
    return enrolling(world, device, "--endorsement-key", SoftwareTpm().storage_root_key)


@given("an endorsement key of 1024 bits", "2048")
def ek_too_small(world, device):
    area = public_area(pki.Key(pki.RSA_1024), EK_ATTRIBUTES, EK_POLICY)
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


# ---- boards --------------------------------------------------------------------------------------

_UDS = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"
_MAP = """FLASH            0x0800c000         0x000f4000         xr
                0x0800c100                __start_riot_core = .
                0x0800c200                __stop_riot_core = .
                0x0800c200                __start_riot_fw = .
                0x0800c340                __stop_riot_fw = .
"""


def generating(world, uds=_UDS, image=bytes(4096), linked=_MAP, mac="c8930123456a"):
    """The certificate of a board, of which one input is wrong."""
    folder, out = world.server.data.parent, world.server.data.parent / f"{world.name}.pem"
    files = [pki.keep(folder, f"{world.name}.bin", image),
             pki.keep(folder, f"{world.name}.map", linked.encode())]
    words = ("dice", "generate", "--uds", uds, "--image", files[0], "--map", files[1], "--mac", mac,
             "--firmware-version", "1.3.7", "--out", str(out))
    return Command(words, unwritten=str(out))


@given("a device secret of 63 digits", "64")
def board_secret_too_short(world, _):
    return generating(world, uds=_UDS[:-1])


@given("a device secret with a letter that is no digit", "hex")
def board_secret_no_hex(world, _):
    return generating(world, uds=_UDS[:-1] + "g")


@given("an image that ends before the code that is measured", "image")
def board_image_truncated(world, _):
    return generating(world, image=bytes(0x300))


@given("the map of a program without measured code", "riot")
def board_map_foreign(world, _):
    return generating(world, linked="FLASH            0x0800c000         0x000f4000\n")


@given("a MAC address in capitals", "MAC")
def board_mac_in_capitals(world, _):
    return generating(world, mac="C8930123456A")
