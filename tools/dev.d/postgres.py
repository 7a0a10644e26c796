#!/usr/bin/env python3
"""Runs a command beside a PostgreSQL of its own, made for it and removed after it.

    tools/dev.d/postgres.py -- build/asan/store_test

The command finds the database in BERTH_TEST_POSTGRES (postgresql://...). The cluster listens on a
free loopback port only; it is not the one Debian's package starts. PostgreSQL refuses to run as
root, so root runs it as the user postgres, in a temporary directory that user can reach.
"""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def programs() -> pathlib.Path:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: float(path.parts[-3]))
    if not found:
        sys.exit("postgres: no initdb in /usr/lib/postgresql: ./dev setup postgres")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command: list, directory: pathlib.Path):
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        log = directory / "log"
        text = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        sys.exit(f"postgres: {command} ended with {done.returncode}\n{done.stderr}\n{text}")


@contextlib.contextmanager
def cluster():
    """Yields the URL of a fresh cluster; stops and removes it on the way out."""
    programs_directory, port, prefix = programs(), free_port(), []
    base = None
    if os.geteuid() == 0:
        prefix = ["runuser", "-u", "postgres", "--"]
    else:
        base = ROOT / "build" / "pg"
        base.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="berth-pg-", dir=base))
    if prefix:
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)
    data = str(directory / "data")
    control = [*prefix, str(programs_directory / "pg_ctl"), "-D", data, "-w", "-t", "60"]
    # The tests ask for correctness, not for power cuts: fsync off keeps them fast.
    options = (f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
               "-c fsync=off -c max_connections=60")
    try:
        run([*prefix, str(programs_directory / "initdb"), "-D", data, "-U", "berth", "-A", "trust",
             "-E", "UTF8", "--locale=C", "--no-sync"], directory)
        run([*control, "-l", str(directory / "log"), "-o", options, "start"], directory)
        try:
            yield f"postgresql://berth@127.0.0.1:{port}/postgres"
        finally:
            run([*control, "-m", "immediate", "stop"], directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main() -> int:
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]
    if not command:
        sys.exit(__doc__)
    with cluster() as url:
        print(f"postgres: {url}", flush=True)
        return subprocess.run(command, env=os.environ | {"BERTH_TEST_POSTGRES": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
