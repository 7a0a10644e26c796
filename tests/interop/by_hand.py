#!/usr/bin/env python3
"""Runs a client that CI cannot fetch, against Berth, on the ports and names that are in firmware.

tests/interop/by_hand.py COMMAND...       for example a sample of the vendor's C SDK, or `sh`
tests/interop/by_hand.py --hosts NAME...  more names that shall mean this machine, then -- COMMAND

The command runs in a network of its own with a Berth that listens on 80, 443, 1883 and 8883, and in
the folder build/interop/by-hand, which is kept, so that a CA that was compiled into firmware stays
the server's. There: ca.pem, and device_info.json for a device of each product as a vendor's sample
reads it (key.json, cert.json). `berth` is the program, and finds the server.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness import clients, namespace, product_suite
from harness.server import Berth, BerthError

ENTRY = Path(__file__).resolve()
DEFAULT_BERTH = ENTRY.parent.parent.parent / "build" / "release" / "berth"
HOME = clients.BUILD / "by-hand"
KINDS = {"key": "BYHANDKEY1", "cert": "BYHANDCRT1"}  # products by what they issue
SECRET = "hzvf5LF9S0isvBhDSauWMaIk"
DEVICE = "device_1"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    parser.add_argument("--hosts", nargs="+", default=[], help="more names of this machine")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--probe", metavar="DIRECTORY", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run")
    return parser.parse_args()


def device_info(kind, product):
    """The vendor's sample rewrites it once the device is registered."""
    path = HOME / f"{kind}.json"
    if path.exists():
        return
    held = {
        "auth_mode": kind.upper(),
        "productId": product,
        "productSecret": SECRET,
        "deviceName": DEVICE,
        "key_deviceinfo": {"deviceSecret": "YOUR_IOT_PSK"},
        "cert_deviceinfo": {
            "devCertFile": "YOUR_DEVICE_NAME_cert.crt",
            "devPrivateKeyFile": "YOUR_DEVICE_NAME_private.key",
        },
        "subDev": {"sub_productId": "YOUR_SUBDEV_PRODUCT_ID", "sub_devName": "YOUR_SUBDEV_NAME"},
        "region": "china",
    }
    path.write_text(json.dumps(held, indent=1), encoding="utf-8")


def make_products(berth):
    rules = ("--dynamic-registration", "--auto-create", "--reregister", "new")
    listed = {product["id"] for product in berth.products()}
    for kind, product in KINDS.items():
        device_info(kind, product)
        if product not in listed:
            berth.create_product(product, SECRET, mode=kind, rules=rules)


def inside(options):
    """In the namespace: the server, the products, the command; its exit code."""
    namespace.enter(HOME)
    domains = product_suite.MQTT_DOMAINS
    names = [f"{product}.{domain}" for product in KINDS.values() for domain in domains]
    namespace.know(HOME, *product_suite.REGISTRATION_HOSTS, *names, *options.hosts)
    hosts = (*product_suite.SERVER_HOSTS, *options.hosts)
    berth = Berth(options.berth, HOME, plain_hosts=hosts)
    path = f"{options.berth.parent}:{os.environ['PATH']}"
    environment = dict(os.environ, BERTH_DATA=str(berth.data), PATH=path)
    try:
        berth.start()
        shutil.copy(berth.ca, HOME / "ca.pem")
        make_products(berth)
        code = subprocess.run(options.command, cwd=HOME, env=environment, check=False).returncode
    except (BerthError, OSError) as error:
        print(f"by hand: {error}", flush=True)
        code = 2
    finally:
        ending = berth.stop()
    if ending:
        print(f"by hand: {ending}", flush=True)
    return code


def main():
    options = arguments()
    if options.probe:
        namespace.probe(options.probe)
        return 0
    if options.command[:1] == ["--"]:
        options.command = options.command[1:]
    options.berth = options.berth.resolve()
    if options.inside:
        return inside(options)
    HOME.mkdir(parents=True, exist_ok=True)
    # As a user of the namespace alone: a sample that sets the clock cannot.
    prefix, reason = namespace.wrapper(ENTRY, HOME)
    if prefix is not None and "--user" not in prefix:
        prefix, reason = None, "only root may make a network here, and root may set the clock"
    if prefix is None:
        print(f"by hand: {reason}", flush=True)
        return 2
    return subprocess.run(
        [*prefix, sys.executable, str(ENTRY), "--inside", *sys.argv[1:]], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
