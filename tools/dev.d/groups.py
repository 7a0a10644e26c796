"""The test groups of ./dev test, as a table. A new group is one entry here.

A group is a command with an exit code: 0 passed, 77 skipped, anything else failed. If its output
holds "N passed, N failed, N skipped" (or GoogleTest's or unittest's summary) the counts are taken
from there, else the group counts as one test.
"""

import dataclasses
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUZZ_SMOKE_SECONDS = 5


@dataclasses.dataclass(frozen=True)
class Group:
    name: str
    what: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()  # steps that must have passed
    lists: tuple[str, ...] = ()  # package lists beside "build"
    quick: bool = False  # part of --quick
    full: bool = True    # part of a run without --quick
    limit_seconds: int = 600
    is_step: bool = False  # a preparation: not counted unless it fails
    needs_file: str = ""   # an entry point that must exist
    environment: tuple[tuple[str, str], ...] = ()


def _fixed_addresses() -> tuple[str, ...]:
    """Sanitizers of Clang 16 cannot place their shadow where newer kernels randomise widely."""
    tool = shutil.which("setarch")
    if tool and subprocess.run([tool, "-R", "true"], capture_output=True).returncode == 0:
        return (tool, "-R")
    return ()


def _symbolizer() -> str:
    return next(filter(None, (shutil.which(f"llvm-symbolizer-{v}") for v in range(16, 20))), "")


FIXED = _fixed_addresses()
SANITIZERS = (
    ("ASAN_OPTIONS", "detect_stack_use_after_return=1:strict_string_checks=1"),
    ("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1"),
    ("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1"),
    ("ASAN_SYMBOLIZER_PATH", _symbolizer()),
    ("TSAN_SYMBOLIZER_PATH", _symbolizer()),
    ("GTEST_BRIEF", "1"),
)


def ctest(preset: str, *arguments: str) -> tuple[str, ...]:
    return (*FIXED, "ctest", "--test-dir", f"build/{preset}", "-V", "-j2", "--no-tests=error",
            *arguments)


def python(*arguments: str) -> tuple[str, ...]:
    return ("python3", *arguments)


GROUPS = [
    Group("release", "build what users run", ("./dev", "build", "release"),
          quick=True, limit_seconds=3600, is_step=True),
    Group("architecture", "rules of the house",
          python("-m", "unittest", "discover", "-s", "tests/architecture"), quick=True),
    Group("bench", "what ./dev bench does with figures",
          python("-m", "unittest", "discover", "-s", "bench/suite/tests"), quick=True),
    Group("web", "types, lint and tests of the web console", ("./dev", "web"), quick=True),
    Group("format", "clang-format", python("tools/dev.d/format.py"), lists=("test",), quick=True),
    Group("sdks", "install the vendor SDKs", python("tests/interop/run.py", "--setup"),
          lists=("interop",), is_step=True, needs_file="tests/interop/run.py"),
    Group("asan", "build the unit tests and fuzz targets with ASan and UBSan",
          ("./dev", "build", "asan"), after=("release",), lists=("test",), quick=True,
          limit_seconds=3600, is_step=True),
    Group("faults", "every catalogued fault: vendor's error out, right cause in",
          python("tests/faults/run.py"), after=("release",), quick=True,
          needs_file="tests/faults/run.py"),
    Group("interop", "vendor SDKs, unmodified", python("tests/interop/run.py"),
          after=("release", "sdks"), lists=("interop",), limit_seconds=1200,
          needs_file="tests/interop/run.py"),
    Group("console", "the web console in a real browser: stories, policy, accessibility",
          python("tests/console/run.py"), after=("release", "sdks"), lists=("interop", "console"),
          limit_seconds=1800, needs_file="tests/console/run.py"),
    Group("crash", "killed at random points: nothing lost, nothing doubled",
          python("tests/crash/run.py"), after=("release",), limit_seconds=900,
          needs_file="tests/crash/run.py"),
    Group("live", "the live stream against a real server",
          python("tests/faults/live.py"), after=("release",)),
    Group("demo", "./dev demo prints what README.md shows", python("tests/docs/demo.py"),
          after=("release",)),
    Group("docs", "commands in README.md and docs/", python("tests/docs/run.py"),
          after=("release",)),
    Group("store", "the store's tests and its conformance suite on SQLite and PostgreSQL",
          python("tools/dev.d/postgres.py", "--", *FIXED, "build/asan/store_test"),
          after=("asan",), lists=("test", "postgres"), environment=SANITIZERS),
    Group("store-sqlite", "the same without PostgreSQL", ctest("asan", "-R", "^store$"),
          after=("asan",), lists=("test",), quick=True, full=False, environment=SANITIZERS),
    Group("units", "unit tests of the other rooms under ASan and UBSan",
          ctest("asan", "-E", "^store$"), after=("asan",), lists=("test",), quick=True,
          environment=SANITIZERS),
    Group("fuzz", f"each fuzz target: its corpus, then {FUZZ_SMOKE_SECONDS} s",
          (*FIXED, *python("tools/dev.d/fuzz.py", "--build", "build/asan", "--seconds",
                           str(FUZZ_SMOKE_SECONDS))),
          after=("asan",), lists=("test",), environment=SANITIZERS),
]

TSAN_GROUPS = [
    Group("tsan-build", "build the unit tests with TSan", ("./dev", "build", "tsan"),
          lists=("test",), limit_seconds=3600, is_step=True),
    Group("tsan-store", "the store's tests under TSan, on SQLite and PostgreSQL",
          python("tools/dev.d/postgres.py", "--", *FIXED, "build/tsan/store_test"),
          after=("tsan-build",), lists=("test", "postgres"), limit_seconds=1200,
          environment=SANITIZERS),
    Group("tsan-units", "unit tests of the other rooms under TSan", ctest("tsan", "-E", "^store$"),
          after=("tsan-build",), lists=("test",), limit_seconds=1200, environment=SANITIZERS),
]
