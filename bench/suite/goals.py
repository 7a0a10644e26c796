"""What each row is held to. The key of a row is its name in the table and in the JSON file."""

import dataclasses

MET, MISSED, STATED = "met", "missed", "stated"
AT_MOST, AT_LEAST = "at most", "at least"


@dataclasses.dataclass(frozen=True)
class Goal:
    what: str
    against: str = ""  # the peer's work, or "" when the value itself is bounded
    bound: str = ""  # AT_MOST, AT_LEAST, or "" for a value that is only stated
    limit: float = 0
    unit: str = "×"  # of the value and the limit; "×" is a ratio
    absolute: str = "µs"  # of the medians of both sides, when the value is a ratio

    def verdict(self, value: float) -> str:
        if not self.bound:
            return STATED
        good = value <= self.limit if self.bound == AT_MOST else value >= self.limit
        return MET if good else MISSED

    @property
    def text(self) -> str:
        if not self.bound:
            return STATED
        sign = "≤" if self.bound == AT_MOST else "≥"
        return f"{sign} {number(self.limit)} {self.unit}"

    def shown(self, value: float) -> str:
        """With as many digits as its verdict needs: 1.2501 is not 1.25 where that is the bound."""
        text = number(value)
        if self.verdict(value) != self.verdict(float(text.replace(",", ""))):
            text = f"{value:.5g}"
        return f"{text} {self.unit}"


def number(value: float) -> str:
    """As a person writes it: thousands apart, no more digits than were measured."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}".removesuffix(".0")
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if text.endswith("0") else text


def at_most(limit: float, what: str, against: str = "", **more) -> Goal:
    return Goal(what, against, AT_MOST, limit, **more)


def at_least(limit: float, what: str, against: str = "", **more) -> Goal:
    return Goal(what, against, AT_LEAST, limit, **more)


def stated(what: str, **more) -> Goal:
    return Goal(what, **more)


CPU_SECOND = "/cpu-s"

GOALS = {
    # Devices getting in: processor time of the server for one registration.
    "https-fresh": at_most(1.25, "symmetric key, HTTPS, fresh TLS 1.3",
                           "nginx: static 204, fresh TLS 1.3"),
    "mqtt-fresh": at_most(1.25, "symmetric key, MQTT, fresh TLS 1.3",
                          "Mosquitto: connect, subscribe, one QoS 1 publish, password"),
    "x509": at_most(1.10, "X.509 group, HTTPS, fresh mutual TLS 1.3",
                    "nginx: static 204, client verification"),
    "kept": at_most(90, "symmetric key, kept connections, 64 in flight", unit="µs"),
    "kept-rate": at_least(10_000, "the same, registrations per server-CPU-second",
                          unit=CPU_SECOND),
    "kept-nginx": stated("the same, beside nginx's static 204 on kept connections"),
    "tencent": at_most(2, "Tencent v1, fresh TCP", "nginx: static 204, fresh TCP"),
    "cloudplugs": at_most(2, "CloudPlugs enrol, fresh TCP", "nginx: static 204, fresh TCP"),
    "csr": at_least(5, "CSR issuance, stored durably, certificates per server-CPU-second",
                    "the better of step-ca and OpenBao", absolute=CPU_SECOND),
    # The hub.
    "telemetry": at_least(1.0, "QoS 1 telemetry fan-in, 1,000 devices, 256 bytes, durable log, "
                               "messages per server-CPU-second",
                          "Mosquitto without persistence", absolute=CPU_SECOND),
    "idle-memory": at_most(1.2, "idle TLS connection: memory", "Mosquitto", absolute="KiB"),
    "idle-connects": at_least(1.1, "connects per server-CPU-second", "Mosquitto",
                              absolute=CPU_SECOND),
    # Growth.
    "growth-enrollments": at_most(1.3, "1,000,000 enrollments against 1,000",
                                  "Berth with 1,000 enrollments"),
    "growth-groups": at_most(1.1, "1,000 symmetric-key groups against 1, known ids",
                             "Berth with one group"),
    "growth-unknown": stated("refusal of an unknown id at 1,000 groups", unit="µs"),
    "start": at_most(1, "start with 1,000,000 devices stored, to the first answer", unit="s"),
    "start-memory": at_most(60, "idle memory after that start", unit="MB"),
    "program-size": at_most(25, "stripped program", unit="MB"),
    # 100,000 devices at once.
    "storm-failed": at_most(0, "storm: devices that did not get in", unit="devices"),
    "storm-total": at_most(1.3, "storm: 100,000 devices, total time",
                           "100,000 ÷ the sustained rate", absolute="s"),
    "storm-p99": at_most(1, "storm: p99 of an admitted request", unit="s"),
    "storm-memory": stated("storm: peak memory of the server", unit="MB"),
    # What one operation costs, without sockets and TLS.
    "instructions": at_most(1.02, "instructions of one operation, the worst of all phases",
                            "the recorded figure", absolute="instructions"),
    "instructions-register": stated("instructions of one symmetric-key registration",
                                    unit="instructions"),
    "allocations-register": stated("allocations of one symmetric-key registration",
                                   unit="allocations"),
    "allocations-poll": stated("allocations of one poll", unit="allocations"),
    "soak": at_most(8, "memory growth over 5,000,000 operations, after the first fifth",
                    unit="MB"),
    "micro-register": stated("hot pieces: commit of one registration in groups of 64", unit="µs"),
}
