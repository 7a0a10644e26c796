"""The checkout as the rules see it: paths, texts, and C++ with its comments and strings removed.

A Tree can be made from the real checkout or from a dictionary of samples, so that every rule can be
shown to fail on a bad one.
"""

import dataclasses
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPP = (".h", ".cc")
_BINARY = (".png", ".ico", ".woff2", ".gz", ".der", ".db", ".jpg")


def _blank(text: str) -> str:
    """The same shape (line breaks kept), nothing to read."""
    return re.sub(r"[^\n]", " ", text)


_TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    first_line: int
    last_line: int
    parameters: int
    nesting: int

    @property
    def length(self) -> int:
        return self.last_line - self.first_line + 1


class SourceFile:
    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text

    @property
    def is_cpp(self) -> bool:
        return self.path.endswith(CPP)

    @property
    def is_test(self) -> bool:
        return "/tests/" in self.path or self.path.startswith("tests/")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @functools.cached_property
    def without_comments(self) -> str:
        def replace(match):
            token = match.group(0)
            return _blank(token) if token.startswith(("//", "/*")) else token

        return _TOKEN.sub(replace, self.text)

    @functools.cached_property
    def code(self) -> str:
        """Comments, strings and character literals blanked."""
        return _TOKEN.sub(lambda match: _blank(match.group(0)), self.text)

    @functools.cached_property
    def strings(self) -> list[tuple[int, str]]:
        """(line, literal) of each string literal, include lines left out."""
        found = []
        for match in _TOKEN.finditer(self.text):
            token = match.group(0)
            if not token.startswith(('"', "R")):
                continue
            start = self.text.rfind("\n", 0, match.start()) + 1
            if not self.text[start : match.start()].lstrip().startswith("#include"):
                found.append((self.line_of(match.start()), token))
        return found

    @functools.cached_property
    def includes(self) -> list[tuple[int, str, bool]]:
        """(line, header, quoted) of each include."""
        found = []
        for number, line in enumerate(self.without_comments.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                found.append((number, match.group(2), match.group(1) == '"'))
        return found

    @functools.cached_property
    def functions(self) -> list[Function]:
        return find_functions(self.code)

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def search(self, pattern: str, text: str | None = None, flags: int = 0):
        """(line, matched text) of every match in the blanked code, or in the text given."""
        text = self.code if text is None else text
        for match in re.finditer(pattern, text, flags):
            yield text.count("\n", 0, match.start()) + 1, match.group(0).strip()


class Tree:
    def __init__(self, files: dict[str, str], pictures: tuple[str, ...] = ()):
        self.files = [SourceFile(path, text) for path, text in sorted(files.items())]
        self.pictures = pictures  # and whatever else is no text

    @classmethod
    def of_checkout(cls, root: pathlib.Path = ROOT) -> "Tree":
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            cwd=root, check=True, capture_output=True, text=True,
        ).stdout.split("\0")
        files, pictures = {}, []
        for path in filter(None, listed):
            full = root / path
            if not full.is_file() or full.is_symlink():
                continue
            if path.endswith(_BINARY):
                pictures.append(path)
            else:
                files[path] = full.read_text(encoding="utf-8", errors="replace")
        return cls(files, tuple(pictures))

    def get(self, path: str) -> SourceFile | None:
        return next((file for file in self.files if file.path == path), None)

    def cpp(self, *roots: str):
        roots = roots or ("src/", "device/", "factory/", "bench/", "tests/")
        return [f for f in self.files if f.is_cpp and f.path.startswith(tuple(roots))]

    def under(self, *prefixes: str):
        return [f for f in self.files if f.path.startswith(prefixes)]


_CONTROL = re.compile(r"^\s*(?:\}\s*)?(?:else\b|if\b|for\b|while\b|switch\b|do\b|try\b|catch\b)")


def _kind(head: str, inside: str) -> str:
    """What the brace after `head` opens, when the enclosing brace is of kind `inside`."""
    flat = re.sub(r"^\s*(?:#[^\n]*\n\s*)+", "", head).strip()
    if inside in ("function", "control", "block", "initialiser"):
        return "control" if _CONTROL.match(flat) else "block"
    if re.match(r"(inline\s+)?namespace\b|extern\b\s*$", flat):
        return "scope"
    without_template = re.sub(r"^template\s*<.*?>\s*(?=class|struct|union|[A-Za-z])", "", flat,
                              flags=re.DOTALL)
    if re.match(r"(typedef\s+)?(class|struct|union|enum)\b", without_template) and not re.search(
            r"\)\s*(const|noexcept|override|final|\s)*$", flat):
        return "scope"
    if "(" not in flat or flat.count("(") != flat.count(")") or flat.endswith("="):
        return "block"
    if re.search(r"\)\s*(noexcept\s*)?:(?!:)", flat) and re.search(r"[\w>]$", flat):
        return "initialiser"  # of a member, in a constructor's list: the head goes on after it
    return "function"


def _parameters(head: str) -> tuple[str, int]:
    """(name, number of parameters) of a function's head."""
    match = re.search(r"(operator\s*\(\s*\)|operator\s*[^\s\w(]+|~?[A-Za-z_][\w:~]*)\s*\(", head)
    if not match:
        return "?", 0
    depth, angle, count, seen = 1, 0, 0, False
    for character in head[match.end():]:
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                break
        elif character == "<":
            angle += 1
        elif character == ">":
            angle = max(0, angle - 1)
        elif character == "," and depth == 1 and angle == 0:
            count += 1
        if not character.isspace():
            seen = True
    return match.group(1), count + 1 if seen else 0


def find_functions(code: str) -> list[Function]:
    """Function definitions of C++ text whose comments and strings are blanked."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m.group(0)), code,
                  flags=re.MULTILINE)
    found, stack, head_start = [], [], 0
    open_parentheses = [0]  # of each open brace: `for (;;)` has semicolons that end nothing
    for match in re.finditer(r"[{};()]|\b(?:public|private|protected)\s*:", code):
        token, at = match.group(0), match.start()
        inside = stack[-1][0] if stack else "scope"
        if token in "()":
            open_parentheses[-1] += 1 if token == "(" else -1
        elif token == "{":
            open_parentheses.append(0)
            head = code[head_start:at]
            kind = _kind(head, inside)
            if kind == "function":
                start = head_start + len(head) - len(head.lstrip())
                stack.append((kind, code.count("\n", 0, start) + 1, *_parameters(head), [0]))
            else:
                stack.append((kind,))
            if kind == "control":
                depth = sum(entry[0] == "control" for entry in stack)
                for entry in stack:
                    if entry[0] == "function":
                        entry[4][0] = max(entry[4][0], depth)
            if kind != "initialiser":
                head_start = at + 1
        elif token == "}":
            if stack:
                open_parentheses.pop()
                entry = stack.pop()
                if entry[0] == "function":
                    last = code.count("\n", 0, at) + 1
                    found.append(Function(entry[2], entry[1], last, entry[3], entry[4][0]))
                if entry[0] == "initialiser":
                    continue
            head_start = at + 1
        elif open_parentheses[-1] <= 0:
            head_start = match.end()
    return found

