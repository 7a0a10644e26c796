"""A device without an SDK: its requests made by hand, `openssl s_client` with the certificate of a
board, and mosquitto clients with certificates at the hub (azure-dps.md §1.8, §1.10)."""

import base64
import json
import re
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from . import alias, pki, tokens
from .conversation import Fault
from .stories import same
from .things_wire import mqtt_packet, mqtt_text

ISSUING, ISSUED_DAYS, SILENT = "issuing", 2, "not-issuing"  # groups with keys
GROUP_KEYS = {
    name: (tokens.key(f"{name} primary"), tokens.key(f"{name} secondary"))
    for name in (ISSUING, SILENT)
}

_NEW = "2025-07-01-preview"
_SECONDS = 15
_HUB_VERSION = "2021-04-12"


class Stage:
    """One story: the server, the PKI, and devices made by hand."""

    def __init__(self, suite):
        self.suite, self.berth, self.pki = suite, suite.berth, suite.pki

    def tidy(self):
        """Nothing stays open: every tool ends with its story."""

    # ---- registration over HTTPS

    def ask(self, method, path, body=None, *, identity=None, token=None, version=_NEW):
        """(status, body) of one request; `identity` goes into the TLS handshake."""
        trust = ssl.create_default_context(cafile=str(self.berth.ca))
        if identity is not None:
            trust.load_cert_chain(identity.chain, identity.key)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": token} if token else {}
        request = urllib.request.Request(
            f"https://{self.suite.host}/{path}?api-version={version}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, context=trust, timeout=_SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def resource(self, name):
        return f"{self.suite.id_scope}/registrations/{name}"

    def token(self, name, group=ISSUING):
        key = tokens.derived_key(GROUP_KEYS[group][0], name)
        return tokens.signature(self.resource(name), key, policy="registration")

    def begin(self, name, body=None, **proof):
        body = {"registrationId": name, **(body or {})}
        return self.ask("PUT", f"{self.resource(name)}/register", body, **proof)

    def register(self, name, body=None, **proof):
        """Registers well: the state."""
        status, told = self.begin(name, body, **proof)
        if status != 202:
            raise Fault(f"{name} was answered {status} {told}")
        operation = f"{self.resource(name)}/operations/{told['operationId']}"
        status, told = self.ask("GET", operation, **proof)
        if (status, told.get("status")) != (200, "assigned"):
            raise Fault(f"{name} was answered {status} {told}")
        return told["registrationState"]

    def refused(self, name, body=None, *, status=401, **proof):
        seen, told = self.begin(name, body, **proof)
        if seen != status or told["errorCode"] // 1000 != status:
            raise Fault(f"expected {status}, was answered {seen} {told}")
        return told

    # ---- certificates that are asked for

    def request(self, name, kind="P-256", *, subject=None, more=()):
        """(DER of a signing request, path of its key)"""
        key = self.pki.directory / f"{name}-{kind}.key"
        made = {"P-256": ("EC", "P-256"), "P-384": ("EC", "P-384")}.get(kind)
        curve = ("-pkeyopt", f"ec_paramgen_curve:{made[1]}") if made else ()
        pki.openssl("genpkey", "-algorithm", made[0] if made else kind, *curve, "-out", key)
        command = ("req", "-new", "-key", key, "-subj", f"/CN={subject or name}")
        return pki.openssl(*command, *more, "-outform", "DER"), key

    def asking(self, name, **options):
        """(body with `csr`, path of the key)"""
        der, key = self.request(name, **options)
        return {"csr": base64.b64encode(der).decode("ascii")}, key

    def obtain(self, name, *, file=None, **options):
        """Registers by token and asks for a certificate: (its Identity, state). `options` as of
        request."""
        body, key = self.asking(name, **options)
        state = self.register(name, body, token=self.token(name))
        chain = [base64.b64decode(each) for each in state["issuedCertificateChain"]]
        return self.accept(name, file or name, chain, key), state

    def accept(self, name, file, chain, key):
        """What a careful device checks before it uses a chain: the Identity."""
        if len(chain) < 2:
            raise Fault(f"a chain of {len(chain)}")
        paths = []
        for number, der in enumerate(chain):
            path = self.pki.directory / f"{file}-issued-{number}.pem"
            path.write_text(ssl.DER_cert_to_PEM_cert(der), "ascii")
            paths.append(path)
        leaf, *middle, root = paths
        between = [word for each in middle for word in ("-untrusted", each)]
        strict = ("-x509_strict", "-purpose", "sslclient")
        pki.openssl("verify", *strict, "-CAfile", root, *between, leaf)
        said = pki.openssl("x509", "-in", leaf, "-noout", "-subject", "-pubkey").decode()
        same(said.splitlines()[0], f"subject=CN = {name}", "the subject")
        own = pki.openssl("pkey", "-in", key, "-pubout").decode()
        same(said.split("\n", 1)[1], own, "the public key")
        for days, lasts in ((ISSUED_DAYS - 1, True), (ISSUED_DAYS + 1, False)):
            over = pki.openssl(
                *("x509", "-in", leaf, "-noout", "-checkend", days * 86400), accept=(0, 1)
            )
            same(b"will not expire" in over, lasts, f"good for {days} days")
        together = leaf.with_suffix(".chain.pem")
        together.write_text("".join(each.read_text("ascii") for each in paths[:-1]), "ascii")
        return pki.Identity(name, leaf, together, key)

    # ---- the hub

    def _tool(self, tool, identity, device, host, *arguments):
        command = ["stdbuf", "-oL", tool, "-V", "mqttv311", "-h", host, "-p", "8883", "-d"]
        command += ["--cafile", str(self.berth.ca), "-i", device, "-q", "1"]
        command += ["-u", f"{host}/{device}/?api-version={_HUB_VERSION}"]
        command += ["--cert", str(identity.chain), "--key", str(identity.key)]
        return [*command, *arguments]

    def publish(self, identity, *, device=None):
        """(exit code, what it printed) of a message with the device's name as its body."""
        device, host = device or identity.name, self.suite.host
        topic = ("-t", f"devices/{device}/messages/events/", "-m", f"from {device}")
        command = self._tool("mosquitto_pub", identity, device, host, *topic)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Fault(f"mosquitto_pub did not end within {_SECONDS} s") from error
        return done.returncode, done.stdout + done.stderr

    def live(self, identity, *, device=None):
        """It is let in, and the hub has its message once."""
        device = device or identity.name
        code, said = self.publish(identity, device=device)
        if code != 0:
            raise Fault(f"mosquitto_pub ended with {code}: {said}")
        events = self.berth.events(self.suite.hubs[self.suite.host], device)
        found = [event for event in events if event["body"] == f"from {device}"]
        if not found:
            raise Fault(f"no such event among {len(events)}")

    def barred(self, identity, *, device=None):
        code, said = self.publish(identity, device=device)
        if code == 0 or "CONNACK (5)" not in said:
            raise Fault(f"expected CONNACK 5, mosquitto_pub ended with {code}: {said}")

    def cut(self, identity, act):
        """A session that listens ends within a second of `act`."""
        device = identity.name
        topic = ("-t", f"devices/{device}/messages/devicebound/#")
        output = identity.certificate.with_suffix(".out")
        with open(output, "wb") as file:
            process = subprocess.Popen(
                self._tool("mosquitto_sub", identity, device, self.suite.host, *topic),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            self._await(output, "SUBACK", _SECONDS)
            act()
            # It says so and comes back, which is refused.
            self._await(output, "CONNACK (5)", _SECONDS)
        finally:
            process.kill()
            process.wait()

    @staticmethod
    def _await(output, word, seconds):
        deadline = time.monotonic() + seconds
        while word not in (said := output.read_text(encoding="utf-8", errors="replace")):
            if time.monotonic() > deadline:
                raise Fault(f"no {word} within {seconds} s: {said}")
            time.sleep(0.02)

    # ---- a board, by openssl s_client

    def exchange(self, board, tls, port, data):
        """What the server says to these bytes until it closes."""
        return pki.openssl(
            *("s_client", "-connect", f"{self.suite.host}:{port}", "-quiet", tls),
            *("-verify_return_error", "-verify", "4", "-CAfile", self.berth.ca),
            *("-cert", board.certificate, "-cert_chain", board.device_id, "-key", board.key),
            fed=data,
            accept=(0, 1),
        )

    def publish_once(self, board, tls, device, body):
        """CONNECT, PUBLISH and DISCONNECT in one go: whether the hub let it in and stored it."""
        user = f"{self.suite.host}/{device}/?api-version={_HUB_VERSION}"
        connect = mqtt_text("MQTT") + b"\x04\x82\x00\x3c" + mqtt_text(device) + mqtt_text(user)
        publish = mqtt_text(f"devices/{device}/messages/events/") + b"\x00\x01" + body.encode()
        packets = [(0x10, connect), (0x32, publish), (0xE0, b"")]
        said = self.exchange(board, tls, 8883, b"".join(mqtt_packet(*each) for each in packets))
        return said == b"\x20\x02\x00\x00\x40\x02\x00\x01"

    def say(self, board, tls, name=alias.REGISTRATION_ID, *, operation=None):
        """(status, body) of a registration, or of a poll, over a connection of its own."""
        what = f"operations/{operation}" if operation else "register"
        body = "" if operation else json.dumps({"registrationId": name})
        method = "GET" if operation else "PUT"
        head = f"{method} /{self.resource(name)}/{what}?api-version=2019-03-31 HTTP/1.1"
        lines = [head, f"Host: {self.suite.host}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", body]
        said = self.exchange(board, tls, 443, "\r\n".join(lines).encode())
        found = re.match(rb"HTTP/1.1 (\d+) .*?\r\n\r\n(.*)", said, re.DOTALL)
        if found is None:
            raise Fault(f"{tls}: no answer: {said!r}")
        return int(found.group(1)), json.loads(found.group(2))
