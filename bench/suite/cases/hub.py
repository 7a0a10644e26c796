"""Devices at the hub beside Mosquitto: telemetry from many into one place, idle connections,
connects. The devices of Berth are registered before, as they would be."""

import dataclasses

from case import PairCase, per_cpu_second

PREFIX = "dev-"
SENDERS = 1_000
MESSAGE_BYTES = 256
WINDOW = 8
USERS = 64
IDLE = 10_000
IDLE_QUICK = 500
AT_ONCE = 64
REGISTER_SECONDS = 300


def register(world, berth, group_key, count: int):
    """Devices PREFIX0, PREFIX1 …, so that the hub knows them."""
    world.fleet("dps-http", port=berth.https_port, pids=berth.pids, count=count,
                concurrency=AT_ONCE, seconds_max=REGISTER_SECONDS,
                arguments=["--id-scope", berth.scope(), "--group-key-file", group_key,
                           "--prefix", PREFIX, "--kept"])


class Hub(PairCase):
    """Both servers with as many devices; they differ in how a device says who it is: a token signed
    with its key, or a user and a password. Mosquitto seeks users in a list, so few of them serve
    all devices, which is kind to it."""

    peer_name = "Mosquitto"
    devices = 0

    def prepare(self, world):
        self.world = world
        self.berth = world.berth()
        group_key = self.berth.key_group()
        register(world, self.berth, group_key, self.devices)
        self.mosquitto = world.mosquitto(self.berth.certificate,
                                         users=[f"user-{i}" for i in range(USERS)])
        self.to_berth = ["--to", "berth", "--hub", self.berth.hub_host(), "--prefix", PREFIX,
                         "--group-key-file", group_key]
        self.to_peer = ["--to", "mosquitto", "--user-prefix", "user-", "--users", USERS,
                        "--password-file", self.mosquitto.password_file]


class Telemetry(Hub):
    name = "telemetry"
    title = f"QoS 1 telemetry of {SENDERS:,} devices, {MESSAGE_BYTES} bytes a message"
    ours_does = ("writes every message into the hub's log and syncs it before it acknowledges it; "
                 "readers may follow")
    peer_does = "acknowledges every message; persistence is off and nobody subscribes"
    metrics = (("telemetry", per_cpu_second),)
    devices = SENDERS
    count_max = 400_000

    def send(self, port, pids, count, arguments):
        return self.world.fleet("telemetry", port=port, pids=pids, count=max(count, SENDERS),
                                concurrency=AT_ONCE,
                                arguments=[*arguments, "--devices", SENDERS, "--window", WINDOW,
                                           "--payload-bytes", MESSAGE_BYTES])

    def ours(self, prefix, count):
        return self.send(self.berth.mqtt_port, self.berth.pids, count, self.to_berth)

    def peer(self, prefix, count):
        return self.send(self.mosquitto.port, self.mosquitto.pids, count, self.to_peer)


def kib_per_connection(run: dict) -> float:
    memory = run["memory"]
    return (memory["pss_after"] - memory["pss_before"]) / run["done"] / 1024


class Idle(Hub):
    """Both are started anew for every pair: what a server keeps of connections that ended would
    make the next ones look cheaper."""

    name = "idle"
    title = f"{IDLE:,} TLS connections that are held: memory and connects"
    ours_does = "connect with a token that is verified, then nothing; one hub session each"
    peer_does = "connect with user and password, then nothing; one session each"
    metrics = (("idle-memory", kib_per_connection), ("idle-connects", per_cpu_second))

    def prepare(self, world):
        self.devices = IDLE_QUICK if world.quick else IDLE
        super().prepare(world)

    def _counts(self, world):
        return self.devices, self.devices

    def hold(self, server, port_name, arguments):
        server.stop()
        server.start()
        return self.world.fleet("idle", port=getattr(server, port_name), pids=server.pids,
                                count=self.devices, concurrency=AT_ONCE, arguments=arguments)

    def ours(self, prefix, count):
        return self.hold(self.berth, "mqtt_port", self.to_berth)

    def peer(self, prefix, count):
        return self.hold(self.mosquitto, "port", self.to_peer)

    def rows(self):
        memory, connects = super().rows()
        return [dataclasses.replace(memory, notes=(
            f"proportional set size of {self.devices:,} connections, without what the kernel "
            "keeps for their sockets",)), connects]
