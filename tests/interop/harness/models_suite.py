"""One suite of device models: a fresh Berth with two templates, and one vendor SDK whose devices
say which model they are, in a namespace of its own.

The switches are the scope's, so they are turned between the groups of stories.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import clients, hub_suite, models_stories, namespace
from .conversation import Conversation, Fault
from .models_stories import BRACE, GROUP, GROUP_KEYS, MODEL, THERMOSTAT, TWINS
from .server import Berth, BerthError
from .suite import FAILED, PASSED, Row

_AT_ONCE = 4
_ACTS = (
    ((), models_stories.OPEN),
    (("--hold-unknown-models", "on"), models_stories.HOLDING),
    (("--hold-unknown-models", "off", "--auto-approve", "off"), models_stories.APPROVING),
)


class ModelsSuite:
    """What the stories share."""

    def __init__(self, berth):
        self.berth, self.host = berth, namespace.HOST
        self.id_scope, self.hubs = "", {}

    def set_up(self):
        self.berth.start()
        self.id_scope = self.berth.id_scope()
        self.hubs = {hub["host"]: hub["name"] for hub in self.berth.hubs()}
        self.berth.create_group(GROUP, GROUP_KEYS)
        self.berth.create_model_template(THERMOSTAT, model=MODEL, **TWINS[THERMOSTAT])
        self.berth.create_model_template(BRACE, **TWINS[BRACE])

    def give_up_restart(self):
        """Nothing here restarts the server."""


def _tell_all(suite, client, talks):
    """Tells every story on every transport: {(transport, title): why it failed, or None}."""
    told = {}

    def tell_one(job):
        transport, story = job
        stage = models_stories.Stage(suite, client, transport, talks[transport])
        return hub_suite.tell(stage, story)

    for rules, group in _ACTS:
        if rules:
            suite.berth.update_scope(*rules)
        jobs = [(transport, story) for story in group for transport in talks]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            told |= dict(zip(jobs, pool.map(tell_one, jobs)))
    return told


def _rows(suite, client, talks):
    told = _tell_all(suite, client, talks)
    rows = []
    for transport, talk in talks.items():
        for story in models_stories.STORIES:
            fault = told[transport, story]
            about = (talk.version, "group", transport, story.title)
            result = FAILED if fault else PASSED
            rows.append(Row(client.package, *about, result, fault or ""))
    return rows


def run(client, program, directory):
    """The suite, in the namespace this process is already in: (rows, trouble)."""
    suite = ModelsSuite(Berth(program, directory))
    rows, trouble, talks = [], [], {}
    try:
        suite.set_up()
        for transport in client.transports:
            command, environment = clients.command(client, suite.berth.ca, directory)
            log = Path(directory) / f"client-{transport.lower()}.log"
            talks[transport] = Conversation(command, environment, directory, log)
        rows = _rows(suite, client, talks)
    except (BerthError, clients.InstallError, Fault) as error:
        trouble.append(str(error))
    finally:
        endings = [(name, talk.close()) for name, talk in talks.items()]
        trouble += [f"{name}: {ending}" for name, ending in endings if ending]
        ending = suite.berth.stop()
    return rows, trouble + ([ending] if ending else [])
