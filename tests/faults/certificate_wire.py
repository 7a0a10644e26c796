"""A device that shows a client certificate: what it sends in the handshake, registering and at its
hub (azure-dps.md §1.8). Weak keys, long chains and large certificates get as far as the server.
"""

import ssl
import tempfile
from dataclasses import dataclass

from hub_wire import Visit
from wire import Attempt, Heard, connect


@dataclass
class Papers:
    """The client certificate of a connection."""

    bundle: bytes  # PEM: key, certificate, what is sent with it
    newest: bool = True  # TLS 1.3; else 1.2

    def present_in(self, context):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if not self.newest:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.NamedTemporaryFile(prefix="berth-papers-") as file:
            file.write(self.bundle)
            file.flush()
            context.load_cert_chain(file.name)


@dataclass
class Show(Attempt):
    """A register or poll of a device that shows a certificate."""

    blames: str = ""  # must be in the trail: which certificate is at fault
    mended: object = None  # what an operator does about it, when that is no single command


@dataclass
class Arrive(Visit):
    """A CONNECT at the hub with a certificate in place of a token."""

    blames: str = ""


@dataclass
class Greet:
    """The handshake alone, and whatever the server says afterwards unasked."""

    registration_id: str
    identity: Papers
    scope: str = ""
    token = None

    def token_text(self):
        return None


def greet(place, attempt):
    """raw is "alert" when the server ended the handshake with one."""
    try:
        with connect(place, place.https_port, "localhost", attempt.identity) as server:
            return Heard(connected=True, raw=server.recv(1))
    except ssl.SSLError as error:
        told = "alert" in str(error).lower()
        return Heard(raw=b"alert" if told else str(error).encode())
