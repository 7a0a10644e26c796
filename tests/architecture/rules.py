"""The rules of the house, as tables. A new room is one line in ROOMS; a new rule is one function
with @rule and one pair of samples in samples.py (a rule without samples fails the suite)."""

import re
from typing import Callable, NamedTuple

from source_tree import SourceFile, Tree

# --------------------------------------------------------------------------------------------------
# Who may include whom: docs/ARCHITECTURE.md, "Rooms". "x/ports" allows that folder of x alone.
# "*" is every room of the server; a room always sees itself. CMakeLists.txt must agree.

ROOMS = {
    "base": "",
    "crypto": "base",
    "qr": "base",
    "domain": "base",
    "wire": "base",
    "mqtt": "base wire",
    "config": "base",
    "provisioning": "base domain",
    "management": "base domain provisioning/ports hub/ports",
    "hub": "base domain",
    "attestation": "base crypto domain provisioning/ports hub/ports",
    "allocation": "base crypto domain provisioning/ports",
    "issuing": "base crypto domain provisioning/ports",
    "connectors": "base crypto domain provisioning/ports net",
    "sinks": "base crypto domain hub/ports net",
    "store": "base crypto domain provisioning/ports management/ports hub/ports",
    "dialects": "base crypto domain wire qr",
    "net": "base crypto wire mqtt",
    "app": "* config",
    "device": "base crypto wire mqtt",
    "factory": "base crypto",
    "cli": "base config device factory qr",
}
SERVER_ROOMS = [room for room in ROOMS if room not in ("app", "cli", "device", "factory")]
MAIN = "base config app cli"  # what src/main.cc may include

# Parts of a room that may not see each other: one vendor's folder, one driver, one connector.
SEPARATE_PARTS = ("dialects", "store", "connectors", "sinks")
SHARED_PARTS = {"store": ("sql", "conformance"), "dialects": ("azure",), "connectors": (),
                "sinks": ()}

# Third-party headers and the only places that may name them. First match wins.
LIBRARY_HOMES = [
    (r"boost/beast.*", ("src/net/",)),
    (r"boost/asio/awaitable\.hpp",
     ("src/base/task.h", "src/net/", "src/store/", "src/app/", "device/")),
    (r"boost/asio.*", ("src/net/", "src/store/", "src/app/", "src/base/tests/", "device/")),
    (r"boost/json.*", ("src/crypto/", "src/domain/", "src/hub/", "src/sinks/", "src/management/",
                       "src/dialects/", "src/store/", "src/app/",
                       "src/cli/", "src/config/", "device/", "factory/", "tests/", "bench/")),
    (r"boost/.*", ("src/", "device/")),
    (r"openssl/.*", ("src/crypto/", "src/net/", "device/", "factory/", "bench/")),
    (r"argon2\.h", ("src/crypto/",)),
    (r"qrencode\.h|png\.h", ("src/qr/",)),
    (r"tss2/.*", ("device/",)),
    (r"cbor\.h", ("factory/",)),
    (r"p11-kit/.*", ("factory/",)),
    (r"sqlite3.*", ("src/store/sqlite/", "src/store/tests/", "tests/crash/")),
    (r"rocksdb/.*", ("src/store/rocksdb/",)),
    (r"libpq.*|postgresql/.*", ("src/store/postgres/",)),
    (r"curl/.*", ("src/cli/",)),
    (r"CLI/.*", ("src/cli/",)),
    (r"toml\+\+.*", ("src/config/",)),
    (r"prometheus/.*", ("src/app/",)),
    (r"spdlog/.*", ("src/base/log.cc",)),
    (r"tl/expected\.hpp", ("src/base/result.h",)),
    (r"benchmark/.*", ("bench/",)),
]
BEAST_FILES_MAX = 4

# --------------------------------------------------------------------------------------------------
# Words that may not appear in code (comments and strings do not count), and where they may.

