"""The table on the screen, and docs/performance.md and docs/performance.json.

The JSON file holds every case with the machine and commit it was measured on; a run of some cases
replaces theirs and leaves the others. The page is made from it and from performance_text.md, whose
marks such as `<!-- table -->` it fills.
"""

import json
import pathlib

from case import Case, Row
from goals import GOALS, MISSED, number

SUITE = pathlib.Path(__file__).resolve().parent
TEXT = SUITE / "performance_text.md"
DOCS = SUITE.parents[1] / "docs"
PAGE = DOCS / "performance.md"
DATA = DOCS / "performance.json"
NOT_MEASURED, FAILED = "not measured", "failed"
NO_FIGURES = "Not measured yet."
KEPT_OF_RUN = ("count", "done", "seconds", "operations_per_second", "connects", "polls",
               "cpu_seconds", "latency_us", "request_latency_us", "handshake_us", "memory")


# -- from cases to data


def row_data(row: Row) -> dict:
    data = {"key": row.key, "value": tidy(row.value), "low": tidy(row.low), "high": tidy(row.high),
            "count": row.count, "goal": row.goal.text, "verdict": row.verdict}
    if row.ours is not None:
        data["ours"] = tidy(row.ours)
    if row.peer is not None:
        data["peer"] = tidy(row.peer)
    if row.notes:
        data["notes"] = list(row.notes)
    return data


def case_data(case: Case, rows: list[Row], around: dict) -> dict:
    """`around`: the machine, its load, the disk and the time."""
    return around | {
        "title": case.title,
        "ours_does": case.ours_does,
        "peer": case.peer_name,
        "peer_does": case.peer_does,
        "rows": [row_data(row) for row in rows],
        "latencies_us": {who: {name: tidy(value) for name, value in table.items()}
                         for who, table in case.latencies.items()},
        "samples": [shortened(sample) for sample in case.samples],
        "details": case.details,
    }


def shortened(sample: dict) -> dict:
    """A pair without what no reader needs of what fleet_bench printed."""
    return {side: {name: run[name] for name in KEPT_OF_RUN if name in run}
            if isinstance(run, dict) and "cpu_seconds" in run else run
            for side, run in sample.items()}


def tidy(value: float) -> float:
    """Five digits: more were not measured."""
    return float(f"{value:.5g}")


# -- the table


HEADINGS = ("case", "goal", "value", "spread", "Berth", "peer", "verdict")


def table_rows(cases: dict[str, dict]) -> list[tuple[str, ...]]:
    found = []
    for name, data in cases.items():
        if "why" in data:
            found.append((name, "", "", "", "", "", f"{data['outcome']}: {data['why']}"))
        found += [printed_row(row) for row in data.get("rows", ())]
    return found


def printed_row(row: dict) -> tuple[str, ...]:
    goal = GOALS[row["key"]]
    spread = f"{number(row['low'])} – {number(row['high'])}" if row["count"] > 1 else ""
    is_ratio = "peer" in row
    return (row["key"], goal.text, goal.shown(row["value"]), spread,
            with_unit(row["ours"], goal.absolute) if is_ratio else "",
            with_unit(row["peer"], goal.absolute) if is_ratio else "", row["verdict"])


def with_unit(value: float, unit: str) -> str:
    return f"{number(value)} {unit}"


def screen_table(cases: dict[str, dict]) -> str:
    rows = [HEADINGS, *table_rows(cases)]
    # A sentence in the last column, and a row that is only that, widen nothing.
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


# -- the page


def page_table(cases: dict[str, dict]) -> str:
    rows = []
    for name, data in cases.items():
        if "why" in data:
            rows.append((f"`{name}`", data["title"], "", "", "", "",
                         f"{data['outcome']}: {data['why']}"))
        for row in data.get("rows", ()):
            goal = GOALS[row["key"]]
            cells = printed_row(row)
            value = cells[2] + (f" ({cells[3]})" if cells[3] else "")
            verdict = f"**{row['verdict']}**" if row["verdict"] == MISSED else row["verdict"]
            what = goal.what + (f"; beside {goal.against}" if goal.against else "")
            rows.append((f"`{row['key']}`", what, cells[1], value, cells[4], cells[5], verdict))
    return markdown(("row", "what", "goal", "median (spread)", "Berth", "peer", "verdict"), rows)


