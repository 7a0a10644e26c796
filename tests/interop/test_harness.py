"""The harness's own tests. run.py runs them before the suites; no network, no server."""

import json
import shutil
import socket
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from harness import (
    alias,
    board,
    certificate_stories,
    cases,
    clients,
    mosquitto,
    network,
    pki,
    product_stories,
    product_suite,
    raw_certificates,
    stories,
    things_stories,
    tokens,
    tpm,
    transcripts,
)
from harness.conversation import Conversation, Fault
from harness.suite import FAILED, PASSED, Row

# A client program in miniature: says its version, answers `echo`, fails `bad`, tells an event.
PROGRAM = """
import json, sys
say = lambda line: print(json.dumps(line), flush=True)
say({"version": "1.2"})
for line in sys.stdin:
    told = json.loads(line)
    if told["op"] == "event":
        say({"event": "status", "name": told["name"], "value": told["value"]})
    if told["op"] == "end":
        sys.exit(3)
    error = {"error": {"name": "Bad", "message": "no"}} if told["op"] == "bad" else {}
    say({"seq": told["seq"], "seconds": 0, "value": told.get("value"), **error})
"""


def row(client="npm sdk", case="primary key", result=PASSED, transport="MQTT"):
    return Row(client, "1.0", "individual", transport, case, result)


def page(rows):
    return board.write(f"before\n{board.BEGIN}\n{board.END}\nafter\n", rows)


def case(slug):
    return next(found for found in cases.CASES if found.slug == slug)


def assigned(slug, **changes):
    registration_id = case(slug).registration_id("MQTT")
    told = {"outcome": "assigned", "registrationId": registration_id, "deviceId": registration_id}
    return told | {"assignedHub": "hub1.example.net"} | changes


def record(slug, **changes):
    held = {"status": "assigned", "deviceId": case(slug).device_id("MQTT"), "payload": None}
    return held | {"hubHost": "hub1.example.net"} | changes


def fault(slug, result, held):
    return cases.fault("node", case(slug), "MQTT", {"results": [result]}, held)


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.pki = pki.Pki(Path(cls.folder.name) / "pki")
        cls.root = cls.pki.authority("root")

    def verify(self, identity, *more):
        chain = ("-CAfile", self.root.certificate, "-untrusted", identity.chain)
        return pki.openssl("verify", "-purpose", "sslclient", *chain, *more, identity.certificate)

    def test_a_device_leads_to_its_root_through_what_it_presents(self):
        device = self.root.below("line").issue("SN:7.a_B")
        self.verify(device, "-x509_strict")
        self.assertEqual(device.chain.read_text("ascii").count("BEGIN"), 2)

    def test_ended_certificates_have_ended(self):
        device = self.root.issue("ended", ended=True)
        with self.assertRaisesRegex(pki.PkiError, "certificate has expired"):
            self.verify(device)

    def test_strangers_do_not_lead_to_the_root(self):
        with self.assertRaisesRegex(pki.PkiError, "self-signed certificate"):
            self.verify(self.pki.self_signed("alone"))

    def test_boards_are_the_vector_and_what_can_be_made_of_it(self):
        board = alias.genuine(Path(self.folder.name) / "board")
        own, signer = (
            pki.openssl("ec", "-in", key, "-pubout") for key in (board.key, board.device_id_key)
        )
        self.assertIn(own, pki.openssl("x509", "-in", board.certificate, "-noout", "-pubkey"))
        self.assertIn(signer, pki.openssl("x509", "-in", board.device_id, "-noout", "-pubkey"))
        for other in (alias.forged(board), alias.altered(board)):
            said = pki.openssl("x509", "-in", other.certificate, "-noout", "-subject").decode()
            self.assertIn(alias.REGISTRATION_ID, said)
            self.assertNotEqual(pki.der_of(other.certificate), pki.der_of(board.certificate))

    def test_stories_are_rows_of_their_own(self):
        for told in (
            certificate_stories.X509,
            certificate_stories.TPM_STORIES,
            raw_certificates.STORIES,
        ):
            titles = {(story.attestation, story.title) for story in told}
            self.assertEqual(len(titles), len(told))


