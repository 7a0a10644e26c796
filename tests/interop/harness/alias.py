"""The certificate that a DevKit presents, byte by byte (dice-x509.md §2.10, vector K1).

Its subjectAltName is critical and malformed, as the boards make it; stock libraries refuse to read
it, so what is altered here is altered in the DER by hand.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import pki

REGISTRATION_ID = "az-c8930123456av1v3v7"
SHA256 = "5e03e061f4625ce727bb4bcddfe4e288bfa607a21b7f8b97cc2a91868adc89a1"
_ALIAS = """
MIICOjCCAeCgAwIBAgIFCgsMDQ4wCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwCVVMxFDASBgNV
BAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowQzEeMBwGA1UEAwwVYXotYzg5MzAxMjM0NTZh
djF2M3Y3MQswCQYDVQQGDAJVUzEUMBIGA1UECgwLREVWS0lUX1RFU1QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASJ5CGdK5+y
cBoGvRKBI248flvKOAfJ0u0yiZM1RMwj6k9oaNaBR86XMJHVPJ986WN5jUITSZpuznySSunJ15Gco4HLMIHIMBYGA1UdJQEB/wQM
MAoGCCsGAQUFBwMCMIGtBgNVHREBAf8EgaIwgZ+ggZwGCisGAQQBgjdZAwEwgY0CAQEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAS6AdPF491TIDclSUlKApYSY31nBOsG2yi/2HQ9jxzWj9YkYNVDssTDcy3Ej5Nn/laJKiv4zuhH/ULvCAy1TIxZMC0GCWCGSAFl
AwQCAQQgdVHyEWH0mlUFrGQvopg+CROKne6Bxs1BM7zJQi0ykicwCgYIKoZIzj0EAwIDSAAwRQIgUVw9brnjlrkE0/7Kf1T9zQzB
6Ze/N13KUVrQpsO0A18CIQCQ47kKt9AU5lM5TUMaB+n8ftgxHeUgsUqwvdO6kzycRg==
"""
_DEVICE_ID = """
MIIBdjCCARygAwIBAgIFDg0MCwowCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwCVVMxFDASBgNV
BAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkG
A1UEBgwCVVMxFDASBgNVBAoMC0RFVktJVF9URVNUMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEugHTxePdUyA3JUlJSgKWEmN9
ZwTrBtsov9h0PY8c1o/WJGDVQ7LEw3MtxI+TZ/5WiSor+M7oR/1C7wgMtUyMWaMTMBEwDwYDVR0TBAgwBgEB/wIBAjAKBggqhkjO
PQQDAgNIADBFAiBRXD1uueOWuQTT/sp/VP3NDMHpl783XcpRWtCmw7QDXwIhAIStXbTENlNWn61xBSl6Z9AhGmG57I6tgGXWAjWW
nTmQ
"""
_ALIAS_D = "88f1f6b3c9b7b4223514d56ee650c3d2b74f09de07b22d36b7ebd13049654998"
_DEVICE_ID_D = "c6f18de9b31e1cdb74c683d05925bdbee1103ebc16eb40f45061734f603b369b"
_POINT = bytes.fromhex("0489e4219d2b9fb2")  # how the Alias' public key begins
_POINT_BYTES = 65
_ECDSA = bytes.fromhex("300a06082a8648ce3d040302")


@dataclass(frozen=True)
class Board:
    """Files of one board: what it presents, the certificate that signed it, and both keys. The
    latter's is no secret (dice-x509.md §2.6)."""

    certificate: Path
    device_id: Path
    key: Path
    device_id_key: Path


def _pem(label, der):
    text = base64.encodebytes(der).decode("ascii").replace("\n", "")
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _private_key(path, number):
    """ECPrivateKey of RFC 5915 without the public key, which openssl works out."""
    der = bytes.fromhex("30310201010420" + number + "a00a06082a8648ce3d030107")
    path.write_text(_pem("EC PRIVATE KEY", der), "ascii")
    return path


def _sequence(content):
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return b"\x30" + length + content


def genuine(directory):
    """The board of the vector."""
    directory = Path(directory)
    directory.mkdir()
    alias = base64.b64decode(_ALIAS)
    if hashlib.sha256(alias).hexdigest() != SHA256:
        raise ValueError("the certificate is not that of the vector")
    certificate, device_id = directory / "alias.pem", directory / "device-id.pem"
    certificate.write_text(_pem("CERTIFICATE", alias), "ascii")
    device_id.write_text(_pem("CERTIFICATE", base64.b64decode(_DEVICE_ID)), "ascii")
    key = _private_key(directory / "alias.key", _ALIAS_D)
    return Board(
        certificate, device_id, key, _private_key(directory / "device-id.key", _DEVICE_ID_D)
    )


def forged(board):
    """What whoever computed the DeviceID key from a certificate can make: another Alias key, well
    signed (dice-x509.md §2.6)."""
    folder, signer = board.certificate.parent, board.device_id_key
    key = folder / "forged.key"
    pki.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    point = pki.openssl("ec", "-in", key, "-pubout", "-outform", "DER")[-_POINT_BYTES:]
    alias = base64.b64decode(_ALIAS)
    tbs = alias[4 : 8 + int.from_bytes(alias[6:8], "big")]
    at = tbs.index(_POINT)
    tbs = tbs[:at] + point + tbs[at + _POINT_BYTES :]
    signature = b"\0" + pki.openssl("dgst", "-sha256", "-sign", signer, fed=tbs)
    der = _sequence(tbs + _ECDSA + b"\x03" + bytes([len(signature)]) + signature)
    certificate = folder / "forged.pem"
    certificate.write_text(_pem("CERTIFICATE", der), "ascii")
    return Board(certificate, board.device_id, key, signer)


def altered(board):
    """The genuine one with a bit of its signature flipped."""
    der = bytearray(base64.b64decode(_ALIAS))
    der[-1] ^= 1
    certificate = board.certificate.parent / "altered.pem"
    certificate.write_text(_pem("CERTIFICATE", bytes(der)), "ascii")
    return Board(certificate, board.device_id, board.key, board.device_id_key)
