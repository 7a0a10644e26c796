"""Is one device that runs the vendor's Python SDK, unmodified.

The SDK has one connection a process, so a process is one start of a device: it is made from a JSON
file, and what the file holds afterwards is what the device knows next time. Reads one command a
line as JSON on standard input and answers each with one line; what the SDK tells its caller unasked
is a line of its own. Judging is run.py's work. The commands are described in
harness/product_suite.py (Run).
"""

import enum
import importlib.metadata
import json
import logging
import os
import sys
import threading
import time

from explorer.explorer import QcloudExplorer
from hub.hub import QcloudHubProvider

output_lock = threading.Lock()
sdk = None  # the one object of the SDK that this process has


def say(line):
    with output_lock:
        sys.stdout.write(json.dumps(line, default=str) + "\n")
        sys.stdout.flush()


def event(kind, value):
    say({"event": kind, "name": "", "value": value})


class LogEvents(logging.Handler):
    """Packets as the MQTT library below the SDK logs them: the SDK keeps a refusal to itself."""

    def emit(self, record):
        text = record.getMessage()
        if "CONNACK" in text:
            event("connack", text)


def make(told):
    global sdk
    kind = QcloudExplorer if told.get("explorer") else QcloudHubProvider
    sdk = kind(told["file"], tls=False, useWebsocket=told.get("websocket", False))


def connect(told):
    """Begins it; how it went is told by events."""
    log = sdk.logInit(sdk.LoggerLevel.DEBUG, told["log"], 1 << 20, 1, enable=True)
    log.get_logger().addHandler(LogEvents())
    sdk.registerMqttCallback(
        lambda session, code, user: event("connected", code),
        lambda code, user: event("disconnected", code),
        lambda topic, qos, payload, user: event("message", {"topic": topic, "payload": payload}),
        lambda mid, user: event("published", mid),
        lambda qos, mid, user: event("subscribed", {"mid": mid, "qos": qos}),
        lambda mid, user: event("unsubscribed", mid),
    )
    return sdk.connect()


def callback(then):
    """A function for the SDK to call, which may call the SDK at once."""

    def called(topic, qos, payload, user):
        event("message", {"topic": topic, "payload": payload})
        if then is not None:
            event("then", plain(getattr(sdk, then["method"])(*map(argument, then["arguments"]))))

    return called


def argument(told):
    """What the SDK is to be given, of what JSON can say."""
    if not isinstance(told, dict):
        return told
    if "callback" in told:
        return callback(told["callback"])
    if "property" in told:
        made = QcloudHubProvider.device_property()
    elif "reply" in told:
        made = sdk.ReplyPara()
    else:
        return told
    for name, value in told.get("property", told.get("reply")).items():
        setattr(made, name, value)
    return made


def plain(value):
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if hasattr(value, "device_name"):
        return {"product": value.product_id, "device": value.device_name}
    return value


def call(told):
    """A method of the SDK by its name."""
    return plain(getattr(sdk, told["method"])(*map(argument, told["arguments"])))


COMMANDS = {"make": make, "connect": connect, "call": call}


def obey(told):
    begun = time.monotonic()
    try:
        answer = {"value": COMMANDS[told["op"]](told)}
    except Exception as error:  # whatever the SDK raises is the observation
        answer = {"error": {"name": type(error).__name__, "message": str(error)}}
    say({"seq": told["seq"], **answer, "seconds": time.monotonic() - begun})


def main():
    say({"version": importlib.metadata.version("tencent-iot-device")})
    for line in sys.stdin:
        threading.Thread(target=obey, args=(json.loads(line),), daemon=True).start()
    # The SDK keeps threads of its own alive; every answer has been printed by now.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