class Tpm(unittest.TestCase):
    RANDOM = bytes.fromhex("80010000000c0000017b0008")  # GetRandom, 8 bytes

    @unittest.skipUnless(shutil.which("swtpm"), "swtpm comes with the suite that needs it")
    def test_the_simulators_ports_lead_to_the_tpm(self):
        with tempfile.TemporaryDirectory() as folder:
            soft = tpm.SoftTpm(Path(folder) / "tpm", 0)
            try:
                commands, signals = (
                    socket.create_connection(("127.0.0.1", port)) for port in soft.ports
                )
                with commands, signals:
                    commands.sendall(bytes.fromhex("0000000f00000001"))
                    self.assertEqual(commands.recv(12), bytes.fromhex("000000010000000000000000"))
                    signals.sendall(bytes.fromhex("00000001"))
                    self.assertEqual(signals.recv(4), bytes(4))
                    head = bytes.fromhex("0000000800") + len(self.RANDOM).to_bytes(4, "big")
                    commands.sendall(head + self.RANDOM)
                    answer = commands.recv(28, socket.MSG_WAITALL)
                    self.assertEqual(answer[:4], bytes.fromhex("00000014"))
                    self.assertEqual(answer[4:14], bytes.fromhex("80010000001400000000"))
                    self.assertEqual(answer[24:], bytes(4))
            finally:
                soft.close()


class Keys(unittest.TestCase):
    GROUP_KEY = (
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
    )

    def test_derived_keys_are_the_published_vectors(self):
        vectors = {
            "device-01": "4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=",
            "Device-01": "pZOXooiZPI65HPo3uswvw8m+ZjNJjvOs8RkzQRiDNQA=",
            "x" * 128: "DzzjBNRTLNCBIHIE9t6UWqqkVytDE0WYh0esEM+Lw+U=",
        }
        for registration_id, wanted in vectors.items():
            self.assertEqual(cases.derived_key(self.GROUP_KEY, registration_id), wanted)


class Cases(unittest.TestCase):
    def test_every_device_has_an_id_of_its_own(self):
        for transport in ("HTTPS", "MQTT", "MQTT-WS"):
            ids = [found.registration_id(transport) for found in cases.CASES]
            self.assertEqual(len(ids), len(set(ids)))
            for registration_id in ids:
                self.assertRegex(registration_id, r"^[A-Za-z0-9._:-]{1,128}$")

    def test_every_client_and_transport_has_its_own_authorisation_error(self):
        wanted = {
            (client.name, transport)
            for client in clients.CLIENTS
            if client.suite == "provisioning"
            for transport in client.transports
        }
        self.assertEqual(set(cases.UNAUTHORIZED), wanted)

    def test_an_assigned_device_passes(self):
        self.assertIsNone(fault("ind-primary", assigned("ind-primary"), record("ind-primary")))

    def test_another_device_id_is_a_fault(self):
        told = assigned("ind-primary", deviceId="somebody-else")
        self.assertIn("deviceId", fault("ind-primary", told, record("ind-primary")))

    def test_a_server_that_holds_another_hub_is_a_fault(self):
        held = record("ind-primary", hubHost="hub2.example.net")
        self.assertIn("the server holds", fault("ind-primary", assigned("ind-primary"), held))

    def test_an_assigned_device_that_should_be_refused_is_a_fault(self):
        self.assertIn("expected a refusal", fault("ind-wrong", assigned("ind-wrong"), None))

    def test_only_the_authorisation_error_counts_as_refusal(self):
        good = {"name": "Error", "message": "Connection refused: Not authorized"}
        bad = {"name": "Error", "message": "connect ECONNREFUSED"}
        self.assertIsNone(fault("ind-wrong", {"outcome": "error", "error": good}, None))
        self.assertIn("ECONNREFUSED", fault("ind-wrong", {"outcome": "error", "error": bad}, None))

    def test_no_answer_is_a_fault(self):
        found = cases.fault("node", case("ind-primary"), "MQTT", None, None)
        self.assertIn("without an answer", found)

    def test_a_payload_may_be_stored_as_sent_by_either_kind_of_sdk(self):
        for stored in (cases.PAYLOAD, cases.json.dumps(cases.PAYLOAD)):
            held = record("ind-payload", payload=stored)
            self.assertIsNone(fault("ind-payload", assigned("ind-payload"), held))
        held = record("ind-payload", payload=None)
        self.assertIn("payload", fault("ind-payload", assigned("ind-payload"), held))

    def test_a_hub_that_changes_between_two_registrations_is_a_fault(self):
        both = [assigned("grp-again"), assigned("grp-again", assignedHub="hub2.example.net")]
        found = cases.fault(
            "node", case("grp-again"), "MQTT", {"results": both}, record("grp-again")
        )
        self.assertIn("the hub changed", found)


