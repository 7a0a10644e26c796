"""One suite of things with passwords: a fresh Berth, which also listens without TLS, in a namespace
of its own. What the vendor's libraries said when they were recorded is said again byte by byte, and
the stories are told over sockets and with the mosquitto tools.
"""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import hub_suite, mosquitto, namespace, things, things_stories, things_wire, transcripts
from .conversation import Fault
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row

ATTESTATION = "serial and password"
RECORDED = Path(__file__).resolve().parent.parent / "cloudplugs" / "recorded"
SAID_AGAIN = "every recorded request: status, framing, body, connection"

_AT_ONCE = 4
_TOLD = 3  # faults of one transcript that are shown


class Stage:
    """What a story is told with beside sockets: the mosquitto tools."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self._running = []

    def _tool(self, tool, *arguments):
        host, port = things_wire.MQTT
        start = ["stdbuf", "-oL", tool, "-V", "mqttv311", "-h", host, "-p", str(port)]
        return [*start, *arguments]

    def _login(self, made):
        return ["-i", made["id"], "-u", made["id"], "-P", made["auth"]]

    def run(self, tool, made, *arguments):
        """Runs it, logged in, to its end: (exit code, what it printed)."""
        return self._finish(self._tool(tool, *self._login(made), *arguments))

    def subscribed(self, client_id, topic):
        """Anonymous: what is published on the topic after subscribing to it."""
        said = self._finish(self._tool("mosquitto_sub", "-i", client_id, "-t", topic, "-C", "1"))
        return json.loads(said[1])

    def _finish(self, command):
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=things_wire.SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Fault(f"{command[2]} did not end within {things_wire.SECONDS} s") from error
        return done.returncode, done.stdout + done.stderr

    def begin(self, made, *arguments):
        """A mosquitto_sub that has its subscription: (process, file with what it prints)."""
        output = self.directory / f"{made['id']}.out"
        command = self._tool("mosquitto_sub", *self._login(made), "-d", "-v", *arguments)
        with open(output, "wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        self._running.append(process)
        things_wire.until("SUBACK", lambda: "SUBACK" in output.read_text(encoding="utf-8"))
        return process, output

    def end(self, listening):
        """The one message that it waited for: topic and payload."""
        process, output = listening
        try:
            process.wait(things_wire.SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Fault("mosquitto_sub was not told anything") from error
        lines = output.read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if "/data/" in line and " {" in line)

    def was_dropped(self, listening):
        process, output = listening
        again = output.read_text(encoding="utf-8").count("sending CONNECT") > 1
        return again or process.poll() is not None

    def tidy(self):
        for process in self._running:
            process.kill()
            process.wait()


def _scene(berth):
    passwords = [(serial, things.ENROL, things.CONTROL) for serial in things.of_libraries()]
    things.make(berth, [row[0] for row in passwords])
    berth.import_serials(things.MODEL, things_stories.serials())
    berth.create_template(things.REISSUING, "--reenroll", "reissue")
    berth.import_serials(things.REISSUING, [("R1", things.ENROL, things.CONTROL)])
    for model, order in ((things.DERIVING, "secret-first"), (things.TURNED, "serial-first")):
        berth.create_template(model, "--order", order, secret=things.SECRET)
        berth.add_serial(model, "SN0001")


def _said_again(path):
    """The row of one transcript."""
    told = json.loads(path.read_text(encoding="utf-8"))
    faults = transcripts.Replay(things_wire.HTTP, "127.0.0.1").run(told)
    return Row(
        f"{told['library']}, recorded",
        told["revision"],
        ATTESTATION,
        "plain HTTP",
        SAID_AGAIN,
        FAILED if faults else PASSED,
        "; ".join(faults[:_TOLD]),
    )


def _tell(directory, story):
    """Why the story failed, or None."""
    stage = Stage(directory)
    try:
        return hub_suite.attempt(stage, story)
    finally:
        stage.tidy()


def _rows(client, directory):
    rows = [_said_again(path) for path in sorted(RECORDED.glob("*.json"))]
    version = mosquitto.version()
    by_transport = (("plain HTTP", things_stories.HTTP), ("plain MQTT", things_stories.MQTT))
    for transport, group in by_transport:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            faults = list(pool.map(lambda story: _tell(directory, story), group))
        rows += [
            Row(
                client.package,
                version,
                ATTESTATION,
                transport,
                story.title,
                FAILED if fault else PASSED,
                fault or "",
            )
            for story, fault in zip(group, faults)
        ]
    return rows


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    berth = Berth(program, directory, plain_hosts=(namespace.HOST,))
    rows, trouble = [], []
    try:
        berth.start()
        _scene(berth)
        rows = _rows(client, directory)
    except (BerthError, Fault, OSError) as error:
        trouble = [str(error)]
    finally:
        ending = berth.stop()
    return rows, trouble + ([ending] if ending else [])
