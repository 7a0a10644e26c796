"""The rules about documents: what they promise exists, and what exists is in them."""

import re

from rules import Finding, rule
from source_tree import SourceFile, Tree


def enumerators(file: SourceFile, name: str) -> list[tuple[int, str]]:
    match = re.search(rf"enum class {name}\b[^{{]*\{{([^}}]*)\}}", file.code)
    if not match:
        return []
    return [(file.line_of(match.start(1) + found.start()), found.group(1))
            for found in re.finditer(r"\bk([A-Z]\w*)", match.group(1))]


def wire_name(enumerator: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", enumerator).lower()


@rule("every Reason and Cause has an entry in docs/reasons.md, and every entry is one")
def reasons_documented(tree: Tree):
    header, page = tree.get("src/domain/reason.h"), tree.get("docs/reasons.md")
    if header is None:
        return
    text = page.text if page else ""
    known = set()
    for enum in ("Reason", "Cause"):
        for line, name in enumerators(header, enum):
            known.add(wire_name(name))
            if name != "None" and f"`{wire_name(name)}`" not in text:
                yield Finding(header.path, line, f"docs/reasons.md has no `{wire_name(name)}`")
    for number, text in enumerate(page.lines if page else [], 1):
        match = re.match(r"#{2,4} `(\w+)`\s*$", text)
        if match and match.group(1) not in known:
            yield Finding(page.path, number, f"`{match.group(1)}` is no Reason and no Cause")


@rule("links and file names in the documents lead somewhere")
def document_links(tree: Tree):
    paths = {file.path for file in tree.files} | set(tree.pictures)
    folders = {path[: i] for path in paths for i, c in enumerate(path) if c == "/"}
    anchors = {file.path: headings(file) for file in tree.files if file.path.endswith(".md")}
    for file in tree.files:
        if not file.path.endswith(".md") or file.is_test:
            continue
        for line, target in links(file):
            path, _, anchor = target.partition("#")
            full = normalise(file.path, path) if path else file.path
            if full not in paths and full.rstrip("/") not in folders:
                yield Finding(file.path, line, f"{target} does not exist")
            elif anchor and full in anchors and anchor not in anchors[full]:
                yield Finding(file.path, line, f"{full} has no heading #{anchor}")
        for line, name in file.search(r"`(?:src|docs|tests|tools|cmake|device|factory)/[\w./-]+`",
                                      file.text):
            name = name.strip("`")
            beside = normalise(file.path, name)
            if "NAME" not in name and not {name.rstrip("/"), beside} & (folders | paths):
                yield Finding(file.path, line, f"`{name}` does not exist")


def links(file: SourceFile):
    text = re.sub(r"^```.*?^```", lambda m: "\n" * m.group(0).count("\n"), file.text,
                  flags=re.DOTALL | re.MULTILINE)
    for match in re.finditer(r"\[[^\]\n]*\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", match.group(1)):
            yield text.count("\n", 0, match.start()) + 1, match.group(1)


def headings(file: SourceFile) -> set[str]:
    return {re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
            for line in file.lines if line.startswith("#")}


def normalise(base: str, path: str) -> str:
    parts = base.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in (".", ""):
            parts.append(part)
    return "/".join(parts)


@rule("the README shows commands of ./dev that exist")
def readme_commands(tree: Tree):
    dev, readme = tree.get("dev"), tree.get("README.md")
    if dev is None or readme is None:
        return
    commands = set(re.findall(r"^\s*([a-z]+)\)\s", dev.text, re.MULTILINE))
    for line, found in readme.search(r"\./dev [a-z]+", readme.text):
        if found.split()[1] not in commands:
            yield Finding(readme.path, line, f"`{found}`: ./dev has no such command")


@rule("docs/dependencies.md names every package that ./dev installs")
def packages_documented(tree: Tree):
    table, page = tree.get("tools/dev.d/packages.txt"), tree.get("docs/dependencies.md")
    for number, line in enumerate(table.lines if table else [], 1):
        words = line.split()
        if len(words) > 1 and not line.startswith("#"):
            package = words[1].split("|")[0]
            if page is None or f"`{package}`" not in page.text:
                yield Finding(table.path, number, f"docs/dependencies.md has no `{package}`")


@rule("docs/config.md has every setting of src/config/keys.cc")
def settings_documented(tree: Tree):
    table, page = tree.get("src/config/keys.cc"), tree.get("docs/config.md")
    if table is None:
        return
    for line, found in table.search(r'^\s*\{"[a-z_.]+",', table.without_comments, re.MULTILINE):
        key = found.strip('{",')
        if page is None or f"`{key}`" not in page.text:
            yield Finding(table.path, line, f"docs/config.md has no `{key}`")