class Conversations(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        log = Path(directory.name) / "log"
        self.talk = Conversation([sys.executable, "-c", PROGRAM], None, directory.name, log)
        self.addCleanup(self.talk.close)

    def test_each_answer_finds_the_one_who_asked(self):
        self.assertEqual([self.talk.must("echo", value=n) for n in range(5)], list(range(5)))
        self.assertEqual(self.talk.version, "1.2")

    def test_an_error_of_the_sdk_is_an_answer_or_a_fault(self):
        self.assertEqual(self.talk.ask("bad").error, "Bad: no")
        with self.assertRaisesRegex(Fault, "bad: the SDK said Bad: no"):
            self.talk.must("bad")

    def test_an_event_is_taken_once(self):
        self.talk.must("event", name="a", value={"state": "on"})
        self.talk.must("event", name="a", value={"state": "off"})
        off = self.talk.event("status", "a", lambda value: value["state"] == "off")
        self.assertEqual(off, {"state": "off"})
        self.assertEqual(self.talk.events("status", "a"), [{"state": "on"}])
        with self.assertRaisesRegex(Fault, "no event status of a"):
            self.talk.event("status", "a", lambda value: value["state"] == "off", seconds=0.05)

    def test_a_program_that_ends_is_a_fault_for_those_who_wait(self):
        with self.assertRaisesRegex(Fault, "the client program ended"):
            self.talk.ask("end")
        self.assertIn("ended with 3", self.talk.close())


class Network(unittest.TestCase):
    def test_connections_are_counted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            before = network.connections_opened()
            watch = network.Watch(server.getsockname()[1])
            self.addCleanup(watch.stop)
            with socket.create_connection(server.getsockname()):
                self.assertGreater(network.connections_opened(), before)
                while watch.count == 0:
                    pass
            self.assertEqual(watch.count, 1)


class Stories(unittest.TestCase):
    def test_every_row_of_the_board_has_a_title_of_its_own(self):
        told = (*stories.TOGETHER, *stories.ALONE, *stories.RENEWALS, *stories.RESTART)
        products = (*product_stories.TOGETHER, *product_stories.RESTART)
        for group in (told, mosquitto.STORIES, products):
            titles = [story.title for story in group]
            self.assertEqual(len(titles), len(set(titles)))
            self.assertFalse([title for title in titles if "|" in title])

    def test_every_sdk_at_the_hub_is_known_to_the_stories(self):
        sdks = {client.sdk for client in clients.CLIENTS if client.at_hub} - {"mosquitto"}
        for table in (stories.RENEWAL, stories.UNAUTHORIZED, stories.OWN_CONNECTIONS):
            self.assertEqual(set(table), sdks)

    def test_a_token_is_the_published_one(self):
        text = tokens.hub_token("h.example", "d 1", Keys.GROUP_KEY)
        self.assertRegex(
            text, r"^SharedAccessSignature sr=h\.example%2Fdevices%2Fd%201&sig=[\w%]+&se=\d+$"
        )


class Products(unittest.TestCase):
    def test_ids_and_secrets_have_the_form_that_is_in_firmware(self):
        self.assertRegex(product_suite.product_id("a"), r"^[A-Z0-9]{10}$")
        self.assertRegex(product_suite.product_secret("a"), r"^[A-Za-z0-9]{24}$")
        self.assertNotEqual(product_suite.product_id("a"), product_suite.product_id("b"))


class Things(unittest.TestCase):
    def test_every_row_and_every_serial_is_there_once(self):
        titles = [story.title for story in things_stories.HTTP + things_stories.MQTT]
        self.assertEqual(len(titles), len(set(titles)))
        serials = [row[0] for row in things_stories.serials()]
        self.assertEqual(len(serials), len(set(serials)))


class Transcripts(unittest.TestCase):
    DEVICE, OID = "dev-" + "0a" * 12, "0b" * 12

    def told(self):
        made = f'{{"id":"{self.DEVICE}","auth":"secretsecret"}}'
        listed = f'[{{"id":"{self.OID}","at":1500000000000}}]'
        asked = f"GET /x HTTP/1.1\r\nHost: here:1\r\nX-Plug-Id: {self.DEVICE}\r\n\r\n"
        exchanges = [
            (1, b"POST /x HTTP/1.1\r\n\r\n", self.answer(made)),
            (1, asked.encode(), self.answer(listed, "Connection: close\r\n")),
        ]
        return transcripts.transcript(exchanges, "here:1", {"library": "one"})

    def answer(self, body, header=""):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{header}\r\n"
        return (head + body).encode()

    def test_what_a_server_makes_up_is_a_placeholder(self):
        made, listed = self.told()["exchanges"]
        self.assertEqual(made["body"], '{"id":"{{id1}}","auth":"{{auth1}}"}')
        self.assertIn("Host: {{host}}\r\nX-Plug-Id: {{id1}}\r\n", listed["request"])
        self.assertEqual(listed["body"], '[{"id":"{{oid1}}","at":{{any}}}]')
        self.assertEqual([each["closes"] for each in (made, listed)], [False, True])

    def test_what_is_kept_is_read_back(self):
        self.assertEqual(json.loads(transcripts.dumps(self.told())), self.told())

    def replay(self, *answers):
        """What differs when these bytes are the answers."""
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve():
                client, _ = listener.accept()
                with client:
                    for answer in answers:
                        client.recv(65536)
                        client.sendall(answer)

            server = threading.Thread(target=serve)
            server.start()
            faults = transcripts.Replay(listener.getsockname(), "there").run(self.told())
            server.join()
        return faults

    def answers(self):
        made = '{"id":"dev-' + "1c" * 12 + '","auth":"other"}'
        listed = '[{"id":"' + "1d" * 12 + '","at":1500000000001}]'
        return made, self.answer(listed, "Connection: close\r\n")

    def test_another_server_may_make_up_other_values(self):
        made, listed = self.answers()
        self.assertEqual(self.replay(self.answer(made), listed), [])

    def test_another_status_body_or_framing_is_a_fault(self):
        made, listed = self.answers()
        for wrong, fault in (
            (self.answer(made).replace(b"200 OK", b"403 No"), "status 403"),
            (self.answer(made.replace("auth", "AUTH")), "answered"),
            (self.answer(made, "Connection: close\r\n"), "Connection: close"),
            (self.answer(made, "Transfer-Encoding: chunked\r\n"), "not framed"),
        ):
            with self.subTest(fault):
                self.assertIn(fault, self.replay(wrong, listed)[0])


class Board(unittest.TestCase):
    def test_what_is_written_is_read_back(self):
        rows = [row(), row(case="wrong key refused", result=FAILED), row(transport="HTTPS")]
        self.assertEqual(board.read(page(rows)), rows)

    def test_kinds_of_attestation_are_read_back(self):
        rows = [Row("a", "1", kind, "MQTT", "c", PASSED) for kind in ("group", "product secret")]
        self.assertEqual(board.read(page(rows)), rows)

    def test_what_was_seen_by_hand_stays(self):
        by_hand = "\n## By hand\n\n| Client | Case |\n|---|---|\n| C SDK | connects |\n"
        text = board.write(page([row()]) + by_hand, [row(case="another")])
        self.assertTrue(text.endswith(by_hand))
        self.assertEqual(board.read(text), [row(case="another")])

    def test_writing_again_changes_nothing(self):
        text = page([row()])
        self.assertEqual(board.write(text, board.merge(board.read(text), [row()])), text)

    def test_clients_that_did_not_run_keep_their_rows(self):
        merged = board.merge([row(client="a"), row(client="b", result=FAILED)], [row(client="b")])
        self.assertEqual(merged, [row(client="a"), row(client="b")])

    def test_a_board_that_agrees_has_no_disagreements(self):
        self.assertEqual(board.disagreements([row(), row(client="other")], [row()]), [])

    def test_missing_surplus_and_stale_rows_are_named(self):
        committed = [row(case="gone"), row(case="healed", result=FAILED)]
        found = board.disagreements(committed, [row(case="new"), row(case="healed")])
        self.assertEqual(len(found), 3)
        self.assertIn("ran, but not on the board", found[0])
        self.assertIn("on the board, but did not run", found[1])
        self.assertIn("not green", found[2])

    def test_a_page_without_markers_is_refused(self):
        with self.assertRaises(board.BoardError):
            board.read("no markers here")


class Registries(unittest.TestCase):
    def test_an_unreachable_registry_is_told_from_a_refusal(self):
        unreachable = (
            "npm error code EAI_AGAIN",
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution",
            "Could not transfer artifact a:b:pom:1 from/to central: Connect timed out",
            "Err:1 bookworm InRelease  Temporary failure resolving 'mirror.example'",
        )
        refused = (
            "npm error code E404",
            "ERROR: No matching distribution found for azure-iot-device==99",
            "Could not find artifact a:b:jar:99 in central",
            "E: Unable to locate package maven",
        )
        for line in unreachable:
            self.assertTrue(clients.UNREACHABLE.search(line), line)
        for line in refused:
            self.assertFalse(clients.UNREACHABLE.search(line), line)


if __name__ == "__main__":
    unittest.main()
