"""Whether the server's memory grows: 5,000,000 requests of devices that it knows, and of some that
it does not, over kept connections, in ten steps with a look at its memory after each.

Trails are kept in small numbers, so that the store hardly grows. More devices are stored before
than the database keeps in memory: its caches have a bound, and filling them is no growth. What
counts is memory of no file: pages of programs and of the database are mapped, come when they are
read, and go when the kernel wants them.
"""

import pathlib
import re

from case import Case, Row

REQUESTS = 5_000_000
REQUESTS_QUICK = 200_000
STEPS = 10
SETTLED = 2  # steps after which growth counts
DEVICES = 10_000
STORED = 60_000  # more than the caches of the database hold, so that they are full from the start
REFUSED_SHARE = 0.02
AT_ONCE = 64
STEP_SECONDS = 900  # ten times what a step takes, for a machine that has other work
MB = 1e6
SETTINGS = {"BERTH_TRAIL_ASSIGNED_COUNT_MAX": "5000", "BERTH_TRAIL_REFUSED_COUNT_MAX": "5000",
            "BERTH_PROVISIONING_FAILURES_PER_SOURCE_MAX": "1000000"}
_FIELD = re.compile(r"^(VmRSS|RssAnon):\s+(\d+) kB$", re.MULTILINE)


def memory(pid: int) -> dict[str, int]:
    """Bytes: all that is resident, and that of it which is no file's."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: int(kilobytes) * 1024 for name, kilobytes in _FIELD.findall(status)}


class Soak(Case):
    name = "soak"
    title = f"memory over {REQUESTS:,} requests"
    ours_does = (f"registers {DEVICES:,} known ids again and again, refuses unknown ones and "
                 "answers polls, over kept TLS connections")

    def run(self, world) -> list[Row]:
        berth = world.berth(settings=SETTINGS)
        requests = REQUESTS_QUICK if world.quick else REQUESTS
        devices = DEVICES // 10 if world.quick else DEVICES
        scope = berth.scope()
        known = [*berth.key_fleet(), "--prefix", "soak-"]

        def load(case: str, count: int, arguments: list):
            world.fleet(case, port=berth.https_port, pids=berth.pids, count=count,
                        concurrency=AT_ONCE, arguments=arguments, seconds_max=STEP_SECONDS)

        load("dps-http", STORED, [*known, "--kept"])
        step = requests // STEPS
        refused = int(step * REFUSED_SHARE)
        samples = []
        for number in range(1, STEPS + 1):
            load("dps-http", devices, [*known, "--kept"])
            load("unknown", refused, ["--id-scope", scope, "--prefix", f"nobody-{number}-",
                                      "--kept"])
            load("poll", step - 2 * devices - refused, known)
            samples.append(memory(berth.pids[0]))
            world.say(f"  {number * step:>9,} requests: {samples[-1]['RssAnon'] / MB:.1f} MB, "
                      f"{samples[-1]['VmRSS'] / MB:.1f} MB with what is mapped from files")
        first, last = samples[SETTLED - 1]["RssAnon"], samples[-1]["RssAnon"]
        self.details = {"requests": requests, "after_each_step": samples}
        return [Row.absolute("soak", [(last - first) / MB],
                             f"{first / MB:.1f} MB after a fifth of {requests:,} requests, "
                             f"{last / MB:.1f} MB after all "
                             f"({100 * (last / first - 1):+.1f} %), without pages of files; "
                             f"with them {samples[-1]['VmRSS'] / MB:.1f} MB")]
