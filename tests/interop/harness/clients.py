"""The client programs: what each needs installed, how it is installed, and how it is run."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BUILD = HERE.parent.parent / "build" / "interop"
TRUST_PASSWORD = "changeit"  # the trust store holds one public certificate; nothing is secret

_INSTALL_SECONDS = 900
_REASON_CHARACTERS = 160
_JAVA_FLAGS = ("-Xmx256m", "-XX:TieredStopAtLevel=1")

# What package managers print when their registry cannot be reached, as opposed to refusing us.
UNREACHABLE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|UnknownHost"
    r"|Could not resolve|Temporary failure (in name resolution|resolving)|Name or service not known"
    r"|Connection refused|Connection timed out|Network is unreachable|No route to host"
    r"|NewConnectionError|ConnectTimeoutError|Max retries exceeded|Connect timed out",
    re.IGNORECASE,
)


class Unreachable(Exception):
    """A package registry could not be reached: the suite is skipped, by name and reason."""


class InstallError(Exception):
    """Something could not be installed for another reason: the suite fails."""


@dataclass(frozen=True)
class Client:
    """One vendor SDK and the small program that drives it."""

    name: str
    package: str  # as the board prints it
    transports: tuple
    manifests: tuple  # files below tests/interop/<name> that decide what gets installed
    tools: dict = field(hash=False)  # program -> Debian package that brings it
    # or "hub", "certificate", "product", "things", "codes" or "models" (each has its _suite.py)
    suite: str = "provisioning"
    speaks_tpm: bool = False
    pip_options: tuple = ()

    @property
    def at_hub(self):
        """Its suite goes on to the hub."""
        return self.suite == "hub"

    @property
    def sdk(self):
        """Suites of one SDK share its packages: the folder's name."""
        return re.sub("-(hub|x509|tpm|models)$", "", self.name)

    @property
    def language(self):
        """How it is installed."""
        return self.sdk.rsplit("-", 1)[-1]

    @property
    def home(self):
        return BUILD / self.sdk

    @property
    def sources(self):
        return HERE / self.sdk


_NODE_MANIFESTS = ("package.json", "package-lock.json")
_NODE_TOOLS = {"node": "nodejs", "npm": "npm"}
_PYTHON_MANIFESTS = ("requirements.txt",)
_JAVA_MANIFESTS = ("pom.xml", "Client.java", "Hub.java")
_JAVA_TOOLS = {
    "javac": "default-jdk-headless",
    "keytool": "default-jdk-headless",
    "mvn": "maven",
}

