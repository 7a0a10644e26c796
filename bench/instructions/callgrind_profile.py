"""What callgrind wrote of one phase: instructions by function and by library.

Only what is needed of the format (valgrind manual, "Callgrind Format Specification"): names are
given once and then by number; a line after `calls=` is what the callee cost, any other line that
begins with a position is the function's own cost.
"""

import collections
import dataclasses
import pathlib
import re

_NAME = re.compile(r"^(fn|cfn|ob|cob)=\((\d+)\)(?: (.*))?$")
_POSITION = "0123456789+-*"
_WRAPPER_SHARE = 0.9


@dataclasses.dataclass
class Profile:
    phase: str = ""
    total: int = 0
    own: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    inclusive: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    libraries: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    # function -> what its callees cost, by function
    callees: dict = dataclasses.field(default_factory=dict)

    def of_ours(self, count: int) -> list[tuple[str, int]]:
        """The dearest of our own functions with all they call, those left out that do little more
        than call another of ours."""
        def is_ours(name: str) -> bool:
            return "berth::" in name and "berth::bench" not in name and "asio::" not in name

        def is_wrapper(name: str) -> bool:
            called = max((cost for callee, cost in self.callees.get(name, {}).items()
                          if is_ours(callee)), default=0)
            return called > _WRAPPER_SHARE * self.inclusive[name]

        found = [(name, cost) for name, cost in self.inclusive.most_common()
                 if is_ours(name) and not is_wrapper(name)]
        return found[:count]


def read(path: pathlib.Path) -> Profile:
    names: dict[tuple[str, str], str] = {}
    profile = Profile()
    function = callee = library = ""
    is_call = False
    for line in path.read_text(errors="replace").splitlines():
        if named := _NAME.match(line):
            kind, number, name = named.groups()
            table = kind.removeprefix("c")
            if name:
                names[table, number] = name
            name = names[table, number]
            if kind == "fn":
                function = name
            elif kind == "cfn":
                callee = name
            elif kind == "ob":
                library = name
        elif line.startswith("calls="):
            is_call = True
        elif line and line[0] in _POSITION:
            cost = int(line.split()[-1])
            profile.inclusive[function] += cost
            if is_call:
                profile.callees.setdefault(function, collections.Counter())[callee] += cost
                is_call = False
                continue
            profile.own[function] += cost
            profile.libraries[pathlib.Path(library).name] += cost
        elif line.startswith("desc: Trigger: Client Request: "):
            profile.phase = line.rpartition(": ")[2]
    profile.total = sum(profile.own.values())
    return profile


def short(name: str, width: int = 84) -> str:
    """Without template arguments, parameters and what the compiler adds."""
    name = name.replace("(anonymous namespace)", "{}").replace("operator()", "operator{}")
    kept, depth = "", 0
    for character in name:
        if character in "<(":
            depth += 1
        if depth == 0:
            kept += character
        if character in ">)":
            depth = max(0, depth - 1)
    kept = kept.replace("{}", "").replace("::::", "::").replace("[clone .resume]", "")
    kept = re.sub(r"\[abi:\w+\]| const\b", "", kept).strip()
    kept = kept.rpartition(" ")[2] if " " in kept else kept
    return kept if len(kept) <= width else kept[:width - 1] + "…"
