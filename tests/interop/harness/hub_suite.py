"""One suite at the hub: a fresh Berth with two hubs and one vendor SDK, in a namespace of its own.

Stories that do not disturb one another are told side by side; those that count connections or
restart the server have the stage for themselves.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import clients, mosquitto, namespace, stories
from .conversation import Conversation, Fault
from .pki import PkiError
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row

_AT_ONCE = 4
_RESTART_SECONDS = 120
SECOND_HUB = "second"
ATTESTATION = "group"


class HubSuite:
    """What the stories share: the server, its hubs, and how it is restarted under all of them."""

    def __init__(self, berth):
        self.berth = berth
        self.host, self.second_host = namespace.HOST, namespace.SECOND_HOST
        self.trouble = []
        self._restarting = None

    def set_up(self):
        self.id_scope = self.berth.id_scope()
        self.berth.create_hub(SECOND_HUB, self.second_host)
        # Host name -> short name, as the service side calls the hub.
        self.hubs = {hub["host"]: hub["name"] for hub in self.berth.hubs()}
        twin = {"tags": stories.TAGS, "desired": stories.DESIRED}
        groups = {stories.FLEET: self.hubs[self.host], stories.SECOND_FLEET: SECOND_HUB}
        for group, hub in groups.items():
            self.berth.create_group(group, stories.GROUP_KEYS[group], hub=hub, **twin)

    def await_restart(self, parties):
        """From now on restart() waits until so many ask for it, and then happens once."""
        self._restarting = threading.Barrier(parties, action=self._restart)

    def _restart(self):
        wrong = self.berth.restart()
        self.trouble += [wrong] if wrong else []

    def restart(self):
        try:
            self._restarting.wait(_RESTART_SECONDS)
        except threading.BrokenBarrierError as error:
            raise Fault("the server was not restarted: another story failed before") from error

    def give_up_restart(self):
        """A story that failed will not ask any more: the others need not wait for it."""
        if self._restarting is not None:
            self._restarting.abort()


def _row(client, version, transport, title, fault):
    result = FAILED if fault else PASSED
    return Row(client.package, version, ATTESTATION, transport, title, result, fault or "")


def tell(stage, story):
    """Why the story failed, or None."""
    fault = attempt(stage, story)
    if fault is not None:
        stage.suite.give_up_restart()
    try:
        stage.tidy()
    except Fault as error:
        fault = fault or str(error)
    return fault


def attempt(stage, story):
    """Why the story failed, or None."""
    try:
        story.tell(stage)
        return None
    except (Fault, BerthError, PkiError, OSError) as error:
        return str(error)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return f"an answer that cannot be read: {type(error).__name__}: {error}"


def _run_stories(suite, client, talks):
    """Tells every story on every transport: rows in the order of the stories."""
    told = {}

    def tell_all(group, at_once):
        fit = [story for story in group if client.sdk in story.sdks]
        jobs = [(transport, story) for story in fit for transport in talks]

        def tell_one(job):
            transport, story = job
            return tell(stories.Stage(suite, client, transport, talks[transport]), story)

        with ThreadPoolExecutor(at_once) as pool:
            faults = pool.map(tell_one, jobs)
        told.update({job: fault for job, fault in zip(jobs, faults)})

    tell_all(stories.TOGETHER, _AT_ONCE)
    tell_all(stories.ALONE, 1)
    tell_all(stories.RENEWALS, len(talks))
    suite.await_restart(len(talks))
    tell_all(stories.RESTART, len(talks))
    return [
        _row(client, talk.version, transport, story.title, told[transport, story])
        for transport, talk in talks.items()
        for story in (*stories.TOGETHER, *stories.ALONE, *stories.RENEWALS, *stories.RESTART)
        if (transport, story) in told
    ]


def _run_sdk(suite, client, directory):
    talks = {}
    try:
        for transport in client.transports:
            command, environment = clients.command(client, suite.berth.ca, directory)
            log = Path(directory) / f"client-{transport.lower()}.log"
            talks[transport] = Conversation(command, environment, directory, log)
        return _run_stories(suite, client, talks)
    finally:
        endings = [(transport, talk.close()) for transport, talk in talks.items()]
        suite.trouble += [f"{transport}: {ending}" for transport, ending in endings if ending]


def _run_tools(suite, client, directory):
    rows = []
    for story in mosquitto.STORIES:
        stage = mosquitto.Stage(suite, directory)
        fault = tell(stage, story)
        rows.append(_row(client, mosquitto.version(), client.transports[0], story.title, fault))
    return rows


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    suite = HubSuite(Berth(program, directory, at_hub=True))
    rows = []
    try:
        suite.berth.start()
        suite.set_up()
        act = _run_tools if client.sdk == "mosquitto" else _run_sdk
        rows = act(suite, client, directory)
    except (BerthError, clients.InstallError, Fault) as error:
        suite.trouble.append(str(error))
    finally:
        ending = suite.berth.stop()
    return rows, suite.trouble + ([ending] if ending else [])
