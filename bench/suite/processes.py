"""Servers that the suite starts: each is ended by its process id when the suite ends, also by
Ctrl-C or SIGTERM, and never outlives it."""

import atexit
import contextlib
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

READY_SECONDS = 120
STOP_SECONDS = 30
LOG_LINES = 15

_running: list["Process"] = []


class ProcessError(Exception):
    """A program did not start, or did not do what it was started for; the text says which."""


class Process:
    """A server in the background; what it prints goes to `log`."""

    def __init__(self, command: list[str], log: pathlib.Path, environment: dict | None = None):
        self.name = pathlib.Path(command[0]).name
        self.log = log
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=os.environ | (environment or {}))
        _running.append(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """Of the process and of its children, such as the worker of nginx."""
        return [self.pid, *children(self.pid)]

    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = READY_SECONDS):
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running():
                raise ProcessError(f"{self.name} ended with {self._process.returncode}: "
                                   + self.log_end())
            if time.monotonic() > deadline:
                raise ProcessError(f"{self.name} was not ready after {seconds} s: "
                                   + self.log_end())
            time.sleep(0.02)

    def stop(self) -> int:
        """SIGTERM, and SIGKILL when that does nothing; the exit code."""
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self in _running:
            _running.remove(self)
        return self._process.returncode

    def log_end(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LOG_LINES:])


def stop_all():
    for process in reversed(_running[:]):
        process.stop()


def end_with_us():
    """Every server ends when this program does, however it does short of SIGKILL."""
    atexit.register(stop_all)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell has it ignored
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))


def run(command: list, seconds: float = 120, **options) -> str:
    """What a program printed; ProcessError with its complaint when it failed."""
    words = [str(word) for word in command]
    name = " ".join([pathlib.Path(words[0]).name, *words[1:3]])
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds,
                              stdin=None if "input" in options else subprocess.DEVNULL, **options)
    except FileNotFoundError as error:
        raise ProcessError(f"{words[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ProcessError(f"{name}: not done after {seconds} s") from error
    if done.returncode != 0:
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ProcessError(f"{name}: exit code {done.returncode}: " + " ".join(complaint[-3:]))
    return done.stdout


def children(pid: int) -> list[int]:
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in (task / "children").read_text().split()]
    return sorted(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def raise_file_limit() -> int:
    """Every server needs a descriptor for each connection, and so does the load."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
