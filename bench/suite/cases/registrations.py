"""Azure registrations: register and poll, durable before the device hears that it is assigned.

The peers do what is least at the same edge, with the same certificate, client and kernel path:
nginx answers 204 to a PUT with the same body, Mosquitto takes one message of QoS 1.
"""

from case import PairCase, Row, cpu_us, per_cpu_second
from papers import make_ca

FRESH_CONCURRENCY = 32
KEPT_CONCURRENCY = 64
REGISTERS = "register and poll; the registration is in the store, synced, before it is assigned"


class Registrations(PairCase):
    """One load on Berth and one on the peer, of devices with the same names and as many at once. A
    subclass has begin(), which starts the peer and returns it, and arguments for either load."""

    peer_name = "nginx"
    ours_load, peer_load = "dps-http", "static"
    port_name = "https_port"  # of Berth
    concurrency = FRESH_CONCURRENCY

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        self.server, self.ours_arguments, self.peer_arguments = self.begin()

    def begin(self) -> tuple:
        """The peer, arguments for our load, arguments for the peer's."""
        raise NotImplementedError

    def ours(self, prefix, count):
        return self._load(self.ours_load, getattr(self.berth, self.port_name), self.berth.pids,
                          count, [*self.ours_arguments, "--prefix", prefix])

    def peer(self, prefix, count):
        return self._load(self.peer_load, self.server.port, self.server.pids, count,
                          [*self.peer_arguments, "--prefix", prefix])

    def _load(self, load, port, pids, count, arguments):
        return self.world.fleet(load, port=port, pids=pids, count=count,
                                concurrency=self.concurrency, arguments=arguments)


class HttpsFresh(Registrations):
    name = "https-fresh"
    title = "symmetric key over HTTPS, a fresh TLS 1.3 connection for each device"
    ours_does = REGISTERS + "; both requests on one connection"
    peer_does = "one PUT of the same body on a fresh connection: static 204"
    metrics = (("https-fresh", cpu_us),)

    def begin(self):
        return self.world.nginx(self.berth.certificate), self.berth.key_fleet(), []


class MqttFresh(Registrations):
    name = "mqtt-fresh"
    title = "symmetric key over MQTT, a fresh TLS 1.3 connection for each device"
    ours_does = "connect, subscribe, " + REGISTERS + "; disconnect"
    peer_name = "Mosquitto"
    peer_does = ("connect with user and password (PBKDF2, as its tool makes them), subscribe, one "
                 "QoS 1 publish, disconnect; nothing kept on disk")
    metrics = (("mqtt-fresh", cpu_us),)
    ours_load, peer_load = "dps-mqtt", "mqtt-publish"
    port_name = "mqtt_port"
    users = 64

    def begin(self):
        mosquitto = self.world.mosquitto(self.berth.certificate,
                                         users=[f"user-{i}" for i in range(self.users)])
        return mosquitto, self.berth.key_fleet(), ["--user-prefix", "user-", "--users", self.users,
                                                   "--password-file", mosquitto.password_file]


class X509(Registrations):
    name = "x509"
    title = "X.509 group over HTTPS, a fresh mutual TLS 1.3 connection for each device"
    ours_does = "verifies the certificate against the group's CA, " + REGISTERS
    peer_does = ("verifies the certificate against the same CA (ssl_verify_client on), one PUT of "
                 "the same body: static 204")
    metrics = (("x509", cpu_us),)
    ours_load = "dps-x509"

    def begin(self):
        ca = make_ca(self.world.place("ca"))
        self.berth.certificate_group(ca.certificate)
        papers = ["--ca-file", ca.certificate, "--ca-key", ca.key]
        return (self.world.nginx(self.berth.certificate, client_ca=ca.certificate),
                ["--id-scope", self.berth.scope(), *papers], ["--client-certificates", *papers])


class Kept(Registrations):
    """The bound is absolute, so nginx stands beside it only to tell a slow minute from a slow
    server."""

    name = "kept"
    title = "symmetric key over HTTPS on kept connections, 64 registrations in flight"
    ours_does = REGISTERS + "; 64 connections, each for many devices"
    peer_does = "one PUT of the same body on one of 64 kept connections: static 204"
    metrics = (("kept-nginx", cpu_us),)
    concurrency = KEPT_CONCURRENCY
    count_max = 40_000

    def begin(self):
        return (self.world.nginx(self.berth.certificate), [*self.berth.key_fleet(), "--kept"],
                ["--kept"])

    def rows(self):
        ours = [sample["ours"] for sample in self.samples]
        return [Row.absolute("kept", [cpu_us(run) for run in ours]),
                Row.absolute("kept-rate", [per_cpu_second(run) for run in ours]),
                *super().rows()]