BANNED_WORDS = [
    (r"\b(?:system|steady|high_resolution)_clock\s*::\s*now\b|\bClock::now\s*\(|\bgettimeofday\b"
     r"|\bclock_gettime\b|\bstd::time\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)",
     ("src/base/clock.cc",), "take a base::Clock"),
    (r"\brandom_device\b|\bmt19937|\bs?rand\s*\(|\bRAND_bytes\b|\bgetrandom\b|\barc4random",
     ("src/base/rng.cc",), "take a base::Rng"),
    (r"\bsleep_(?:for|until)\b|\bu?sleep\s*\(|\bnanosleep\b", (), "wait on a timer or a condition"),
    (r"\b(?:secure_)?getenv\b|\benviron\b",
     ("src/base/", "src/config/", "src/cli/", "src/app/", "src/main.cc", "/tests/"),
     "take configuration in the constructor"),
    (r"\bmemcmp\b|\bstrn?cmp\b|\bCRYPTO_memcmp\b", ("src/base/secret.cc", "src/crypto/"),
     "use Secret::equals or equal_constant_time for secrets, == for the rest"),
    (r"\bstd::(?:cout|cerr|clog)\b|\bf?printf\s*\(|\bputs\s*\(",
     ("src/cli/", "src/app/", "src/main.cc", "src/base/check.cc", "device/", "factory/", "bench/",
      "tests/", "/tests/", "/conformance/"),
     "log through base/log.h"),
    (r"\busing\s+namespace\b(?!\s+std::(?:chrono_)?\w*literals)", ("tests/", "/tests/"),
     "name what you use"),
    (r"(?<![\w.>:])system\s*\(|\bpopen\s*\(|\bstd::system\b", (), "no shell is ever started"),
    (r"\bexit\s*\(|\bquick_exit\b", ("src/main.cc", "src/cli/", "bench/", "tests/"),
     "return an Error"),
    (r"\bthread_local\b", ("src/crypto/", "src/store/", "src/base/", "src/net/"),
     "pass the state; one thread may serve several cores in a simulation"),
    (r"\bcatch\s*\(\s*\.\.\.\s*\)",
     ("src/net/", "src/app/", "src/store/", "src/main.cc", "src/base/", "/tests/"),
     "exceptions stop at three fences: the connection loop, the job loop and main"),
    (r"\bstd::(?:unique_ptr|shared_ptr)\s*<\s*(?:const\s+)?Secret\b|\bstd::string\s+\w*"
     r"(?:secret|password|private_key)\w*\s*[;={]",
     ("/tests/", "tests/", "src/base/secret.h"), "keep secrets in base::Secret"),
]

VENDOR_WORDS = r"(?i)(?:azure|tencent|cloudplugs|alibaba|iot_?central|(?<![a-z])dps(?![a-z]))"
VENDOR_HOMES = ("src/dialects/", "src/app/registry", "device/", "tests/", "/tests/")

# In the whole checkout. Built from halves so that this file does not contain them.
UNFINISHED = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|[Nn]ot impl" r"emented|[Uu]nimpl" r"emented)\b")
MACHINE = re.compile(
    r"/(?:wor" r"k|far" r"m)/|(?:^|[^a-z])(?:deb\.deb" r"ian|registry\.np" r"mjs|pypi\.o" r"rg"
    r"|proxy\.gol" r"ang|repo1?\.ma" r"ven|crates\.i" r"o)", re.MULTILINE)
PROSE_EXEMPT = ("LICENSE", "package-lock.json")

COLUMNS_MAX = 100
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
CASE_LABEL = re.compile(r"\s*case [\w:]+:\s*$")
PARAMETERS_MAX = 5
NESTING_MAX = 3
BANNER_LINES = range(2, 31)

# --------------------------------------------------------------------------------------------------


class Finding(NamedTuple):
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class Rule(NamedTuple):
    name: str
    why: str
    check: Callable[[Tree], list[Finding]]


RULES: dict[str, Rule] = {}


