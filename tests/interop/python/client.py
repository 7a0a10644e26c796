"""Registers devices with the vendor's Python SDK, unmodified.

Reads one plan as JSON on standard input, prints the SDK's version and then one JSON line per job:
what the SDK told its caller, untouched. Judging is run.py's work.
"""

import concurrent.futures
import importlib.metadata
import json
import os
import sys
import threading

from azure.iot.device import ProvisioningDeviceClient

output_lock = threading.Lock()


def say(line):
    with output_lock:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def describe(error):
    causes = []
    cause = error.__cause__
    while cause is not None and len(causes) < 5:
        causes.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    return {"name": type(error).__name__, "message": " <- ".join([str(error), *causes])}


def register(plan, ca_pem, job):
    client = ProvisioningDeviceClient.create_from_symmetric_key(
        provisioning_host=plan["host"],
        registration_id=job["registrationId"],
        id_scope=plan["idScope"],
        symmetric_key=job["key"],
        server_verification_cert=ca_pem,
        websockets=job["transport"] == "MQTT-WS",
    )
    if job.get("payload"):
        client.provisioning_payload = job["payload"]
    try:
        result = client.register()
    except Exception as error:  # whatever the SDK raises is the observation
        return {"outcome": "error", "error": describe(error)}
    state = result.registration_state
    return {
        "outcome": result.status,
        "deviceId": state.device_id,
        "assignedHub": state.assigned_hub,
        "substatus": state.sub_status,
        "payload": state.response_payload,
    }


def run(plan, ca_pem, job):
    results = [register(plan, ca_pem, job) for _ in range(job["times"])]
    say({"id": job["id"], "results": results})


def main():
    plan = json.load(sys.stdin)
    say({"version": importlib.metadata.version("azure-iot-device")})
    with open(plan["ca"], encoding="ascii") as file:
        ca_pem = file.read()
    with concurrent.futures.ThreadPoolExecutor(plan["parallel"]) as pool:
        waiting = [pool.submit(run, plan, ca_pem, job) for job in plan["jobs"]]
        for job in waiting:
            job.result()
    # The SDK keeps threads of its own alive; every answer has been printed by now.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