CLIENTS = (
    Client(
        "node",
        "npm azure-iot-provisioning-device",
        ("HTTPS", "MQTT", "MQTT-WS"),
        _NODE_MANIFESTS,
        _NODE_TOOLS,
    ),
    Client(
        "python",
        "PyPI azure-iot-device",
        ("MQTT", "MQTT-WS"),
        _PYTHON_MANIFESTS,
        {},
    ),
    Client(
        "java",
        "Maven provisioning-device-client",
        ("HTTPS", "MQTT", "MQTT-WS"),
        _JAVA_MANIFESTS,
        _JAVA_TOOLS,
    ),
    Client(
        "node-hub",
        "npm azure-iot-device + azure-iot-device-mqtt",
        ("MQTT", "MQTT-WS"),
        _NODE_MANIFESTS,
        _NODE_TOOLS,
        suite="hub",
    ),
    Client(
        "python-hub",
        "PyPI azure-iot-device, at the hub",
        ("MQTT", "MQTT-WS"),
        _PYTHON_MANIFESTS,
        {},
        suite="hub",
    ),
    Client(
        "python-models",
        "PyPI azure-iot-device, models",
        ("MQTT", "MQTT-WS"),
        _PYTHON_MANIFESTS,
        {},
        suite="models",
    ),
    Client(
        "java-hub",
        "Maven iot-device-client",
        ("MQTT", "MQTT-WS"),
        _JAVA_MANIFESTS,
        _JAVA_TOOLS,
        suite="hub",
    ),
    Client(
        "mosquitto",
        "mosquitto clients",
        ("MQTT",),
        (),
        {
            "mosquitto_pub": "mosquitto-clients",
            "mosquitto_sub": "mosquitto-clients",
        },
        suite="hub",
    ),
    Client(
        "node-x509",
        "npm azure-iot-device + azure-iot-security-x509",
        ("HTTPS", "MQTT", "MQTT-WS"),
        _NODE_MANIFESTS,
        _NODE_TOOLS,
        suite="certificate",
    ),
    Client(
        "python-x509",
        "PyPI azure-iot-device, X.509",
        ("MQTT", "MQTT-WS"),
        _PYTHON_MANIFESTS,
        {},
        suite="certificate",
    ),
    Client(
        "java-x509",
        "Maven iot-device-client + x509-provider",
        ("HTTPS", "MQTT"),
        _JAVA_MANIFESTS,
        _JAVA_TOOLS,
        suite="certificate",
    ),
    Client(
        "node-tpm",
        "npm azure-iot-device + azure-iot-security-tpm",
        ("HTTPS",),
        _NODE_MANIFESTS,
        _NODE_TOOLS | {"swtpm": "swtpm"},
        suite="certificate",
        speaks_tpm=True,
    ),
    Client(
        "certificates",
        "openssl and mosquitto clients",
        ("HTTPS",),
        (),
        {
            "openssl": "openssl",
            "mosquitto_pub": "mosquitto-clients",
            "mosquitto_sub": "mosquitto-clients",
        },
        suite="certificate",
    ),
    Client(
        "tencent-python",
        "PyPI tencent-iot-device",
        ("plain HTTP and MQTT",),
        _PYTHON_MANIFESTS,
        {},
        suite="product",
        # What it depends on by its own word cannot be built any more (requirements.txt).
        pip_options=("--no-deps",),
    ),
    Client(
        "cloudplugs",
        "sockets and mosquitto clients",
        ("plain HTTP and MQTT",),
        (),
        {
            "mosquitto_pub": "mosquitto-clients",
            "mosquitto_sub": "mosquitto-clients",
        },
        suite="things",
    ),
    Client(
        "codes-node",
        "npm react-native-azure-iotcentral-client",
        ("MQTT-WS",),
        (*_NODE_MANIFESTS, ".npmrc"),
        _NODE_TOOLS | {"openssl": "openssl"},
        suite="codes",
    ),
)