def rule(why: str):
    def register(check):
        name = check.__name__.replace("_", "-")
        RULES[name] = Rule(name, why, lambda tree: list(check(tree)))
        return check

    return register


def in_place(path: str, places) -> bool:
    """A place is a prefix of the path, or, when it begins with a slash, any part of it."""
    return any(place in path if place.startswith("/") else path.startswith(place)
               for place in places)


def room_of(path: str) -> str | None:
    match = re.match(r"(?:src/(\w+)/|(device|factory)/)", path)
    return (match.group(1) or match.group(2)) if match else None


def allowed_rooms(room: str) -> list[str]:
    words = ROOMS.get(room, "").split()
    return [r for word in words for r in (SERVER_ROOMS if word == "*" else [word])]


# --------------------------------------------------------------------------------------------------
# Rooms and includes


@rule("a room includes only the rooms the table in docs/ARCHITECTURE.md gives it")
def includes(tree: Tree):
    for file in tree.cpp("src/", "device/", "factory/"):
        room = room_of(file.path)
        allowed = MAIN.split() if file.path == "src/main.cc" else allowed_rooms(room or "")
        for line, header, quoted in file.includes:
            target = header.split("/")[0]
            if not quoted or target == room or (room == "device" and target == "berth"):
                continue
            if target == "berth" and "device" in allowed:
                continue  # the public headers of device/include
            if not any(header.startswith(place + "/") for place in allowed):
                yield Finding(file.path, line, f'room {room or "main"} may not include "{header}"')


@rule("quoted includes are written from src/ (or the root, for device and factory) and exist")
def include_paths(tree: Tree):
    paths = {file.path for file in tree.files}
    for file in tree.cpp("src/", "device/", "factory/"):
        for line, header, quoted in file.includes:
            homes = (f"src/{header}", header, f"device/include/{header}")
            if quoted and (".." in header or not any(home in paths for home in homes)):
                yield Finding(file.path, line, f'"{header}" is not a header of ours')


@rule("one vendor, driver, connector or sink does not see another")
def separate_parts(tree: Tree):
    for file in tree.cpp("src/"):
        parts = file.path.split("/")
        if len(parts) < 4 or parts[1] not in SEPARATE_PARTS or parts[2] == "tests":
            continue
        shared = SHARED_PARTS[parts[1]] + (parts[2], "tests")
        if parts[2] in SHARED_PARTS[parts[1]] and not file.is_test:
            shared = SHARED_PARTS[parts[1]]
        for line, header, quoted in file.includes:
            target = header.split("/")
            if quoted and target[0] == parts[1] and len(target) > 2 and target[1] not in shared:
                yield Finding(file.path, line, f'{parts[2]} may not include "{header}"')


@rule("each third-party library is named only in its home")
def library_homes(tree: Tree):
    for file in tree.cpp("src/", "device/", "factory/"):
        for line, header, quoted in file.includes:
            home = next((h for pattern, h in LIBRARY_HOMES
                         if not quoted and re.fullmatch(pattern, header)), None)
            if home is not None and not in_place(file.path, home):
                yield Finding(file.path, line, f"<{header}> belongs in {', '.join(home)}")


@rule("Beast costs ten seconds of compile time a file: it stays in a few .cc files of net")
def beast_files(tree: Tree):
    users = [file.path for file in tree.cpp("src/", "device/")
             if any(header.startswith("boost/beast") for _, header, _ in file.includes)
             and not file.is_test]
    for path in users:
        if path.startswith("src/net/") and path.endswith(".h"):
            yield Finding(path, 1, "a header that includes Beast spreads it")
    for path in users[BEAST_FILES_MAX:]:
        yield Finding(path, 1, f"the {BEAST_FILES_MAX + 1}th file that includes Beast: {users}")


