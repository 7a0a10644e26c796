"""One suite of hardware identities: a fresh Berth, a PKI and TPMs made for it, and one client.

Every story has devices of its own, so all are told side by side.
"""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import certificate_stories as sdk_stories
from . import clients, hub_suite, namespace, raw_certificates, raw_device
from .conversation import Conversation, Fault
from .pki import Pki, PkiError
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row
from .tpm import SoftTpm

_AT_ONCE = 4
_FIRST_TPM_PORT = 2321


class CertificateSuite:
    """What the stories share: the server, its CAs and groups, the PKI, and the TPMs."""

    def __init__(self, berth, directory):
        self.berth, self.host = berth, namespace.HOST
        self.trouble = []
        self._directory = Path(directory)
        self._lock = threading.Lock()
        self._tpms = []
        self._tpm_numbers = itertools.count()

    def set_up(self):
        """The CAs: one proven, one asserted, one that nobody verified; a group below each."""
        self.pki = Pki(self._directory / "pki")
        self.id_scope = self.berth.id_scope()
        self.hubs = {hub["host"]: hub["name"] for hub in self.berth.hubs()}
        self.root = self.pki.authority(sdk_stories.PLANT)
        self.line = self.root.below(sdk_stories.LINE)
        self.rsa = self.pki.authority(sdk_stories.RSA_FLEET, "RSA-2048")
        stranger = self.pki.authority(sdk_stories.STRANGER)
        self.stranger_line = stranger.below("stranger-line")
        for authority, verified in ((self.root, False), (self.rsa, True), (stranger, False)):
            self.berth.create_ca(authority.name, authority.certificate, verified=verified)
        proof = self.root.prove(self.berth.verification_code(self.root.name))
        self.berth.verify_ca(self.root.name, proof)
        for line in (self.line, self.stranger_line):
            self.berth.create_certificate_group(line.name, certificate=line.certificate)
        self.berth.create_certificate_group("rsa-fleet", ca=self.rsa.name)

    def new_tpm(self):
        with self._lock:
            number = next(self._tpm_numbers)
        tpm = SoftTpm(self._directory / f"tpm-{number}", _FIRST_TPM_PORT + 2 * number)
        with self._lock:
            self._tpms.append(tpm)
        return tpm

    def give_up_restart(self):
        """No story here waits for a restart."""

    def tear_down(self):
        for tpm in self._tpms:
            tpm.close()


def _row(client, version, transport, story, fault):
    result = FAILED if fault else PASSED
    return Row(
        client.package, version, story.attestation, transport, story.title, result, fault or ""
    )


def _run_sdk(suite, client, directory):
    told = sdk_stories.TPM_STORIES if client.speaks_tpm else sdk_stories.X509
    talks = {}
    try:
        for transport in client.transports:
            command, environment = clients.command(client, suite.berth.ca, directory)
            log = Path(directory) / f"client-{transport.lower()}.log"
            talks[transport] = Conversation(command, environment, directory, log)
        told = [story for story in told if client.sdk in story.sdks]
        jobs = [(transport, story) for transport in talks for story in told]

        def tell(job):
            transport, story = job
            stage = sdk_stories.Stage(suite, client, transport, talks[transport])
            fault = hub_suite.tell(stage, story)
            return _row(client, talks[transport].version, transport, story, fault)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(tell, jobs))
    finally:
        endings = [(transport, talk.close()) for transport, talk in talks.items()]
        suite.trouble += [f"{transport}: {ending}" for transport, ending in endings if ending]


def _run_tools(suite, client):
    version = raw_certificates.version()

    def tell(story):
        fault = hub_suite.tell(raw_device.Stage(suite), story)
        return _row(client, version, story.transport, story, fault)

    raw_certificates.set_up(suite)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(tell, raw_certificates.STORIES))


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    suite = CertificateSuite(Berth(program, directory, at_hub=True), directory)
    rows = []
    try:
        suite.berth.start()
        suite.set_up()
        by_tools = not client.manifests
        rows = _run_tools(suite, client) if by_tools else _run_sdk(suite, client, directory)
    except (BerthError, PkiError, clients.InstallError, Fault) as error:
        suite.trouble.append(str(error))
    finally:
        suite.tear_down()
        ending = suite.berth.stop()
    return rows, suite.trouble + ([ending] if ending else [])
