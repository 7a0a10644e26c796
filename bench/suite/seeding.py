"""A Berth whose store is full before it starts: seed_bench puts it there."""

import json

import berth_server
import processes

KEY = "seed.key"
SEED_SECONDS = 600


def seeded(world, key, *flags: object, settings: dict[str, str] | None = None,
           name: str = "") -> berth_server.Berth:
    """A running server with what the flags of seed_bench say; `key` is the file of the seed key,
    from which all devices' keys come."""
    berth = world.berth(settings=settings)
    berth.stop()
    command = [world.program("seed_bench"), "--data", berth.data, "--key-file", key,
               "--max-seconds", SEED_SECONDS, *flags]
    done = json.loads(processes.run(command, seconds=SEED_SECONDS + 60))
    world.say(f"  seeded {name}: {done['individuals']:,} enrollments, {done['groups']:,} groups, "
              f"{done['devices']:,} devices in {done['seconds']:.0f} s")
    berth.start()
    return berth


def make_key(world):
    """The file of a seed key."""
    file = world.place("key") / KEY
    file.touch(mode=0o600)
    file.write_text(processes.run(["openssl", "rand", "-base64", "32"]))
    return file
