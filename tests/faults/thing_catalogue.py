"""The catalogue, continued: what goes wrong with things that have a serial number and passwords,
with those who control them, and with what they ask. Entries are made as those of catalogue.py.
"""

import json
from dataclasses import dataclass

from catalogue import RUN_IT, fault
from hub_catalogue import HubAnswer
from thing_wire import (ENROL_TRANSPORTS, MQTT, Ask, EnrolController, EnrolThing, LogInThing,
                        derived)
from wire import HTTPS


@dataclass(frozen=True)
class ThingAnswer:
    """The vendor's error: its code and text."""

    code: int
    message: str


WRONG = ThingAnswer(403, "wrong model, serial number or password")
ENROLLED = ThingAnswer(403, "already enrolled")
NOT_ENROLLED = ThingAnswer(404, "thing not enrolled")
TAKEN = ThingAnswer(403, "serial number in use")
DISABLED = ThingAnswer(403, "disabled")
BAD_CREDENTIALS = ThingAnswer(401, "unauthorized")
NOT_ALLOWED = ThingAnswer(403, "forbidden")
BAD_PASSWORD = HubAnswer(connack=4)


def enrolling(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": WRONG, "transports": ENROL_TRANSPORTS, **more})


def asking(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": BAD_CREDENTIALS, "transports": (HTTPS,), **more})


# ---- the password --------------------------------------------------------------------------------


@enrolling("nobody has that password", "proof_rejected", "unexplained", proven=False)
def thing_password_of_nobody(world, device):
    return EnrolThing(world.template(device), "nobody's password")


@enrolling("the thing enrols with its control password", "proof_rejected", "password_of_other_use")
def thing_control_password(world, device):
    template = world.template(device)
    return EnrolThing(template, template.control)


@enrolling("a blank was read with the password", "proof_rejected", "password_spelling")
def thing_password_with_blank(world, device):
    template = world.template(device)
    return EnrolThing(template, template.enroll + " ")


@enrolling("the password is in capitals", "proof_rejected", "password_spelling")
def thing_password_capitals(world, device):
    template = world.template(device)
    return EnrolThing(template, template.enroll.upper())


@enrolling("the password was derived in the other order", "proof_rejected", "password_other_order",
           transports=(HTTPS,))
def thing_password_other_order(world, device):
    template = world.derived_template(device)
    return EnrolThing(template, derived(template.serial, template.secret))


@enrolling("the password was derived, but the serial has its own", "proof_rejected",
           "password_not_derived", transports=(HTTPS,))
def thing_password_not_derived(world, device):
    template = world.derived_template(device, own=True)
    return EnrolThing(template, derived(template.secret, template.serial))


@enrolling("too many wrong passwords were tried", "member_locked", "member_locked", mend=RUN_IT)
def thing_locked(world, device):
    template = world.template(device, "--guesses", "2")
    for number in range(2):
        world.ask(EnrolThing(template, f"guess {number}"))
    return EnrolThing(template, template.enroll)


# ---- template and serial -------------------------------------------------------------------------


@enrolling("the serial is not listed", "member_unknown", "member_not_listed", mend=RUN_IT)
def thing_not_listed(world, device):
    template = world.derived_template(device, lists=False)
    return EnrolThing(template, derived(template.secret, template.serial))


@enrolling("the serial has a letter too many", "member_unknown", "member_spelling", proven=False)
def thing_serial_spelling(world, device):
    template = world.template(device)
    template.serial += "x"
    return EnrolThing(template, template.enroll)


@enrolling("the template's id has a wrong digit", "group_unknown", "group_spelling", proven=False)
def thing_template_spelling(world, device):
    template = world.template(device)
    last = template.id[-1]
    template.id = template.id[:-1] + ("0" if last != "0" else "1")
    return EnrolThing(template, template.enroll)


@enrolling("the template is disabled", "enrollment_disabled", "enrollment_disabled",
           hears=DISABLED)
def thing_template_disabled(world, device):
    template = world.template(device)
    world.run("thing", "template", "update", template.id, "--id-scope", world.scope, "--status",
              "disabled")
    return EnrolThing(template, template.enroll)


@enrolling("the serial was revoked", "member_disabled", "device_disabled", hears=DISABLED,
           mend=RUN_IT)
def thing_revoked(world, device):
    template = world.template(device)
    world.serial("revoke", template)
    return EnrolThing(template, template.enroll)


@enrolling("the thing has enrolled before", "already_registered", "registered_already",
           hears=ENROLLED, mend=RUN_IT)
def thing_enrolled_before(world, device):
    template = world.template(device)
    world.enrol_thing(template)
    return EnrolThing(template, template.enroll)


# ---- controllers ---------------------------------------------------------------------------------


def controlling(broken, reason, cause, **more):
    return enrolling(broken, reason, cause, **{"transports": (HTTPS,), **more})


@controlling("a controller comes before its thing", "not_yet_registered",
             "controlled_not_registered", hears=NOT_ENROLLED)
def controller_before_thing(world, device):
    template = world.template(device)
    return EnrolController(template, template.control, serial=f"c-{device}")


@controlling("a controller has the enrol password", "proof_rejected", "password_of_other_use")
def controller_enrol_password(world, device):
    template = world.template(device)
    world.enrol_thing(template)
    return EnrolController(template, template.enroll, serial=f"c-{device}")


@controlling("another controller has the serial", "owned_by_other", "serial_of_other", hears=TAKEN)
def controller_serial_of_other(world, device):
    first, second = world.template(device), world.template(f"{device}-2")
    world.enrol_thing(first)
    world.enrol_thing(second)
    world.ask(EnrolController(first, first.control, serial=f"c-{device}"))
    return EnrolController(second, second.control, serial=f"c-{device}")


# ---- what they ask -------------------------------------------------------------------------------


@asking("the password was replaced when the thing enrolled again", "proof_rejected",
        "reissued_since")
def ask_replaced_password(world, device):
    template = world.template(device)
    plug_id, password = world.enrol_thing(template)
    world.serial("reset", template)
    world.enrol_thing(template)
    return Ask(plug_id, password)


@asking("nobody has that Plug-ID", "device_unknown", "unexplained", proven=False)
def ask_forged_plug_id(world, device):
    world.template(device)
    return Ask("dev-" + device.encode().hex()[-24:], "forged")


@asking("a thing publishes in the name of one it does not control", "not_permitted",
        "permission_missing", hears=NOT_ALLOWED)
def ask_in_anothers_name(world, device):
    other, _ = world.enrol_thing(world.template(f"{device}-2"))
    plug_id, password = world.enrol_thing(world.template(device))
    return Ask(plug_id, password, "PUT", "/data/cmd", {"data": "on", "of": other})


@asking("a thing reads one of another company", "not_permitted", "permission_missing",
        hears=NOT_ALLOWED)
def ask_another_company(world, device):
    other, _ = world.enrol_thing(world.template(f"{device}-2"))
    scope = world.new_scope()
    world.run("hub", "link", "--id-scope", scope, "--hub", "hub-1")
    plug_id, password = world.enrol_thing(world.template(device, scope=scope))
    return Ask(plug_id, password, "GET", f"/device/{other}")


@asking("a controller may only read", "not_permitted", "permission_missing", hears=NOT_ALLOWED)
def ask_controller_may_read_only(world, device):
    template = world.template(device)
    thing, password = world.enrol_thing(template)
    world.ask(Ask(thing, password, "PATCH", f"/device/{thing}", {"perm": {"ctrl": "r"}}))
    heard = world.ask(EnrolController(template, template.control, serial=f"c-{device}"))
    return Ask(heard.body["id"], heard.body["auth"], "PUT", "/data/cmd",
               {"data": json.dumps("on"), "of": thing})


@fault("a thing logs in with its enrol password", "proof_rejected", "password_of_other_use",
       hears=BAD_PASSWORD, transports=(MQTT,))
def login_enrol_password(world, device):
    template = world.template(device)
    plug_id, _ = world.enrol_thing(template)
    return LogInThing(plug_id, template.enroll)


@fault("a thing logs in after an operator reset it", "proof_rejected", "reissued_since",
       hears=BAD_PASSWORD, transports=(MQTT,))
def login_after_reset(world, device):
    template = world.template(device)
    plug_id, password = world.enrol_thing(template)
    world.serial("reset", template)
    return LogInThing(plug_id, password)
