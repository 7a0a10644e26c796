"""A device that shows a client certificate: what it sends in the handshake, registering and at its
hub (azure-dps.md §1.8). Weak keys, long chains and large certificates get as far as the server.
"""

import os
import ssl
import subprocess
import tempfile
from dataclasses import dataclass

from hub_wire import Visit
from wire import Attempt, Heard, connect


@dataclass
class Papers:
    """The client certificate of a connection."""

    bundle: bytes  # PEM: key, certificate, what is sent with it
    newest: bool = True  # TLS 1.3; else 1.2
    broken: bool = False  # Python's own client refuses to load it

    def present_in(self, context):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if not self.newest:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.NamedTemporaryFile(prefix="berth-papers-") as file:
            file.write(self.bundle)
            file.flush()
            context.load_cert_chain(file.name)

    def dial(self, place, port):
        return Piped(place, port, self)


class Piped:
    """A connection by OpenSSL's own client, which shows what Python's refuses."""

    def __init__(self, place, port, papers):
        self.file = tempfile.NamedTemporaryFile(prefix="berth-papers-")
        self.file.write(papers.bundle)
        self.file.flush()
        command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", "-servername",
                   "localhost", "-CAfile", place.ca, "-verify_return_error", "-cert",
                   self.file.name, "-key", self.file.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, bufsize=0)

    def sendall(self, data):
        self.process.stdin.write(data)

    def recv(self, count):
        return os.read(self.process.stdout.fileno(), count)

    def close(self):
        self.process.kill()
        self.process.communicate()
        self.file.close()


@dataclass
class Show(Attempt):
    """A register or poll of a device that shows a certificate."""

    blames: str = ""  # must be in the trail: which certificate is at fault
    mended: object = None  # what an operator does about it, when that is no single command


@dataclass
class Arrive(Visit):
    """A CONNECT at the hub with a certificate in place of a token."""

    blames: str = ""
    mended: object = None


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
