#!/usr/bin/env python3
"""Takes a picture of each page of the console, light and dark, wide and narrow.

tests/console/screenshots.py                  into build/console/pictures
tests/console/screenshots.py --out DIR        elsewhere
tests/console/screenshots.py --readme         the two that stand in README.md, into docs/images
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
README = {"overview-light": "console-overview.png", "credentials-code-light": "console-code.png"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "console" / "pictures")
    parser.add_argument("--berth", type=Path, default=ROOT / "build" / "release" / "berth")
    parser.add_argument("--readme", action="store_true", help="also write docs/images")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(HERE / "run.py"), "--pictures", str(options.out)]
    done = subprocess.run([*command, "--berth", str(options.berth)], check=False)
    if done.returncode != 0:
        return done.returncode
    if options.readme:
        images = ROOT / "docs" / "images"
        images.mkdir(parents=True, exist_ok=True)
        for picture, name in README.items():
            shutil.copy(options.out / f"{picture}.png", images / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
