#!/usr/bin/env python3
"""The crash tests as `./dev test` runs them: five rounds of kill.py. More: kill.py --rounds 20."""

import sys

import kill

if __name__ == "__main__":
    sys.exit(kill.main(["--rounds", "5", *sys.argv[1:]]))
