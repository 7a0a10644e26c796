"""Instructions and allocations of one registration, against recorded figures: bench/instructions.

More than the recorded figure and its tolerance is a failure, not a missed goal: it is repeatable,
so the program has become dearer. `bench/instructions/count.py --record` says that it is meant to.
"""

import pathlib
import sys

from case import Case, Row

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "instructions"))

import count  # noqa: E402

PROFILED = ("symmetric-register", "symmetric-poll")


class Regression(Exception):
    """An operation costs more instructions than recorded."""


class Instructions(Case):
    name = "instructions"
    title = "instructions and allocations of one operation, without sockets and TLS"
    programs = ("instructions_bench",)
    ours_does = "counted by callgrind, one operation after the other, so that each has a commit"

    def run(self, world) -> list[Row]:
        counts = count.Counts(world.program("instructions_bench"), world.place("count"), world.say)
        allocated = counts.allocations()
        now, then = counts.instructions(), count.recorded()
        for phase in PROFILED:
            world.say("\n".join(count.profile_lines(counts.profiles[phase])))
        self.details = {"phases": {phase: {"instructions": each, **allocated[phase]}
                                   for phase, each in now.items()},
                        "recorded": then}
        wrong = count.compare(now, then)
        if wrong:
            raise Regression("; ".join(wrong))
        exact = [phase for phase in now if phase not in count.TOLERANCES]
        worst = max(exact, key=lambda phase: now[phase] / then["phases"][phase]["instructions"])
        return [Row.ratio("instructions", [now[worst]],
                          [then["phases"][worst]["instructions"]], f"the worst is {worst}"),
                Row.absolute("instructions-register", [now["symmetric-register"]]),
                Row.absolute("allocations-register",
                             [allocated["symmetric-register"]["allocations"]],
                             f"{allocated['symmetric-register']['allocated_bytes']:,} bytes"),
                Row.absolute("allocations-poll", [allocated["symmetric-poll"]["allocations"]],
                             f"{allocated['symmetric-poll']['allocated_bytes']:,} bytes")]
