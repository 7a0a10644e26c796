#!/usr/bin/env python3
"""Runs the fuzz targets of a build: first their corpus (tests/fuzz/corpus/NAME/), then new inputs.

What a target finds stays under build/fuzz/NAME/; a crash is printed with the command that repeats
it. Inputs worth keeping go to tests/fuzz/corpus/NAME/ by hand.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", help="names without fuzz_ (default: all)")
    return parser.parse_args()


def fuzz(program: pathlib.Path, seconds: int) -> tuple[str, bool, str]:
    name = program.name.removeprefix("fuzz_")
    found = ROOT / "build" / "fuzz-found" / name
    found.mkdir(parents=True, exist_ok=True)
    corpus = ROOT / "tests" / "fuzz" / "corpus" / name
    command = [str(program), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
               "-print_final_stats=1", f"-artifact_prefix={found}/", str(found)]
    command += [str(corpus)] if corpus.is_dir() else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace",
                          timeout=seconds + 120, env=os.environ, stdin=subprocess.DEVNULL)
    return name, done.returncode == 0, done.stderr


def main() -> int:
    options = arguments()
    programs = sorted(path for path in options.build.resolve().glob("fuzz_*")
                      if os.access(path, os.X_OK) and path.is_file())
    if options.targets:
        programs = [path for path in programs if path.name.removeprefix("fuzz_") in options.targets]
    if not programs:
        print(f"fuzz: no target in {options.build}", file=sys.stderr)
        return 1
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        for name, good, text in pool.map(lambda path: fuzz(path, options.seconds), programs):
            passed, failed = passed + good, failed + (not good)
            units = next((line.split()[-1] for line in text.splitlines()
                          if "number_of_executed_units" in line), "?")
            print(f"fuzz: {name}: {'clean' if good else 'FAILED'}, {units} inputs", flush=True)
            if not good:
                print("\n".join(text.splitlines()[-60:]), flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
