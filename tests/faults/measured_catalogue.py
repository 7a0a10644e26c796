"""The catalogue, continued: devices whose certificates say which firmware they run. Entries are
made as those of catalogue.py.
"""

from dataclasses import replace

import pki
from catalogue import BY_HAND, RUN_IT, UNAUTHORIZED, Answer, fault
from certificate_world import Trust
from measured import DEBUG, Board, digest_of, recovered_secret, tcb_info
from wire import HTTPS, TRANSPORTS

HELD = Answer(401002, "Unauthorized", polled=True)
GOOD, OTHER = b"firmware 1", b"firmware 2"


def running(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": UNAUTHORIZED, "transports": (HTTPS,), **more})


def measured(world, device, info, *policy):
    """A device of a group with a policy on firmware; `info` is what its certificate says."""
    trust = Trust(world)
    trust.group(None, *policy)
    extensions = [pki.usages(pki.CLIENT), *([info] if info else [])]
    return trust.show(device, trust.leaf(device, extensions=extensions))


def accepts(firmware):
    return ("--dice-digest", digest_of(firmware).hex())


@running("the firmware's digest is not listed", "firmware_unknown", "firmware_not_listed")
def firmware_not_listed(world, device):
    attempt = measured(world, device, tcb_info(OTHER), *accepts(GOOD))
    return replace(attempt, blames=digest_of(OTHER).hex())


@running("unknown firmware waits for an operator", "firmware_held", "firmware_not_listed",
         hears=HELD, mend=RUN_IT, transports=TRANSPORTS)
def firmware_held(world, device):
    attempt = measured(world, device, tcb_info(OTHER), *accepts(GOOD), "--dice-unknown", "hold")
    return replace(attempt, blames=digest_of(OTHER).hex())


@running("the firmware is older than the enrollment accepts", "firmware_too_old", "unexplained",
         proven=False)
def firmware_too_old(world, device):
    return measured(world, device, tcb_info(GOOD, version="1.9.0"), "--dice-min-version", "1.10")


@running("the security version went back", "firmware_too_old", "unexplained", proven=False)
def firmware_svn_too_low(world, device):
    return measured(world, device, tcb_info(GOOD, svn=2), "--dice-min-svn", "3")


@running("the firmware runs in debug mode", "firmware_not_accepted", "unexplained", proven=False)
def firmware_in_debug_mode(world, device):
    return measured(world, device, tcb_info(GOOD, flags=DEBUG), *accepts(GOOD))


@running("the firmware is another vendor's", "firmware_not_accepted", "unexplained", proven=False)
def firmware_of_other_vendor(world, device):
    return measured(world, device, tcb_info(GOOD, vendor="Somebody"), "--dice-vendor", "Faults")


@running("the certificate measures nothing", "firmware_not_accepted", "unexplained", proven=False)
def firmware_not_measured(world, device):
    return measured(world, device, None, *accepts(GOOD))


def enrolled_board(world, device):
    """(trust, board, its certificate)"""
    trust, board = Trust(world, asserted=False), Board(device)
    own = board.certificate(GOOD)
    trust.individual(device, own)
    return trust, board, own


@running("the board was given other firmware, and with it another certificate", "proof_rejected",
         "firmware_changed", proven=False, mend=BY_HAND)
def board_updated(world, device):
    trust, board, _ = enrolled_board(world, device)
    new = board.certificate(OTHER)
    return trust.show(device, new, mended=lambda: trust.enrol(
        "enrollment", "update", device, "--secondary-certificate-path", trust.file_of(new)))


@running("somebody signs a certificate of his own with the key that the board's signature gives "
         "away", "proof_rejected", "unexplained", proven=False)
def board_forged(world, device):
    trust, board, own = enrolled_board(world, device)
    secret = recovered_secret(own)
    if secret != board.secret:
        raise ValueError("the attack does not work")
    return trust.show(device, board.certificate(GOOD, secret=secret))


@running("the certificate of a board is altered: its key signs, its DeviceID did not",
         "proof_rejected", "unexplained", proven=False)
def board_signed_by_another(world, device):
    trust, board, own = enrolled_board(world, device)
    return trust.show(device, board.certificate(OTHER, key=own.key, secret=board.secret ^ 2))
