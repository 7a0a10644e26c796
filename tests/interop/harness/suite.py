"""One suite: a fresh Berth and one vendor SDK, inside a namespace of their own."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from . import cases, clients, namespace, overload
from .server import Berth, BerthError

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
PARALLEL_JOBS = 4
_CLIENT_SECONDS = 180
_TAIL_LINES = 12


@dataclass(frozen=True)
class Row:
    """One line of the board, and why it is not green."""

    client: str
    version: str
    attestation: str
    transport: str
    case: str
    result: str
    detail: str = ""


def _enrol(berth, client):
    for group, keys in cases.GROUP_KEYS.items():
        berth.create_group(group, keys)
    individual = [case for case in cases.CASES if case.attestation == "individual"]
    for transport in client.transports:
        for case in individual:
            berth.create_enrollment(
                case.registration_id(transport),
                case.enrollment_keys(transport),
                device_id=case.device_id(transport) if case.own_device_id else None,
                enabled=case.expects != "disabled",
            )


def _answers(client, plan, ca, directory, transport):
    """Runs the client program once: (version, {case slug: line}, how it ended or None if well)."""
    command, environment = clients.command(client, ca, directory)
    log_path = Path(directory) / f"client-{transport.lower()}.log"
    with open(log_path, "w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=directory,
        )
        try:
            output, _ = process.communicate(json.dumps(plan), timeout=_CLIENT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            log.write(f"\nended by the harness after {_CLIENT_SECONDS} s\n")
    version, answers = "?", {}
    for line in filter(None, output.splitlines()):
        said = json.loads(line)
        if "version" in said:
            version = said["version"]
        else:
            answers[said["id"]] = said
    if process.returncode == 0:
        return version, answers, None
    tail = (
        log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_TAIL_LINES:]
    )
    ending = f"{transport}: the client program ended with {process.returncode}: " + "\n".join(tail)
    return version, answers, ending


def _judge(client, transport, version, answers, records):
    rows = []
    for case in cases.CASES:
        record = records.get(case.registration_id(transport))
        fault = cases.fault(client.name, case, transport, answers.get(case.slug), record)
        rows.append(
            Row(
                client.package,
                version,
                case.attestation,
                transport,
                case.title,
                FAILED if fault else PASSED,
                fault or "",
            )
        )
    return rows


def _run_transports(client, berth, directory):
    id_scope = berth.id_scope()
    _enrol(berth, client)
    rows, endings = [], []
    for transport in client.transports:
        plan = {
            "host": namespace.HOST,
            "idScope": id_scope,
            "ca": str(berth.ca),
            "parallel": PARALLEL_JOBS,
            "jobs": [cases.job(case, transport) for case in cases.CASES],
        }
        version, answers, ending = _answers(client, plan, berth.ca, directory, transport)
        rows += _judge(client, transport, version, answers, berth.registrations())
        endings += [ending] if ending else []
    return rows, endings


def _run_busy(client, berth, version, directory):
    """The server takes no registrations from here on."""
    ending = berth.restart(*overload.BUSY)
    plan = {"idScope": berth.id_scope(), "ca": str(berth.ca), "parallel": 1}
    rows = []
    for transport in client.transports:
        fault = overload.fault(client, berth, plan, directory, transport)
        result = FAILED if fault else PASSED
        title = overload.title(client, transport)
        rows.append(Row(client.package, version, "group", transport, title, result, fault or ""))
    return rows, [ending] if ending else []


def provision(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    berth = Berth(program, directory)
    rows, trouble = [], []
    try:
        berth.start()
        rows, trouble = _run_transports(client, berth, directory)
        busy, endings = _run_busy(client, berth, rows[-1].version, directory)
        rows, trouble = rows + busy, trouble + endings
    except (BerthError, clients.InstallError) as error:
        trouble = [str(error)]
    finally:
        ending = berth.stop()
    return rows, trouble + ([ending] if ending else [])


def run_inside(act, client, program, directory):
    """Finishes the namespace, runs the suite by `act`, and writes directory/rows.json."""
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    namespace.enter(directory)
    rows, trouble = act(client, program, directory)
    report = {"rows": [asdict(row) for row in rows], "trouble": "\n".join(trouble)}
    (Path(directory) / "rows.json").write_text(json.dumps(report), encoding="utf-8")


@dataclass
class Outcome:
    """What became of a suite."""

    client: clients.Client
    rows: list
    trouble: str = ""  # the suite as a whole failed, beside or instead of single rows
    skipped: str = ""  # the suite did not run, and why
    directory: str = ""  # kept only when something failed


def run(client, program, prefix, entry):
    """Runs the suite in a new namespace entered through `prefix`; `entry` answers --inside."""
    runs = clients.BUILD / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    directory = tempfile.mkdtemp(prefix=f"{client.name}-", dir=runs)
    command = [*prefix, sys.executable, str(entry), "--inside", client.name]
    command += ["--berth", str(program), "--directory", directory]
    log_path = Path(directory) / "suite.log"
    with open(log_path, "wb") as log:
        code = subprocess.run(
            command, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode
    report_path = Path(directory) / "rows.json"
    if not report_path.exists():
        tail = " | ".join(log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])
        return Outcome(
            client, [], f"the suite ended with {code} and no report: {tail}", "", directory
        )
    report = json.loads(report_path.read_text(encoding="utf-8"))
    outcome = Outcome(client, [Row(**row) for row in report["rows"]], report["trouble"])
    if outcome.trouble or any(row.result != PASSED for row in outcome.rows):
        outcome.directory = directory
    else:
        shutil.rmtree(directory, ignore_errors=True)
    return outcome
