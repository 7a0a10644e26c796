"""A client program that is told what to do line by line: node/hub.js, python/hub.py, java/Hub.java.

Every line is one JSON object. The harness writes commands, the program answers each with a line of
the same `seq`, and says what the SDK told its caller unasked in lines of their own:

  {"seq": 7, "op": OP, "name": NAME, ...}      a command; NAME is the harness's for a connection
  {"seq": 7, "value": ..., "seconds": 0.1}     how the SDK's call ended, and how long it took
  {"seq": 7, "error": {"name", "message"}, "seconds": 0.1}
  {"event": EVENT, "name": NAME, "value": ...}

  register  registrationId key idScope host transport, [payload]  -> {assignedHub, deviceId}
  open      host deviceId transport, key or token, [retry: false], [renewal: {valid, margin}],
            [messages: true]: then event message, {body, system, properties}, and each is completed,
            [model]: the model id that the connection names; payload and model: python/hub.py alone
  reopen    the same client object once more
  send      body system properties
  twin                                                  -> {desired, reported}
  report    patch
  desired   then event desired: the patch as the SDK gives it
  methods   method status: answers {"echo": PAYLOAD}; then event method: the payload
  close

and the event status, {state}, whenever the SDK says that the connection changed.
"""

import json
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_ANSWER_SECONDS = 60
_TAIL_LINES = 12


class Fault(Exception):
    """What should have happened did not; the text says what was seen instead."""


@dataclass(frozen=True)
class Answer:
    """How one call of the SDK ended."""

    value: object
    error: str | None  # "Name: message"
    seconds: float


class Conversation:
    """One run of a client program. Any thread may ask; each answer finds the one who asked."""

    def __init__(self, command, environment, directory, log):
        self.version = "?"
        self._log = Path(log)
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._answers = {}
        self._events = []
        self._sequence = 0
        self._ended = False
        with open(self._log, "wb") as errors:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=directory,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            try:
                said = json.loads(line)
            except json.JSONDecodeError:
                said = {"event": "noise", "name": "", "value": line}
            with self._changed:
                if "version" in said:
                    self.version = said["version"]
                elif "seq" in said:
                    self._answers[said["seq"]] = said
                else:
                    self._events.append(said)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _wait(self, ready, seconds, what):
        """Waits under the lock until ready() gives something true, which is returned."""
        deadline = time.monotonic() + seconds
        while True:
            found = ready()
            if found:
                return found
            if self._ended:
                raise Fault(f"the client program ended while waiting for {what}: {self.tail()}")
            left = deadline - time.monotonic()
            if left <= 0:
                raise Fault(f"no {what} within {seconds} s")
            self._changed.wait(left)

    def ask(self, op, *, seconds=_ANSWER_SECONDS, **told):
        """One call of the SDK, whatever comes of it."""
        with self._changed:
            self._sequence += 1
            number = self._sequence
        line = json.dumps({"seq": number, "op": op, **told})
        try:
            with self._writing:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
        except OSError as error:
            raise Fault(f"the client program has ended: {self.tail()}") from error
        with self._changed:
            said = self._wait(lambda: self._answers.pop(number, None), seconds, f"answer to {op}")
        error = said.get("error")
        text = f"{error['name']}: {error['message']}" if error else None
        return Answer(said.get("value"), text, said["seconds"])

    def must(self, op, **told):
        """One call of the SDK that has to succeed; its value."""
        answer = self.ask(op, **told)
        if answer.error is not None:
            raise Fault(f"{op}: the SDK said {answer.error}")
        return answer.value

    def event(self, event, name, accept=lambda value: True, seconds=15):
        """The value of the first such event that nobody has taken yet."""

        def take():
            for index, said in enumerate(self._events):
                if (said["event"], said["name"]) == (event, name) and accept(said["value"]):
                    return [self._events.pop(index)["value"]]
            return None

        with self._changed:
            return self._wait(take, seconds, f"event {event} of {name}")[0]

    def events(self, event, name):
        """The values of all such events that were not taken."""
        with self._changed:
            return [
                said["value"]
                for said in self._events
                if (said["event"], said["name"]) == (event, name)
            ]

    def tail(self):
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])

    def close(self, seconds=10):
        """Ends the program; says what was wrong with its end, or None."""
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return f"the client program did not end within {seconds} s"
        self._reader.join(seconds)
        self._process.stdout.close()
        return None if code == 0 else f"the client program ended with {code}: {self.tail()}"
