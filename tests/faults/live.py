#!/usr/bin/env python3
"""The stream of what happens, GET /api/v1/live, of a real server: who hears what, who is turned
away, and how streams end.

  tests/faults/live.py [--berth PROGRAM]
"""

import argparse
import http.client
import json
import re
import signal
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

from code_wire import UseCode, use_code
from hub_wire import HubDevice, Visit, hub_token
from server import BerthError, Server, World, key
from session_catalogue import MARK, SESSION, Operator
from wire import HTTPS, Attempt, Token, packet, text_field

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_BERTH = ROOT / "build" / "release" / "berth"
LIVE = "/api/v1/live"
SOON_SECONDS = 15
OVER_SECONDS = 20  # a stream whose session has ended
STALL_SECONDS = 60  # a peer that takes nothing
STREAMS_MAX = 20  # of one operator
LARGE_BYTES = 120_000  # of the telemetry that fills what waits for somebody slow
LARGE_MAX = 300
SMALL_BUFFER = 4096
_FIELD = re.compile(rb"^(event|data): ?(.*)$", re.MULTILINE)


class Wrong(Exception):
    """It did not behave; the text says how."""


def until(what, seconds, holds):
    """The first answer of `holds()` that is true."""
    deadline = time.monotonic() + seconds
    while True:
        if got := holds():
            return got
        if time.monotonic() > deadline:
            raise Wrong(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Stream:
    """One who follows. Hears on a thread of its own, unless it does not read at all."""

    def __init__(self, place, headers, query="", reads=True):
        trust = ssl.create_default_context(cafile=place.ca)
        plain = socket.socket()
        if not reads:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        plain.settimeout(SOON_SECONDS)
        plain.connect(("127.0.0.1", place.https_port))
        self.connection = http.client.HTTPSConnection("localhost", place.https_port)
        self.connection.sock = trust.wrap_socket(plain, server_hostname="localhost")
        self.socket = self.connection.sock
        self.connection.request("GET", LIVE + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.status, self.heard, self.over = self.answer.status, [], False
        self.thread = threading.Thread(target=self._hear, daemon=True)
        if self.status == 200 and reads:
            self.socket.settimeout(None)
            self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # the server was first
            pass
        if self.thread.is_alive():
            self.thread.join(SOON_SECONDS)
        self.answer.close()
        self.connection.close()

    def _hear(self):
        text = b""
        try:
            while part := self.answer.read1(65536):
                *whole, text = (text + part).split(b"\n\n")
                for block in whole:
                    fields = dict(_FIELD.findall(block))
                    if b"event" in fields:
                        self.heard.append((fields[b"event"].decode(), json.loads(fields[b"data"])))
        except (OSError, http.client.HTTPException, ValueError):  # a line that was cut off
            pass
        self.over = True

    def of(self, name, **members):
        return [data for kind, data in list(self.heard) if kind == name
                and all(data.get(each) == value for each, value in members.items())]

    def wait(self, name, **members):
        return until(f"{name} {members} was told; heard {str(self.heard)[-600:]}", SOON_SECONDS,
                     lambda: self.of(name, **members))

    def ends(self, reason, seconds):
        until("the stream ends", seconds, lambda: self.over)
        if self.heard[-1:] != [("bye", {"reason": reason})]:
            raise Wrong(f"the last that was heard is {self.heard[-1:]}, and not bye, {reason}")


class Talker(HubDevice):
    """A device that is connected and sends."""

    def __init__(self, place, device):
        super().__init__(place, "localhost", False)
        self.id = device.id
        self.socket.sendall(Visit(device.id, hub_token(device.primary)).connect_packet())
        if self.expect(0x20) != b"\x00\x00":
            raise Wrong(f"{device.id} was not let in")

    def tell(self, body):
        topic = text_field(f"devices/{self.id}/messages/events/$.ct=application%2Fjson&$.ce=utf-8")
        self.socket.sendall(packet(0x32, topic + struct.pack("!H", 7) + body))
        self.expect(0x40)


class Stage:
    """The server and who is on it."""

    def __init__(self, server):
        self.server, self.place = server, server.place
        self.world = World(server, "live")
        self.admin = bearer((server.data / "admin.token").read_text().strip())

    def token(self, *flags):
        """Its id and the headers that show it."""
        made = self.world.run("token", "create", *flags)
        secret = next(value for value in made.values()
                      if isinstance(value, str) and value.startswith("berth_"))
        return made["id"], bearer(secret)

    def stream(self, headers, query="", reads=True):
        stream = Stream(self.place, headers, query, reads)
        if stream.status != 200:
            raise Wrong(f"{LIVE} was answered {stream.status}: {stream.answer.read()[:300]!r}")
        return stream

    def gauge(self, name):
        answer = use_code(self.place, UseCode("GET", "/metrics", None, self.admin))
        found = re.search(rf"^{name} (\d+)$".encode(), answer.raw, re.MULTILINE)
        if not found:
            raise Wrong(f"/metrics ({answer.status}) has no {name}")
        return int(found[1])

    def attempt(self, device, scope):
        """One that is refused, in the scope."""
        self.world.send(HTTPS, Attempt(device, Token(key("of nobody")), scope))


def nobody_is_told_without_a_token(stage):
    for headers in ({}, bearer("berth_0123456789abcdef_" + "A" * 43)):
        with Stream(stage.place, headers) as stream:
            if stream.status != 401:
                raise Wrong(f"answered with {stream.status}")


def what_happens_is_told(stage):
    alone = stage.world.individual("live-alone")
    made = stage.world.device("live-made")
    with stage.stream(stage.admin) as stream, stage.stream(stage.admin, "?device=other") as other:
        stage.world.register(alone.id, alone.primary)
        told = stream.wait("attempt", registrationId=alone.id, outcome="assigned")[0]
        if told["reason"] is not None or told["scope"] != stage.world.scope:
            raise Wrong(f"the attempt is told as {told}")
        with Talker(stage.place, made) as talker:
            stream.wait("connection", device=made.id, connected=True)
            talker.tell(b'{"warm":21.5}')
            told = stream.wait("telemetry")[0]
            if "21.5" not in json.dumps(told) or made.id not in json.dumps(told):
                raise Wrong(f"the telemetry is told as {told}")
        stream.wait("connection", device=made.id, connected=False)
        if other.heard:
            raise Wrong(f"a stream of another device hears {other.heard}")


def a_limited_token_hears_nothing_of_another_scope(stage):
    own = stage.world.new_scope()
    _, limited = stage.token("--role", "viewer", "--scope", own)
    with Stream(stage.place, limited, f"?scope={stage.world.scope}") as stream:
        if stream.status == 200:
            raise Wrong("another scope could be asked for")
    with stage.stream(limited) as stream, stage.stream(stage.admin) as everything:
        stage.attempt("live-elsewhere", stage.world.scope)
        everything.wait("attempt", registrationId="live-elsewhere")
        stage.attempt("live-here", own)
        stream.wait("attempt", registrationId="live-here")  # comes later, so nothing is under way
        if len(stream.heard) != 1:
            raise Wrong(f"it hears {stream.heard}")


def a_stream_ends_with_its_session(stage):
    token_id, headers = stage.token("--role", "viewer")
    operator = Operator(stage.world, "live-watcher")
    cookie = {"Cookie": operator.cookie()}
    with (stage.stream(headers) as revoked, stage.stream(cookie) as signed_out,
          stage.stream(stage.admin) as stays):
        stage.world.run("token", "revoke", token_id, "--yes")
        ended = time.monotonic()
        operator.heard(UseCode("DELETE", SESSION, None, {**cookie, **MARK}, operator.source))
        for stream in (revoked, signed_out):
            stream.ends("session", OVER_SECONDS - (time.monotonic() - ended))
        if stays.over:
            raise Wrong("the stream of somebody else ended, too")


def one_operator_has_no_more_than_twenty(stage):
    _, headers = stage.token("--role", "viewer")
    streams = [stage.stream(headers) for _ in range(STREAMS_MAX)]
    try:
        with Stream(stage.place, headers) as one_more:
            if one_more.status != 429:
                raise Wrong(f"one more is answered {one_more.status}")
        stage.stream(stage.admin).__exit__()  # others are not held up
        streams.pop().__exit__()

        def room():
            with Stream(stage.place, headers) as again:
                return again.status == 200
        until("a stream that is closed leaves room for another", SOON_SECONDS, room)
    finally:
        for stream in streams:
            stream.__exit__()


def who_does_not_read_is_let_go_of(stage):
    until("the streams of before are over", SOON_SECONDS,
          lambda: stage.gauge("berth_live_followers") == 0)
    counted = stage.gauge("berth_live_too_slow_total")
    made = stage.world.device("live-loud")
    body = json.dumps({"pad": "x" * LARGE_BYTES}).encode()
    with (stage.stream(stage.admin, reads=False), stage.stream(stage.admin) as sound,
          Talker(stage.place, made) as talker):
        sent = 0
        while stage.gauge("berth_live_followers") == 2:
            if sent == LARGE_MAX:
                raise Wrong(f"{sent} messages wait for somebody who does not read")
            talker.tell(body)
            sent += 1
            until(f"message {sent} is told to whoever reads", SOON_SECONDS,
                  lambda count=sent: len(sound.of("telemetry")) == count)
        if stage.gauge("berth_live_too_slow_total") != counted + 1:
            raise Wrong("it is not counted")
        until("its connection is closed", STALL_SECONDS,
              lambda: stage.gauge("berth_http_streams") == 1)
        talker.tell(body)
        until("who reads goes on hearing", SOON_SECONDS,
              lambda: len(sound.of("telemetry")) == sent + 1)


CHECKS = (nobody_is_told_without_a_token, what_happens_is_told,
          a_limited_token_hears_nothing_of_another_scope, a_stream_ends_with_its_session,
          one_operator_has_no_more_than_twenty, who_does_not_read_is_let_go_of)


def streams_end_with_the_server(stage):
    with stage.stream(stage.admin) as stream:
        stage.server.process.send_signal(signal.SIGTERM)
        until("the stream ends", SOON_SECONDS, lambda: stream.over)
        code = stage.server.process.wait(SOON_SECONDS)
        if code != 0:
            raise Wrong(f"the server ended with {code}")


def passed(check, stage):
    began, trouble = time.monotonic(), ""
    try:
        check(stage)
    except (Wrong, BerthError, OSError, LookupError, ValueError,
            http.client.HTTPException) as error:
        trouble = f": {type(error).__name__}: {error}"
    name = check.__name__.replace("_", " ")
    print(f"live: {'FAILED' if trouble else 'passed'} ({time.monotonic() - began:.1f} s): {name}"
          f"{trouble}", flush=True)
    return not trouble


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berth", type=Path, default=DEFAULT_BERTH, help="the program under test")
    options = parser.parse_args()
    if not options.berth.exists():
        print(f"live: {options.berth} is missing: build it first (./dev build release)")
        return 2
    with (tempfile.TemporaryDirectory(prefix="berth-live-") as directory,
          Server(options.berth.resolve(), directory) as server):
        stage = Stage(server)
        results = [passed(check, stage) for check in (*CHECKS, streams_end_with_the_server)]
    print(f"{sum(results)} passed, {results.count(False)} failed, 0 skipped", flush=True)
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
