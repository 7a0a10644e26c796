"""Certificates that say which firmware runs: TCG's TcbInfo, and those of boards whose DeviceID
signs with a nonce that everybody knows (dice-x509.md §2.4-2.6, §4).
"""

import hashlib
import secrets
from datetime import timedelta

import der
import pki

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_NONCE = 0x0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20
_R = 0x515C3D6EB9E396B904D3FECA7F54FDCD0CC1E997BF375DCA515AD0A6C3B4035F
_TCB_INFO, _RIOT_NAME = "2.23.133.5.4.1", "1.3.6.1.4.1.311.89.3.1"
_SHA256, _ALTERNATIVE_NAME = "2.16.840.1.101.3.4.2.1", "2.5.29.17"
DEBUG = 0x10  # in a BIT STRING of four flags: notConfigured, notSecure, recovery, debug


def digest_of(firmware):
    return hashlib.sha256(firmware).digest()


def tcb_info(firmware, version="1.2.0", vendor="Faults", svn=3, flags=0):
    """The extension, not critical."""
    fwid = der.sequence(der.oid(_SHA256), der.octets(digest_of(firmware)))
    members = [der.primitive(0, vendor.encode()), der.primitive(2, version.encode()),
               der.primitive(3, bytes([svn])), der.constructed(6, fwid)]
    if flags:
        members.append(der.primitive(7, bytes([4, flags])))
    return pki.extension(_TCB_INFO, der.sequence(*members))


class Board:
    """A board with a DeviceID, and an Alias key for each firmware."""

    def __init__(self, device):
        self.device = device
        self.secret = secrets.randbelow(_ORDER - 1) + 1
        self.device_id = pki.Key.of_scalar(self.secret)

    def certificate(self, firmware, key=None, secret=None):
        """The Alias certificate, as such boards make it. `secret`: of who signs it."""
        extensions = [pki.extension("2.5.29.37", der.sequence(der.oid(pki.CLIENT)), critical=True),
                      pki.extension(_ALTERNATIVE_NAME, self._name(firmware), critical=True)]
        wanted = pki.Wanted(self.device, key or pki.Key(), extensions=extensions,
                            ends=timedelta(days=300))
        tbs = pki.tbs_of(wanted, "devkitdice", self.device_id.algorithm)
        signed = der.bits(signature(secret or self.secret, tbs))
        made = der.sequence(tbs, self.device_id.algorithm, signed)
        return pki.Certificate(self.device, made, wanted.key, malformed=True)

    def authority(self, certificate):
        """A certificate of its DeviceID, signed with the nonce that everybody knows."""
        tbs = der.parts_of(der.parts_of(certificate.der)[0][1])[0][2]
        made = der.sequence(tbs, self.device_id.algorithm, der.bits(signature(self.secret, tbs)))
        return pki.Certificate(certificate.name, made, certificate.key)

    def _name(self, firmware):
        """Without the wrapper that it should have."""
        fwid = der.sequence(der.oid(_SHA256), der.octets(digest_of(firmware)))
        identity = der.sequence(der.integer(1), self.device_id.spki, fwid)
        return der.sequence(der.constructed(0, der.oid(_RIOT_NAME), identity))


def signature(secret, data):
    digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
    s = pow(_NONCE, -1, _ORDER) * (digest + _R * secret) % _ORDER
    return der.sequence(der.integer(_R), der.integer(s))


def recovered_secret(certificate):
    """The DeviceID key, out of one certificate that it signed."""
    (_, _, tbs), _, (_, signed, _) = der.parts_of(der.parts_of(certificate.der)[0][1])
    (_, r, _), (_, s, _) = der.parts_of(der.parts_of(signed[1:])[0][1])
    if int.from_bytes(r, "big") != _R:
        raise ValueError("it is signed with another nonce")
    digest = int.from_bytes(hashlib.sha256(tbs).digest(), "big")
    return (int.from_bytes(s, "big") * _NONCE - digest) * pow(_R, -1, _ORDER) % _ORDER