@rule("CMakeLists.txt links what the include table allows, and nothing more")
def cmake_agrees(tree: Tree):
    cmake = tree.get("CMakeLists.txt")
    if cmake is None:
        return
    text = re.sub(r"#[^\n]*", "", cmake.text)
    for match in re.finditer(r"berth_room\((\w+)([^)]*)\)", text):
        room, line = match.group(1), cmake.line_of(match.start())
        if room not in ROOMS:
            yield Finding(cmake.path, line, f"room {room} is not in tests/architecture/rules.py")
            continue
        deps = re.search(r"\bDEPS\s+([\w\s]*?)(?=\s*(?:LIBS|FOLDERS|TEST_FOLDERS|ROOT)\b|\s*$)",
                         match.group(2))
        allowed = {word.split("/")[0] for word in allowed_rooms(room)}
        for dep in (deps.group(1).split() if deps else []):
            if dep not in allowed:
                yield Finding(cmake.path, line, f"{room} links {dep}, which it may not include")


@rule("every folder of src/ is a room of the table, and docs/ARCHITECTURE.md describes it")
def rooms_are_known(tree: Tree):
    page = tree.get("docs/ARCHITECTURE.md")
    rooms = {}
    for file in tree.cpp("src/", "device/", "factory/"):
        if room_of(file.path):
            rooms.setdefault(room_of(file.path), file.path)
    for room, path in rooms.items():
        if room not in ROOMS:
            yield Finding(path, 1, f"room {room} is not in tests/architecture/rules.py")
        if page is None or f"`{room}/`" not in page.text:
            yield Finding(path, 1, f"docs/ARCHITECTURE.md has no row for `{room}/`")


@rule("vendors exist in dialects, device, app/registry, docs and tests; elsewhere meanings do")
def vendor_names(tree: Tree):
    for file in tree.cpp("src/", "factory/"):
        if in_place(file.path, VENDOR_HOMES):
            continue
        for line, word in file.search(VENDOR_WORDS, file.without_comments):
            yield Finding(file.path, line, f"'{word}' is a vendor's name")


@rule("SQL is written in store/ and nowhere else")
def sql_in_store(tree: Tree):
    pattern = (r"\b(?:SELECT\s+[\w*(].*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s"
               r"|DELETE\s+FROM\s)")
    for file in tree.cpp("src/", "device/", "factory/"):
        if file.path.startswith("src/store/"):
            continue
        for line, literal in file.strings:
            if re.search(pattern, literal):
                yield Finding(file.path, line, "SQL outside src/store")


# --------------------------------------------------------------------------------------------------
# Words and statements


@rule("time, randomness, environment and waiting are injected; secrets are compared in one way")
def banned_words(tree: Tree):
    for file in tree.cpp():
        for pattern, places, instead in BANNED_WORDS:
            if in_place(file.path, places):
                continue
            for line, word in file.search(pattern):
                yield Finding(file.path, line, f"'{word}': {instead}")


def conditions(statement: str):
    """The text in the parentheses of each if, while and switch; the rest if one stays open."""
    for match in re.finditer(r"\b(?:if|while|switch)\s*\(", statement):
        depth, end = 1, match.end()
        while end < len(statement) and depth:
            depth += {"(": 1, ")": -1}.get(statement[end], 0)
            end += 1
        yield statement[match.end():end]


@rule("one co_await a statement, never in a condition, a ternary or a brace list")
def one_await(tree: Tree):
    for file in tree.cpp("src/", "device/"):
        for match in re.finditer(r"[^;{}]*\bco_await\b[^;{}]*", file.code):
            statement, start = match.group(0), match.start()
            line = file.line_of(start + statement.index("co_await"))
            before = file.code[:start].rstrip()
            if statement.count("co_await") > 1:
                yield Finding(file.path, line, "two co_await in one statement")
            elif any("co_await" in condition for condition in conditions(statement)):
                yield Finding(file.path, line, "co_await in a condition: name the result first")
            elif re.search(r"\?[^:]*\bco_await\b|\bco_await\b.*\?", statement, re.DOTALL):
                yield Finding(file.path, line, "co_await beside ?: : use if")
            elif before.endswith("{") and re.search(r"[\w>=,(]\s*\{$", before) and not re.search(
                    r"\b(?:else|do|try|noexcept|const|override)\s*\{$|>\s*\{$", before):
                yield Finding(file.path, line, "co_await in a brace list: await first, build after")


