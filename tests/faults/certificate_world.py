"""What a fault with certificates can set up before its device comes along: CAs, groups below them,
enrollments, TPMs. With server.py, the only file that knows the command line.
"""

import pki
from certificate_wire import Arrive, Papers, Show
from server import BerthError
from wire import HTTPS

HUB = "hub-1"


def refused(action, *words):
    """That a command fails; its text."""
    try:
        action(*words)
    except BerthError as error:
        return str(error)
    raise BerthError(f"it should have been refused: {words}")


class Trust:
    """A scope of its own, a root and an intermediate. `verified`: of the root."""

    def __init__(self, world, verified=True, asserted=True):
        self.world = world
        self.scope = self.new_scope()
        self.root = pki.authority(f"{world.name} root")
        self.maker = pki.authority(f"{world.name} maker", self.root)
        if asserted:
            self.upload(self.root, verified)

    def new_scope(self):
        scope = self.world.new_scope()
        self.world.run("hub", "link", "--id-scope", scope, "--hub", HUB)
        return scope

    def file(self, label, data):
        return pki.keep(self.world.server.data.parent, f"{self.world.name}-{label}", data)

    def file_of(self, certificate):
        return self.file(f"{certificate.sha256[:12]}.pem", certificate.pem)

    def name_of(self, certificate):
        return certificate.name.replace(" ", "-")

    # ---- CAs

    def run(self, verb, *flags, scope=""):
        return self.world.run("certificate", verb, "--id-scope", scope or self.scope, *flags)

    def upload(self, certificate, verified=True, scope=""):
        flags = ["--verified"] if verified else []
        return self.run("create", "--name", self.name_of(certificate), "--path",
                        self.file_of(certificate), *flags, scope=scope)

    def prove(self, certificate):
        """That whoever uploaded the CA has its key."""
        where = ("--name", self.name_of(certificate))
        code = self.run("generate-verification-code", *where)["verificationCode"]
        proof = pki.leaf(code, certificate)
        return self.run("verify", *where, "--path", self.file_of(proof))

    def revoke(self, certificate):
        return self.run("revoke", "--path", self.file_of(certificate), "--yes")

    def restore(self, certificate):
        return self.run("restore", "--sha256", certificate.sha256, "--yes")

    # ---- enrollments

    def enrol(self, noun, verb, enrollment_id, *flags):
        return self.world.run(noun, verb, "--id-scope", self.scope, "--enrollment-id",
                              enrollment_id, *flags)

    def group(self, certificate=None, *flags, suffix="group"):
        """Its id. `certificate`: of the CA that signs its devices', the intermediate when None."""
        group = f"{self.world.name}-{suffix}"
        path = self.file_of(certificate or self.maker)
        self.enrol("enrollment-group", "create", group, "--certificate-path", path, *flags)
        return group

    def individual(self, device, certificate, *flags):
        self.enrol("enrollment", "create", device, "--certificate-path",
                   self.file_of(certificate), *flags)

    def tpm(self, device, tpm, *flags):
        self.enrol("enrollment", "create", device, "--endorsement-key", tpm.endorsement_key, *flags)

    # ---- devices

    def leaf(self, device, **wrong):
        return pki.leaf(device, self.maker, **wrong)

    def show(self, device, certificate, *sent, **more):
        """`sent`: beside the certificate; all its intermediates when there is none."""
        bundle = certificate.bundle(*(sent or certificate.intermediates()))
        papers = Papers(bundle, broken=certificate.malformed)
        return Show(device, None, self.scope, identity=papers, **more)

    def show_alone(self, device, certificate, **more):
        return Show(device, None, self.scope, identity=Papers(certificate.bundle()), **more)

    def registered(self, attempt):
        """A device that does everything right; its registration."""
        heard = self.world.send(HTTPS, attempt)
        if not heard.operation or heard.operation["status"] != "assigned":
            raise BerthError(f"'{attempt.registration_id}' was not assigned: {heard.raw!r}")
        return heard.operation["registrationState"]

    def arrive(self, device, certificate, **more):
        bundle = certificate.bundle(*certificate.intermediates())
        return Arrive(device, None, identity=Papers(bundle), **more)
