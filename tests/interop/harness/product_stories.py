"""What a vendor's SDK must achieve for a device that holds no more than its product's secret and a
name: one function, one row of the board.
"""

import base64
import time
from concurrent.futures import ThreadPoolExecutor

from .conversation import Fault
from .stories import Story, is_feedback, plain, same

_SECRET_BYTES = 16
_CLOCK_MILLISECONDS = 2000
_SETTLED_SECONDS = 10
_REFUSED = 5  # CONNACK: not authorized
_BAD_PASSWORD = 4
_NOT_GRANTED = 128  # SUBACK
_COMEBACK_SECONDS = 45


def registers(stage):
    unit = stage.only_unit()
    run = unit.on()
    code, secret = run.call("dynregDevice")
    same((code, unit.secret), (0, secret), "the result and the saved secret")
    same(len(base64.b64decode(secret, validate=True)), _SECRET_BYTES, "bytes of the secret")
    same(stage.member(unit)["state"], "registered", "its state")
    stage.off(run)
    run = unit.on()
    run.connect()
    same(stage.member(unit)["state"], "activated", "its state")


def check_refused(unit, message):
    """The text reaches the application, and what the device knows stays as it was."""
    before = unit.secret
    same(unit.register(), [-1, message], "the answer")
    same(unit.secret, before, "the saved secret")


def wrong_secret(stage):
    product = stage.product("unit-1")
    unit = stage.unit(product, "unit-1", secret="f" * 24)
    check_refused(unit, "Check signature failed")
    same(stage.member(unit)["state"], "expected", "its state")


def not_listed(stage):
    product = stage.product("unit-1")
    check_refused(stage.unit(product, "unit-2"), "Pre create mode: device not exists")


def switched_off(stage):
    unit = stage.only_unit(rules=())
    check_refused(unit, "Not support dynamic device register, please check setting first")


def quota(stage):
    rules = ("--dynamic-registration", "--auto-create", "--quota", "1")
    product = stage.product(rules=rules)
    first = stage.unit(product, "made-1")
    first.connected()
    same(stage.member(first)["requested"], True, "made by request")
    check_refused(stage.unit(product, "made-2"), "register limit exceeded")


def registers_twice(stage):
    unit = stage.only_unit()
    same(unit.register()[0], 0, "the first result")
    first = unit.secret
    same(unit.register()[0], 0, "the second result")
    second = unit.secret
    if first == second:
        raise Fault("the second registration gave the first secret again")
    unit.know(first)
    run = unit.on()
    run.begin()
    same(run.connack(), _BAD_PASSWORD, "the CONNACK to the first secret")
    stage.off(run)
    unit.know(second)
    unit.on().connect()


def reset(stage):
    unit = stage.only_unit()
    stage.off(unit.connected())
    check_refused(unit, "device already activated")
    stage.berth.reset_member(unit.product, unit.name)
    # The SDK goes on with the secret it was started with.
    same(unit.register()[0], 0, "the result after the reset")
    unit.on().connect()


def registers_again(stage):
    product = stage.product(
        "same", "new", rules=("--dynamic-registration", "--reregister", "same")
    )
    unit = stage.unit(product, "same")
    stage.off(unit.connected())
    before = unit.secret
    same(unit.register(), [0, before], "the answer to a device that has connected")
    stage.berth.update_product(product, "--reregister", "new")
    same(unit.register()[0], 0, "the result")
    after = unit.secret
    if after == before:
        raise Fault("it got the same secret again")
    unit.on().connect()


def rotation(stage):
    product = stage.product("old-1", "old-2", "old-3", "new-1")
    renewed = "0123456789abcdefghijklmn"
    stage.berth.rotate_product_secret(product, renewed, overlap="1h")
    stage.unit(product, "old-1").connected()
    stage.unit(product, "new-1", secret=renewed).connected()
    # What comes after a second one has no overlap left for the first.
    stage.berth.rotate_product_secret(product, renewed[::-1], overlap="0")
    check_refused(stage.unit(product, "old-2"), "Check signature failed")
    check_refused(stage.unit(product, "old-3", secret=renewed), "Check signature failed")