@rule("a lambda that captures is never itself a coroutine: its captures die before it does")
def capturing_coroutines(tree: Tree):
    pattern = r"\[[^\]\[]+\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*(?:mutable\s*)?->\s*" \
              r"(?:\w+::)*(?:Task|awaitable)\b"
    for file in tree.cpp("src/", "device/"):
        for line, _ in file.search(pattern):
            yield Finding(file.path, line, "capturing lambda coroutine: use a function")


@rule("nothing in the tree is left for later")
def unfinished(tree: Tree):
    for file in tree.files:
        if file.path not in PROSE_EXEMPT and not file.path.endswith("package-lock.json"):
            for line, word in file.search(UNFINISHED.pattern, file.text):
                yield Finding(file.path, line, f"'{word}'")


@rule("no path of one machine, no registry host")
def machine_paths(tree: Tree):
    for file in tree.files:
        if not file.path.endswith("package-lock.json"):
            for line, word in file.search(MACHINE.pattern, file.text, re.MULTILINE):
                yield Finding(file.path, line, f"'{word}'")


# --------------------------------------------------------------------------------------------------
# Sizes


def _sized(tree: Tree) -> list[SourceFile]:
    return tree.cpp() + [file for file in tree.files
                         if file.path.endswith((".py", ".sh", ".cmake", "CMakeLists.txt"))
                         or file.path == "dev"]


@rule("100 columns")
def columns(tree: Tree):
    for file in _sized(tree):
        for number, text in enumerate(file.lines, 1):
            if len(text) > COLUMNS_MAX and "://" not in text:
                yield Finding(file.path, number, f"{len(text)} columns")


@rule("a file has at most 500 lines")
def file_length(tree: Tree):
    for file in _sized(tree):
        if len(file.lines) > FILE_LINES_MAX:
            yield Finding(file.path, FILE_LINES_MAX, f"{len(file.lines)} lines: split at a seam")


@rule("a function has at most 70 lines")
def function_length(tree: Tree):
    for file in tree.cpp():
        for function in file.functions:
            # A total switch grows with its enum: labels that stand alone are data.
            body = file.lines[function.first_line - 1:function.last_line]
            length = sum(1 for line in body if not CASE_LABEL.match(line))
            if length > FUNCTION_LINES_MAX:
                yield Finding(file.path, function.first_line, f"{function.name} has {length} lines")


@rule("a function has at most 5 parameters")
def parameters(tree: Tree):
    for file in tree.cpp("src/", "device/", "factory/"):
        for function in file.functions:
            if function.parameters > PARAMETERS_MAX:
                yield Finding(file.path, function.first_line,
                              f"{function.name} takes {function.parameters}: use an options struct")


@rule("control statements nest at most 3 deep")
def nesting(tree: Tree):
    for file in tree.cpp("src/", "device/", "factory/"):
        for function in file.functions:
            if function.nesting > NESTING_MAX:
                yield Finding(file.path, function.first_line,
                              f"{function.name} nests {function.nesting} deep")


@rule("a header begins with a banner (what it is, thread rule) and #pragma once")
def headers(tree: Tree):
    for file in tree.cpp("src/", "device/", "factory/"):
        if not file.path.endswith(".h"):
            continue
        banner = 0
        for text in file.lines:
            if not text.startswith("//"):
                break
            banner += 1
        if banner not in BANNER_LINES:
            yield Finding(file.path, 1, f"a banner of {banner} lines; say what the header is")
        if len(file.lines) <= banner or "#pragma once" not in file.lines[banner : banner + 2]:
            yield Finding(file.path, banner + 1, "#pragma once must follow the banner")
