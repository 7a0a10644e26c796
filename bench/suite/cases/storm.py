"""100,000 devices arrive at once, as after a power cut, and keep to the Retry-After they are told.

The goal is about the server's own rate, so that is measured first: the same registrations at a
moderate number of connections, on the same machine, just before.
"""

import pairs
from case import Case, Row

DEVICES = 100_000
SOCKETS = 15_000
SUSTAINED_CONCURRENCY = 32
SUSTAINED_COUNT = 8_000
STORM_SECONDS = 600
QUICK_PART = 50


class Storm(Case):
    name = "storm"
    title = "100,000 devices arrive at once, at most 15,000 sockets, honouring Retry-After"
    ours_does = ("tells devices when to ask for their result and when to come again; every one is "
                 "registered, synced, before it is assigned")

    def run(self, world):
        part, sustained = (QUICK_PART, 1_000) if world.quick else (1, SUSTAINED_COUNT)
        berth = world.berth()
        how = berth.key_fleet()

        def load(name, prefix, count, concurrency):
            found = world.fleet(name, port=berth.https_port, pids=berth.pids, count=count,
                                concurrency=concurrency, seconds_max=STORM_SECONDS,
                                may_fail=name == "storm",
                                arguments=[*how, "--prefix", prefix])
            world.say(f"  {name}: {found['done']:,} in {found['seconds']:.1f} s")
            return found

        load("dps-http", "warm-", 500, SUSTAINED_CONCURRENCY)
        before = load("dps-http", "before-", sustained, SUSTAINED_CONCURRENCY)
        storm = load("storm", "storm-", DEVICES // part, SOCKETS // part)
        after = load("dps-http", "after-", sustained, SUSTAINED_CONCURRENCY)
        self.samples = [{"sustained before": before, "storm": storm, "sustained after": after}]
        self.latencies["Berth"] = pairs.medians([storm["latency_us"]], ("p50", "p99", "p999"))
        return self.rows(storm, [before, after])

    def rows(self, storm, sustained):
        rate = pairs.median(run["operations_per_second"] for run in sustained)
        ideal = storm["count"] / rate
        self.details["sustained_per_second"] = rate
        self.details["storm"] = {name: storm[name] for name in storm
                                 if name not in ("why", "latency_us", "memory", "tls")}
        answers, mb = storm.get("register_answers", {}), 1e6
        return [
            Row.absolute("storm-failed", [float(storm["count"] - storm["done"])],
                         *([storm["why"]] if storm.get("why") else [])),
            Row.ratio("storm-total", [storm["seconds"]], [ideal],
                      f"sustained, {SUSTAINED_CONCURRENCY} connections, before and after: "
                      + " and ".join(f"{run['operations_per_second']:,.0f}" for run in sustained)
                      + " registrations a second; "
                      f"{answers.get('429', 0) + answers.get('503', 0):,} answers told a device "
                      f"to come again, {sum(storm.get('cut', {}).values()):,} connections ended "
                      f"before an answer, {storm['polls']:,} polls"),
            Row.absolute("storm-p99", [storm["admitted_latency_us"]["p99"] / 1e6],
                         "from a device's request to the 202 that admits it, on a connection that "
                         "is open; a whole registration takes as long as the latencies below say"),
            Row.absolute("storm-memory", [storm["memory"]["rss_peak"] / mb],
                         f"before the storm {storm['memory']['rss_before'] / mb:.0f} MB, after it "
                         f"{storm['memory']['rss_after'] / mb:.0f} MB"),
        ]
