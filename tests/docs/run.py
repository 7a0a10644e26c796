#!/usr/bin/env python3
"""Runs the commands that README.md and docs/ show against a live server (pages.py has the marks).

Each page gets a server of its own on free loopback ports, an empty working directory and one shell
session: variables set in one block are there in the next. `berth` is build/release/berth and finds
the server by BERTH_DATA; "localhost:8443" and "DIR/" in a command mean that server and its data.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import pages  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_SECONDS = 30
COMMAND_SECONDS = 120


class Server:
    def __init__(self, program: pathlib.Path, directory: pathlib.Path):
        self.data, self.log = directory / "data", directory / "server.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--data", self.data, "--host", "localhost", "--https-port", "0",
                 "--mqtt-port", "0", "--http-port", "0", "--mqtt-plain-port", "0"],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.url = self.wait()

    def wait(self) -> str:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, urllib.error.URLError):
                url = (self.data / "url").read_text().strip()
                trust = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
                with urllib.request.urlopen(f"{url}/readyz", context=trust, timeout=5) as answer:
                    if answer.status == 200:
                        return url
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the server did not come up:\n{self.log.read_text(errors='replace')}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Shell:
    """A session of separate bash runs that hand on their variables and their directory."""

    def __init__(self, directory: pathlib.Path, server: Server, program: pathlib.Path):
        self.server, self.state = server, directory / "state"
        self.home = directory / "home"
        tools = directory / "bin"
        for made in (self.home, tools):
            made.mkdir()
        (tools / "berth").symlink_to(program)
        keep = {name: value for name, value in os.environ.items()
                if name in ("LANG", "LC_ALL", "TERM", "USER", "TMPDIR")}
        self.environment = keep | {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(self.home),
            "BERTH_DATA": str(server.data), "LC_ALL": "C.UTF-8"}
        self.state.write_text(f"cd {self.home}\n")

    def run(self, text: str) -> tuple[int, str]:
        where = self.server.url.removeprefix("https://")
        text = text.replace("https://localhost:8443", self.server.url)
        text = text.replace("localhost:8443", where).replace("DIR/", f"{self.server.data}/")
        script = (f"source {self.state}\nset -aeu\n"
                  f"trap '{{ export -p; declare -f; echo \"cd $(printf %q \"$PWD\")\"; }} "
                  f">{self.state}' EXIT\n{text}\n")
        done = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True,
                              text=True, timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr


def run_page(page: pathlib.Path, program: pathlib.Path) -> tuple[int, list[str]]:
    """(commands that passed, what went wrong)."""
    name = page.relative_to(ROOT)
    try:
        commands = pages.commands(page.read_text(encoding="utf-8"))
    except pages.PageError as error:
        return 0, [f"{name}: {error}"]
    if not commands:
        return 0, []
    with tempfile.TemporaryDirectory(prefix="berth-docs-") as made:
        directory = pathlib.Path(made)
        try:
            server = Server(program, directory)
        except RuntimeError as error:
            return 0, [f"{name}: {error}"]
        try:
            shell = Shell(directory, server, program)
            for done, command in enumerate(commands):
                code, printed = shell.run(command.text)
                wrong = None
                if code != command.code:
                    wrong = f"exit code {code}, expected {command.code}"
                elif command.shown is not None:
                    wrong = pages.difference(command.shown, printed.splitlines())
                if wrong:
                    return done, [f"{name}:{command.line}: {command.text}\n{wrong}\n--- printed\n"
                                  f"{printed}--- the commands after it were not run"]
        finally:
            server.stop()
    return len(commands), []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", type=pathlib.Path, help="default: README.md, docs/**")
    parser.add_argument("--berth", type=pathlib.Path, default=ROOT / "build/release/berth")
    options = parser.parse_args()
    if not options.berth.exists():
        print(f"docs: {options.berth} is missing: ./dev build release", file=sys.stderr)
        return 2
    suite = unittest.defaultTestLoader.loadTestsFromName("test_pages")
    checked = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    passed, wrong = 0, ["the runner fails its own tests"] if not checked.wasSuccessful() else []
    chosen = options.pages or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in chosen:
        good, bad = run_page(page.resolve(), options.berth.resolve())
        passed += good
        wrong += bad
        if good or bad:
            print(f"docs: {page.resolve().relative_to(ROOT)}: {good} commands passed"
                  + (", then FAILED" if bad else ""), flush=True)
    for text in wrong:
        print(text)
    if not passed and not wrong and not options.pages:
        wrong.append("no page has a tested command")
        print(f"docs: {wrong[-1]}")
    print(f"{passed} passed, {len(wrong)} failed, 0 skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
