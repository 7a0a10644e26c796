"""Compiles the files of the web console into the program: embed_console.py DIST OUTPUT.cc

Each file of DIST (what `vite build` made) becomes an entry of berth::app::console_files(): as it
is, and gzipped where that makes it smaller. Without DIST/index.html the table is empty, and the
program says so at /console/. The output depends on the files' content alone.
"""

import gzip
import hashlib
import pathlib
import re
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
PATH = re.compile(r"[A-Za-z0-9_./-]+")
HASHED = re.compile(r"assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+")
LINE_BYTES = 4096

HEAD = """// Generated from the console's files; see cmake/embed_console.py.
#include "app/console_files.h"

#include <array>
#include <string_view>

namespace berth::app {
namespace {

using dialects::console::Asset;
using namespace std::string_view_literals;

"""

TAIL = """
}  // namespace

std::span<const Asset> console_files() { return kFiles; }

}  // namespace berth::app
"""


def literal(data: bytes) -> str:
    """A C++ string literal of any bytes, in lines that a compiler likes."""
    escapes = {value: chr(value) for value in range(0x20, 0x7F)}
    escapes.update({ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?"})
    table = [escapes.get(value, f"\\{value:03o}") for value in range(256)]
    lines = [data[at:at + LINE_BYTES] for at in range(0, len(data), LINE_BYTES)] or [b""]
    return "\n".join('"' + "".join(map(table.__getitem__, line)) + '"' for line in lines)


def zipped(data: bytes) -> bytes:
    smaller = gzip.compress(data, compresslevel=9, mtime=0)
    return smaller if len(smaller) < len(data) * 0.95 else b""


def entry(path: str, data: bytes) -> str:
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix not in TYPES or not PATH.fullmatch(path):
        sys.exit(f"{path}: embed_console.py knows no type for it, or its name needs escapes")
    digest = hashlib.sha256(data).hexdigest()[:32]
    immutable = "true" if HASHED.fullmatch(path) else "false"
    contents = f"{literal(data)}sv,\n{literal(zipped(data))}sv"
    return (f'    Asset{{"{path}", "{TYPES[suffix]}",\n{contents},\n'
            f'          "{digest}", {immutable}}},\n')


def render(files: dict[str, bytes]) -> str:
    if "index.html" not in files:
        return HEAD + "constexpr std::array<Asset, 0> kFiles = {};\n" + TAIL
    entries = "".join(entry(path, data) for path, data in sorted(files.items()))
    return f"{HEAD}constexpr std::array kFiles = {{\n{entries}}};\n{TAIL}"


def main(dist: pathlib.Path, output: pathlib.Path) -> None:
    files = {path.relative_to(dist).as_posix(): path.read_bytes()
             for path in dist.rglob("*") if path.is_file()}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(render(files))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
