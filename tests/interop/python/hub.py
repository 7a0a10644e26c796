"""Drives devices at their hub with the vendor's Python SDK, unmodified.

Reads one command a line as JSON on standard input and answers each with one line; what the SDK
tells its caller unasked is a line of its own. Judging is run.py's work. The commands are described
in harness/conversation.py.
"""

import importlib.metadata
import json
import os
import sys
import threading
import time

from azure.iot.device import (
    IoTHubDeviceClient,
    Message,
    MethodResponse,
    ProvisioningDeviceClient,
    X509,
)

RETRY_SECONDS = 1  # the SDK's own default is 10
SYSTEM = {
    "messageId": "message_id",
    "correlationId": "correlation_id",
    "userId": "user_id",
    "contentType": "content_type",
    "contentEncoding": "content_encoding",
    "expiryTimeUtc": "expiry_time_utc",
}

output_lock = threading.Lock()
clients = {}  # the harness's name for a connection -> the SDK's client
ca_pem = ""


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


def certificate_of(told):
    return X509(cert_file=told["x509"]["chain"], key_file=told["x509"]["key"])


def register(told):
    options = {
        "provisioning_host": told["host"],
        "registration_id": told["registrationId"],
        "id_scope": told["idScope"],
        "server_verification_cert": ca_pem,
        "websockets": told["transport"] == "MQTT-WS",
    }
    if "x509" in told:
        client = ProvisioningDeviceClient.create_from_x509_certificate(
            x509=certificate_of(told), **options
        )
    else:
        client = ProvisioningDeviceClient.create_from_symmetric_key(
            symmetric_key=told["key"], **options
        )
    if "payload" in told:
        client.provisioning_payload = told["payload"]
    state = client.register().registration_state
    return {"assignedHub": state.assigned_hub, "deviceId": state.device_id}


def open_client(told):
    options = {
        "server_verification_cert": ca_pem,
        "websockets": told["transport"] == "MQTT-WS",
        "connection_retry": told.get("retry", True),
        "connection_retry_interval": RETRY_SECONDS,
    }
    if "renewal" in told:
        options["sastoken_ttl"] = told["renewal"]["valid"]
    if "model" in told:
        options["product_info"] = told["model"]  # the SDK's way to say model-id
    if "token" in told:
        client = IoTHubDeviceClient.create_from_sastoken(told["token"], **options)
    elif "x509" in told:
        client = IoTHubDeviceClient.create_from_x509_certificate(
            certificate_of(told), told["host"], told["deviceId"], **options
        )
    else:
        client = IoTHubDeviceClient.create_from_symmetric_key(
            told["key"], told["host"], told["deviceId"], **options
        )

    def on_state():
        state = "connected" if client.connected else "disconnected"
        say({"event": "status", "name": told["name"], "value": {"state": state}})

    client.on_connection_state_change = on_state
    try:
        if told.get("messages"):
            # It connects for this. What comes before there is a handler, the SDK gives to nobody.
            listen_messages(client, told["name"])
        client.connect()
    except BaseException:
        client.shutdown()
        raise
    clients[told["name"]] = client


def reopen(told):
    clients[told["name"]].connect()


def send(told):
    message = Message(told["body"])
    for name, value in told["system"].items():
        setattr(message, SYSTEM[name], value)
    message.custom_properties.update(told["properties"])
    clients[told["name"]].send_message(message)


def read_twin(told):
    return clients[told["name"]].get_twin()


def report(told):
    clients[told["name"]].patch_twin_reported_properties(told["patch"])


def listen_desired(told):
    def on_patch(patch):
        say({"event": "desired", "name": told["name"], "value": patch})

    clients[told["name"]].on_twin_desired_properties_patch_received = on_patch


def listen_methods(told):
    client = clients[told["name"]]

    def on_method(request):
        if request.name != told["method"]:
            return
        say({"event": "method", "name": told["name"], "value": request.payload})
        answer = {"echo": request.payload}
        client.send_method_response(
            MethodResponse.create_from_method_request(request, told["status"], answer)
        )

    client.on_method_request_received = on_method


def listen_messages(client, name):
    def on_message(message):
        system = {name: getattr(message, attribute) for name, attribute in SYSTEM.items()}
        value = {
            "body": message.data.decode(),
            "system": system,
            "properties": message.custom_properties,
        }
        # The SDK settles the message itself.
        say({"event": "message", "name": name, "value": value})

    client.on_message_received = on_message


def close(told):
    clients.pop(told["name"]).shutdown()


COMMANDS = {
    "register": register,
    "open": open_client,
    "reopen": reopen,
    "send": send,
    "twin": read_twin,
    "report": report,
    "desired": listen_desired,
    "methods": listen_methods,
    "close": close,
}


def obey(told):
    begun = time.monotonic()
    try:
        answer = {"value": COMMANDS[told["op"]](told)}
    except Exception as error:  # whatever the SDK raises is the observation
        answer = {"error": describe(error)}
    say({"seq": told["seq"], **answer, "seconds": time.monotonic() - begun})


def main():
    global ca_pem
    with open(os.environ["BERTH_INTEROP_CA"], encoding="ascii") as file:
        ca_pem = file.read()
    say({"version": importlib.metadata.version("azure-iot-device")})
    for line in sys.stdin:
        threading.Thread(target=obey, args=(json.loads(line),), daemon=True).start()
    # The SDK keeps threads of its own alive; every answer has been printed by now.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
