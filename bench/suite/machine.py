"""The machine a figure was measured on, what its disk does meanwhile, and how busy it was."""

import os
import pathlib
import platform
import re
import subprocess
import time

import pairs

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBE_COUNT = 200
PROBE_BYTES = 4096
BUSY_PER_CORE = 0.5  # a load average above it makes figures doubtful


def first_match(pattern: str, text: str, otherwise: str = "unknown") -> str:
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1).strip() if match else otherwise


def printed(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=ROOT,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr if done.returncode == 0 else ""


def read(path: str | pathlib.Path) -> str:
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""


def file_system(directory: pathlib.Path) -> str:
    """The type of the file system that the stores are on."""
    best = ("", "unknown")
    for line in read("/proc/mounts").splitlines():
        words = line.split()
        place = words[1].rstrip("/")
        if (str(directory) + "/").startswith(place + "/") and len(place) >= len(best[0]):
            best = (place, words[2])
    return best[1]


def compiler(build: pathlib.Path) -> str:
    path = first_match(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", read(build / "CMakeCache.txt"), "")
    version = printed(path, "--version").splitlines() if path else []
    return version[0].strip() if version else "unknown"


def commit() -> str:
    """What was measured; `changed` when the checkout differs from its commit."""
    name = printed("git", "rev-parse", "--short=12", "HEAD").strip() or "unknown"
    return name + (" (changed)" if printed("git", "status", "--porcelain").strip() else "")


def facts(build: pathlib.Path, directory: pathlib.Path, versions: dict[str, str]) -> dict:
    memory = first_match(r"^MemTotal:\s*(\d+)", read("/proc/meminfo"), "0")
    hypervisor = first_match(r"^flags\s*:.*\b(hypervisor)\b", read("/proc/cpuinfo"), "")
    return {
        "processor": first_match(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "virtual": bool(hypervisor),
        "memory_gib": round(int(memory) / 1048576, 1),
        "kernel": platform.release(),
        "system": first_match(r'^PRETTY_NAME="?([^"\n]+)', read("/etc/os-release")),
        "file_system": file_system(directory),
        "openssl": first_match(r"^OpenSSL (\S+)", printed("openssl", "version")),
        "compiler": compiler(build),
        "commit": commit(),
        "peers": versions,
    }


def load() -> dict:
    """How busy the machine is before a case begins."""
    one, five, _ = os.getloadavg()
    return {"one_minute": round(one, 2), "five_minutes": round(five, 2),
            "is_busy": one > BUSY_PER_CORE * len(os.sched_getaffinity(0))}


def disk_probe(directory: pathlib.Path, count: int = PROBE_COUNT) -> dict:
    """Appends of 4 KiB, each synced as a store syncs its log: microseconds."""
    path = directory / "probe"
    taken = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(count):
            began = time.perf_counter()
            os.write(descriptor, b"\0" * PROBE_BYTES)
            os.fdatasync(descriptor)
            taken.append((time.perf_counter() - began) * 1e6)
    finally:
        os.close(descriptor)
        path.unlink()
    return {"count": count, "bytes": PROBE_BYTES, "p50_us": round(pairs.median(taken)),
            "p99_us": round(pairs.percentile(taken, 0.99))}