# ---- a connected device


def data(stage):
    unit = stage.only_unit()
    run = unit.connected()
    topic, body = unit.topic("data"), {"temperature": 21.5, "unit": "°C"}
    same(run.subscribe(topic, 0), 0, "the granted QoS")
    run.publish(topic, body)
    same(run.message(topic), body, "what came back")
    run.publish(unit.topic("event"), {"door": "open"})
    events = stage.events(unit)
    same([event["body"] for event in events], [body, {"door": "open"}], "events at the hub")


def topics(stage):
    """What a product permits is what its devices may do."""
    unit = stage.only_unit(rules=("--dynamic-registration", "--topic", "data=sub"))
    run = unit.connected()
    same(run.subscribe(unit.topic("data"), 1), 1, "the granted QoS")
    same(run.subscribe(unit.topic("control"), 1), _NOT_GRANTED, "what was granted for control")
    run.call("publish", unit.topic("data"), {"a": 1}, 0)
    run.event("disconnected")
    same(stage.events(unit), [], "events at the hub")


def control(stage):
    unit = stage.only_unit()
    run = unit.connected()
    topic = unit.topic("control")
    same(run.subscribe(topic, 1), 1, "the granted QoS")
    hub = stage.hub(unit)
    stage.berth.send_to_device(hub, unit.id, '{"turn": "left"}', message_id="m-1", ack="positive")
    same(run.message(topic), {"turn": "left"}, "the message")
    deadline = time.monotonic() + _SETTLED_SECONDS
    while not any(is_feedback(event, "m-1") for event in stage.berth.events(hub, unit.id)):
        if time.monotonic() > deadline:
            raise Fault("the message was not completed by its PUBACK")
        time.sleep(0.2)


def clock(stage):
    unit = stage.only_unit()
    run = unit.connected()
    told = run.call("getNtpAccurateTime")
    if abs(told - time.time() * 1000) > _CLOCK_MILLISECONDS:
        raise Fault(f"the time was {told}, but it is {time.time() * 1000}")


def _shadow_answer(run, topic, kind):
    answer = run.message(topic, lambda payload: payload["type"] == kind)
    same(answer["result"], 0, f"the result of {kind}")
    return answer["payload"]["state"]


def shadow(stage):
    unit = stage.only_unit()
    run = unit.connected()
    who = (unit.product, unit.name)
    hub, topic = stage.hub(unit), f"$shadow/operation/result/{unit.product}/{unit.name}"
    run.acknowledged("subscribed", run.call("shadowInit", *who, {"callback": None}))
    run.call("getShadow", *who)
    same(_shadow_answer(run, topic, "get"), {"reported": {}}, "the shadow at first")
    members = (
        {"property": {"key": "level", "data": 2, "type": "int"}},
        {"property": {"key": "label", "data": "Halle Süd", "type": "string"}},
    )
    document = run.call("shadowJsonConstructReport", *who, *members)
    run.call("shadowUpdate", *who, document, 0)
    wanted = {"level": 2, "label": "Halle Süd"}
    same(_shadow_answer(run, topic, "update"), {"reported": wanted}, "the answer to the report")
    same(stage.berth.twin(hub, unit.id)["reported"], wanted, "reported properties at the hub")
    stage.berth.update_desired(hub, unit.id, {"level": 3})
    delta = run.message(topic, lambda payload: payload["type"] == "delta")
    same(delta["payload"]["state"], {"level": 3}, "the delta")
    run.call("getShadow", *who)
    state = _shadow_answer(run, topic, "get")
    same(state, {"reported": wanted, "desired": {"level": 3}, "delta": {"level": 3}}, "the shadow")
    document = run.call("shadowJsonConstructDesireAllNull", *who)
    run.call("shadowUpdate", *who, document, 0)
    _shadow_answer(run, topic, "update")


