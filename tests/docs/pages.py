"""Finds the shell blocks of a Markdown page and compares what they print with what the page shows.

A marker in the line before a fence says what a block is:

    <!-- test -->                    run it; it must exit 0
    <!-- test: exits 1 -->           run it; its last command must exit 1
    <!-- no test: REASON -->         left out, with the reason

Every ```sh and ```console block must have one. A console block is a transcript: lines that begin
with "$ " are commands (a "\\" at the end goes on in the next line), the others what they print.
A ```text block with the marker <!-- output --> is what the sh block before it prints.

Shown output is compared line by line. "…" stands for any text in a line, and alone in a line for
any number of lines. What differs from run to run (times, ids, keys, ports, durations, column
widths) is made equal on both sides first.
"""

import dataclasses
import re

_MARKER = re.compile(r"^<!--\s*(no test|test|output|demo)\s*(?::\s*(.*?))?\s*-->\s*$")
_FENCE = re.compile(r"^(\s*)```(\w*)\s*$")


class PageError(Exception):
    """The page itself is wrong: a marker without a block, a block without a marker."""


@dataclasses.dataclass
class Command:
    line: int
    text: str
    shown: list[str] | None = None  # what it shall print; None: anything
    code: int = 0


def blocks(text: str):
    """(line, language, marker word, marker argument, lines) of each fenced block."""
    lines, marker, number = text.splitlines(), (None, ""), 0
    while number < len(lines):
        line = lines[number]
        if found := _MARKER.match(line.strip()):
            marker = (found.group(1), found.group(2) or "")
        elif fence := _FENCE.match(line):
            start, indent, body = number + 1, len(fence.group(1)), []
            number += 1
            while number < len(lines) and lines[number].strip() != "```":
                body.append(lines[number][indent:])
                number += 1
            yield start, fence.group(2), *marker, body
            marker = (None, "")
        elif line.strip() and marker[0]:
            raise PageError(f"line {number}: a marker must stand right before its block")
        number += 1


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line, language, marker, argument, body in blocks(text):
        if marker == "output":
            if not found:
                raise PageError(f"line {line}: output of what?")
            found[-1].shown = body
        elif language in ("sh", "bash", "shell", "console"):
            if marker is None:
                raise PageError(
                    f"line {line}: mark this block <!-- test --> or <!-- no test: why -->")
            if marker == "no test" and not argument:
                raise PageError(f"line {line}: say why: <!-- no test: why -->")
            if marker == "test":
                code = exit_code(line, argument)
                found += [Command(line, "\n".join(body))] if language != "console" else transcript(
                    line, body)
                found[-1].code = code
        elif marker in ("test", "no test"):
            raise PageError(f"line {line}: only sh and console blocks can be tested")
    return found


def exit_code(line: int, argument: str) -> int:
    if not argument:
        return 0
    if found := re.fullmatch(r"exits (\d+)", argument):
        return int(found.group(1))
    raise PageError(f"line {line}: unknown marker '{argument}': <!-- test: exits 1 -->")


def transcript(line: int, body: list[str]) -> list[Command]:
    made: list[Command] = []
    going_on = False
    for offset, text in enumerate(body):
        if going_on:
            made[-1].text += "\n" + text.removeprefix("> ")
        elif text.startswith("$ "):
            made.append(Command(line + 1 + offset, text[2:], []))
        elif made:
            made[-1].shown.append(text)
        else:
            raise PageError(f"line {line}: a transcript begins with a command: $ …")
        going_on = (going_on or text.startswith("$ ")) and text.endswith("\\")
    if not made:
        raise PageError(f"line {line}: an empty transcript")
    return made


_VARYING = [
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d| UTC)?", "TIME"),
    (r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b", "TIME"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID"),
    (r"\b0ne[0-9A-Fa-f]{8}\b", "SCOPE"),
    (r"(?<![\w+/])[A-Za-z0-9+/]{40,}={0,2}(?![\w+/=])", "KEY"),
    (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", "ID"),
    (r"\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|seconds?|minutes?|min|h)\b", "DURATION"),
    (r"(?<=localhost:)\d+|(?<=127\.0\.0\.1:)\d+|(?<=port )\d+", "PORT"),
    (r"[-─=]{3,}", "---"),
    (r"\s+", " "),
]


def normal(line: str) -> str:
    for pattern, word in _VARYING:
        line = re.sub(pattern, word, line)
    return line.strip()


def difference(shown: list[str], printed: list[str]) -> str | None:
    """What is wrong with the output, or None. The shown lines must all come, in their order."""
    printed = [line for line in printed if line.strip()]
    at, free = 0, False
    for line in (line for line in shown if line.strip()):
        if line.strip() in ("…", "..."):
            free = True
            continue
        wanted = re.compile(".*".join(re.escape(normal(part)).replace(r"\ ", " ?")
                                      for part in line.split("…")))
        while at < len(printed) and not wanted.fullmatch(normal(printed[at])):
            if not free:
                return f"shown: {line}\nprinted: {printed[at]}"
            at += 1
        if at == len(printed):
            return f"shown, but not printed: {line}"
        at, free = at + 1, False
    if at < len(printed) and not free:
        return f"printed, but not shown: {printed[at]}"
    return None
