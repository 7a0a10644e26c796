"""The catalogue, continued: what goes wrong with devices that have certificates, when they register
and at their hub. Entries are made as those of catalogue.py; each makes its own CAs.
"""

import time
from dataclasses import replace

import pki
from catalogue import BY_HAND, RUN_IT, UNAUTHORIZED, Answer, fault
from certificate_wire import Greet, Papers, Show
from certificate_world import HUB, Trust
from hub_catalogue import CLOSED, REFUSED
from hub_wire import HUB_TRANSPORTS
from pki import DAY
from product_catalogue import NoHandshake
from wire import HTTPS, MQTT, TRANSPORTS, Heard, Token

BAD_CERTIFICATE = Answer(401002, "Invalid certificate", connack=5)
SESSION_ENDS_SECONDS = 1.0


def showing(broken, reason, cause, **more):
    return fault(broken, reason, cause,
                 **{"hears": BAD_CERTIFICATE, "transports": (HTTPS, MQTT), **more})


def greeting(broken, **more):
    """The handshake itself fails, so that there is no attempt that a trail could be of."""
    return fault(broken, "", "", **{"hears": NoHandshake(), "transports": (HTTPS,), **more})


def of_group(world, device, **wrong):
    """A device of a group on the intermediate; its certificate is wrong."""
    trust = Trust(world)
    trust.group()
    return trust.show(device, trust.leaf(device, **wrong), blames=device)


# ---- the device's certificate --------------------------------------------------------------------


@showing("the certificate has expired", "certificate_expired", "certificate_times",
         transports=TRANSPORTS)
def certificate_expired(world, device):
    return of_group(world, device, begins=-3 * DAY, ends=-DAY)


@showing("the certificate is good from tomorrow on", "certificate_not_yet_valid",
         "certificate_times")
def certificate_not_yet_valid(world, device):
    return of_group(world, device, begins=DAY, ends=3 * DAY)


@showing("the pinned certificate has expired", "certificate_expired", "certificate_times")
def certificate_pinned_expired(world, device):
    trust = Trust(world, asserted=False)
    leaf = pki.leaf(device, begins=-3 * DAY, ends=-DAY)
    trust.individual(device, leaf)
    return trust.show(device, leaf, blames=device)


@showing("the certificate is for TLS servers only", "certificate_usage", "certificate_shape")
def certificate_for_servers(world, device):
    return of_group(world, device, extensions=[pki.usages(pki.SERVER)])


@showing("the device's key is RSA-1024", "certificate_weak", "certificate_shape")
def certificate_rsa_1024(world, device):
    return of_group(world, device, kind=pki.RSA_1024)


@showing("a critical extension that nobody knows", "certificate_extension", "certificate_shape")
def certificate_unknown_extension(world, device):
    unknown = pki.extension("1.3.6.1.4.1.99999.1", b"\x05\x00", critical=True)
    return of_group(world, device, extensions=[pki.usages(pki.CLIENT), unknown])


@showing("the CN is another device's", "certificate_name", "common_name_differs")
def certificate_of_another_name(world, device):
    trust = Trust(world)
    trust.group()
    return trust.show(device, trust.leaf(f"{device}-neighbour"), blames=f"{device}-neighbour")


@showing("the certificate has no CN at all", "certificate_name", "common_name_differs")
def certificate_without_name(world, device):
    trust = Trust(world)
    trust.group()
    return trust.show(device, trust.leaf(""))


@showing("one certificate is larger than any may be", "proof_malformed", "unexplained",
         hears=UNAUTHORIZED, proven=False)
def certificate_of_20_kilobytes(world, device):
    padding = pki.extension("1.3.6.1.4.1.99999.2", bytes(20 * 1024))
    large = of_group(world, device, extensions=[pki.usages(pki.CLIENT), padding])
    return replace(large, blames="")  # nobody reads its name


@showing("the device has a certificate and does not show it", "proof_missing", "no_credential",
         hears=UNAUTHORIZED)
def certificate_not_shown(world, device):
    trust = Trust(world, asserted=False)
    trust.individual(device, pki.leaf(device))
    return Show(device, None, trust.scope)


