"""What a thing, a controller and an account must be able to do, told over sockets and with the
mosquitto tools: those test cases of the protocol's description that no recorded library says."""

import json
from concurrent.futures import ThreadPoolExecutor

from . import things
from .conversation import Fault
from .stories import Story
from .things_wire import (
    Broker,
    Link,
    account_headers,
    ask,
    device_headers,
    enrol_by_mqtt,
    until,
)

_LARGE = 1200000
_SLASHED = "a/b+c=pw"
MASTER = account_headers(things.ACCOUNT, things.MASTER)
JUNK = ("X-Plug-Id: dev-000000000000000000000000", "X-Plug-Auth: dummy")


def same(seen, expected, what):
    if seen != expected:
        raise Fault(f"{what}: {seen!r}, not {expected!r}")


def product(serial, password=things.ENROL, model=things.MODEL):
    return json.dumps({"model": model, "hwid": serial, "pass": password})


def controller(serial, hwid, password=things.CONTROL):
    told = {"model": things.MODEL, "ctrl": serial, "pass": password, "hwid": hwid}
    return json.dumps(told)


def thing(serial, **more):
    return ask("POST", "device", product(serial, **more)).must(200).body


def holder(serial, hwid):
    return ask("PUT", "device", controller(serial, hwid)).must(201).body


def _first_answer(stage):
    answer = ask("POST", "device", product("C1")).must(200)
    same(answer.text.startswith('{"id":"dev-'), True, "id comes first")
    same(list(answer.body), ["id", "auth"], "members")
    same(int(answer.headers["content-length"]), len(answer.text), "Content-Length")
    ask("GET", f"device/{answer.body['id']}", "", *device_headers(answer.body)).must(200)


def _refusals_alike(stage):
    no_template = product("C2", model="mod-" + "0" * 24)
    wrong = (product("C2", "wrongpw1"), product("C2-unknown"), no_template)
    told = {ask("POST", "device", body).must(403).text for body in wrong}
    same(len(told), 1, f"one text for all, but {told}")


def _reissue(stage):
    old = thing("R1", model=things.REISSUING)
    new = thing("R1", model=things.REISSUING)
    same((new["id"] == old["id"], new["auth"] == old["auth"]), (True, False), "same id, new auth")
    ask("GET", f"device/{old['id']}", "", *device_headers(old)).must(401)
    ask("GET", f"device/{old['id']}", "", *device_headers(new)).must(200)


def _junk(stage):
    ask("POST", "device", product("C8"), *JUNK).must(200)
    ask("PUT", "device", controller("C8", "C8-ctrl"), *JUNK).must(201)


def _override(stage):
    made = thing("C9")
    path, me = f"device/{made['id']}", device_headers(made)
    for verb in ("PATCH", "DELETE"):
        override = f"X-HTTP-Method-Override: {verb}"
        ask("POST", f"{path}/x", "5", *me, override).must(200, "")
        told = ask("GET", f"{path}/x", "", *me)
        told.must(200, "5") if verb == "PATCH" else told.must(404)


def _spellings(stage):
    made = [thing(f"C10-{number}") for number in range(1, 8)]
    ids = [each["id"] for each in made]
    account = (
        (f'"{ids[0]}"', "1"),
        (ids[1], "1"),
        (f'["{ids[2]}"]', "1"),
        (f'"{ids[3]},{ids[4]}"', "2"),
    )
    for body, count in account:
        ask("DELETE", "device", body, *MASTER).must(200, count)
    ask("DELETE", "device", "", *device_headers(made[5])).must(200, "1")
    ask("DELETE", "device", '{"other":1}', *device_headers(made[6])).must(400)


def _releases(stage):
    owned = [thing(f"C10r-{number}")["id"] for number in range(1, 3)]
    made = holder("C10r-1", "C10r-ctrl")
    path, me = f"device/{made['id']}", device_headers(made)
    bodies = (f'"{owned[0]}"', owned[0], f'["{owned[0]}"]', f'{{"controlled":"{owned[0]}"}}')
    bodies += (f'"{owned[0]},{owned[1]}"', "null", "")
    for body in bodies:
        ask("GET", f"channel/%23?of={owned[0]}", "", *me).must(200)
        ask("DELETE", path, body, *me).must(200, "")
        ask("GET", f"channel/%23?of={owned[0]}", "", *me).must(403)
        ask("PUT", "device", controller("C10r-1", "C10r-ctrl"), *me).must(200, "")
    ask("DELETE", path, '{"data":5}', *me).must(400)