class _Template:
    """A device of the vendor's data template, and what it is told."""

    def __init__(self, stage):
        self.unit = stage.only_unit()
        self.run = self.unit.connected(explorer=True)
        self.who = (self.unit.product, self.unit.name)
        self.hub = stage.hub(self.unit)
        callbacks = ({"callback": None},) * 4
        self.run.acknowledged("subscribed", self.call("templateInit", *callbacks))

    def call(self, method, *arguments):
        return self.run.call(method, *self.who, *arguments)

    def told(self, kind, method):
        topic = f"$thing/down/{kind}/{self.unit.product}/{self.unit.name}"
        return self.run.message(topic, lambda payload: payload["method"] == method)

    def answered(self, kind, method):
        answer = self.told(kind, method)
        same((answer["code"], answer["status"]), (0, "success"), method)
        return answer


def template(stage):
    device = _Template(stage)
    device.call("templateGetStatus")
    same(device.answered("property", "get_status_reply")["data"], {"reported": {}}, "the status")
    wanted = {"power_switch": 1, "name": "Süd"}
    device.call("templateReport", device.call("templateJsonConstructReportArray", wanted))
    device.answered("property", "report_reply")
    held = stage.berth.twin(device.hub, device.unit.id)
    same(held["reported"], wanted, "reported properties at the hub")
    device.call("templateReportSysInfo", {"module_hardinfo": "ESP8266", "fw_ver": "1.0"})
    device.answered("property", "report_info_reply")
    stage.berth.update_desired(device.hub, device.unit.id, {"power_switch": 0})
    same(device.told("property", "control")["params"], {"power_switch": 0}, "the control")
    device.call("templateControlReply", {"reply": {"code": 0, "status_msg": "done"}})
    device.call("templateGetStatus")
    told = device.answered("property", "get_status_reply")["data"]
    same(told, {"reported": wanted, "control": {"power_switch": 0}}, "the status after it")
    device.call("clearControl")
    device.answered("property", "clear_control_reply")


def template_event(stage):
    device = _Template(stage)
    event = {"eventId": "low", "type": "alert", "timestamp": 0, "params": {"voltage": 2.8}}
    device.call("templateEventPost", {"events": [event]})
    device.answered("event", "event_reply")
    device.call("templateEventPost", {"events": [event, event]})
    device.answered("event", "events_reply")
    same(len(stage.berth.events(device.hub, device.unit.id)), 2, "events at the hub")


def template_action(stage):
    device = _Template(stage)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            stage.berth.call_method, device.hub, device.unit.id, "blink", {"times": 3}
        )
        action = device.told("action", "action")
        same((action["actionId"], action["params"]), ("blink", {"times": 3}), "the action")
        reply = {"reply": {"code": 0, "status_msg": "done"}}
        device.call("templateActionReply", action["clientToken"], {"blinked": 3}, reply)
        same(asked.result()["payload"], {"blinked": 3}, "the answer that the service got")


def rrpc(stage):
    unit = stage.only_unit()
    run = unit.connected()
    who = (unit.product, unit.name)
    then = {"method": "rrpcReply", "arguments": [*who, {"speed": 3}, 0]}
    run.acknowledged("subscribed", run.call("rrpcInit", *who, {"callback": then}))
    answer = stage.berth.call_method(stage.hub(unit), unit.id, "rrpc", {"ask": "speed"})
    same(answer["payload"], {"speed": 3}, "the answer that the service got")
    topic = f"$rrpc/rxd/{unit.product}/{unit.name}"
    same(run.message(topic), {"ask": "speed"}, "what the device was asked")


def firmware_version(stage):
    unit = stage.only_unit()
    run = unit.connected()
    who = (unit.product, unit.name)
    same(run.call("otaInit", *who, {"callback": None})[0], 0, "the result of otaInit")
    run.acknowledged("published", run.call("otaReportVersion", *who, "1.2.3"))
    answer = run.message(f"$ota/update/{unit.product}/{unit.name}")
    same((answer["type"], answer["result_code"]), ("report_version_rsp", 0), "the answer")
    held = stage.berth.twin(stage.hub(unit), unit.id)["reported"]
    same(plain(held), {"firmware_version": "1.2.3"}, "reported properties at the hub")


