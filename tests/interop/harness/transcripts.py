"""Byte-exact conversations of real client libraries: recorded on their way to a server by a small
TCP proxy, kept with placeholders for what a server makes up, and said again to another one.

A transcript is JSON: what was run, its revision, and exchanges in the order they happened. Bytes
are text in Latin-1. {{host}} is the address that was called; {{id1}}, {{auth1}}, {{oid1}} and so on
are what the server gave; {{any}} in an answer is a time. All are as long as what they stand for,
except {{host}}, which is in no body, so that lengths stay true.
"""

import json
import re
import socket
import threading

_SECONDS = 20
_MADE = re.compile(r'"id":"(dev-[0-9a-f]{24})","auth":"([^"]+)"')
_OID = re.compile(r'(?<![-0-9a-f])"([0-9a-f]{24})"')
_COMPANY = re.compile(r'"(com-[0-9a-f]{24})"')
_TIME = re.compile(r'"(at|expire_at)":(?:\d{13}|"[^"]*")')
_HOLE = re.compile(r"\{\{([a-z]+\d*)\}\}")


class TranscriptError(Exception):
    """A transcript cannot be used; the text says why."""


def split_head(raw):
    """(start line, {lower-case name: value}, what follows) of one message, or None: not there."""
    head, found, rest = raw.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return lines[0], headers, rest


def answer_is_whole(raw):
    """Whether these bytes are one answer; only Content-Length is understood, as by some clients."""
    found = split_head(raw)
    if found is None:
        return False
    start, headers, rest = found
    return start.split()[1] == "100" or len(rest) >= int(headers.get("content-length", 0))


class Recorder:
    """A proxy in front of one server that remembers who said what."""

    def __init__(self, server):
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._connections = 0
        self.port = self._listener.getsockname()[1]
        self.exchanges = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            self._connections += 1
            server = socket.create_connection(self._server)
            pair = _Pair(self, self._connections, client, server)
            threading.Thread(target=pair.to_server, daemon=True).start()
            threading.Thread(target=pair.to_client, daemon=True).start()

    def add(self, connection, request, response):
        with self._lock:
            self.exchanges.append((connection, request, response))


class _Pair:
    """One connection through the recorder."""

    def __init__(self, recorder, number, client, server):
        self._recorder, self._number = recorder, number
        self._client, self._server = client, server
        self._asked, self._told = b"", b""

    def _pump(self, source, target, note):
        try:
            while chunk := source.recv(65536):
                note(chunk)
                target.sendall(chunk)
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def to_server(self):
        self._pump(self._client, self._server, self._note_asked)

    def to_client(self):
        self._pump(self._server, self._client, self._note_told)

    def _note_asked(self, chunk):
        self._asked += chunk

    def _note_told(self, chunk):
        self._told += chunk
        if answer_is_whole(self._told):
            self._recorder.add(self._number, self._asked, self._told)
            self._asked, self._told = b"", b""


class _Names:
    """What the server made up, and the placeholders for it."""

    def __init__(self):
        self._names = {}
        self._counts = {}

    def learn(self, text):
        for device, auth in _MADE.findall(text):
            self._add("id", device)
            self._add("auth", auth)
        for oid in _OID.findall(text):
            self._add("oid", oid)
        for company in _COMPANY.findall(text):
            self._add("com", company)

    def _add(self, kind, value):
        if value not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[value] = "{{%s%d}}" % (kind, self._counts[kind])

    def hide(self, text):
        for value, name in self._names.items():
            text = text.replace(value, name)
        return text


def transcript(exchanges, host, about):
    """The exchanges of a Recorder as a transcript; `about` is put in front."""
    names, kept = _Names(), []
    for connection, request, response in exchanges:
        _, headers, body = split_head(response)
        text = body.decode("latin-1")
        asked = names.hide(request.decode("latin-1")).replace(host, "{{host}}")
        names.learn(text)
        kept.append(
            {
                "connection": connection,
                "request": asked,
                "status": int(response.split()[1]),
                "body": _TIME.sub(r'"\1":{{any}}', names.hide(text)),
                "closes": headers.get("connection", "").lower() == "close",
            }
        )
    return {**about, "exchanges": kept}


def dumps(told):
    """One exchange a line, so that a change is seen as one."""
    about = json.dumps({key: told[key] for key in told if key != "exchanges"}, indent=1)
    lines = ",\n".join(json.dumps(each) for each in told["exchanges"])
    return about[:-2] + ',\n "exchanges": [\n' + lines + "\n]}\n"


class Replay:
    """Says a transcript again to the server at `address`."""

    def __init__(self, address, host):
        self._address, self._values = address, {"host": host}
        self._open = {}

    def run(self, told):
        """What differed, a line each."""
        faults = []
        for number, exchange in enumerate(told["exchanges"], 1):
            title = exchange["request"].split("\r\n", 1)[0]
            try:
                fault = self._exchange(exchange)
            except (OSError, TranscriptError) as error:
                faults.append(f"exchange {number} ({title}): {error}")
                break  # what follows hangs on what this one would have given
            if fault:
                faults.append(f"exchange {number} ({title}): {fault}")
        for connection in self._open.values():
            connection.close()
        return faults

    def _exchange(self, exchange):
        connection = self._connection(exchange["connection"])
        connection.sendall(self._fill(exchange["request"]).encode("latin-1"))
        raw = read_answer(connection)
        start, headers, body = split_head(raw)
        status = int(start.split()[1])
        if status != exchange["status"]:
            return f"status {status}, not {exchange['status']}: {body[:200]!r}"
        if status != 100 and ("content-length" not in headers or "transfer-encoding" in headers):
            return f"not framed by Content-Length alone: {headers}"
        if len(body) != int(headers.get("content-length", 0)):
            return f"{len(body)} bytes instead of {headers.get('content-length')}"
        closes = headers.get("connection", "").lower() == "close"
        if closes != exchange["closes"]:
            return f"Connection: {headers.get('connection')}"
        if closes and connection.recv(1):
            return "it says that it closes, and goes on"
        if closes:
            self._open.pop(exchange["connection"]).close()
        return self._learn(exchange["body"], body.decode("latin-1"))

    def _connection(self, number):
        if number not in self._open:
            self._open[number] = socket.create_connection(self._address, _SECONDS)
        return self._open[number]

    def _fill(self, text):
        def value(hole):
            if hole.group(1) not in self._values:
                raise TranscriptError(f"nothing gave {hole.group(0)}")
            return self._values[hole.group(1)]

        return _HOLE.sub(value, text)

    def _learn(self, expected, body):
        pattern, last, new = "", 0, []
        for hole in _HOLE.finditer(expected):
            name = hole.group(1)
            pattern += re.escape(expected[last : hole.start()])
            last = hole.end()
            pattern += self._hole_pattern(name, new)
        pattern += re.escape(expected[last:])
        found = re.fullmatch(pattern, body, re.DOTALL)
        if found is None:
            return f"answered {body[:300]!r}, not {expected[:300]!r}"
        self._values.update(found.groupdict())
        return None

    def _hole_pattern(self, name, new):
        if name == "any":
            return r'(?:\d{13}|"[^"]*")'
        if name in self._values:
            return re.escape(self._values[name])
        if name in new:
            return f"(?P={name})"
        new.append(name)
        return f'(?P<{name}>[^"]+)'


def read_answer(connection):
    """One answer; the connection stays open."""
    raw = b""
    while not answer_is_whole(raw):
        chunk = connection.recv(65536)
        if not chunk:
            raise TranscriptError(f"closed before a whole answer came: {raw[:200]!r}")
        raw += chunk
    return raw