def _channels(stage):
    me = device_headers(thing("C11"))
    for number, path in enumerate(("home%2Ftemp", "home/temp", "home")):
        ask("PUT", f"data/{path}", f'{{"data":{number},"at":{1000 + number}}}', *me).must(200)
    masks = ("home%2F%23", "home/%23", "home/")
    told = {ask("GET", f"data/{mask}", "", *me).must(200).text for mask in masks}
    same(len(told), 1, f"the same answer to three spellings, but {told}")
    same([each["data"] for each in json.loads(told.pop())], [2, 1, 0], "all levels, newest first")
    newest = ask("GET", "data/+/temp?&limit=1", "", *me).must(200).body
    same([each["data"] for each in newest], [1], "the newest alone")


def _time_to_live(stage):
    me = device_headers(thing("C16"))
    ask("PUT", "data/short", '{"data":1,"ttl":1}', *me).must(200)
    until("gone after its ttl", lambda: ask("GET", "data/short", "", *me).must(200).body == [])


def _read_only(stage):
    made = thing("C17")
    ask("PATCH", f"device/{made['id']}", '{"perm":{"ctrl":"r"}}', *MASTER).must(200)
    me = device_headers(holder("C17", "C17-ctrl"))
    body = f'{{"data":1,"of":"{made["id"]}"}}'
    ask("PUT", "data/cmd", body, *me).must(403)
    ask("GET", f"data/cmd?of={made['id']}", "", *me).must(200, "[]")


def _bodies(stage):
    made = thing("C19")
    path, me = f"device/{made['id']}/x", device_headers(made)
    for body, stored in (("5", "5"), ('"s"', '"s"'), ("hello", '"hello"'), ("True", "true")):
        ask("PATCH", path, body, *me).must(200, "")
        ask("GET", path, "", *me).must(200, stored)
    for body in ("null", ""):
        ask("PATCH", path, "5", *me).must(200, "")
        ask("PATCH", path, body, *me).must(200, "")
        ask("GET", path, "", *me).must(404)


def _stray_bodies(stage):
    made = thing("C20")
    path, me = f"device/{made['id']}/x", device_headers(made)
    ask("PATCH", path, "5", *me).must(200, "")
    link = Link()
    link.ask("GET", path, '{"stray":1}', *me, "Content-Length: 11", framed=False).must(200, "5")
    link.ask("DELETE", path, '{"stray":1}', *me).must(200, "")
    link.ask("GET", path, "", *me).must(404)
    link.close()


def _unframed(stage):
    made = thing("C21")
    me = device_headers(made)
    oid = ask("PUT", "data/t", '{"data":1}', *me).must(200).body
    for path, body in (("data/t", json.dumps({"id": oid})), ("device", f'"{made["id"]}"')):
        link = Link()
        link.ask("DELETE", path, body, *me, "Connection: keep-alive", framed=False).must(200, "1")
        same(link.closed(), True, "closed after an unframed body")
    ask("GET", f"device/{made['id']}", "", *me).must(401)


def _connections(stage):
    made = thing("C22")
    path, me = f"device/{made['id']}", device_headers(made)
    link = Link()
    for _ in range(3):
        link.ask("GET", path, "", *me).must(200)
    told = link.ask("GET", path, "", *me, "Connection: close").must(200)
    same(told.headers.get("connection"), "close", "Connection")
    same(link.closed(), True, "closed as asked")


def _two_at_once(stage):
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: ask("POST", "device", product("C29")), range(2)))
    same(sorted(each.status for each in told), [200, 403], "one wins")


