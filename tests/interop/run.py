#!/usr/bin/env python3
"""Runs real vendor SDKs, unmodified, against Berth. The one entry; see README.md beside it.

tests/interop/run.py                 install what is missing, run every suite
tests/interop/run.py --setup         only install, and say what
tests/interop/run.py --only node     one suite (may be given more than once)
tests/interop/run.py --write-board   also write the results to docs/conformance.md
"""

import argparse
import concurrent.futures
import fcntl
import os
import sys
import tempfile
import unittest
from pathlib import Path

from harness import (
    board,
    certificate_suite,
    clients,
    codes_suite,
    hub_suite,
    models_suite,
    namespace,
    product_suite,
    suite,
    things_suite,
)

ENTRY = Path(__file__).resolve()
ROOT = ENTRY.parent.parent.parent
PAGE = ROOT / "docs" / "conformance.md"
DEFAULT_BERTH = ROOT / "build" / "release" / "berth"
SUITES_AT_ONCE = 2
BOARD_LINES = 6
ACTS = {
    "provisioning": suite.provision,
    "hub": hub_suite.run,
    "certificate": certificate_suite.run,
    "product": product_suite.run,
    "things": things_suite.run,
    "codes": codes_suite.run,
    "models": models_suite.run,
}


def arguments():
    names = [client.name for client in clients.CLIENTS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=names, help="run this suite only")
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    parser.add_argument(
        "--setup", action="store_true", help="install what the suites need, then stop"
    )
    parser.add_argument("--write-board", action="store_true", help="write docs/conformance.md")
    parser.add_argument(
        "--verbose", action="store_true", help="print every case, not only failures"
    )
    parser.add_argument("--inside", choices=names, help=argparse.SUPPRESS)
    parser.add_argument("--directory", help=argparse.SUPPRESS)
    parser.add_argument("--probe", metavar="DIRECTORY", help=argparse.SUPPRESS)
    return parser.parse_args()


def say(text):
    print(f"interop: {text}", flush=True)


def install(chosen):
    """Installs the suites' needs one by one: {client name: Outcome} for those that cannot run."""
    clients.BUILD.mkdir(parents=True, exist_ok=True)
    unfit = {}
    with open(clients.BUILD / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs must not install into the same folders
        for client in chosen:
            try:
                clients.install(client)
            except clients.Unreachable as error:
                reason = f"its package registry cannot be reached ({error})"
                unfit[client.name] = suite.Outcome(client, [], skipped=reason)
            except clients.InstallError as error:
                unfit[client.name] = suite.Outcome(client, [], trouble=str(error))
    return unfit


def run_suites(chosen, program):
    unfit = install(chosen)
    fit = [client for client in chosen if client.name not in unfit]
    with tempfile.TemporaryDirectory(prefix="berth-interop-") as directory:
        prefix, reason = namespace.wrapper(ENTRY, directory)
    if prefix is None:
        unfit |= {client.name: suite.Outcome(client, [], skipped=reason) for client in fit}
        fit = []

    def run_one(client):
        say(f"{client.name}: running on {', '.join(client.transports)}")
        outcome = suite.run(client, program, prefix, ENTRY)
        passed = sum(row.result == suite.PASSED for row in outcome.rows)
        say(f"{client.name}: {passed} of {len(outcome.rows)} cases passed")
        return outcome

    with concurrent.futures.ThreadPoolExecutor(SUITES_AT_ONCE) as pool:
        ran = {outcome.client.name: outcome for outcome in pool.map(run_one, fit)}
    return [(unfit | ran)[client.name] for client in chosen]


def check_harness():
    """Runs the harness's own tests; returns (passed, failed)."""
    tests = unittest.defaultTestLoader.loadTestsFromName("test_harness")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(tests)
    failed = len(result.failures) + len(result.errors)
    return result.testsRun - failed, failed


def print_failures(name, rows):
    """Prints each failed row; many that failed in the same words are one line."""
    alike = {}
    for row in rows:
        alike.setdefault((row.transport, row.detail), []).append(f"{row.attestation}, {row.case}")
    for (transport, detail), found in alike.items():
        what = found[0] if len(found) == 1 else f"{len(found)} cases"
        say(f"{name} {transport} {what}: failed: {detail}")


def report(outcomes, verbose):
    """Prints what happened; returns (passed, failed, skipped)."""
    passed = failed = skipped = 0
    for outcome in outcomes:
        name = outcome.client.name
        good = [row for row in outcome.rows if row.result == suite.PASSED]
        bad = [row for row in outcome.rows if row.result != suite.PASSED]
        passed, failed = passed + len(good), failed + len(bad)
        for row in good if verbose else []:
            say(f"{name} {row.transport} {row.attestation}, {row.case}: passed")
        print_failures(name, bad)
        if outcome.trouble:
            failed += 1
            say(f"{name}: failed: {outcome.trouble}")
        if outcome.skipped:
            must_run = os.environ.get("CI") == "true"
            skipped, failed = skipped + (not must_run), failed + must_run
            verdict = "failed (CI may not skip)" if must_run else "skipped"
            say(f"{name}: {verdict}: {outcome.skipped}")
        if outcome.directory:
            say(f"{name}: logs are kept in {outcome.directory}")
    return passed, failed, skipped


def check_board(rows, write):
    """Writes or checks the page; returns the number of failures (0 or 1)."""
    text = PAGE.read_text(encoding="utf-8")
    committed = board.read(text)
    if write:
        PAGE.write_text(board.write(text, board.merge(committed, rows)), encoding="utf-8")
        say(f"wrote {PAGE.relative_to(ROOT)}")
        return 0
    found = board.disagreements(committed, rows)
    for line in found[:BOARD_LINES]:
        say(f"board: {line}")
    if found:
        say(f"board: {len(found)} differences in all")
        say("the board does not agree with this run; mend it with --write-board, then commit it")
    return int(bool(found))


def main():
    options = arguments()
    if options.probe:
        namespace.probe(options.probe)
        return 0
    by_name = {client.name: client for client in clients.CLIENTS}
    if options.inside:
        client = by_name[options.inside]
        suite.run_inside(ACTS[client.suite], client, options.berth, options.directory)
        return 0
    chosen = [
        client for client in clients.CLIENTS if not options.only or client.name in options.only
    ]
    if options.setup:
        unfit = install(chosen)
        return int(report(unfit.values(), verbose=False)[1] > 0)
    if not options.berth.exists():
        say(f"{options.berth} is missing: build it first (./dev build), or name it with --berth")
        return 2

    tests_passed, tests_failed = check_harness()
    outcomes = run_suites(chosen, options.berth.resolve())
    passed, failed, skipped = report(outcomes, options.verbose)
    rows = [row for outcome in outcomes for row in outcome.rows]
    failed += check_board(rows, options.write_board)
    passed, failed = passed + tests_passed, failed + tests_failed
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
