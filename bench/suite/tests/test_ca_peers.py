"""What the cases of issuing and of vendors do with figures and servers; none is started.

Run: python3 -m unittest discover -s bench/suite/tests   (./dev test --only bench)
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

SUITE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SUITE))

import ca_peers  # noqa: E402
import case  # noqa: E402
import peers  # noqa: E402
import processes  # noqa: E402
from cases import csr, vendors  # noqa: E402


def issued(cpu_seconds: float, done: int = 1000) -> dict:
    return {"done": done, "cpu_seconds": cpu_seconds, "latency_us": {"p50": 1, "p99": 2,
                                                                     "p999": 3}}


class Keys(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.directory = pathlib.Path(place.name)

    def test_a_jwk_holds_the_point_of_its_key(self):
        key = ca_peers.new_key(self.directory / "key")
        jwk = ca_peers.public_jwk(key)
        text = subprocess.run(["openssl", "pkey", "-in", key, "-noout", "-text_pub"],
                              capture_output=True, text=True, check=True).stdout
        digits = "".join(text.partition("pub:")[2].partition("ASN1")[0].split()).replace(":", "")
        point = b"".join(base64.urlsafe_b64decode(jwk[name] + "=") for name in "xy")
        self.assertEqual("04" + point.hex(), digits)

    def test_the_id_of_a_jwk_is_its_thumbprint(self):
        jwk = ca_peers.public_jwk(ca_peers.new_key(self.directory / "key"))
        members = '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (jwk["x"], jwk["y"])
        digest = hashlib.sha256(members.encode()).digest()
        self.assertEqual(jwk["kid"], base64.urlsafe_b64encode(digest).decode().rstrip("="))

    def test_a_ca_below_another_verifies(self):
        root = ca_peers.new_ca(self.directory, "root")
        below = ca_peers.new_ca(self.directory, "below", root)
        processes.run(["openssl", "verify", "-CAfile", root[0], below[0]])
        with self.assertRaises(processes.ProcessError):
            processes.run(["openssl", "verify", "-CAfile", below[0], root[0]])

    def test_keys_are_nobody_elses_to_read(self):
        self.assertEqual(ca_peers.new_key(self.directory / "key").stat().st_mode & 0o077, 0)


class Installing(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        there = mock.patch.object(ca_peers, "INSTALLED", pathlib.Path(place.name) / "peers")
        there.start()
        self.addCleanup(there.stop)

    def test_what_is_installed_is_not_installed_again(self):
        install = mock.Mock(side_effect=lambda directory: (directory / "ca").touch())
        first = ca_peers.installed("ca-v1.2.3", install)
        self.assertEqual(ca_peers.installed("ca-v1.2.3", install), first)
        self.assertTrue(first.is_file())
        install.assert_called_once()

    def test_another_version_is_another_program(self):
        install = mock.Mock(side_effect=lambda directory: (directory / "ca").touch())
        self.assertNotEqual(ca_peers.installed("ca-v1.2.3", install),
                            ca_peers.installed("ca-v1.2.4", install))

    def test_what_does_not_build_is_not_measured_and_leaves_nothing(self):
        def install(directory):
            (directory / "half").touch()
            raise processes.ProcessError("go install: exit code 1: needs go 9.9")

        with self.assertRaisesRegex(case.NotMeasured, "needs go 9.9"):
            ca_peers.installed("ca-v1.2.3", install)
        self.assertEqual(list(ca_peers.INSTALLED.iterdir()), [])


class Settings(unittest.TestCase):
    def test_both_keep_what_they_sign_and_speak_tls_1_3_alone(self):
        with tempfile.TemporaryDirectory() as place:
            directory = pathlib.Path(place)
            step = ca_peers.StepCa(directory)
            ca_peers.new_key(step.token_key)
            settings = json.loads(json.dumps(step.settings("root", "below", "key")))
            self.assertEqual(settings["tls"]["minVersion"], 1.3)
            self.assertTrue(settings["db"]["dataSource"].startswith(place))
            with mock.patch.object(ca_peers.ssl, "create_default_context"):
                bao = ca_peers.OpenBao(directory, directory / "cert", directory / "ca")
            self.assertIn('storage "raft"', bao.settings())
            self.assertIn('tls_min_version = "tls13"', bao.settings())


class Issuing(unittest.TestCase):
    def case_of(self, *samples: dict) -> csr.Csr:
        made = csr.Csr()
        made.samples = list(samples)
        made.sides = dict.fromkeys(samples[0])
        return made

    def test_the_better_peer_counts(self):
        made = self.case_of({"Berth": issued(0.1), "step-ca": issued(1), "OpenBao": issued(0.5)},
                            {"Berth": issued(0.2), "step-ca": issued(1), "OpenBao": issued(0.5)})
        row = made._row()
        self.assertEqual((row.low, row.high, row.peer), (2.5, 5, 2000))
        self.assertEqual(made.details["better"], "OpenBao")

    def test_a_peer_that_is_not_here_is_named_with_its_reason(self):
        made = self.case_of({"Berth": issued(0.1), "OpenBao": issued(1)})
        made.missing = {"step-ca": "needs go 9.9"}
        row = made._row()
        self.assertEqual(row.value, 10)
        self.assertIn("step-ca not measured: needs go 9.9", row.notes)

    def test_without_a_peer_nothing_is_measured(self):
        made = csr.Csr()
        made.world = mock.MagicMock(quick=True)
        missing = peers.PeerError("does not build")
        with mock.patch.object(made, "_start_step_ca", side_effect=missing), \
                mock.patch.object(made, "_start_openbao", side_effect=missing), \
                self.assertRaisesRegex(case.NotMeasured, "step-ca: does not build; OpenBao"):
            made._prepare()

    def test_a_slow_server_is_given_fewer_requests(self):
        made = csr.Csr()
        made.world = mock.MagicMock(quick=False)
        counts = [made._count({"operations_per_second": rate}) for rate in (1, 1000, 100_000)]
        self.assertEqual(counts, [csr.COUNT_WARM_UP, 2400, csr.COUNT_MAX])

    def test_who_begins_changes_from_round_to_round(self):
        made = self.case_of({"Berth": 0, "step-ca": 0})
        made.samples, said = [], []
        made.world = mock.MagicMock(quick=True)

        def load(side):
            def run(prefix, count):
                said.append(side)
                return issued(1)
            return run

        made.sides = {side: load(side) for side in ("Berth", "step-ca")}
        made.counts = dict.fromkeys(made.sides, 300)
        made._round(0)
        made._round(1)
        self.assertEqual(said, ["Berth", "step-ca", "step-ca", "Berth"])


class Names(unittest.TestCase):
    def test_every_device_of_a_run_is_listed_before_it(self):
        with tempfile.TemporaryDirectory() as place:
            made = vendors.CloudPlugs()
            made.names = pathlib.Path(place)
            made.world = made.berth = mock.MagicMock()
            files = []
            made.list_names = lambda file: files.append(file.read_text().splitlines())
            made.ours("x-", vendors.NAMES_PER_FILE + 1)
        self.assertEqual([len(lines) for lines in files], [vendors.NAMES_PER_FILE + 1, 2])
        self.assertEqual(files[1], [made.header.strip(), f"x-{vendors.NAMES_PER_FILE},,"])


if __name__ == "__main__":
    unittest.main()