def _expect_continue(stage):
    me = device_headers(thing("C30"))
    data = '{"data":"' + "x" * _LARGE + '"}'
    link = Link()
    length = f"Content-Length: {len(data)}"
    link.send("PUT", "data/big", "", *me, "Expect: 100-continue", length, framed=False)
    first = link.read()
    if first.status // 100 == 4:
        return  # refused before a byte of the body was sent
    same(first.status, 100, "the interim answer")
    link.socket.sendall(data.encode("ascii"))
    told = link.read()
    same(told.status == 200 or told.status // 100 == 4, True, f"a clean answer, {told.status}")
    link.close()


def _derived(stage):
    enrol = ("4AI52Od5p2v+YFAJtyTuvzYKEHQ=", "6NU0GhiG7ftOnM090OfM1d1KYls=")
    ways = ((things.DERIVING, enrol), (things.TURNED, enrol[::-1]))
    for model, (mine, controls) in ways:
        thing("SN0001", model=model, password=mine)
        told = {"model": model, "ctrl": "SN0001", "pass": controls}
        ask("PUT", "device", json.dumps(told)).must(201)


def _mqtt_enrolment(stage):
    made = stage.subscribed("C24", f"{things.MODEL}/thing/{things.ENROL}")
    ask("GET", f"device/{made['id']}", "", *device_headers(made)).must(200)
    held = stage.subscribed("C24", f"{things.MODEL}/ctrl/C24/{things.CONTROL}")
    of = f"channel/%23?of={made['id']}"
    ask("GET", of, "", *device_headers(held)).must(200)
    wrong = stage.subscribed("C24", f"{things.MODEL}/thing/wrongpw1")
    same(wrong.get("err"), 403, "err")


def _awkward_password(stage):
    told = enrol_by_mqtt("C25", f"{things.MODEL}/thing/{_SLASHED}")
    ask("GET", f"device/{told['id']}", "", *device_headers(told)).must(200)


def _anonymous_publish(stage):
    broker = Broker("C26")
    broker.publish("/data/t", '{"data":1}')
    same(broker.packet(), (None, b""), "after an anonymous PUBLISH")
    broker.close()


def _both_ways(stage):
    made = thing("C27")
    me = device_headers(made)
    code, said = stage.run("mosquitto_pub", made, "-t", "/data/t", "-m", '{"data":7}', "-q", "1")
    same(code, 0, f"mosquitto_pub: {said}")
    seen = lambda: ask("GET", "data/t", "", *me).must(200).body  # noqa: E731
    until("read by REST", lambda: [each["data"] for each in seen()] == [7])
    topic = f"{made['id']}/data/back/#"
    listening = stage.begin(made, "-t", topic, "-C", "1")
    ask("PUT", "data/back/here", '{"data":"hello"}', *me).must(200)
    topic, payload = stage.end(listening).split(" ", 1)
    same(topic, f"{made['id']}/data/back/here", "topic")
    same(json.loads(payload)["data"], "hello", "data")


def _removed(stage):
    made = thing("C23")
    listening = stage.begin(made, "-t", f"{made['id']}/data/#")
    ask("DELETE", "device", "", *device_headers(made)).must(200, "1")
    ask("GET", f"device/{made['id']}", "", *device_headers(made)).must(401)
    until("the connection is dropped", lambda: stage.was_dropped(listening))
    code, said = stage.run("mosquitto_pub", made, "-t", "/data/t", "-m", "1")
    same((code != 0, "efused" in said), (True, True), f"its login afterwards: {said}")
    thing("C23")


def _of_http():
    return (
        ("1 first answer: id first, Content-Length, valid at once", _first_answer),
        ("2 wrong password, serial, template: one and the same 403", _refusals_alike),
        ("3 template that reissues: same id, new auth, old one 401", _reissue),
        ("8 junk credentials beside a valid enrolment", _junk),
        ("9 POST with an override: PATCH and DELETE", _override),
        ("10 un-enrol: every spelling, count", _spellings),
        ("10 release: every spelling", _releases),
        ("11, 12, 13 channels and masks as libraries spell them", _channels),
        ("16 ttl 1: gone", _time_to_live),
        ("17 controller that may only read", _read_only),
        ("19 bodies of one property, quoted or not", _bodies),
        ("20 stray bodies on GET and property DELETE", _stray_bodies),
        ("21 unframed DELETE body in one segment", _unframed),
        ("22 Connection: close and keep-alive", _connections),
        ("28 derived passwords, both orders", _derived),
        ("29 two enrolments at once: one wins", _two_at_once),
        ("30 1.2 MB with Expect: 100-continue", _expect_continue),
    )


def _of_mqtt():
    return (
        ("23 un-enrolled: connection dropped, 401, may enrol again", _removed),
        ("24 MQTT enrolment: thing, controller, wrong password", _mqtt_enrolment),
        ("25 MQTT enrolment: password with / and +", _awkward_password),
        ("26 anonymous PUBLISH: disconnected", _anonymous_publish),
        ("27 MQTT publishes, REST reads, and the reverse", _both_ways),
    )


HTTP = tuple(Story(title, tell) for title, tell in _of_http())
MQTT = tuple(Story(title, tell) for title, tell in _of_mqtt())


def serials():
    """(serial, enrol password, control password) of all stories at the template MODEL."""
    cases = (1, 2, 8, 9, 11, 16, 17, 19, 20, 21, 22, 23, 24, 27, 29, 30)
    plain = [f"C{number}" for number in cases] + ["C10r-1", "C10r-2"]
    plain += [f"C10-{number}" for number in range(1, 8)]
    rows = [(serial, things.ENROL, things.CONTROL) for serial in plain]
    return [*rows, ("C25", _SLASHED, things.CONTROL)]
