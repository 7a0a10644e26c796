"""Drives the vendor's rest-python, unmodified, from enrolment to removal. Python 2.7.

client.py LIBRARY URL MODEL TAG (cloudplugs_by_hand.py makes the serials SN-TAG-1 and SN-TAG-2).
"""

import json
import re
import sys

LIBRARY, URL, MODEL, TAG = sys.argv[1:5]
sys.dont_write_bytecode = True
sys.path.insert(0, LIBRARY)
from cloudplugs import CloudPlugs  # noqa: E402

FIRST, SECOND = "SN-%s-1" % TAG, "SN-%s-2" % TAG
AT = 1500000000000
FAILED = []


def say(title, good, seen=None):
    if not good:
        FAILED.append(title)
    print(("pass %s" % title) if good else ("FAIL %s: %s" % (title, seen)))
    sys.stdout.flush()


def client(plug_id="dev-000000000000000000000000", auth="dummy", master=False):
    made = CloudPlugs()
    made.set_base_url(URL + "/iot")
    made.set_auth(plug_id, auth, master)
    return made


def expect(title, who, told, accept=None, status=200):
    """One call of the library: `told` is what it returned; the answer's JSON, or its text."""
    text = who.result.text
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    good = who.get_last_http_result() == status and (told == CloudPlugs.CP_OK) == (status < 300)
    say(title, good and (accept is None or accept(body)), (status, who.http_res, text))
    return body


def is_oid(text):
    return re.match("^[0-9a-f]{24}$", text) is not None


def enrol(thing):
    right = {"model": MODEL, "hwid": FIRST, "pass": "enrollpw", "props": {"fw": "1.0"}}
    wrong = dict(right, **{"pass": "wrongpw1"})
    early = {"model": MODEL, "ctrl": FIRST, "pass": "ctrlpw1", "hwid": "CT-" + TAG}
    expect("2 wrong password: 403", thing, thing.enroll_product(wrong), status=403)
    expect("5 controller before its thing: 404", thing, thing.enroll_ctrl(early), status=404)
    made = expect("8 enroll_product with junk headers", thing, thing.enroll_product(right))
    thing.set_auth(made["id"], made["auth"], False)
    expect("3 second enrolment: 403", thing, thing.enroll_product(right), status=403)
    return made


def properties(thing):
    of = None
    props = expect("get_device", thing, thing.get_device(of), lambda body: "props" in body)["props"]
    say("the property of the enrolment", props == {"fw": "1.0"}, props)
    change = {"name": "lamp", "props": {"fw": "1.1"}}
    expect("set_device", thing, thing.set_device(of, change))
    for value, stored in ((5, 5), ("hello", "hello"), (True, True), ({"x": 1}, {"x": 1})):
        expect("19 set_device_prop", thing, thing.set_device_prop(of, "x", value))
        told = thing.get_device_prop(of, "x")
        expect("19 get_device_prop", thing, told, lambda body, stored=stored: body == stored)
    expect("19 set_device_prop to None", thing, thing.set_device_prop(of, "x", None))
    expect("19 a removed property: 404", thing, thing.get_device_prop(of, "x"), status=404)
    expect("set_device_prop: several", thing, thing.set_device_prop(of, None, {"a": 1, "b": "2"}))
    told = thing.get_device_prop(of, None)
    expect("all properties", thing, told, lambda body: body == {"fw": "1.1", "a": 1, "b": "2"})
    expect("remove_device_prop", thing, thing.remove_device_prop(of, "a"))
    expect("set_device_location", thing, thing.set_device_location(of, 12.5, 45.5, 3, 10, AT))
    told = thing.get_device_location(of)
    expect("get_device_location", thing, told, lambda body: (body["x"], body["y"]) == (12.5, 45.5))


