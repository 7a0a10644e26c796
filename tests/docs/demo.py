#!/usr/bin/env python3
"""Runs ./dev demo and compares what it prints with what README.md shows.

That is the ```text blocks with the marker <!-- demo -->, in their order, compared as pages.py does:
a "…" stands for anything; times, ids and keys may differ.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import pages  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    done = subprocess.run(["./dev", "demo", "--once"], cwd=ROOT, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    print(done.stdout + done.stderr)
    if done.returncode != 0:
        print(f"demo: exit code {done.returncode}")
        return 1
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    parts = [body for _, _, marker, _, body in pages.blocks(readme) if marker == "demo"]
    if not parts:
        print("demo: README.md must show some of it, in a text block after <!-- demo -->")
        return 1
    shown = ["…"] + [line for body in parts for line in (*body, "…")]
    wrong = pages.difference(shown, done.stdout.splitlines())
    if wrong:
        print(f"demo: README.md shows something else\n{wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
