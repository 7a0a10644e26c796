#!/usr/bin/env python3
"""Runs a vendor's CloudPlugs libraries, unmodified, against Berth; CI only says their transcripts.

tests/interop/cloudplugs_by_hand.py --js DIR --java DIR --c DIR --python DIR --php DIR
tests/interop/cloudplugs_by_hand.py --js DIR --record    also write cloudplugs/recorded/js.json

Each DIR is a checkout of that library, of which nothing is changed; name any of them. Berth runs
in a network of its own, listens there on 80 and 1883 as well, and is fresh. Each program in
cloudplugs/clients/ prints a line for every case. What it wants is in README.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import namespace, things, transcripts
from harness.server import Berth, BerthError

ENTRY = Path(__file__).resolve()
HERE = ENTRY.parent / "cloudplugs"
DEFAULT_BERTH = ENTRY.parent.parent.parent / "build" / "release" / "berth"
_SECONDS = 600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    for library in things.LIBRARIES:
        parser.add_argument(f"--{library}", type=Path, help="checkout of the library")
    parser.add_argument("--python2", default="python2.7", help="for rest-python")
    parser.add_argument("--revision", action="append", default=[], help="LIBRARY=COMMIT")
    parser.add_argument("--record", action="store_true", help="write transcripts")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--probe", metavar="DIRECTORY", help=argparse.SUPPRESS)
    return parser.parse_args()


def build_java(library, out):
    trees = [library / "src" / part for part in ("com", "org")]
    sources = [str(path) for tree in trees for path in tree.rglob("*.java")]
    program = str(HERE / "clients" / "java" / "Client.java")
    quiet = ["-nowarn", "-encoding", "UTF-8"]
    subprocess.run(["javac", *quiet, "-d", str(out), *sources, program], check=True)
    return ["java", "-cp", str(out), "Client"]


def build_c(library, out):
    sources = [str(library / "src" / f"cp_{part}.c") for part in ("internals", "rest")]
    program = str(HERE / "clients" / "c" / "client.c")
    command = ["gcc", "-w", "-I", str(library / "src"), "-o", str(out / "client"), program]
    subprocess.run([*command, *sources, "-lcurl"], check=True)
    return [str(out / "client")]


def command(library, options, out):
    """What runs the client program."""
    tree, program = getattr(options, library).resolve(), HERE / "clients" / library
    if library == "java":
        return build_java(tree, out)
    if library == "c":
        return build_c(tree, out)
    run = {
        "js": ["node", program / "client.js"],
        "python": [options.python2, program / "client.py"],
        "php": ["php", program / "client.php"],
    }[library]
    return [*map(str, run), str(tree)]


def run(library, options, directory):
    """Runs one client program; True when every case passed."""
    out = directory / library
    out.mkdir()
    program = command(library, options, out)
    recorder = transcripts.Recorder(("127.0.0.1", 80))
    host = f"127.0.0.1:{recorder.port}"
    parts = [*program, f"http://{host}", things.MODEL, library]
    print(f"{library}:", flush=True)
    done = subprocess.run(parts, cwd=out, timeout=_SECONDS, check=False)
    if options.record:
        revisions = dict(each.split("=", 1) for each in options.revision)
        about = {"library": f"cloudplugs/rest-{library}", "revision": revisions.get(library, "?")}
        told = transcripts.transcript(recorder.exchanges, host, about)
        path = HERE / "recorded" / f"{library}.json"
        path.write_text(transcripts.dumps(told), encoding="utf-8")
    print(f"{library}: {'every case passed' if done.returncode == 0 else 'not all passed'}")
    return done.returncode == 0


def inside(options):
    """In the namespace: the server, the serials, the client programs; the exit code."""
    directory = Path(options.inside)
    namespace.enter(directory)
    berth = Berth(options.berth, directory, plain_hosts=(namespace.HOST,))
    good = []
    try:
        berth.start()
        things.make(berth, things.of_libraries())
        chosen = [library for library in things.LIBRARIES if getattr(options, library)]
        good = [run(library, options, directory) for library in chosen]
    except (BerthError, OSError, subprocess.SubprocessError) as error:
        good = [False]
        print(f"by hand: {error}", flush=True)
    finally:
        ending = berth.stop()
    if ending:
        print(f"by hand: {ending}", flush=True)
    return int(not all(good) or bool(ending))


def main():
    options = arguments()
    if options.probe:
        namespace.probe(options.probe)
        return 0
    if options.inside:
        return inside(options)
    with tempfile.TemporaryDirectory(prefix="berth-cloudplugs-") as directory:
        prefix, reason = namespace.wrapper(ENTRY, directory)
        if prefix is None:
            print(f"by hand: {reason}", flush=True)
            return 2
        again = [sys.executable, str(ENTRY), "--inside", directory, *sys.argv[1:]]
        return subprocess.run([*prefix, *again], env=dict(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
