"""A PKI made for one run with the openssl program: CAs, intermediates, devices' certificates.

Keys are P-256 or RSA-2048; nothing here outlives the run's folder.
"""

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60
_DAYS = "3"
_KEYS = {
    "P-256": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "RSA-2048": ("-newkey", "rsa:2048"),
}
# `openssl ca` alone can write dates that are past; `openssl req` reads the extensions of leaves.
_CONFIGURATION = """
[ca]
default_ca = here
[here]
new_certs_dir = {directory}
database = {directory}/index.txt
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[ca_extensions]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
"""


class PkiError(Exception):
    """openssl did not do what was asked; the text is what it said."""


def openssl(*arguments, fed=None, accept=(0,)):
    """What `openssl` printed on its standard output, in bytes."""
    try:
        done = subprocess.run(
            ["openssl", *map(str, arguments)],
            input=fed,
            stdin=subprocess.DEVNULL if fed is None else None,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PkiError(f"openssl {arguments[0]} did not end within {_SECONDS} s") from error
    if done.returncode not in accept:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise PkiError(f"openssl {arguments[0]} ended with {done.returncode}: {said}")
    return done.stdout


def der_of(path):
    """The DER of the first certificate of a PEM file."""
    return openssl("x509", "-in", path, "-outform", "DER")


@dataclass(frozen=True)
class Identity:
    """A device's name, its certificate, what it presents (with intermediates), and its key."""

    name: str
    certificate: Path
    chain: Path
    key: Path

    def told(self):
        """For a client program."""
        return {"chain": str(self.chain), "key": str(self.key)}


class Authority:
    """A CA; `above` are the certificates that a device below it presents beside its own."""

    def __init__(self, pki, name, certificate, key, above):
        self.name, self.certificate, self.key = name, certificate, key
        self._pki, self._above = pki, above

    def below(self, name, key="P-256"):
        """An intermediate, which devices have to present."""
        return self._pki.authority(name, key, issuer=self)

    def issue(self, name, key="P-256", *, ended=False, file=None):
        """A device's certificate with CN `name`; `file` if that name is taken in the folder."""
        path, request, key_path = self._pki.request(file or name, name, key)
        dates = ("-startdate", "20200101000000Z", "-enddate", "20210101000000Z")
        dates = dates if ended else ("-days", _DAYS)
        self.sign(request, path, "leaf", dates)
        return self._pki.identity(name, path, key_path, self._above)

    def sign(self, request, path, extensions, dates=("-days", _DAYS)):
        with self._pki.lock:  # `openssl ca` keeps a list of what it signed
            openssl(
                *("ca", "-batch", "-notext", "-config", self._pki.configuration),
                *("-cert", self.certificate, "-keyfile", self.key, "-extensions", extensions),
                *("-in", request, "-out", path, *dates),
            )

    def prove(self, code):
        """The proof of possession for a verification code: the path of a certificate."""
        return self.issue(code, file=f"{self.name}-proof").certificate


class Pki:
    """A folder of certificates and keys. Any thread may ask for more."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        self.lock = threading.Lock()
        self.configuration = self.directory / "openssl.cnf"
        text = _CONFIGURATION.format(directory=self.directory)
        self.configuration.write_text(text, encoding="ascii")
        (self.directory / "index.txt").touch()

    def _path(self, name, suffix):
        return self.directory / f"{name.replace(':', '_')}.{suffix}"

    def request(self, file, name, key):
        """(where the certificate is to be, a request for it, its new key)"""
        path, request, key_path = (self._path(file, each) for each in ("pem", "csr", "key"))
        openssl(
            *("req", "-new", *_KEYS[key], "-nodes", "-config", self.configuration),
            *("-subj", f"/CN={name}", "-keyout", key_path, "-out", request),
        )
        return path, request, key_path

    def identity(self, name, certificate, key, above=()):
        chain = certificate.with_suffix(".chain.pem")
        files = (certificate, *above)
        chain.write_text("".join(each.read_text(encoding="ascii") for each in files), "ascii")
        return Identity(name, certificate, chain, key)

    def authority(self, name, key="P-256", *, issuer=None):
        """A root, or a CA below another."""
        path, request, key_path = self.request(name, name, key)
        if issuer is None:
            openssl(
                *("x509", "-req", "-in", request, "-signkey", key_path, "-days", _DAYS),
                *("-extfile", self.configuration, "-extensions", "ca_extensions", "-out", path),
            )
            return Authority(self, name, path, key_path, ())
        issuer.sign(request, path, "ca_extensions")
        return Authority(self, name, path, key_path, (path, *issuer._above))

    def self_signed(self, name, key="P-256"):
        """As the vendor's quickstarts make one."""
        path, key_path = self._path(name, "pem"), self._path(name, "key")
        openssl(
            *("req", "-x509", "-sha256", *_KEYS[key], "-nodes", "-days", _DAYS),
            *("-extensions", "usr_cert", "-addext", "extendedKeyUsage=clientAuth"),
            *("-subj", f"/CN={name}", "-keyout", key_path, "-out", path),
        )
        return self.identity(name, path, key_path)
