"""What real readers must make of Berth's credential codes, and Berth of theirs: one function, one
row of the board.
"""

import base64
import json
from dataclasses import dataclass

from .conversation import Fault
from .stories import same

PASSPHRASES = ("correct horse", "p", "pässwörd-✓", "a" * 200)
MODEL = "dtmi:com:example:Thermostat;1"
OLD_MODEL = "urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1"
GOOD_KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
_QUIET_MODULES = 4
_PIXELS = 4


@dataclass(frozen=True)
class Story:
    """One row of the board."""

    title: str
    tell: object
    version: str
    transport: str = "HTTPS"


def resolved(stage, number):
    """What a number stands for, asked for as the app does."""
    status, kind, text = stage.ask("GET", f"/numeric?numeric={number}", token=False)
    same((status, kind), (200, "text/html; charset=utf-8"), "the answer to a number")
    return text


def every_library_reads_ours(stage):
    for number, passphrase in enumerate(PASSPHRASES):
        device = f"reader-{number}"
        code = resolved(stage, stage.creds(device, passphrase, OLD_MODEL, types=2)["numeric"])
        wanted = {
            "deviceId": device,
            "deviceKey": stage.device_key(device),
            "scopeId": stage.scope,
            "modelId": OLD_MODEL,
        }
        told = stage.node("decrypt", code=code, passphrase=passphrase)
        for library, seen in told.items():
            same(seen.get("value"), wanted, f"{library} with {passphrase[:12]}")
        inner = stage.openssl("-d", "-pass", f"pass:{passphrase}", fed=code)
        same(json.loads(base64.b64decode(inner)), wanted, f"openssl with {passphrase[:12]}")
        for library, seen in stage.node("decrypt", code=code, passphrase="wrong").items():
            if "error" not in seen:
                raise Fault(f"{library} opened the code with a wrong passphrase")


def ours_reads_every_library(stage):
    wanted = {"deviceId": "gerät-7", "scopeId": "0ne1", "modelId": MODEL}
    # Another order, members that are unknown, and the passphrase inside, as their makers had it.
    held = {"modelId": MODEL, "later": [1, {"a": None}], "deviceKey": GOOD_KEY}
    held |= {"patientId": "p", "scopeId": "0ne1", "deviceId": "gerät-7"}
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    for passphrase in PASSPHRASES:
        codes = stage.node("encrypt", text=text, passphrase=passphrase)
        inner = base64.b64encode(text.encode()).decode()
        codes["openssl"] = stage.openssl("-salt", "-pass", f"pass:{passphrase}", fed=inner)
        for library, code in codes.items():
            told = stage.redeem(code, "--show", "--show-keys", "--json", passphrase=passphrase)
            same(told[0], 0, f"the exit code for {library}: {told[1]}")
            seen = json.loads(told[1])
            seen.pop("endpoint")  # not in such a code
            same(seen, wanted | {"deviceKey": GOOD_KEY}, f"what {library} made")
            ended, _ = stage.redeem(code, "--show", passphrase="wrong")
            same(ended, 1, f"the exit code with a wrong passphrase, {library}")


def check_picture(stage, png, text):
    told = stage.node("picture", png=png)
    same(told.get("text"), text, "what jsqr reads")
    side = (told["size"] + 2 * _QUIET_MODULES) * _PIXELS
    same(told["pixels"], side, "pixels of a picture with as many modules as qrcode makes")


def portal_picture(stage):
    made = stage.creds("pictured", "correct horse", OLD_MODEL)
    same(sorted(made), ["numeric", "qrCode"], "members")
    check_picture(stage, made["qrCode"], resolved(stage, made["numeric"]))


def api_pictures(stage):
    for members in (
        {"mode": "claim"},
        {"mode": "envelope", "passphrase": "correct horse", "modelId": MODEL},
        {"mode": "compatible", "passphrase": "correct horse"},
        {"mode": "compatible", "unencrypted": True},
    ):
        made = stage.code(deviceId="drawn", **members)
        check_picture(stage, made["qr"]["png"], made["code"])


def number_is_good_once(stage):
    number = stage.creds("once", "correct horse", types=2)["numeric"]
    resolved(stage, number)
    seen = stage.ask("GET", f"/numeric?numeric={number}", token=False)
    same((seen[0], seen[2]), (404, "-1"), "the second answer")
    told = stage.node("decrypt", code="-1", passphrase="correct horse")
    for library, what in told.items():
        if "error" not in what:
            raise Fault(f"{library} takes -1 for a code")


