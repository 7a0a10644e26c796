"""The catalogue, continued: devices that ask for a certificate when they register. Entries are made
as those of catalogue.py.
"""

import base64

import pki
from catalogue import RUN_IT, Answer, fault
from wire import HTTPS, MQTT, Attempt, Token

BAD_REQUEST = Answer(400004, "Invalid certificate signing request")
NOT_ISSUED = Answer(400004, "Certificates are not issued for this enrollment")
API = "api-version=2025-07-01-preview"


def asking(broken, reason="certificate_request_invalid", cause="unexplained", **more):
    return fault(broken, reason, cause,
                 **{"hears": BAD_REQUEST, "transports": (HTTPS, MQTT), "proven": False, **more})


def with_request(world, device, request, *flags):
    """A device with a key that asks for a certificate."""
    enrolled = world.individual(device, *(flags or ("--issue-certificates", "7")))
    return Attempt(device, Token(enrolled.primary), api=API,
                   more={"csr": base64.b64encode(request).decode()})


@asking("the request asks for the rights of a CA")
def request_for_a_ca(world, device):
    wishes = pki.asking_for(*pki.authority_rights())
    return with_request(world, device, pki.request(device, attributes=wishes))


@asking("the request is for another name")
def request_for_another(world, device):
    return with_request(world, device, pki.request(f"{device}-neighbour"))


@asking("the request has no name")
def request_without_name(world, device):
    return with_request(world, device, pki.request(""))


@asking("the request is for an RSA-1024 key")
def request_rsa_1024(world, device):
    return with_request(world, device, pki.request(device, pki.Key(pki.RSA_1024)))


@asking("the request is for a key on an odd curve")
def request_odd_curve(world, device):
    return with_request(world, device, pki.request(device, pki.Key(pki.KOBLITZ)))


@asking("the request is signed with another key than the one in it")
def request_of_other_key(world, device):
    return with_request(world, device, pki.request(device, signer=pki.Key()))


@asking("the request is garbage")
def request_garbage(world, device):
    return with_request(world, device, b"\x30\x82garbage")


@asking("there is something after the request")
def request_with_surplus(world, device):
    return with_request(world, device, pki.request(device) + b"more")


@asking("the enrollment issues no certificates", "issuance_off", "issuance_off", hears=NOT_ISSUED,
        proven=True, mend=RUN_IT)
def issuance_off(world, device):
    return with_request(world, device, pki.request(device), "--provisioning-status", "enabled")