def _run(command, **options):
    """Runs an installing command; its output is kept back unless it fails."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
            **options,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{command[0]} gave up after {_INSTALL_SECONDS} s") from error
    if done.returncode == 0:
        return
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    unreachable = next((line for line in lines if UNREACHABLE.search(line)), None)
    if unreachable is not None:
        raise Unreachable(f"{Path(command[0]).name}: {unreachable.strip()[:_REASON_CHARACTERS]}")
    raise InstallError(
        f"{' '.join(command)} ended with {done.returncode}:\n" + "\n".join(lines[-15:])
    )


def _apt_install(client, packages):
    if shutil.which("apt-get") is None:
        raise InstallError(
            f"{client.name} needs {' '.join(packages)}, and there is no apt-get here"
        )
    rights = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise InstallError(f"run as root first: apt-get install {' '.join(packages)}")
        rights = ["sudo"]
    print(f"interop: {client.name}: installing {' '.join(packages)} (apt)", flush=True)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _run([*rights, "apt-get", "update", "-q"])
    _run(
        [
            *rights,
            *environment,
            "apt-get",
            "install",
            "-q",
            "-y",
            "--no-install-recommends",
            *packages,
        ]
    )


def _ensure_tools(client):
    missing = {package for tool, package in client.tools.items() if shutil.which(tool) is None}
    if client.language == "python":
        can_venv = subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
        )
        if can_venv.returncode != 0:
            missing.add("python3-venv")
    if missing:
        _apt_install(client, sorted(missing))


def _stamp(client):
    digest = hashlib.sha256()
    for manifest in client.manifests:
        digest.update((client.sources / manifest).read_bytes())
    if client.language == "python":
        digest.update(sys.version.encode())
    return digest.hexdigest()


def _install_node(client):
    for manifest in client.manifests:
        shutil.copy(client.sources / manifest, client.home)
    # Scripts of dependencies are not run: nothing here is built on install.
    patience = [
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=2000",
        "--fetch-retry-maxtimeout=5000",
    ]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    _run(["npm", "ci", *quiet, *patience], cwd=client.home)


def _install_python(client):
    venv = client.home / "venv"
    _run([sys.executable, "-m", "venv", str(venv)])
    requirements = [*client.pip_options, "-r", str(client.sources / "requirements.txt")]
    patience = ["--retries", "2", "--timeout", "20"]
    pip = [str(venv / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
    _run([*pip, *patience, *requirements])


def _install_java(client):
    libraries = client.home / "lib"
    _run(
        [
            "mvn",
            "-B",
            "-q",
            "-f",
            str(client.sources / "pom.xml"),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={libraries}",
        ]
    )
    classes = client.home / "classes"
    programs = [str(client.sources / name) for name in ("Client.java", "Hub.java")]
    _run(["javac", "-cp", f"{libraries}/*", "-d", str(classes), *programs])


_INSTALLERS = {"node": _install_node, "python": _install_python, "java": _install_java}


def install(client):
    """Makes the client ready to run. Quick when its manifests have not changed since last time.

    Raises Unreachable when a registry cannot be reached, InstallError for anything else.
    """
    _ensure_tools(client)
    if not client.manifests:
        return
    stamp_file = client.home / "stamp"
    stamp = _stamp(client)
    if stamp_file.exists() and stamp_file.read_text(encoding="ascii") == stamp:
        return
    print(f"interop: {client.name}: installing {client.package} and what it needs", flush=True)
    shutil.rmtree(client.home, ignore_errors=True)
    client.home.mkdir(parents=True)
    _INSTALLERS[client.language](client)
    stamp_file.write_text(stamp, encoding="ascii")


def _java_trust_store(ca, directory):
    store = Path(directory) / "trust.p12"
    if not store.exists():
        _run(
            [
                "keytool",
                "-importcert",
                "-noprompt",
                "-alias",
                "berth",
                "-file",
                str(ca),
                "-keystore",
                str(store),
                "-storetype",
                "PKCS12",
                "-storepass",
                TRUST_PASSWORD,
            ]
        )
    return store


# The client program of each kind of suite.
_PROGRAMS = {
    "provisioning": "client",
    "hub": "hub",
    "certificate": "hub",
    "product": "device",
    "codes": "codes",
    "models": "hub",
}


def command(client, ca, directory):
    """(arguments, environment) that run the client program trusting the CA file `ca`."""
    environment = {
        name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
    }
    program = _PROGRAMS[client.suite]
    if client.language == "node":
        environment["NODE_PATH"] = str(client.home / "node_modules")
        environment["NODE_EXTRA_CA_CERTS"] = str(ca)
        return ["node", str(client.sources / f"{program}.js")], environment
    if client.language == "python":
        environment["BERTH_INTEROP_CA"] = str(ca)
        python = str(client.home / "venv" / "bin" / "python")
        return [python, str(client.sources / f"{program}.py")], environment
    store = _java_trust_store(ca, directory)
    path = f"{client.home / 'classes'}:{client.home / 'lib'}/*"
    trust = [
        f"-Djavax.net.ssl.trustStore={store}",
        f"-Djavax.net.ssl.trustStorePassword={TRUST_PASSWORD}",
    ]
    return ["java", *_JAVA_FLAGS, *trust, "-cp", path, program.capitalize()], environment
