"""Issuing: a certificate for each signing request, kept on disk, at Berth and at two authorities.

All three get distinct P-256 requests made before the load, over as many kept TLS 1.3 connections,
sign with P-256, and answer with the certificate; the load reads it out of every answer. Programs
in Go send a session ticket on each connection and cannot be told not to: 32 in a run, none used.
"""

import ca_peers
import pairs
from case import PAIRS, SIDE_SECONDS, Case, NotMeasured, Row, check_alike, per_cpu_second

CONCURRENCY = 32
COUNT_WARM_UP = 300
COUNT_MAX = 8_000
GROUP = "bench-csr"


class Csr(Case):
    name = "csr"
    title = "certificates for signing requests over kept connections, 32 in flight"
    ours_does = ("register with a request and poll; key-derived proof checked, enrolment and hub "
                 "allocated, registration and certificate in the store, synced")
    peer_name = "step-ca, OpenBao"
    peer_does = ("step-ca: POST /1.0/sign with a one-time JWK token, written to its default "
                 "database (badger), which does not sync; OpenBao: POST pki/sign with the root "
                 "token, no_store=false, in integrated storage (raft), synced")

    def __init__(self):
        super().__init__()
        self.sides = {}  # name -> function(prefix, count)
        self.missing = {}  # name -> why it is not measured
        self.counts = {}  # name -> how many requests take about SIDE_SECONDS

    def run(self, world):
        self.world = world
        self._prepare()
        for side, load in self.sides.items():
            self.counts[side] = self._count(load("w-", COUNT_WARM_UP))
        for number in range(2 if world.quick else PAIRS):
            self._round(number)
        self._keep_latencies()
        return [self._row()]

    def _prepare(self):
        self.berth = self.world.berth()
        how = ["--to", "berth", *self.berth.key_fleet(GROUP)]
        days = str(ca_peers.LIFETIME_HOURS // 24)
        self.berth.cli("enrollment-group", "update", GROUP, "--issue-certificates", days)
        self.sides["Berth"] = self._load(self.berth, self.berth.https_port, how)
        self._prepare_peer("step-ca", "step-ca", self._start_step_ca)
        self._prepare_peer("OpenBao", "openbao", self._start_openbao)
        if len(self.sides) == 1:
            raise NotMeasured("; ".join(f"{name}: {why}" for name, why in self.missing.items()))

    def _prepare_peer(self, name, target, start):
        try:
            peer = start()
        except NotMeasured as why:
            self.missing[name] = str(why)
            return
        self.sides[name] = self._load(peer, peer.port, ["--to", target, *peer.load_arguments()])

    def _start_step_ca(self):
        peer = self.world.ends_with_case(ca_peers.StepCa(self.world.place("step-ca")))
        peer.start()
        return peer

    def _start_openbao(self):
        peer = self.world.ends_with_case(ca_peers.OpenBao(
            self.world.place("openbao"), self.berth.certificate, self.berth.data / "ca.pem"))
        peer.start()
        return peer

    def _load(self, server, port, how):
        def load(prefix, count):
            return self.world.fleet("csr", port=port, pids=server.pids, count=count,
                                    concurrency=CONCURRENCY, may_send_tickets=True,
                                    arguments=[*how, "--prefix", prefix])
        return load

    def _count(self, warm_up: dict) -> int:
        seconds = SIDE_SECONDS / 4 if self.world.quick else SIDE_SECONDS
        return max(COUNT_WARM_UP, min(COUNT_MAX,
                                      int(warm_up["operations_per_second"] * seconds)))

    def _round(self, number: int):
        """Every side once; who begins changes."""
        names = list(self.sides)
        begins = number % len(names)
        order = names[begins:] + names[:begins]
        runs = {side: self.sides[side](f"r{number}-", self.counts[side]) for side in order}
        for side in names[1:]:
            check_alike(runs["Berth"], runs[side])
        self.samples.append({side: runs[side] for side in names})
        self.world.say(f"  round {number + 1}: " + ", ".join(
            f"{side} {per_cpu_second(runs[side]):,.0f}" for side in names)
            + " certificates per server-CPU-second")

    def _rates(self, side: str) -> list[float]:
        return [per_cpu_second(sample[side]) for sample in self.samples]

    def _row(self) -> Row:
        """Against the peer whose median is the better one."""
        best = max(list(self.sides)[1:], key=lambda side: pairs.median(self._rates(side)))
        notes = [f"{side}: {pairs.median(self._rates(side)):,.0f}/cpu-s"
                 for side in self.sides if side != "Berth"]
        notes += [f"{side} not measured: {why}" for side, why in self.missing.items()]
        self.details = {"better": best, "not_measured": self.missing,
                        "versions": ca_peers.versions()}
        return Row.ratio("csr", self._rates("Berth"), self._rates(best), *notes)

    def _keep_latencies(self):
        for side in self.sides:
            self.latencies[side] = pairs.medians(
                [sample[side]["latency_us"] for sample in self.samples], ("p50", "p99", "p999"))
