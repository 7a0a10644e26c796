#!/usr/bin/env python3
"""The web console in a real browser, against a real server; see README.md beside it.

tests/console/run.py                 install what is missing, run every story
tests/console/run.py --setup         only install, and say what
tests/console/run.py --only NAME     stories whose name begins so (may be given more than once)
tests/console/run.py --keep DIR      pictures of what failed go there; build/console/failed
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ENTRY = Path(__file__).resolve()
HERE = ENTRY.parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from harness import clients, namespace, server  # noqa: E402

HOME = ROOT / "build" / "console"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DEFAULT_BERTH = ROOT / "build" / "release" / "berth"
MANIFESTS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 900
STORIES_SECONDS = 1500
SKIPPED = 77


def say(text):
    print(f"console: {text}", flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--setup", action="store_true", help="install what is needed, then stop")
    parser.add_argument("--only", action="append", default=[], help="stories that begin so")
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    parser.add_argument("--keep", type=Path, default=HOME / "failed", help="pictures of failures")
    parser.add_argument("--pictures", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--inside", metavar="DIRECTORY", help=argparse.SUPPRESS)
    parser.add_argument("--probe", metavar="DIRECTORY", help=argparse.SUPPRESS)
    return parser.parse_args()


def browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install():
    """The packages of package.json, and the SDK that plays the device."""
    HOME.mkdir(parents=True, exist_ok=True)
    stamp = HOME / "installed"
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in MANIFESTS)).hexdigest()
    if not stamp.exists() or stamp.read_text("ascii") != wanted:
        for name in MANIFESTS:
            shutil.copy(HERE / name, HOME)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        say("installing the packages of tests/console/package.json (npm)")
        done = subprocess.run(
            ["npm", "ci", *quiet],
            cwd=HOME,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise clients.InstallError(done.stdout + done.stderr)
        stamp.write_text(wanted, "ascii")
    clients.BUILD.mkdir(parents=True, exist_ok=True)
    clients.install(next(each for each in clients.CLIENTS if each.name == "node"))


def plan(options, berth, directory):
    """All that the scripts need to know."""
    return {
        "url": f"https://{namespace.HOST}",
        "otherUrl": f"https://{namespace.SECOND_HOST}",
        "host": namespace.HOST,
        "berth": berth.program,
        "data": str(berth.data),
        "directory": str(directory),
        "chromium": browser(),
        "only": options.only,
        "keep": str(options.keep),
        "pictures": str(options.pictures) if options.pictures else None,
        "node": shutil.which("node"),
        "sdk": str(clients.BUILD / "node" / "node_modules"),
    }


def inside(options):
    """In a network of its own: a server, and the scripts that drive the browser."""
    directory = Path(options.inside)
    namespace.enter(directory)
    berth = server.Berth(options.berth, directory)
    berth.start()
    environment = dict(os.environ, NODE_PATH=str(HOME / "node_modules"))
    try:
        told = subprocess.run(
            ["node", str(HERE / "main.js")],
            input=json.dumps(plan(options, berth, directory)),
            text=True,
            env=environment,
            timeout=STORIES_SECONDS,
            check=False,
        )
        code = told.returncode
    except subprocess.TimeoutExpired:
        say(f"failed: the stories took more than {STORIES_SECONDS} s")
        code = 1
    wrong = berth.stop()
    if wrong is not None:
        say(f"failed: {wrong}")
        code = 1
    return code


def main():
    options = arguments()
    if options.probe:
        namespace.probe(options.probe)
        return 0
    if options.inside:
        return inside(options)
    if browser() is None:
        say("skipped: there is no Chromium here (apt-get install chromium)")
        return SKIPPED
    try:
        install()
    except clients.Unreachable as error:
        say(f"skipped: the package registry cannot be reached ({error})")
        return SKIPPED
    if options.setup:
        return 0
    with tempfile.TemporaryDirectory(prefix="berth-console-") as directory:
        prefix, reason = namespace.wrapper(ENTRY, directory)
        if prefix is None:
            say(f"skipped: {reason}")
            return SKIPPED
        command = [*prefix, sys.executable, str(ENTRY), "--inside", directory]
        command += ["--berth", str(options.berth.resolve()), "--keep", str(options.keep.resolve())]
        for name in options.only:
            command += ["--only", name]
        if options.pictures:
            command += ["--pictures", str(options.pictures.resolve())]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