def portal_api(stage):
    """Statuses and bodies of the portal of old, where they are meant to be kept."""
    body = {"deviceId": "d", "deviceKey": GOOD_KEY, "patientId": "p", "modelId": "", "types": 3}
    seen = stage.ask("POST", "/creds", body)
    same((seen[0], seen[2]), (500, "Invalid body"), "without a scope")
    same(stage.told("POST", "/creds", body | {"scopeId": stage.scope, "types": 9}), {}, "types 9")
    made = stage.told("POST", "/creds", body | {"scopeId": stage.scope, "types": "1"})
    same(list(made), ["qrCode"], "members of types 1 as a text")
    same(stage.ask("POST", "/creds", body, token=False)[0], 401, "nobody is signed in")


def app(package, device, passphrase, model):
    def tell(stage):
        made = stage.creds(device, passphrase, model)
        code = stage.node("picture", png=made["qrCode"])["text"]
        message = {"heartRate": 71}
        told = stage.node(
            "app", package=package, code=code, passphrase=passphrase or None, message=message
        )
        if "error" in told:
            raise Fault(f"the app's package: {told['error'][:400]}")
        same(told["connected"], True, "connected")
        same(stage.events(device), [message], "telemetry")
        same(stage.twin(device)["reported"].get("seenBy"), f"app {package}", "its property")
        record = stage.berth.registrations()[device]
        same(record["status"], "assigned", "the registration")
        same(record.get("model") or "", model, "its model")

    return tell


def redeems(device, members, *arguments, shown="code", passphrase=None):
    def tell(stage):
        made = stage.code(deviceId=device, **members)
        code = str(made[shown])
        ended, said = stage.redeem(code, *arguments, passphrase=passphrase)
        same(ended, 0, f"the exit code: {said[-400:]}")
        same(len(stage.events(device)), 1, "messages at the hub")
        ended, again = stage.redeem(code, *arguments, passphrase=passphrase)
        is_link = shown == "code" and members["mode"] != "claim"
        same(ended, 0 if is_link else 1, f"the exit code of a second time: {again[-400:]}")

    return tell


APP = "the app registers over WebSocket, connects, sends: "
OURS = "berth device redeem: "
_BOTH = "1.1.7, 1.1.10"
_WSS = "MQTT-WS"
_ENVELOPE = {"mode": "envelope", "modelId": MODEL}
_SEALED = _ENVELOPE | {"passphrase": "correct horse"}
_NUMBER = {"mode": "compatible", "passphrase": "pässwörd-✓", "pickup": True}

STORIES = (
    Story("ours open in both packages, crypto-js and openssl", every_library_reads_ours, _BOTH),
    Story("codes of crypto-js and openssl are read", ours_reads_every_library, "crypto-js 3, 4"),
    Story("the portal's picture is the code of its number", portal_picture, "jsqr 1.4.0"),
    Story("pictures of all modes, as many modules as npm qrcode's", api_pictures, "qrcode 1.5.0"),
    Story("a number is good once, then -1", number_is_good_once, _BOTH),
    Story("the portal's API: bodies, types, statuses", portal_api, "by hand"),
    Story(APP + "encrypted", app("1.1.7", "app-7", "correct horse", OLD_MODEL), "1.1.7", _WSS),
    Story(APP + "encrypted, model", app("1.1.10", "app-10", "pä", MODEL), "1.1.10", _WSS),
    Story(APP + "unencrypted, no model", app("1.1.10", "app-11", "", ""), "1.1.10", _WSS),
    Story(OURS + "claim, own key", redeems("own-1", {"mode": "claim"}), "Berth"),
    Story(
        OURS + "claim, symmetric key, over MQTT",
        redeems("own-2", {"mode": "claim"}, "--key", "symmetric", "--provision-over", "mqtt"),
        "Berth",
    ),
    Story(OURS + "envelope by its letters", redeems("own-3", _ENVELOPE, shown="pickup"), "Berth"),
    Story(
        OURS + "envelope link, passphrase",
        redeems("own-4", _SEALED, passphrase="correct horse"),
        "Berth",
    ),
    Story(
        OURS + "number of a compatible code",
        redeems("own-5", _NUMBER, shown="numeric", passphrase="pässwörd-✓"),
        "Berth",
    ),
)