def data(thing):
    one = {"data": 21, "at": AT}
    oid = expect("14 publish_data: one", thing, thing.publish_data("home/temp", one), is_oid)
    again = thing.publish_data("home/temp", dict(one, data=22))
    expect("15 the same time again", thing, again, is_oid)
    two = [{"data": "a", "at": AT - 1, "channel": "home"}, {"data": {"v": 1}, "at": AT + 1}]
    told = thing.publish_data("home/temp", two)
    several = lambda body: len(body) == 2 and all(map(is_oid, body))  # noqa: E731
    expect("14 publish_data: several", thing, told, several)
    told = thing.retrieve_data("+/temp", None, None, None, None, None, 1)
    newest = lambda body: len(body) == 1 and body[0]["data"] == {"v": 1}  # noqa: E731
    expect("13 retrieve_data: newest", thing, told, newest)
    told = thing.retrieve_data("home/#", None, None, None, None, None, None)
    expect("12 retrieve_data: home/#", thing, told, lambda body: len(body) == 3)
    told = thing.get_channel("home/#", None)
    expect("get_channel", thing, told, lambda body: sorted(body) == ["home", "home/temp"])
    told = thing.get_channel_ex("home/temp", None, None, None, None, None, 1)
    expect("20 get_channel_ex: a body on GET", thing, told, lambda body: body == ["home/temp"])
    told = thing.remove_data("home/temp", {"id": oid})
    expect("remove_data by id", thing, told, lambda body: body == 1)
    told = thing.remove_data_ex("home", None, None, None, AT - 1, None)
    expect("remove_data_ex by time", thing, told, lambda body: body == 1)


def control(thing, of):
    controller = client()
    wrong = {"model": MODEL, "ctrl": FIRST, "pass": "enrollpw", "hwid": "CT-" + TAG}
    told = controller.enroll_ctrl(wrong)
    expect("6 controller with the enrol password: 403", controller, told, status=403)
    told = controller.enroll_ctrl(dict(wrong, **{"pass": "ctrlpw1", "name": "phone"}))
    made = expect("8 enroll_ctrl with junk headers", controller, told, status=201)
    controller.set_auth(made["id"], made["auth"], False)
    other = client()
    told = other.enroll_product({"model": MODEL, "hwid": SECOND, "pass": "enrollpw"})
    second = expect("enroll_product: second thing", other, told)["id"]
    told = controller.control_device({"model": MODEL, "ctrl": SECOND, "pass": "ctrlpw1"})
    expect("7 control_device: empty", controller, told, lambda body: body == "")
    told = controller.retrieve_data("home/", None, None, None, of, None, 1)
    seen = lambda body: len(body) == 1 and body[0]["of"] == of  # noqa: E731
    expect("the controller reads its thing", controller, told, seen)
    told = controller.publish_data("cmd", {"data": "on", "of": of})
    expect("the controller publishes for its thing", controller, told, is_oid)
    told = thing.retrieve_data("cmd", None, None, None, None, None, 1)
    expect("the thing reads it", thing, told, lambda body: body[0]["data"] == "on")
    expect("10 uncontrol_device: list", controller, controller.uncontrol_device(None, [of]))
    told = controller.retrieve_data("home/temp", None, None, None, of, None, None)
    expect("a released thing: 403", controller, told, status=403)
    expect("10 uncontrol_device: bare", controller, controller.uncontrol_device(None, second))
    return second


def master(thing, of, second):
    account = client("me@example.org", "masterpw1", True)
    told = account.enroll_prototype({"name": "proto", "hwid": "P-" + TAG, "pass": "protopass"})
    one = expect("enroll_prototype", account, told, status=201)["id"]
    hybrid = client(one, "masterpw1", True)
    expect("hybrid publish_data", hybrid, hybrid.publish_data("p", {"data": 1}), is_oid)
    told = account.unenroll("%s,%s" % (one, second))
    expect("10 unenroll two by the account", account, told, lambda body: body == 2)
    told = account.set_device(of, {"status": "reactivate"})
    expect("4 set_device: reactivate", account, told)
    expect("4 old auth: 401", thing, thing.get_device(None), status=401)
    told = thing.enroll_product({"model": MODEL, "hwid": FIRST, "pass": "enrollpw"})
    made = expect("4 enrols again, same id", thing, told, lambda body: body["id"] == of)
    thing.set_auth(made["id"], made["auth"], False)
    told = thing.get_device(None)
    expect("4 new auth", thing, told, lambda body: body["status"] == "ok")


def main():
    thing = client()
    of = enrol(thing)["id"]
    properties(thing)
    data(thing)
    second = control(thing, of)
    master(thing, of, second)
    expect("23 unenroll", thing, thing.unenroll(None), lambda body: body == 1)
    expect("23 its auth afterwards: 401", thing, thing.get_device(None), status=401)
    return int(bool(FAILED))


if __name__ == "__main__":
    sys.exit(main())
