"""A network of its own for each suite.

The SDKs cannot be told another port than 443 or 8883, some of them 80 and 1883, so each suite gets
a user, network and mount namespace: nobody's ports are touched, no root is needed, and the suites
can run side by side.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

HOST = "berth.test"  # .test is reserved: it never resolves outside the namespace
SECOND_HOST = "second.berth.test"  # of a second hub of the same server

_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
_PROBE_SECONDS = 20

_AS_USER = ("unshare", "--user", "--map-root-user", "--net", "--mount")
_AS_ROOT = ("unshare", "--net", "--mount")


def _loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))


def enter(directory):
    """Finishes the namespace from inside: loopback up, HOST known (a hosts file in `directory`)."""
    _loopback_up()
    hosts = Path(directory) / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST} {SECOND_HOST}\n", encoding="ascii")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)


def know(directory, *names):
    """From now on these names mean 127.0.0.1, too; `directory` is what enter() was given."""
    with open(Path(directory) / "hosts", "a", encoding="ascii") as hosts:
        hosts.writelines(f"127.0.0.1 {name}\n" for name in names)


def probe(directory):
    """Run inside a fresh namespace: proves that everything a suite needs is allowed there."""
    enter(directory)
    for port in (80, 443, 1883, 8883):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.bind(("127.0.0.1", port))
    for host in (HOST, SECOND_HOST):
        if socket.gethostbyname(host) != "127.0.0.1":
            raise OSError(f"{host} does not resolve to 127.0.0.1 in the namespace")


def wrapper(entry, directory):
    """The command prefix that runs a program in a fresh namespace: (prefix, None) or (None, why).

    `entry` is the script that answers `--probe DIRECTORY` by calling probe().
    """
    reasons = []
    candidates = [_AS_USER] + ([_AS_ROOT] if os.geteuid() == 0 else [])
    for prefix in candidates:
        command = [*prefix, sys.executable, str(entry), "--probe", str(directory)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reasons.append(f"{' '.join(prefix)}: {error}")
            continue
        if done.returncode == 0:
            return list(prefix), None
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        reasons.append(f"{' '.join(prefix)}: {said[-1]}")
    return None, "no private network namespace here (" + "; ".join(reasons) + ")"
