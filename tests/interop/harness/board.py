"""The board in docs/conformance.md: one generated table between two markers.

Rows are sorted and hold no dates, so that a run that changes nothing leaves no diff. What people
saw by hand is in a table of its own behind the second marker, which nothing here touches.
"""

from .suite import PASSED, Row

BEGIN = "<!-- board:begin (written by tests/interop/run.py --write-board) -->"
END = "<!-- board:end -->"

_HEADER = ("Client", "Version", "Attestation", "Transport", "Case", "Result")
_MARKS = {"passed": "✅ passed", "failed": "❌ failed", "skipped": "➖ skipped"}
_RESULTS = {mark: result for result, mark in _MARKS.items()}


class BoardError(Exception):
    """The page cannot be read as a board."""


_ATTESTATIONS = {"individual": "symmetric key, individual", "group": "symmetric key, group"}
_KINDS = {text: kind for kind, text in _ATTESTATIONS.items()}


def _cells(row):
    attestation = _ATTESTATIONS.get(row.attestation, row.attestation)
    return (row.client, row.version, attestation, row.transport, row.case, _MARKS[row.result])


def _row(cells):
    client, version, attestation, transport, case, mark = cells
    attestation = _KINDS.get(attestation, attestation)
    return Row(client, version, attestation, transport, case, _RESULTS[mark])


def table(rows):
    """The rows as a Markdown table, in the order given."""
    lines = ["| " + " | ".join(_HEADER) + " |", "|" + "---|" * len(_HEADER)]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def read(text):
    """The rows of the page's table."""
    try:
        body = text.split(BEGIN, 1)[1].split(END, 1)[0]
    except IndexError as error:
        raise BoardError("the page has no board between its markers") from error
    rows = []
    for line in body.splitlines():
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        if len(cells) != len(_HEADER) or cells == _HEADER or set(cells[0]) <= {"-"}:
            continue
        rows.append(_row(cells))
    return rows


def merge(old, new):
    """`new` replaces every old row of the clients it speaks of; the order is a fixed one."""
    ran = {row.client for row in new}
    kept = [row for row in old if row.client not in ran]
    by_client = sorted(kept + list(new), key=lambda row: row.client.lower())
    return by_client


def write(text, rows):
    """The page with its table replaced."""
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    return f"{head}{BEGIN}\n{table(rows)}\n{END}{tail}"


def _identity(row):
    return (row.client, row.version, row.attestation, row.transport, row.case)


def disagreements(committed, rows):
    """How the committed board differs from what ran; clients that did not run are not compared."""
    ran = {row.client for row in rows}
    claimed = {_identity(row) for row in committed if row.client in ran}
    seen = {_identity(row) for row in rows}
    found = [f"ran, but not on the board: {' / '.join(row)}" for row in sorted(seen - claimed)]
    found += [
        f"on the board, but did not run: {' / '.join(row)}" for row in sorted(claimed - seen)
    ]
    green = {_identity(row) for row in committed if row.result == PASSED}
    stale = [row for row in rows if row.result == PASSED and _identity(row) in claimed - green]
    found += [
        f"passes now, but is not green on the board: {' / '.join(_identity(row))}" for row in stale
    ]
    return found
