"""Azure registrations: register and poll, durable before the device hears that it is assigned.

The peers do what is least at the same edge, with the same certificate, client and kernel path:
nginx answers 204 to a PUT with the same body, Mosquitto takes one message of QoS 1.
"""

from case import PairCase, Row, cpu_us, per_cpu_second
from papers import make_ca

FRESH_CONCURRENCY = 32
KEPT_CONCURRENCY = 64
REGISTERS = "register and poll; the registration is in the store, synced, before it is assigned"


class HttpsFresh(PairCase):
    name = "https-fresh"
    title = "symmetric key over HTTPS, a fresh TLS 1.3 connection for each device"
    ours_does = REGISTERS + "; both requests on one connection"
    peer_name = "nginx"
    peer_does = "one PUT of the same body on a fresh connection: static 204"
    metrics = (("https-fresh", cpu_us),)

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        self.nginx = world.nginx(self.berth.certificate)
        self.how = ["--id-scope", self.berth.scope(), "--group-key-file", self.berth.key_group()]

    def ours(self, prefix, count):
        return self.world.fleet("dps-http", port=self.berth.https_port, pids=self.berth.pids,
                                count=count, concurrency=FRESH_CONCURRENCY,
                                arguments=[*self.how, "--prefix", prefix])

    def peer(self, prefix, count):
        return self.world.fleet("static", port=self.nginx.port, pids=self.nginx.pids, count=count,
                                concurrency=FRESH_CONCURRENCY)


class MqttFresh(PairCase):
    name = "mqtt-fresh"
    title = "symmetric key over MQTT, a fresh TLS 1.3 connection for each device"
    ours_does = "connect, subscribe, " + REGISTERS + "; disconnect"
    peer_name = "Mosquitto"
    peer_does = ("connect with user and password (PBKDF2, as its tool makes them), subscribe, one "
                 "QoS 1 publish, disconnect; nothing kept on disk")
    metrics = (("mqtt-fresh", cpu_us),)
    users = 64

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        self.mosquitto = world.mosquitto(self.berth.certificate,
                                         users=[f"user-{i}" for i in range(self.users)])
        self.how = ["--id-scope", self.berth.scope(), "--group-key-file", self.berth.key_group()]

    def ours(self, prefix, count):
        return self.world.fleet("dps-mqtt", port=self.berth.mqtt_port, pids=self.berth.pids,
                                count=count, concurrency=FRESH_CONCURRENCY,
                                arguments=[*self.how, "--prefix", prefix])

    def peer(self, prefix, count):
        return self.world.fleet("mqtt-publish", port=self.mosquitto.port,
                                pids=self.mosquitto.pids, count=count,
                                concurrency=FRESH_CONCURRENCY,
                                arguments=["--user-prefix", "user-", "--users", self.users,
                                           "--password-file", self.mosquitto.password_file])


class X509(PairCase):
    name = "x509"
    title = "X.509 group over HTTPS, a fresh mutual TLS 1.3 connection for each device"
    ours_does = "verifies the certificate against the group's CA, " + REGISTERS
    peer_name = "nginx"
    peer_does = ("verifies the certificate against the same CA (ssl_verify_client on), one PUT of "
                 "the same body: static 204")
    metrics = (("x509", cpu_us),)

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        self.ca = make_ca(world.place("ca"))
        self.berth.certificate_group(self.ca.certificate)
        self.nginx = world.nginx(self.berth.certificate, client_ca=self.ca.certificate)
        self.papers = ["--ca-file", self.ca.certificate, "--ca-key", self.ca.key]
        self.scope = self.berth.scope()

    def ours(self, prefix, count):
        return self.world.fleet("dps-x509", port=self.berth.https_port, pids=self.berth.pids,
                                count=count, concurrency=FRESH_CONCURRENCY,
                                arguments=["--id-scope", self.scope, "--prefix", prefix,
                                           *self.papers])

    def peer(self, prefix, count):
        return self.world.fleet("static", port=self.nginx.port, pids=self.nginx.pids, count=count,
                                concurrency=FRESH_CONCURRENCY,
                                arguments=["--client-certificates", "--prefix", prefix,
                                           *self.papers])


class Kept(PairCase):
    """The bound is absolute, so nginx stands beside it only to tell a slow minute from a slow
    server."""

    name = "kept"
    title = "symmetric key over HTTPS on kept connections, 64 registrations in flight"
    ours_does = REGISTERS + "; 64 connections, each for many devices"
    peer_name = "nginx"
    peer_does = "one PUT of the same body on one of 64 kept connections: static 204"
    metrics = (("kept-nginx", cpu_us),)
    count_max = 40_000

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        self.nginx = world.nginx(self.berth.certificate)
        self.how = ["--id-scope", self.berth.scope(), "--group-key-file", self.berth.key_group()]

    def ours(self, prefix, count):
        return self.world.fleet("dps-http", port=self.berth.https_port, pids=self.berth.pids,
                                count=count, concurrency=KEPT_CONCURRENCY,
                                arguments=[*self.how, "--prefix", prefix, "--kept"])

    def peer(self, prefix, count):
        return self.world.fleet("static", port=self.nginx.port, pids=self.nginx.pids, count=count,
                                concurrency=KEPT_CONCURRENCY, arguments=["--kept"])

    def rows(self):
        ours = [sample["ours"] for sample in self.samples]
        return [Row.absolute("kept", [cpu_us(run) for run in ours]),
                Row.absolute("kept-rate", [per_cpu_second(run) for run in ours]),
                *super().rows()]