def broadcast(stage):
    unit = stage.only_unit()
    run = unit.connected()
    told = run.call("broadcastInit", unit.product, unit.name, {"callback": None})
    same(run.acknowledged("subscribed", told), 0, "the granted QoS")


# ---- gateways


def gateway(stage):
    bound = stage.unit(stage.product("sub-1", kind="bound"), "sub-1")
    same(bound.register()[0], 0, "the registration of the bound device")
    unit = stage.unit(stage.product("gateway-1"), "gateway-1", bound=[bound])
    run = unit.connected()
    sub = (bound.product, bound.name)
    run.acknowledged("subscribed", run.call("gatewayInit"))

    def does(method, *arguments, code=0):
        same(run.call(method, *sub, *arguments)[0], code, method)

    def listed():
        told = run.call("gatewaySubdevGetBindList", unit.product, unit.name)
        same(told[0], 0, "gatewaySubdevGetBindList")
        return told[1]

    does("gatewaySubdevBind", bound.secret)
    same(listed(), [{"product": bound.product, "device": bound.name}], "the bound devices")
    does("gatewaySubdevOnline")
    topic = bound.topic("data")
    same(run.subscribe(topic, 0), 0, "the granted QoS")
    run.publish(topic, {"of": "the bound device"})
    same(run.message(topic), {"of": "the bound device"}, "what came back")
    told = [event["body"] for event in stage.events(bound)]
    same(told, [{"of": "the bound device"}], "events of the bound device at the hub")
    does("gatewaySubdevOffline")
    does("gatewaySubdevUnbind")
    # Refusals last: the SDK takes the next answer of the kind for one, too.
    does("gatewaySubdevOnline", code=1)
    does("gatewaySubdevBind", "bm90IGl0cyBzZWNyZXQ=", code=1)


# ---- what operators and servers do to it


def disabled(stage):
    unit = stage.only_unit()
    run = unit.connected()
    stage.berth.disable_member(unit.product, unit.name)
    run.event("disconnected")
    same(run.connack(), _REFUSED, "the CONNACK when it came back")
    stage.off(run)
    check_refused(unit, "device disabled")


def restart(stage):
    unit = stage.only_unit()
    run = unit.connected()
    topic = unit.topic("data")
    run.subscribe(topic, 0)
    stage.suite.restart()
    run.event("disconnected")
    run.await_connection(_COMEBACK_SECONDS)
    run.subscribe(topic, 0)
    run.publish(topic, {"after": "the restart"})
    same(run.message(topic), {"after": "the restart"}, "what came back")


TOGETHER = (
    Story("dynamic registration; the saved secret connects", registers),
    Story("wrong product secret: the message reaches the application", wrong_secret),
    Story("name not listed refused", not_listed),
    Story("dynamic registration off: refused", switched_off),
    Story("automatic creation, refused beyond the quota", quota),
    Story("registers twice before connecting: only the newer secret connects", registers_twice),
    Story("refused after connecting, allowed after a reset", reset),
    Story("after connecting, where the product says so: same secret, new secret", registers_again),
    Story("product secret replaced: the old one is good for the overlap", rotation),
    Story("data comes back; event reaches the hub", data),
    Story("topics that the product does not permit", topics),
    Story("cloud-to-device message on control, completed by PUBACK", control),
    Story("time", clock),
    Story("shadow: get, report, delta of a desired change", shadow),
    Story("data template: report, status, control", template),
    Story("data template: one event, several", template_event),
    Story("data template: an action is a method", template_action),
    Story("RRPC is a method", rrpc),
    Story("firmware version reported", firmware_version),
    Story("broadcast topic granted", broadcast),
    Story("gateway: bind, online, a bound device's data, unbind", gateway),
    Story("disabled while connected: let go, refused everywhere", disabled),
)
# Alone: the server is restarted under it.
RESTART = (Story("server restarted: connects again, data comes back", restart),)