@showing("the device signs a token, its enrollment has a certificate", "attestation_mismatch",
         "unexplained", hears=UNAUTHORIZED, proven=False)
def certificate_enrolled_token_sent(world, device):
    trust = Trust(world, asserted=False)
    trust.individual(device, pki.leaf(device))
    return Show(device, Token(b"0123456789abcdef"), trust.scope)


@showing("a group's device shows a certificate where an individual enrollment has keys",
         "attestation_mismatch", "individual_shadows_group", hears=UNAUTHORIZED, mend=RUN_IT)
def certificate_shadowed_by_keys(world, device):
    trust = Trust(world)
    trust.group()
    world.individual(device, "--provisioning-status", "disabled", scope=trust.scope)
    return trust.show(device, trust.leaf(device))


# ---- the chain -----------------------------------------------------------------------------------


@showing("an intermediate has expired", "certificate_expired", "certificate_times")
def chain_intermediate_expired(world, device):
    trust = Trust(world)
    old = pki.authority(f"{world.name} old", trust.root, begins=-3 * DAY, ends=-DAY)
    trust.group(old)
    return trust.show(device, pki.leaf(device, old), blames=old.name)


@showing("a device's certificate signs another one", "certificate_usage", "certificate_shape")
def chain_signed_by_a_device(world, device):
    trust = Trust(world)
    trust.group()
    other = trust.leaf(f"{device}-neighbour")
    return trust.show(device, pki.leaf(device, other), blames=other.name)


@showing("an intermediate's key is on a curve that is not for certificates", "certificate_weak",
         "certificate_shape")
def chain_odd_curve(world, device):
    trust = Trust(world)
    odd = pki.authority(f"{world.name} odd", trust.root, kind=pki.KOBLITZ)
    trust.group(trust.root)
    return trust.show(device, pki.leaf(device, odd), blames=odd.name)


@showing("the device sends no intermediates", "chain_incomplete", "intermediate_missing")
def chain_intermediate_missing(world, device):
    trust = Trust(world)
    trust.group()
    return trust.show_alone(device, trust.leaf(device), blames=device)


@showing("the device sends the intermediate of another line of the maker", "chain_incomplete",
         "intermediate_missing")
def chain_of_another_line(world, device):
    trust = Trust(world)
    trust.group()
    other = pki.authority(f"{world.name} other", trust.root)
    return trust.show(device, trust.leaf(device), other)


@showing("ten certificates and the root above them", "chain_too_long", "certificate_shape")
def chain_of_eleven(world, device):
    trust = Trust(world)
    last = trust.maker
    for number in range(8):
        last = pki.authority(f"{world.name} level {number}", last)
    trust.group()
    return trust.show(device, pki.leaf(device, last))


@showing("nobody has proven yet to have the CA's key", "ca_not_verified", "ca_unproven",
         mend=BY_HAND, transports=TRANSPORTS)
def chain_to_unverified_ca(world, device):
    trust = Trust(world, verified=False)
    trust.group()
    return trust.show(device, trust.leaf(device), blames=trust.root.name,
                      mended=lambda: trust.prove(trust.root))


@showing("the CA is another scope's", "chain_incomplete", "ca_of_other_scope")
def chain_to_ca_of_other_scope(world, device):
    trust = Trust(world, asserted=False)
    trust.upload(trust.root, scope=trust.new_scope())
    trust.upload(pki.authority(f"{world.name} own root"))
    trust.group()
    return trust.show(device, trust.leaf(device))


@showing("a CA calls itself as the right one does", "chain_incomplete", "unexplained",
         proven=False)
def chain_to_impostor(world, device):
    trust = Trust(world)
    trust.group(trust.root)
    impostor = pki.authority(trust.root.name)
    return trust.show(device, pki.leaf(device, impostor), impostor)


@showing("the group's CA was replaced, and the device has a certificate of the old one",
         "not_enrolled", "certificate_replaced", hears=UNAUTHORIZED, mend=BY_HAND)
