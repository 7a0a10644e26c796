#!/usr/bin/env python3
"""clang-tidy on the .cc files that differ from the main branch's last commit (or the files named).

Needs the compile commands of build/dev; .clang-tidy has the checks.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def git(*arguments: str) -> list[str]:
    return subprocess.run(["git", "-c", f"safe.directory={ROOT}", *arguments], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout.split()


def changed() -> list[str]:
    """Not yet committed; in a clean tree, the files of the last commit."""
    found = git("diff", "--name-only", "HEAD") + git("ls-files", "--others", "--exclude-standard")
    return found or git("diff-tree", "--no-commit-id", "--name-only", "-r", "HEAD")


def main() -> int:
    tool = next(filter(None, (shutil.which(f"clang-tidy-{v}") for v in range(16, 20))), None)
    if not tool:
        sys.exit("tidy: no clang-tidy-16 or newer: ./dev setup lint")
    files = [path for path in sys.argv[1:] or changed()
             if path.endswith(".cc") and path.startswith(("src/", "device/", "factory/"))
             and (ROOT / path).is_file()]

    def check(path: str) -> tuple[str, bool, str]:
        done = subprocess.run([tool, "-p", "build/dev", "--quiet", path], cwd=ROOT,
                              capture_output=True, text=True)
        return path, done.returncode == 0, done.stdout

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for path, good, text in pool.map(check, files):
            print(f"tidy: {path}: {'clean' if good else 'FAILED'}", flush=True)
            failed += not good
            if not good:
                print(text, flush=True)
    print(f"{len(files) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
