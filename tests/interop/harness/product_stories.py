"""What a vendor's SDK must achieve for a device that holds no more than its product's secret and a
name: one function, one row of the board.
"""

import base64

from .conversation import Fault
from .stories import Story, same

_SECRET_BYTES = 16


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
    same(run.connack(), 4, "the CONNACK to the first secret")
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


TOGETHER = (
    Story("dynamic registration; the saved secret connects", registers),
    Story("wrong product secret: the message reaches the application", wrong_secret),
    Story("name not listed refused", not_listed),
    Story("dynamic registration off: refused", switched_off),
    Story("automatic creation, refused beyond the quota", quota),
    Story("registers twice before connecting: only the newer secret connects", registers_twice),
    Story("refused after connecting, allowed after a reset", reset),
)
RESTART = ()