def page_latencies(cases: dict[str, dict]) -> str:
    rows = []
    for name, data in cases.items():
        for who, table in data.get("latencies_us", {}).items():
            rows.append((f"`{name}`", who, *(milliseconds(table.get(part))
                                             for part in ("p50", "p99", "p999"))))
    return markdown(("case", "server", "p50", "p99", "p99.9"), rows)


def milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value / 1000:,.2f} ms"


def page_sides(cases: dict[str, dict]) -> str:
    rows = [(f"`{name}`", data["ours_does"],
             f"{data['peer']}: {data['peer_does']}" if data["peer_does"] else "")
            for name, data in cases.items() if data.get("ours_does")]
    return markdown(("case", "Berth", "peer"), rows)


def page_notes(cases: dict[str, dict]) -> str:
    lines = [f"* `{row['key']}`: {note}" for data in cases.values()
             for row in data.get("rows", ()) for note in row.get("notes", ())]
    return "\n".join(lines) or "None."


def page_pieces(cases: dict[str, dict]) -> str:
    found = cases.get("micro", {}).get("details", {}).get("nanoseconds", {})
    rows = [(f"`{name.removesuffix('/process_time')}`", f"{number(time / 1000)} µs")
            for name, time in found.items()]
    return markdown(("piece", "processor time of one"), rows) if rows else NO_FIGURES


def page_instructions(cases: dict[str, dict]) -> str:
    found = cases.get("instructions", {}).get("details", {}).get("phases", {})
    rows = [(f"`{name}`", *(f"{phase[part]:,.0f}" if part in phase else "" for part in
                            ("instructions", "allocations", "allocated_bytes")))
            for name, phase in found.items()]
    return (markdown(("operation", "instructions", "allocations", "bytes allocated"), rows)
            if rows else NO_FIGURES)


def page_machine(cases: dict[str, dict]) -> str:
    """One paragraph for each machine and commit; most often there is one."""
    groups: dict[str, list[str]] = {}
    for name, data in cases.items():
        if "machine" in data:
            groups.setdefault(machine_sentence(data["machine"]), []).append(name)
    busy = [name for name, data in cases.items() if data.get("load", {}).get("is_busy")]
    lines = []
    for sentence, names in groups.items():
        lines.append(("" if len(groups) == 1 else ", ".join(f"`{name}`" for name in names) + ": ")
                     + sentence)
    disks = [data["disk"] for data in cases.values() if "disk" in data]
    if disks:
        low, high = (pick(disk["p50_us"] for disk in disks) for pick in (min, max))
        worst = max(disk["p99_us"] for disk in disks)
        lines.append(f"Disk, {disks[0]['count']} appends of 4 KiB with fdatasync before each run: "
                     f"p50 {low:,} to {high:,} µs, p99 up to {worst:,} µs.")
    if busy:
        lines.append("The machine had other work when these began, so trust their ratios less: "
                     + ", ".join(f"`{name}`" for name in busy) + ".")
    return "\n\n".join(lines)


def machine_sentence(machine: dict) -> str:
    peers = ", ".join(f"{name} {version}" for name, version in machine["peers"].items())
    kind = "virtual cores" if machine["virtual"] else "cores"
    return (f"{machine['cores']} {kind} of {machine['processor']}, {machine['memory_gib']} GiB, "
            f"{machine['system']}, Linux {machine['kernel']}, {machine['file_system']}; "
            f"OpenSSL {machine['openssl']}, {machine['compiler']}; {peers}; Berth at commit "
            f"{machine['commit']}.")


def page(text: str, cases: dict[str, dict]) -> str:
    for name, part in (("machine", page_machine), ("table", page_table), ("notes", page_notes),
                       ("latencies", page_latencies), ("sides", page_sides),
                       ("pieces", page_pieces), ("instructions", page_instructions)):
        mark = f"<!-- {name} -->"
        if mark not in text:
            raise ValueError(f"{TEXT.name} has no {mark}")
        text = text.replace(mark, part(cases))
    return text


def merged(old: dict[str, dict], new: dict[str, dict], order: list[str]) -> dict[str, dict]:
    """What was measured now in the place of what was, in the order of the cases."""
    both = old | new
    return {name: both[name] for name in order if name in both}


def write(new: dict[str, dict], order: list[str]):
    old = json.loads(DATA.read_text())["cases"] if DATA.exists() else {}
    cases = merged(old, new, order)
    DATA.write_text(json.dumps({"cases": cases}, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(TEXT.read_text(), cases))
