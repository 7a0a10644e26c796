"""Certificates of a case's own, made by the openssl program."""

import dataclasses
import pathlib

import processes

DAYS = "30"


@dataclasses.dataclass(frozen=True)
class Ca:
    certificate: pathlib.Path
    key: pathlib.Path


def make_ca(directory: pathlib.Path, name: str = "Bench factory") -> Ca:
    """A CA with a P-256 key."""
    ca = Ca(directory / "ca-certificate", directory / "ca-key")
    ca.key.touch(mode=0o600)
    processes.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                   ca.key])
    processes.run(["openssl", "req", "-new", "-x509", "-key", ca.key, "-sha256", "-days", DAYS,
                   "-subj", f"/CN={name}", "-out", ca.certificate,
                   "-addext", "basicConstraints=critical,CA:TRUE",
                   "-addext", "keyUsage=critical,keyCertSign,cRLSign"])
    return ca
