"""What an SDK does when it is told that the server is busy: 429, and when to come again.

The server takes no registrations at all (`provisioning.registrations_at_once_max = 0`), so that
what is seen does not depend on who was faster. An SDK that comes again shows in the trail of its
device, which counts its attempts: several, and no more than there were seconds to wait.
"""

import json
import re
import subprocess
import time
from pathlib import Path

from . import cases, clients, namespace

BUSY = ("--provisioning-registrations-at-once-max", "0")
TITLE = "told to come later, comes again"
GIVES_UP = "told to come later, tells its caller"
# Those who hand a 429 to the caller at once (azure-dps.md §8 for Node), and what they say of it.
THOSE_WHO_GIVE_UP = {
    ("node", "HTTPS"): r"ThrottlingError",
    ("java", "HTTPS"): r"429",
    ("java", "MQTT"): r"429",
    ("java", "MQTT-WS"): r"429",
}

_ATTEMPTS = 3
_TOLD_SECONDS = 1.0  # what Retry-After says to the only device there is
_WATCH_SECONDS = 30
_POLL_SECONDS = 0.2


def title(client, transport):
    return GIVES_UP if (client.name, transport) in THOSE_WHO_GIVE_UP else TITLE


def _job(transport):
    case = next(case for case in cases.CASES if case.slug == "grp-primary")
    registration_id = f"busy-{transport.lower()}"
    key = cases.derived_key(cases.GROUP_KEYS[cases.GROUP][0], registration_id)
    told = cases.job(case, transport)
    return told | {"id": "busy", "registrationId": registration_id, "key": key}


def _attempts(berth, registration_id):
    """How often it was sent away. A trail is written within a second of its attempt."""
    return sum(trail["count"] for trail in berth.refused_for(registration_id, "overloaded"))


def _fault_of_return(attempts, seconds):
    if attempts < _ATTEMPTS:
        return f"it tried {attempts} times in {seconds:.1f} s"
    if attempts > seconds / _TOLD_SECONDS + 1:
        return f"told to wait {_TOLD_SECONDS:.0f} s, it tried {attempts} times in {seconds:.1f} s"
    return None


def _fault_of_giving_up(pattern, output, attempts):
    answers = [json.loads(line) for line in output.splitlines() if '"busy"' in line]
    said = json.dumps(answers[0]["results"][0]) if answers else "nothing"
    if attempts != 1 or not re.search(pattern, said):
        return f"expected one attempt and /{pattern}/, saw {attempts}; it said {said}"
    return None


def _watch(berth, job, enough):
    """Attempts of the device, as soon as there are enough of them."""
    deadline = time.monotonic() + _WATCH_SECONDS
    while True:
        attempts = _attempts(berth, job["registrationId"])
        if attempts >= enough or time.monotonic() > deadline:
            return attempts
        time.sleep(_POLL_SECONDS)


def fault(client, berth, plan, directory, transport):
    """Runs the client program until it has come often enough; why that is wrong, or None."""
    job = _job(transport)
    pattern = THOSE_WHO_GIVE_UP.get((client.name, transport))
    command, environment = clients.command(client, berth.ca, directory)
    log_path = Path(directory) / f"busy-{transport.lower()}.log"
    with open(log_path, "w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=log, text=True, cwd=directory)
        started = time.monotonic()
        process.stdin.write(json.dumps(plan | {"host": namespace.HOST, "jobs": [job]}))
        process.stdin.close()
        process.stdin = None
        try:
            if pattern:
                process.wait(_WATCH_SECONDS)
            attempts = _watch(berth, job, 1 if pattern else _ATTEMPTS)
            seconds = time.monotonic() - started
        except subprocess.TimeoutExpired:
            return f"it told its caller nothing for {_WATCH_SECONDS} s"
        finally:
            process.kill()
            output, _ = process.communicate()
    if pattern:
        return _fault_of_giving_up(pattern, output, attempts)
    return _fault_of_return(attempts, seconds)
