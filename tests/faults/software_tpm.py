"""A TPM of Python and the openssl program: two RSA keys in the templates that servers ask for, and
what opens the blobs that servers make for them (dice-x509.md §7.1, §7.3). No code is Berth's.
"""

import base64
import functools
import hashlib
import hmac
import re
import struct

from pki import RSA_2048, Key, openssl, private_file

EK_POLICY = bytes.fromhex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa")
EK_ATTRIBUTES, SRK_ATTRIBUTES = 0x000300B2, 0x00030472
_RSA, _KEYED_HASH, _SHA256, _AES, _CFB, _NULL = 0x0001, 0x0008, 0x000B, 0x0006, 0x0043, 0x0010
_HASH_BYTES = 32


def sized(data):
    """A TPM2B."""
    return struct.pack("!H", len(data)) + data


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        if count > len(self.data):
            raise ValueError(f"{count} bytes were due, {len(self.data)} are left")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def sized(self):
        return self.take(struct.unpack("!H", self.take(2))[0])


def modulus_of(key):
    text = openssl("rsa", "-noout", "-modulus", data=key.pem).decode()
    return bytes.fromhex(re.search(r"Modulus=([0-9A-F]+)", text).group(1))


def public_area(key, attributes, policy=b""):
    """TPMT_PUBLIC of an RSA storage key."""
    modulus = modulus_of(key)
    return (struct.pack("!HHI", _RSA, _SHA256, attributes) + sized(policy)
            + struct.pack("!HHHHHI", _AES, 128, _CFB, _NULL, len(modulus) * 8, 0) + sized(modulus))


def name_of(area):
    return struct.pack("!H", _SHA256) + hashlib.sha256(area).digest()


def derived(seed, label, context, count):
    """KDFa with HMAC-SHA256; one round is enough for keys up to 32 bytes."""
    text = struct.pack("!I", 1) + label + b"\0" + context + struct.pack("!I", count * 8)
    return hmac.new(seed, text, hashlib.sha256).digest()[:count]


def decrypted(key, data):
    """AES-128-CFB with a zero IV."""
    return openssl("enc", "-d", "-aes-128-cfb", "-K", key.hex(), "-iv", "00" * 16, "-nopad",
                   data=data)


def unwrapped(key, label, data):
    """The seed that was encrypted for an RSA key."""
    options = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256",
               f"rsa_oaep_label:{(label + bytes(1)).hex()}")
    with private_file(key.pem) as file:
        return openssl("pkeyutl", "-decrypt", "-inkey", file.name,
                       *(word for option in options for word in ("-pkeyopt", option)), data=data)


def checked(seed, protected, mac, context):
    expected = hmac.new(derived(seed, b"INTEGRITY", b"", _HASH_BYTES), protected + context,
                        hashlib.sha256).digest()
    if not hmac.compare_digest(mac, expected):
        raise ValueError("an integrity check fails (0x1DF)")
    return decrypted(derived(seed, b"STORAGE", context, 16), protected)


@functools.cache
def first_root():
    """Every TPM here has it until it is cleared: keys of RSA take long to make."""
    return Key(RSA_2048)


class SoftwareTpm:
    def __init__(self):
        self.ek, self.srk = Key(RSA_2048), first_root()

    def clear(self):
        """What taking ownership anew does."""
        self.srk = Key(RSA_2048)

    @property
    def endorsement_key(self):
        """Base64 of TPM2B_PUBLIC, as the next."""
        return base64.b64encode(sized(public_area(self.ek, EK_ATTRIBUTES, EK_POLICY))).decode()

    @property
    def storage_root_key(self):
        return base64.b64encode(sized(public_area(self.srk, SRK_ATTRIBUTES))).decode()

    def opened(self, text):
        """The key in an activation blob, which is for this TPM only."""
        blob = Reader(base64.b64decode(text))
        identity, secret = Reader(blob.sized()), blob.sized()
        private, wrapped, public = Reader(blob.sized()), blob.sized(), blob.sized()
        srk_name = name_of(public_area(self.srk, SRK_ATTRIBUTES))
        mac = identity.sized()
        seed = unwrapped(self.ek, b"IDENTITY", secret)
        inner = Reader(checked(seed, identity.data, mac, srk_name)).sized()
        mac = private.sized()
        seed = unwrapped(self.srk, b"DUPLICATE", wrapped)
        twice = Reader(decrypted(inner, checked(seed, private.data, mac, name_of(public))))
        integrity, sensitive = twice.sized(), twice.data
        if integrity != hashlib.sha256(sensitive + name_of(public)).digest():
            raise ValueError("the inner integrity check fails")
        return self._key(Reader(Reader(sensitive).sized()), public)

    @staticmethod
    def _key(sensitive, public):
        if sensitive.take(2) != struct.pack("!H", _KEYED_HASH):
            raise ValueError("it is no key for signing")
        sensitive.sized()  # its authorization, which is empty
        seed, key = sensitive.sized(), sensitive.sized()
        if sized(hashlib.sha256(seed + key).digest()) != public[-_HASH_BYTES - 2:]:
            raise ValueError("its public area is another key's")
        return key