def chain_ca_rolled_over(world, device):
    trust = Trust(world)
    group = trust.group()
    new = pki.authority(f"{world.name} new", trust.root)
    trust.enrol("enrollment-group", "update", group, "--certificate-path", trust.file_of(new))
    return trust.show(device, trust.leaf(device), mended=lambda: trust.enrol(
        "enrollment-group", "update", group, "--secondary-certificate-path",
        trust.file_of(trust.maker)))


@showing("the group nearest to the device is switched off, a wider one is not",
         "enrollment_disabled", "enrollment_disabled", hears=UNAUTHORIZED, mend=RUN_IT)
def chain_nearest_group_disabled(world, device):
    trust = Trust(world)
    trust.group(trust.root, suffix="wide")
    trust.group(trust.maker, "--provisioning-status", "disabled", suffix="near")
    return trust.show(device, trust.leaf(device))


@showing("the device of an enabled group was switched off by itself", "enrollment_disabled",
         "enrollment_disabled", hears=UNAUTHORIZED, mend=RUN_IT)
def chain_individual_disabled(world, device):
    trust = Trust(world)
    trust.group()
    leaf = trust.leaf(device)
    trust.individual(device, leaf, "--provisioning-status", "disabled")
    return trust.show(device, leaf)


# ---- another certificate than is enrolled --------------------------------------------------------


@showing("the enrollment was given a new certificate, the device has the old one",
         "proof_rejected", "certificate_replaced", hears=UNAUTHORIZED,
         mend=BY_HAND)
def certificate_replaced(world, device):
    trust = Trust(world, asserted=False)
    old = pki.leaf(device)
    trust.individual(device, old)
    trust.enrol("enrollment", "update", device, "--certificate-path",
                trust.file_of(pki.leaf(device)))
    return trust.show(device, old, mended=lambda: trust.enrol(
        "enrollment", "update", device, "--secondary-certificate-path", trust.file_of(old)))


@showing("the device has the certificate of another enrollment", "proof_rejected",
         "certificate_of_enrollment", hears=UNAUTHORIZED)
def certificate_of_other_enrollment(world, device):
    trust = Trust(world, asserted=False)
    other = pki.leaf(f"{device}-neighbour")
    trust.individual(other.name, other)
    trust.individual(device, pki.leaf(device))
    return trust.show(device, other)


@showing("somebody makes himself a certificate with the right CN", "proof_rejected",
         "unexplained", hears=UNAUTHORIZED, proven=False)
def certificate_of_nobody(world, device):
    trust = Trust(world, asserted=False)
    trust.individual(device, pki.leaf(device))
    return trust.show(device, pki.leaf(device))


# ---- revoked -------------------------------------------------------------------------------------


def revoked(world, device, choose):
    trust = Trust(world)
    trust.group()
    leaf = trust.leaf(device)
    trust.revoke(choose(leaf))
    return trust.show(device, leaf, blames=choose(leaf).name,
                      mended=lambda: trust.restore(choose(leaf)))


@showing("the device's certificate was revoked", "certificate_revoked", "certificate_revoked",
         mend=BY_HAND, transports=TRANSPORTS)
def revoked_leaf(world, device):
    return revoked(world, device, lambda leaf: leaf)


@showing("the certificate of the CA above it was revoked", "certificate_revoked",
         "certificate_revoked", mend=BY_HAND)
def revoked_intermediate(world, device):
    return revoked(world, device, lambda leaf: leaf.issuers[0])


@showing("the pinned certificate was revoked", "certificate_revoked", "certificate_revoked",
         mend=BY_HAND)
def revoked_pinned(world, device):
    trust = Trust(world, asserted=False)
    leaf = pki.leaf(device)
    trust.individual(device, leaf)
    trust.revoke(leaf)
    return trust.show(device, leaf, blames=device, mended=lambda: trust.restore(leaf))


# ---- in the handshake ----------------------------------------------------------------------------


@greeting("a chain of twenty CAs")
def handshake_twenty_levels(world, device):
    last = pki.authority(f"{world.name} root")
    for number in range(20):
        last = pki.authority(f"{world.name} level {number}", last)
    leaf = pki.leaf(device, last)
    return Greet(device, Papers(leaf.bundle(*leaf.intermediates())))


