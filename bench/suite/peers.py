"""The servers that Berth is measured beside: nginx and Mosquitto, each with the least it needs for
the same work at the edge. Certificate authorities are in ca_peers.py.

Both get Berth's own server certificate, TLS 1.3 alone, and neither sends session tickets nor keeps
sessions, as Berth does not: what a ticket costs is half of a mutual handshake, and a device that
registers once has no use for one. `ssl_session_tickets off` is not enough for that in nginx, which
then sends tickets that name a session; NumTickets is. Mosquitto has no such setting, but OpenSSL's
own file has one for every program.
"""

import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable

import case
import processes

CONNECTIONS_MAX = 19_000
SYSTEM_PROGRAMS = "/usr/sbin:/usr/local/sbin:/sbin"
PEER_READY_SECONDS = 30


class PeerError(case.NotMeasured):
    """A peer is not here or does not start; nothing of ours is to blame."""


def find(program: str) -> pathlib.Path:
    path = shutil.which(program) or shutil.which(program, path=SYSTEM_PROGRAMS)
    if path is None:
        raise PeerError(f"{program} is not installed")
    return pathlib.Path(path)


class Peer:
    """A server in a directory of its own, on free ports of loopback."""

    program = ""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.process: processes.Process | None = None
        self.port = processes.free_port()

    @property
    def pids(self) -> list[int]:
        """Every process of it: nginx has a master, which does nothing, and a worker."""
        return self.process.pids

    def command(self) -> list:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def start(self):
        try:
            self.process = processes.Process(self.command(), self.directory / "log",
                                             self.environment())
            self.process.wait_until(self.is_ready, PEER_READY_SECONDS)
        except (processes.ProcessError, OSError) as error:
            raise PeerError(f"{self.program}: {error}") from error

    def is_ready(self) -> bool:
        return processes.is_listening(self.port)

    def stop(self):
        if self.process is not None:
            self.process.stop()
            self.process = None


class Nginx(Peer):
    """One worker that answers everything with 204. It never closes a connection first, so a fresh
    one is closed by the client on both sides. `port` is TLS, `plain_port` is not."""

    program = "nginx"

    def __init__(self, directory: pathlib.Path, certificate: pathlib.Path,
                 client_ca: pathlib.Path | None = None):
        super().__init__(directory)
        self.plain_port = processes.free_port()
        self.certificate = certificate
        self.client_ca = client_ca

    def command(self) -> list:
        file = self.directory / "nginx.conf"
        file.write_text(self.settings())
        return [find("nginx"), "-p", self.directory, "-c", file, "-e", self.directory / "log"]

    def settings(self) -> str:
        verify = "" if self.client_ca is None else (
            f"ssl_verify_client on; ssl_client_certificate {self.client_ca}; ssl_verify_depth 4;")
        scratch = "\n".join(f"  {name}_temp_path {self.directory}/{name};" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""daemon off;
worker_processes 1;
worker_rlimit_nofile {CONNECTIONS_MAX + 1000};
pid {self.directory}/pid;
events {{ worker_connections {CONNECTIONS_MAX}; multi_accept on; }}
http {{
{scratch}
  access_log off;
  server_tokens off;
  tcp_nodelay on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  ssl_protocols TLSv1.3;
  ssl_session_cache off;
  ssl_session_tickets off;
  ssl_conf_command NumTickets 0;
  server {{
    listen 127.0.0.1:{self.port} ssl backlog=8192;
    listen 127.0.0.1:{self.plain_port} backlog=8192;
    ssl_certificate {self.certificate};
    ssl_certificate_key {self.certificate};
    {verify}
    location / {{ return 204; }}
  }}
}}
"""


class Mosquitto(Peer):
    """A broker on TLS with a password for every user; nothing of it is kept on disk."""

    program = "mosquitto"

    def __init__(self, directory: pathlib.Path, certificate: pathlib.Path,
                 users: Iterable[str] = (), password: str = "bench-password"):
        super().__init__(directory)
        self.certificate = certificate
        self.password_file = directory / "password"
        self.password_file.write_text(password + "\n")
        self._is_hashed = False
        self._users = directory / "users"
        self._users.touch(mode=0o600)
        self._users.write_text("".join(f"{user}:{password}\n" for user in users))

    def command(self) -> list:
        program = find("mosquitto")
        if not self._is_hashed:  # its tool hashes in place, and again what is hashed already
            processes.run([find("mosquitto_passwd"), "-U", self._users])
            self._is_hashed = True
        file = self.directory / "mosquitto.conf"
        file.write_text(self.settings())
        return [program, "-c", file]

    def environment(self) -> dict[str, str]:
        file = self.directory / "openssl.cnf"
        file.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                        "system_default = defaults\n[defaults]\nNumTickets = 0\n")
        return {"OPENSSL_CONF": str(file)}

    def settings(self) -> str:
        return f"""listener {self.port} 127.0.0.1
certfile {self.certificate}
keyfile {self.certificate}
tls_version tlsv1.3
password_file {self._users}
allow_anonymous false
persistence false
set_tcp_nodelay true
max_connections -1
max_queued_messages 1000
user root
log_type error
"""


def versions() -> dict[str, str]:
    """Of the peers that are here."""
    found = {}
    for program, flag in (("nginx", "-v"), ("mosquitto", "-h")):
        try:
            done = subprocess.run([find(program), flag], capture_output=True, text=True,
                                  timeout=20)
        except (PeerError, OSError, subprocess.TimeoutExpired):
            continue
        match = re.search(r"\d+\.\d+[\w.-]*", done.stdout + done.stderr)
        found[program] = match.group(0) if match else "?"
    return found
