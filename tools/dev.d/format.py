#!/usr/bin/env python3
"""clang-format on every C++ file of the checkout: checks, or with --write formats."""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    tool = next(filter(None, (shutil.which(f"clang-format-{v}") for v in range(16, 20))), None)
    if not tool:
        sys.exit("format: no clang-format-16 or newer: ./dev setup test")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others",
         "--exclude-standard", "*.cc", "*.h"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    files = [path for path in listed if (ROOT / path).is_file()]
    mode = ["-i"] if "--write" in sys.argv else ["--dry-run", "-Werror"]
    done = subprocess.run([tool, *mode, *files], cwd=ROOT, capture_output=True, text=True)
    bad = sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})
    for path in bad:
        print(f"format: {path} (./dev fmt mends it)")
    print(f"{len(files) - len(bad)} passed, {len(bad)} failed, 0 skipped")
    return 1 if bad or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
