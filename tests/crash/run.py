#!/usr/bin/env python3
"""The crash tests as `./dev test` runs them: a few rounds each. More: the file of each."""

import sys

import codes
import hub
import identity
import kill
import things

ROUNDS = {kill: 5, hub: 6, identity: 4, things: 3, codes: 3}


def main(arguments) -> int:
    counts = [test.outcome(["--rounds", str(number), *arguments])
              for test, number in ROUNDS.items()]
    return kill.finish(*(sum(each) for each in zip(*counts)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
