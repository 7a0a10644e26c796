#!/usr/bin/env python3
"""Kills the server at random moments while devices with certificates and TPMs register.

    tests/crash/identity.py [--rounds 20] [--shown 6] [--tpms 2] [--seed N] [--store URL]

A round as in kill.py. Afterwards: each registration as its device was told; each certificate that
was handed out is in the list of issued ones, each that was revoked in the list of revoked ones; a
challenge that was answered stays used, one that was not answered yet can still be; the poll tells a
TPM's device the same key as before.
"""

import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from kill import ROOT, finish, in_directory, kill_once, report  # noqa: E402
from papers import Broken, Crew, pki  # noqa: E402
from server import Admin, Server, ServerError  # noqa: E402

GROUP = "identity-test"
ISSUED_DAYS = 7


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--shown", type=int, default=6, help="devices with certificates")
    parser.add_argument("--tpms", type=int, default=2, help="devices with a TPM")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    parser.add_argument("--store", help="a store URL; else SQLite in the data directory")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/berth")
    return parser.parse_args(arguments)


class Checker:
    """Compares what the server has with what everybody was told."""

    def __init__(self, crew: Crew):
        self.crew = crew

    def check(self, admin: Admin) -> list[str]:
        crew, scope = self.crew, self.crew.scope
        told, issued, revoked = crew.told(), crew.issued(), crew.revoked()  # before the lists
        faults = crew.surprises()
        registrations = {each["id"]: each for each in admin.list("scopes", scope, "registrations")}
        for device, answer in told.items():
            found = registrations.get(device)
            if found is None:
                faults.append(f"{device} was assigned and is lost")
            elif (found["status"], found["hubHost"], found["deviceId"]) != ("assigned", *answer):
                faults.append(f"{device}: told {answer}, stored {found}")
        listed = {each["sha256"].lower(): each
                  for each in admin.list("scopes", scope, "issued-certificates")}
        faults += [f"certificate {each} was handed out and is not listed"
                   for each in sorted(issued - listed.keys())]
        faults += [f"certificate {each} was revoked and is listed as good"
                   for each in sorted(revoked & listed.keys()) if not listed[each]["revokedAt"]]
        known = {each["sha256"].lower()
                 for each in admin.list("scopes", scope, "revoked-certificates")}
        faults += [f"certificate {each} was revoked and is not" for each in sorted(revoked - known)]
        return faults


def set_up(server: Server) -> tuple[str, object]:
    """The scope, and the CA below which devices have their certificates."""
    server.start()
    server.wait_ready()
    admin = Admin(server)
    scope = admin.list("scopes")[0]["id"]
    root = pki.authority("crash root")
    maker = pki.authority("crash maker", root)
    admin.call("POST", f"/scopes/{scope}/certificates",
               {"name": "crash-root", "certificate": root.pem.decode(), "verified": True})
    admin.call("POST", f"/scopes/{scope}/enrollment-groups",
               {"id": GROUP, "certificateLifetimeDays": ISSUED_DAYS,
                "attestation": {"type": "x509", "primary": {"certificate": maker.pem.decode()}}})
    return scope, maker


def enrol_tpms(server: Server, crew: Crew):
    admin = Admin(server)
    for device in crew.tpms:
        key = device.tpm.endorsement_key
        admin.call("POST", f"/scopes/{crew.scope}/enrollments",
                   {"id": device.id, "attestation": {"type": "tpm", "endorsementKey": key}})


def idle(crew: Crew) -> list[str]:
    """Whoever did nothing tested nothing."""
    faults = [f"{device.id} was never assigned" for device in crew.devices() if not device.told]
    if not crew.revoked():
        faults.append("nothing was revoked")
    return faults


def restart(server: Server):
    server.kill()
    server.start()
    server.wait_ready()


def challenges_over_kills(server: Server, crew: Crew) -> list[str]:
    """With the crew at rest: killed between challenge and answer, and killed after the answer."""
    faults = []
    try:
        for device in crew.tpms:
            device.come_back()
            device.take_challenge()
        restart(server)
        for device in crew.tpms:
            device.come_back()
            device.answer()
        restart(server)
        for device in crew.tpms:
            before = device.replays
            device.come_back()
            if device.replays == before:
                faults.append(f"{device.id} did not send its answer again: no test at all")
    except (Broken, OSError) as error:
        faults.append(f"{type(error).__name__}: {error}")
    return faults


def plant_loss(checker: Checker, admin: Admin) -> list[str]:
    """Promises that nobody gave must be missed."""
    made_up = "ab" * 32
    device, operator = checker.crew.shown[0], checker.crew.operator
    with device.lock, operator.lock:
        device.issued.add(made_up)
        operator.revoked.add(made_up)
    faults = checker.check(admin)
    found = [any(made_up in fault and text in fault for fault in faults)
             for text in ("handed out", "was revoked")]
    return [] if all(found) else [f"promises made up were not missed: {faults}"]


def tally(crew: Crew) -> str:
    return (f"{len(crew.told())} devices, {len(crew.issued())} certificates issued, "
            f"{len(crew.revoked())} revoked, "
            f"{sum(device.replays for device in crew.tpms)} answers replayed, "
            f"{sum(device.survivals for device in crew.tpms)} kept over a kill")


def run(options, directory: pathlib.Path) -> tuple[int, int]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"identity: {options.rounds} rounds, {options.shown} certificates, {options.tpms} TPMs, "
          f"seed {seed}", flush=True)
    rng = random.Random(seed)
    server = Server(options.program, directory, options.store)
    results = []
    try:
        scope, maker = set_up(server)
        crew = Crew(server, scope, maker, (options.shown, options.tpms), seed)
        enrol_tpms(server, crew)
        checker = Checker(crew)
        crew.start()
        for number in range(1, options.rounds + 1):
            what = kill_once(server, crew, rng)
            faults = checker.check(Admin(server))
            results.append(report(f"round {number}: {what}; {tally(crew)}", faults))
        crew.stop()
        faults = checker.check(Admin(server)) + idle(crew)
        results.append(report(f"all of it at the end: {tally(crew)}", faults))
        results.append(report("challenges are answered once, whenever the server is killed",
                              challenges_over_kills(server, crew)))
        results.append(report("the checks notice promises that were made up",
                              plant_loss(checker, Admin(server))))
        code = server.stop()
        results.append(report("drained", [] if code == 0 else [f"it ended with {code}"]))
    except ServerError as error:
        results.append(report("the server", str(error).splitlines()))
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    return sum(results), len(results) - sum(results)


def outcome(arguments) -> tuple[int, int]:
    return in_directory("kill-identity", parse(arguments), run)


if __name__ == "__main__":
    sys.exit(finish(*outcome(sys.argv[1:])))
