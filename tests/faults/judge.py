"""Whether a device heard exactly the vendor's error, and the operator the right reason and cause.
"""

import base64
import json
import re

from code_catalogue import CodeAnswer
from hub_catalogue import HubAnswer
from operator_catalogue import Told
from product_catalogue import NoHandshake, ProductAnswer
from thing_catalogue import ThingAnswer
from wire import HTTPS, Token

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
# What an HTTP answer consists of; a name more could carry a reason.
_HEADERS = {"content-type", "content-length", "date", "connection", "x-ms-request-id",
            "x-ms-error-code", "strict-transport-security"}
_STATE = {"registrationId", "createdDateTimeUtc", "lastUpdatedDateTimeUtc", "status", "errorCode",
          "errorMessage", "etag", "symmetricKey", "x509"}


class Wrong(Exception):
    """What differs from the catalogue."""


def check(condition, text):
    if not condition:
        raise Wrong(text)


def equal(what, got, expected):
    check(got == expected, f"{what} is {got!r}, not {expected!r}")


def device(fault, transport, heard):
    """The device hears the vendor's error, whole and alone."""
    answer = fault.hears
    if isinstance(answer, ProductAnswer):
        of_product(answer, heard)
        return
    if isinstance(answer, ThingAnswer):
        text = '{"err":%d,"msg":"%s"}' % (answer.code, answer.message)
        equal("the status", heard.status, answer.code)
        equal("the body", heard.raw.split(b"\r\n\r\n", 1)[1].decode(), text)
        return
    if isinstance(answer, CodeAnswer):
        of_code(answer, heard)
        return
    if isinstance(answer, Told):
        of_command(answer, heard)
        return
    if isinstance(answer, NoHandshake):
        equal("how the handshake failed", heard.raw, b"alert")
        return
    if isinstance(answer, HubAnswer):
        at_hub(answer, heard)
        return
    if transport != HTTPS and answer.connack:
        equal("the answer to CONNECT", heard.raw, bytes([0x20, 2, 0, answer.connack]))
        return
    if answer.polled:
        polled(answer, heard)
        return
    equal("the status", heard.status, answer.code // 1000)
    equal("the members of the body", set(heard.body),
          {"errorCode", "trackingId", "message", "timestampUtc"})
    equal("errorCode", heard.body["errorCode"], answer.code)
    equal("message", heard.body["message"], answer.message)
    check(_UUID.fullmatch(heard.body["trackingId"]), f"no tracking id: {heard.body}")
    check(_TIME.fullmatch(heard.body["timestampUtc"]), f"no time of seven digits: {heard.body}")
    if transport == HTTPS:
        headers(answer, heard)
    else:
        topic = f"$dps/registrations/res/{answer.code // 1000}/?$rid=1"
        check(heard.headers["topic"].startswith(topic), f"the topic is {heard.headers['topic']}")


def of_product(answer, heard):
    """Always 200; the first generation's answer is the whole of its body, byte by byte."""
    equal("the status", heard.status, 200)
    if "code" in heard.body:
        text = '{"code":%d,"message":"%s"}' % (answer.code, answer.message)
        equal("the body", heard.raw.split(b"\r\n\r\n", 1)[1].decode(), text)
        return
    response = heard.body["Response"]
    equal("the members of the response", set(response), {"Error", "RequestId"})
    equal("the members of the error", set(response["Error"]), {"Code", "Message"})
    equal("the message", response["Error"]["Message"], answer.message)
    if answer.word:
        equal("the word", response["Error"]["Code"], answer.word)


def of_code(answer, heard):
    equal("the status", heard.status, answer.status)
    body = heard.raw.decode()
    if answer.body:
        equal("the body", body, answer.body)
    check(answer.words in body, f"it says nothing of '{answer.words}': {body}")


def of_command(answer, heard):
    """Refused, in words."""
    check(heard.status in (1, 2), f"it ended with {heard.status}: {heard.raw.decode()}")
    check(answer.words in heard.body.get("detail", ""),
          f"it is not told of '{answer.words}': {heard.raw.decode()}")


def at_hub(answer, heard):
    if answer.connack:
        equal("the answer to CONNECT", heard.raw, bytes([0x20, 2, 0, answer.connack]))
        return
    check(heard.connected, f"it was not let in: {heard.raw!r}")
    equal("whether the connection was closed", heard.closed, answer.closes)
    if answer.closes:
        equal("what came before the end", heard.raw, b"")
    elif answer.granted:
        equal("the answer to SUBSCRIBE", heard.raw, bytes([0, 1, answer.granted]))
    else:
        twin_refusal(answer, heard)


def twin_refusal(answer, heard):
    topic = f"$iothub/twin/res/{answer.twin_status}/?$rid=1"
    equal("the topic", heard.headers["topic"], topic)
    equal("the members of the body", set(heard.body),
          {"errorCode", "trackingId", "message", "info", "timestampUtc"})
    equal("the first digits of errorCode", heard.body["errorCode"] // 1000, answer.twin_status)
    check(heard.body["message"], "the body has no message")
    check(_UUID.fullmatch(heard.body["trackingId"]), f"no tracking id: {heard.body}")


def got_in(heard, command):
    """The device is let in after an operator ran the command that mends it."""
    check(heard.connected or heard.operation,
          f"after `{command}` the device is refused: {heard.raw!r}")
    if not heard.connected:
        equal(f"the state after `{command}`", heard.operation["status"], "assigned")


def headers(answer, heard):
    names = {name.lower(): value for name, value in heard.headers.items()}
    allowed = _HEADERS | ({"retry-after"} if answer.retry else set())
    check(names.keys() <= allowed, f"headers nobody expects: {names.keys() - allowed}")
    equal("x-ms-error-code", names["x-ms-error-code"], str(answer.code))
    equal("Content-Type", names["content-type"], "application/json; charset=utf-8")
    if answer.retry:
        check(int(names["retry-after"]) >= 1, f"Retry-After: {names['retry-after']}")


def polled(answer, heard):
    equal("the status of the register", heard.status, 202)
    equal("what the register says", set(heard.body), {"operationId", "status"})
    equal("its status word", heard.body["status"], "assigning")
    equal("what the poll says", set(heard.operation),
          {"operationId", "status", "registrationState"})
    equal("its status word", heard.operation["status"], "failed")
    state = heard.operation["registrationState"]
    check(set(state) <= _STATE, f"members nobody expects: {set(state) - _STATE}")
    equal("errorCode", state["errorCode"], answer.code)
    equal("errorMessage", state["errorMessage"], answer.message)


def operator(fault, transport, attempt, heard, trail):
    """The trail names the reason and the cause, and holds nothing that opens a door."""
    equal("the reason", trail["reason"], fault.reason)
    top = trail["findings"][0]
    equal("the top cause", top["cause"], fault.cause)
    equal("whether it is proven", top["proven"], fault.proven)
    check(top["text"] and top["mend"], f"a finding without text or mend: {top}")
    equal("the transport", trail["transport"], transport)
    blamed = getattr(attempt, "blames", "")
    check(blamed in json.dumps(trail["steps"]), f"the trail does not name '{blamed}': {trail}")
    if "trackingId" in heard.body:
        equal("the tracking id the device was given", heard.body["trackingId"], trail["id"])
    written = json.dumps(trail)
    for secret in secrets_of(attempt):
        check(secret not in written, "the trail holds a key or the signature")


def secrets_of(attempt):
    token = attempt.token_text()
    if token is None:
        return
    yield token
    if isinstance(attempt.token, Token):
        yield base64.b64encode(attempt.token.key).decode()
        yield attempt.token.key.hex()
        found = re.search(r"sig=([^&]+)", token)
        if found:
            yield found.group(1)