@greeting("a certificate of forty kilobytes")
def handshake_forty_kilobytes(_, device):
    padding = pki.extension("1.3.6.1.4.1.99999.2", bytes(40 * 1024))
    leaf = pki.leaf(device, extensions=[pki.usages(pki.CLIENT), padding])
    return Greet(device, Papers(leaf.bundle()))


@greeting("a key on P-224, which TLS 1.3 cannot use and the server does not take")
def handshake_odd_curve(_, device):
    return Greet(device, Papers(pki.leaf(device, kind=pki.P224).bundle(), newest=False))


# ---- at the hub ----------------------------------------------------------------------------------


def at_hub(broken, reason, cause, **more):
    return fault(broken, reason, cause, **{"hears": REFUSED, "transports": HUB_TRANSPORTS, **more})


def member(world, device):
    """(trust, certificate) of a device that has registered."""
    trust = Trust(world)
    trust.group()
    leaf = trust.leaf(device)
    trust.registered(trust.show(device, leaf))
    return trust, leaf


@at_hub("the device connects with the certificate of another", "certificate_name",
        "common_name_differs")
def hub_certificate_of_other(world, device):
    trust, _ = member(world, device)
    other = trust.leaf(f"{device}-neighbour")
    trust.registered(trust.show(other.name, other))
    return trust.arrive(device, other, blames=other.name)


@at_hub("the device connects with a revoked certificate", "certificate_revoked",
        "certificate_revoked", mend=BY_HAND)
def hub_certificate_revoked(world, device):
    trust, leaf = member(world, device)
    trust.revoke(leaf)
    return trust.arrive(device, leaf, mended=lambda: trust.restore(leaf))


@at_hub("the device's group was switched off after it registered", "enrollment_disabled",
        "enrollment_disabled", mend=RUN_IT)
def hub_enrollment_disabled(world, device):
    trust, leaf = member(world, device)
    trust.enrol("enrollment-group", "update", f"{world.name}-group", "--provisioning-status",
                "disabled")
    return trust.arrive(device, leaf)


@at_hub("the device connects without showing its certificate", "proof_missing", "no_credential")
def hub_certificate_not_shown(world, device):
    trust, leaf = member(world, device)
    arrival = trust.arrive(device, leaf)
    arrival.identity = None
    return arrival


def ended_by(action):
    """Connected, and still served, until an operator acts: then the end, within a second."""
    def act(device):
        if not device.stays():
            return Heard(raw=b"it was not served")
        action()
        acted = time.monotonic()
        rest = device.rest()
        late = time.monotonic() - acted > SESSION_ENDS_SECONDS
        return Heard(connected=True, closed=True, raw=b"too late" if late else rest)
    return act


def ending(broken):
    """The end of a session is no attempt: there is no trail of it."""
    return at_hub(broken, "", "", hears=CLOSED)


@ending("a connected device's certificate is revoked")
def live_leaf_revoked(world, device):
    trust, leaf = member(world, device)
    return trust.arrive(device, leaf, act=ended_by(lambda: trust.revoke(leaf)))


@ending("the CA above a connected device's certificate is revoked")
def live_intermediate_revoked(world, device):
    trust, leaf = member(world, device)
    return trust.arrive(device, leaf, act=ended_by(lambda: trust.revoke(trust.maker)))


@ending("a connected device's group is switched off")
def live_enrollment_disabled(world, device):
    trust, leaf = member(world, device)
    off = ("--provisioning-status", "disabled")
    return trust.arrive(device, leaf, act=ended_by(lambda: trust.enrol(
        "enrollment-group", "update", f"{world.name}-group", *off)))


@ending("a connected device is switched off at the hub")
def live_device_disabled(world, device):
    trust, leaf = member(world, device)
    return trust.arrive(device, leaf, act=ended_by(lambda: world.run(
        "device", "update", device, "--hub-name", HUB, "--status", "disabled")))
