"""A public key infrastructure of each test's own: keys and signatures by the openssl program,
certificates and requests written byte by byte, so that each can be wrong in just one thing.
"""

import base64
import hashlib
import os
import secrets
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import der

DAY = timedelta(days=1)
P256, P384, P224, KOBLITZ = "P-256", "P-384", "P-224", "secp256k1"
RSA_1024, RSA_2048 = "RSA-1024", "RSA-2048"

_OPENSSL_SECONDS = 120
_ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_RSA_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.null())
CLIENT, SERVER = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"


def openssl(*words, data=b""):
    done = subprocess.run(["openssl", *words], input=data, capture_output=True,
                          timeout=_OPENSSL_SECONDS, check=False)
    if done.returncode != 0:
        raise ValueError(f"openssl {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def private_file(data):
    """A file that goes away when it is closed; openssl reads keys from nothing else."""
    file = tempfile.NamedTemporaryFile(prefix="berth-pki-")
    file.write(data)
    file.flush()
    return file


class Key:
    def __init__(self, kind=P256, pem=None):
        self.kind = kind
        self.pem = pem or self._made()
        self.spki = openssl("pkey", "-pubout", "-outform", "DER", data=self.pem)

    def _made(self):
        if self.kind.startswith("RSA-"):
            return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                           f"rsa_keygen_bits:{self.kind.removeprefix('RSA-')}")
        return openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                       f"ec_paramgen_curve:{self.kind}", "-pkeyopt", "ec_param_enc:named_curve")

    @property
    def algorithm(self):
        return _RSA_SHA256 if self.kind.startswith("RSA-") else _ECDSA_SHA256

    def sign(self, data):
        with private_file(self.pem) as file:
            return openssl("dgst", "-sha256", "-sign", file.name, data=data)

    @staticmethod
    def of_scalar(scalar):
        """The P-256 key of a number."""
        text = der.sequence(der.integer(1), der.octets(scalar.to_bytes(32, "big")),
                            der.constructed(0, der.oid("1.2.840.10045.3.1.7")))
        return Key(P256, openssl("pkey", "-inform", "DER", data=text))


def name(common_name):
    pair = der.sequence(der.oid("2.5.4.3"), der.utf8(common_name))
    return der.sequence(der.one_of_set(pair))


def extension(oid, value, critical=False):
    return der.sequence(der.oid(oid), der.boolean(True) if critical else b"", der.octets(value))


def usages(*oids):
    """Extended key usage."""
    return extension("2.5.29.37", der.sequence(*(der.oid(each) for each in oids)))


def authority_rights():
    """basicConstraints with CA:TRUE, and the right to sign certificates."""
    return [extension("2.5.29.19", der.sequence(der.boolean(True)), critical=True),
            extension("2.5.29.15", der.bits(b"\x04", unused=2), critical=True)]


@dataclass
class Certificate:
    name: str  # its CN
    der: bytes
    key: Key
    issuers: tuple = ()  # its own first, the root last
    malformed: bool = False  # OpenSSL cannot read its extensions

    @property
    def pem(self):
        text = base64.encodebytes(self.der)
        return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"

    @property
    def sha256(self):
        return hashlib.sha256(self.der).hexdigest()

    def bundle(self, *sent):
        """What a TLS client is given: the key, the certificate, and those it sends with it."""
        return self.key.pem + self.pem + b"".join(each.pem for each in sent)

    def intermediates(self):
        return self.issuers[:-1]


@dataclass
class Wanted:
    """A certificate that is to be made. Each field can be got wrong."""

    name: str
    key: Key = None  # a new one when None
    kind: str = P256  # of the new one
    begins: timedelta = -DAY  # from now
    ends: timedelta = 30 * DAY
    extensions: list = field(default_factory=lambda: [usages(CLIENT)])


def tbs_of(wanted, issuer_name, algorithm):
    """What is signed of a certificate."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    dates = der.sequence(der.time(now + wanted.begins), der.time(now + wanted.ends))
    more = der.constructed(3, der.sequence(*wanted.extensions)) if wanted.extensions else b""
    return der.sequence(der.constructed(0, der.integer(2)), der.integer(secrets.randbits(63) + 1),
                        algorithm, name(issuer_name), dates, name(wanted.name), wanted.key.spki,
                        more)


def issue(wanted, issuer=None):
    """Signed by `issuer`, a Certificate; by itself when None."""
    wanted.key = wanted.key or Key(wanted.kind)
    signer = issuer.key if issuer else wanted.key
    tbs = tbs_of(wanted, issuer.name if issuer else wanted.name, signer.algorithm)
    made = der.sequence(tbs, signer.algorithm, der.bits(signer.sign(tbs)))
    above = (issuer, *issuer.issuers) if issuer else ()
    return Certificate(wanted.name, made, wanted.key, above)


def authority(common_name, issuer=None, **wrong):
    """A CA: a root, or below `issuer`."""
    return issue(Wanted(common_name, **{"extensions": authority_rights(), **wrong}), issuer)


def leaf(common_name, issuer=None, **wrong):
    return issue(Wanted(common_name, **wrong), issuer)


def request(common_name, key=None, attributes=b"", signer=None):
    """The DER of a request (PKCS #10). `signer`: another key than the one in it."""
    key = key or Key()
    body = der.sequence(der.integer(0), name(common_name), key.spki, der.tlv(0xA0, attributes))
    signed = (signer or key).sign(body)
    return der.sequence(body, key.algorithm, der.bits(signed))


def asking_for(*extensions):
    """The attribute of a request that asks for extensions."""
    return der.sequence(der.oid("1.2.840.113549.1.9.14"),
                        der.one_of_set(der.sequence(*extensions)))


def keep(folder, label, data):
    """A file with that content, which only its owner reads; its path."""
    path = os.path.join(folder, label)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return path
