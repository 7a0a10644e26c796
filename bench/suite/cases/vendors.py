"""Vendors' devices that know no TLS: registered over a TCP connection each, durable before the
answer. nginx gets the very same bytes and answers 204."""

import secrets

from case import PairCase, cpu_us

CONCURRENCY = 32
NAMES_PER_FILE = 5_000
PEER_COUNT_MIN = 8_000  # processor time is counted in steps of 10 ms, and nginx needs little of it


class PlainVendor(PairCase):
    """A subclass has prepare_ours(), list_names(file), which puts names on the server's list, and
    arguments for fleet_bench."""

    case = ""
    peer_name = "nginx"
    peer_does = "the same bytes on a fresh TCP connection: static 204"
    count_max = 20_000
    header = ""
    behind_name = ""
    arguments = ()

    def prepare(self, world):
        self.world = world
        self.berth = world.berth("--http-port", "0")
        self.nginx = world.nginx(self.berth.certificate)
        self.names = world.place("names")
        self.secret_file = self.berth.data / "vendor.secret"
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(secrets.token_hex(12) + "\n")
        self.prepare_ours()

    def prepare_ours(self):
        raise NotImplementedError

    def list_names(self, file):
        raise NotImplementedError

    def ours(self, prefix, count):
        for first in range(0, count, NAMES_PER_FILE):
            file = self.names / "names.csv"
            last = min(count, first + NAMES_PER_FILE)
            file.write_text(self.header + "".join(f"{prefix}{i}{self.behind_name}\n"
                                                  for i in range(first, last)))
            self.list_names(file)
        return self._load(self.berth.http_port, self.berth.pids, prefix, count)

    def peer(self, prefix, count):
        if not self.world.quick:
            count = max(count, PEER_COUNT_MIN)
        return self._load(self.nginx.plain_port, self.nginx.pids, prefix, count, "--to", "nginx")

    def _load(self, port, pids, prefix, count, *more):
        return self.world.fleet(self.case, port=port, pids=pids, count=count,
                                concurrency=CONCURRENCY,
                                arguments=[*self.arguments, "--prefix", prefix, *more])


class Tencent(PlainVendor):
    name = case = "tencent"
    title = "Tencent dynamic registration, first generation, a fresh TCP connection for each"
    ours_does = ("checks the MAC, makes the device and its secret, in the store and synced, and "
                 "seals the answer; names are listed beforehand")
    metrics = (("tencent", cpu_us),)
    header = "name\n"
    product = "S3EUVBRJLB"

    def prepare_ours(self):
        self.berth.cli("product", "create", self.product, "--auth-mode", "key",
                       "--dynamic-registration", "--product-secret", f"@{self.secret_file}")
        self.arguments = ("--product", self.product, "--product-secret-file", self.secret_file)

    def list_names(self, file):
        self.berth.cli("product", "device", "import", file)


class CloudPlugs(PlainVendor):
    name = case = "cloudplugs"
    title = "CloudPlugs enrolment, a fresh TCP connection for each"
    ours_does = ("checks the enrol password, makes the device and its connection password, in the "
                 "store and synced; serial numbers are listed beforehand")
    metrics = (("cloudplugs", cpu_us),)
    header = "serial,enroll_password,control_password\n"
    behind_name = ",,"  # passwords come from the template's secret
    model = "mod-588acc123945ec8436bde3aa"

    def prepare_ours(self):
        self.berth.cli("thing", "template", "create", "--id", self.model,
                       "--derivation-secret-file", self.secret_file)
        self.arguments = ("--model", self.model, "--secret-file", self.secret_file)

    def list_names(self, file):
        self.berth.cli("thing", "serial", "import", self.model, file)
