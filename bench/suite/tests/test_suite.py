"""What the suite does with figures: ratios, verdicts, the table, the page. No server is started but
a `sleep`, and no peer is needed.

Run: python3 -m unittest discover -s bench/suite/tests   (./dev test --only bench)
"""

import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

SUITE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SUITE))

import case  # noqa: E402
import cases  # noqa: E402
import goals  # noqa: E402
import machine  # noqa: E402
import pairs  # noqa: E402
import peers  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import run as runner  # noqa: E402
import world  # noqa: E402


def fleet_run(cpu_seconds: float, done: int = 1000, **more) -> dict:
    return {"count": done, "done": done, "failed": 0, "resumed": 0, "cpu_seconds": cpu_seconds,
            "operations_per_second": 1000.0, "seconds": 1.0,
            "latency_us": {"p50": 1000, "p99": 3000, "p999": 5000, "max": 9000}} | more


class Figures(unittest.TestCase):
    def test_the_median_of_ratios_is_not_the_ratio_of_medians(self):
        found = pairs.ratio([1, 20, 6], [1, 10, 2])
        self.assertEqual((found.median, found.low, found.high, found.count), (2, 1, 3, 3))
        self.assertEqual(pairs.median([1, 20, 6]) / pairs.median([1, 10, 2]), 3)

    def test_an_even_number_of_values_takes_the_middle_of_two(self):
        self.assertEqual(pairs.median([4, 1, 3, 2]), 2.5)

    def test_what_is_no_pair_is_refused(self):
        for ours, peer in (([1, 2], [1]), ([], []), ([1.0], [0.0]), ([0.0], [1.0]),
                           ([math.nan], [1.0])):
            with self.subTest(ours=ours, peer=peer), self.assertRaises(ValueError):
                pairs.ratio(ours, peer)

    def test_percentiles_are_values_that_were_seen(self):
        values = list(range(1, 101))
        self.assertEqual([pairs.percentile(values, part) for part in (0.5, 0.99, 1, 0)],
                         [50, 99, 100, 1])
        self.assertEqual(pairs.percentile([7], 0.99), 7)

    def test_medians_of_tables_leave_out_what_one_lacks(self):
        self.assertEqual(pairs.medians([{"p50": 1, "p99": 2}, {"p50": 3}], ("p50", "p99")),
                         {"p50": 2})

    def test_processor_time_is_of_one_operation(self):
        self.assertEqual(case.cpu_us(fleet_run(0.5, done=2000)), 250)
        self.assertEqual(case.per_cpu_second(fleet_run(0.5, done=2000)), 4000)


class Verdicts(unittest.TestCase):
    def test_a_bound_itself_is_met(self):
        self.assertEqual(goals.at_most(1.25, "x").verdict(1.25), goals.MET)
        self.assertEqual(goals.at_least(5, "x").verdict(5), goals.MET)

    def test_beyond_it_is_missed_in_the_right_direction(self):
        self.assertEqual(goals.at_most(1.25, "x").verdict(1.2501), goals.MISSED)
        self.assertEqual(goals.at_most(1.25, "x").verdict(0.1), goals.MET)
        self.assertEqual(goals.at_least(5, "x").verdict(4.99), goals.MISSED)
        self.assertEqual(goals.at_least(5, "x").verdict(50), goals.MET)

    def test_what_has_no_bound_is_stated(self):
        self.assertEqual(goals.stated("x").verdict(1e9), goals.STATED)
        self.assertEqual(goals.stated("x").text, goals.STATED)

    def test_the_median_decides_not_the_spread(self):
        row = case.Row.ratio("https-fresh", [1.0, 1.2, 9.0], [1.0, 1.0, 1.0])
        self.assertEqual((row.value, row.high, row.verdict), (1.2, 9.0, goals.MET))

    def test_a_printed_figure_is_never_kinder_than_its_verdict(self):
        goal = goals.GOALS["https-fresh"]
        row = case.Row.ratio("https-fresh", [1.2501], [1.0])
        self.assertEqual(row.verdict, goals.MISSED)
        self.assertEqual(report.printed_row(report.row_data(row))[2], "1.2501 ×")
        self.assertEqual(goal.shown(1.2499), "1.25 ×")

    def test_the_goals_of_the_issue_are_the_ones_held_to(self):
        texts = {key: goal.text for key, goal in goals.GOALS.items()}
        for key, text in {"https-fresh": "≤ 1.25 ×", "mqtt-fresh": "≤ 1.25 ×", "x509": "≤ 1.1 ×",
                          "kept": "≤ 90 µs", "kept-rate": "≥ 10,000 /cpu-s", "tencent": "≤ 2 ×",
                          "cloudplugs": "≤ 2 ×", "csr": "≥ 5 ×", "telemetry": "≥ 1 ×",
                          "idle-memory": "≤ 1.2 ×", "idle-connects": "≥ 1.1 ×",
                          "growth-enrollments": "≤ 1.3 ×", "growth-groups": "≤ 1.1 ×",
                          "start": "≤ 1 s", "start-memory": "≤ 60 MB", "program-size": "≤ 25 MB",
                          "storm-failed": "≤ 0 devices", "storm-total": "≤ 1.3 ×",
                          "storm-p99": "≤ 1 s"}.items():
            self.assertEqual(texts[key], text)


class Compared(case.PairCase):
    name, title, peer_name = "https-fresh", "a title", "nginx"
    ours_does, peer_does = "all of it", "next to nothing"
    metrics = (("https-fresh", case.cpu_us),)

    def __init__(self, peer_fails_at: int | None = None):
        super().__init__()
        self.calls: list[tuple[str, str, int]] = []
        self.peer_fails_at = peer_fails_at

    def ours(self, prefix, count):
        self.calls.append(("ours", prefix, count))
        return fleet_run(0.3)

    def peer(self, prefix, count):
        self.calls.append(("peer", prefix, count))
        if prefix == f"p{self.peer_fails_at}-":
            raise world.FleetError("connection refused")
        return fleet_run(0.25)


def quiet_world(quick: bool = False) -> world.World:
    return world.World(SUITE, SUITE / "nowhere", quick, lambda text: None)


class Pairs(unittest.TestCase):
    def test_five_pairs_whose_order_changes(self):
        compared = Compared()
        rows = compared.run(quiet_world())
        order = [who for who, prefix, _ in compared.calls if prefix[0] == "p"]
        self.assertEqual(order, ["ours", "peer", "peer", "ours"] * 2 + ["ours", "peer"])
        self.assertEqual((rows[0].count, rows[0].verdict), (5, goals.MET))
        self.assertAlmostEqual(rows[0].value, 1.2)
        self.assertAlmostEqual(rows[0].ours, 300)

    def test_every_run_has_devices_of_its_own(self):
        compared = Compared()
        compared.run(quiet_world())
        ours = [prefix for who, prefix, _ in compared.calls if who == "ours"]
        self.assertEqual(len(ours), len(set(ours)))

    def test_counts_follow_the_warm_up_which_is_not_counted(self):
        compared = Compared()
        compared.run(quiet_world())
        self.assertEqual({count for _, prefix, count in compared.calls if prefix[0] == "p"},
                         {2400})
        self.assertEqual(len(compared.samples), 5)

    def test_a_warm_up_that_was_too_short_to_tell_is_followed_by_a_longer_one(self):
        compared = Compared()
        compared.ours = lambda prefix, count: compared.calls.append(("ours", prefix, count)) or (
            fleet_run(0.3, seconds=count / 4000, operations_per_second=4000.0))
        compared.run(quiet_world())
        warm_ups = [count for who, prefix, count in compared.calls
                    if who == "ours" and prefix[0] == "w"]
        self.assertEqual(warm_ups, [200, 9600])

    def test_a_failing_peer_is_not_measured(self):
        with self.assertRaisesRegex(case.NotMeasured, "nginx: connection refused"):
            Compared(peer_fails_at=1).run(quiet_world())

    def test_sides_that_differ_at_the_edge_are_refused(self):
        like = {"version": "TLSv1.3", "cipher": "A", "group": "X25519", "certificate": "P-256"}
        case.check_alike(fleet_run(1, tls=like), fleet_run(1, tls=dict(like)))
        case.check_alike(fleet_run(1, tls=None), fleet_run(1, tls=None))
        for name in like:
            with self.subTest(name=name), self.assertRaisesRegex(case.UnlikeError, name):
                case.check_alike(fleet_run(1, tls=like), fleet_run(1, tls=like | {name: "B"}))
        with self.assertRaises(case.UnlikeError):
            case.check_alike(fleet_run(1, tls=like), fleet_run(1, tls=None))

    def test_latencies_are_medians_of_both_sides(self):
        compared = Compared()
        compared.run(quiet_world())
        self.assertEqual(compared.latencies,
                         {who: {"p50": 1000, "p99": 3000, "p999": 5000}
                          for who in ("Berth", "nginx")})


class Load(unittest.TestCase):
    def checked(self, code: int = 0, may_fail: bool = False, **more) -> dict:
        printed = json.dumps(fleet_run(0.3, **more))
        done = subprocess.CompletedProcess([], code, printed, "")
        return world.checked("dps-http", done, may_fail)

    def test_a_whole_run_is_taken(self):
        self.assertEqual(self.checked()["done"], 1000)

    def test_a_resumed_session_spoils_it(self):
        with self.assertRaisesRegex(world.FleetError, "3 TLS sessions were resumed"):
            self.checked(resumed=3)

    def test_session_tickets_spoil_it(self):
        self.checked(tls={"tickets_received": 0})
        with self.assertRaisesRegex(world.FleetError, "session tickets"):
            self.checked(tls={"tickets_received": 2})

    def test_one_failed_operation_spoils_it(self):
        with self.assertRaisesRegex(world.FleetError, "1 failed: no answer"):
            self.checked(failed=1, why="no answer")

    def test_a_run_that_was_cut_short_spoils_it(self):
        with self.assertRaisesRegex(world.FleetError, "999 of 1000 done"):
            self.checked(done=999, count=1000)
        with self.assertRaises(world.FleetError):
            self.checked(code=1)

    def test_no_result_is_told_with_the_complaint(self):
        with self.assertRaisesRegex(world.FleetError, "exit code 2, no result: bad flag"):
            world.checked("dps-http", subprocess.CompletedProcess([], 2, "", "bad flag\n"))

    def test_a_case_that_counts_failures_gets_them_but_no_resumed_session(self):
        self.assertEqual(self.checked(code=1, may_fail=True, failed=7)["failed"], 7)
        with self.assertRaises(world.FleetError):
            self.checked(code=1, may_fail=True, failed=7, resumed=1)


class Report(unittest.TestCase):
    around = {"machine": {"processor": "A CPU", "cores": 2, "virtual": True, "memory_gib": 23.5,
                          "kernel": "6.1", "system": "Debian", "file_system": "ext4",
                          "openssl": "3.0", "compiler": "clang 16", "commit": "abc",
                          "peers": {"nginx": "1.22.1"}},
              "load": {"one_minute": 0.1, "five_minutes": 0.1, "is_busy": False},
              "disk": {"count": 200, "bytes": 4096, "p50_us": 140, "p99_us": 900},
              "measured_at": "2026-01-01T00:00:00+00:00"}

    def measured(self) -> dict:
        compared = Compared()
        rows = compared.run(quiet_world())
        return report.case_data(compared, rows, self.around)

    def absent(self) -> dict:
        return self.around | {"title": "csr", "outcome": report.NOT_MEASURED,
                              "why": "OpenBao does not build"}

    def test_the_table_has_ratio_goal_and_verdict(self):
        line = report.screen_table({"https-fresh": self.measured()}).splitlines()[1]
        self.assertEqual(line.split("  ")[0], "https-fresh")
        for part in ("≤ 1.25 ×", "1.2 ×", "1.2 – 1.2", "300 µs", "250 µs", "met"):
            self.assertIn(part, line)

    def test_what_was_not_measured_says_why(self):
        self.assertIn("not measured: OpenBao does not build",
                      report.screen_table({"csr": self.absent()}))

    def test_the_page_has_every_part(self):
        text = report.page(report.TEXT.read_text(),
                           {"https-fresh": self.measured(), "csr": self.absent()})
        for part in ("2 virtual cores of A CPU", "nginx 1.22.1", "commit abc", "p50 140",
                     "| `https-fresh` |", "3.00 ms", "next to nothing",
                     "not measured: OpenBao does not build"):
            self.assertIn(part, text)
        self.assertNotIn("<!-- table -->", text)

    def test_samples_lose_only_what_the_load_repeats_in_every_run(self):
        sample = {"ours": fleet_run(0.3, tls={"group": "X25519"}), "full": {"rss": 55.5}, "us": 3}
        kept = report.shortened(sample)
        self.assertNotIn("tls", kept["ours"])
        self.assertEqual(kept["ours"]["cpu_seconds"], 0.3)
        self.assertEqual((kept["full"], kept["us"]), ({"rss": 55.5}, 3))

    def test_a_missed_goal_is_told_as_missed(self):
        data = self.measured()
        data["rows"][0] |= {"value": 1.4, "verdict": goals.MISSED}
        self.assertIn("**missed**", report.page_table({"https-fresh": data}))

    def test_a_busy_machine_is_told(self):
        data = self.measured()
        data["load"] = {"one_minute": 9, "five_minutes": 9, "is_busy": True}
        self.assertIn("trust their ratios less: `https-fresh`",
                      report.page_machine({"https-fresh": data}))
        self.assertNotIn("trust", report.page_machine({"https-fresh": self.measured()}))

    def test_pieces_and_instructions_have_tables_of_their_own(self):
        pieces = {"micro": {"details": {"nanoseconds": {"hmac/process_time": 612.0}}}}
        self.assertIn("| `hmac` | 0.61 µs |", report.page_pieces(pieces))
        phases = {"instructions": {"details": {"phases": {"poll": {"instructions": 41234,
                                                                   "allocations": 12}}}}}
        self.assertIn("| `poll` | 41,234 | 12 |  |", report.page_instructions(phases))
        self.assertEqual(report.page_pieces({}), report.NO_FIGURES)

    def test_a_text_without_a_mark_is_refused(self):
        with self.assertRaisesRegex(ValueError, "<!-- table -->"):
            report.page("<!-- machine -->", {})

    def test_new_figures_replace_their_case_alone(self):
        both = report.merged({"a": {"v": 1}, "b": {"v": 1}}, {"b": {"v": 2}, "c": {"v": 2}},
                             ["c", "b", "a"])
        self.assertEqual(list(both.items()), [("c", {"v": 2}), ("b", {"v": 2}), ("a", {"v": 1})])

    def test_what_is_written_can_be_read_again_and_added_to(self):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            with mock.patch.object(report, "DATA", place / "p.json"), \
                    mock.patch.object(report, "PAGE", place / "p.md"):
                report.write({"csr": self.absent()}, list(cases.CASES))
                report.write({"https-fresh": self.measured()}, list(cases.CASES))
            kept = json.loads((place / "p.json").read_text())["cases"]
            self.assertEqual(list(kept), ["https-fresh", "csr"])
            self.assertEqual(kept["https-fresh"]["rows"][0]["verdict"], goals.MET)
            self.assertIn("| `https-fresh` |", (place / "p.md").read_text())


class Numbers(unittest.TestCase):
    def test_they_are_as_people_write_them(self):
        for value, text in ((1.25, "1.25"), (1.1, "1.1"), (2, "2"), (0, "0"), (90, "90"),
                            (12.34, "12.3"), (10_000, "10,000"), (0.984, "0.98")):
            self.assertEqual(goals.number(value), text)


class Machine(unittest.TestCase):
    def test_the_disk_is_probed_and_left_as_it_was(self):
        with tempfile.TemporaryDirectory() as directory:
            found = machine.disk_probe(pathlib.Path(directory), count=3)
            self.assertEqual(os.listdir(directory), [])
        self.assertEqual((found["count"], found["bytes"]), (3, 4096))
        self.assertLessEqual(found["p50_us"], found["p99_us"])

    def test_facts_are_complete_without_a_build(self):
        with tempfile.TemporaryDirectory() as directory:
            found = machine.facts(pathlib.Path(directory), pathlib.Path(directory), {})
        self.assertEqual(found["compiler"], "unknown")
        self.assertGreater(found["memory_gib"], 0)
        self.assertIn("at commit", report.machine_sentence(found))


class Servers(unittest.TestCase):
    def start(self, directory: str) -> processes.Process:
        return processes.Process(["sleep", "60"], pathlib.Path(directory) / "log")

    def test_a_server_ends_when_it_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            process = self.start(directory)
            self.assertTrue(process.is_running())
            self.assertEqual(process.stop(), -signal.SIGTERM)
            self.assertFalse(process.is_running())

    def test_one_that_ends_too_early_is_told_with_its_log(self):
        with tempfile.TemporaryDirectory() as directory:
            process = processes.Process(["sh", "-c", "echo no certificate; exit 3"],
                                        pathlib.Path(directory) / "log")
            with self.assertRaisesRegex(processes.ProcessError, "ended with 3: no certificate"):
                process.wait_until(lambda: False, 10)
            process.stop()

    def test_servers_end_with_the_program_also_by_a_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            program = (f"import sys; sys.path.insert(0, {str(SUITE)!r})\n"
                       "import pathlib, processes, time\n"
                       "processes.end_with_us()\n"
                       "process = processes.Process(['sleep', '60'], pathlib.Path('log'))\n"
                       "print(process.pid, flush=True)\n"
                       "while True: time.sleep(0.01)\n")
            with self.subTest(number=number), tempfile.TemporaryDirectory() as directory:
                ours = subprocess.Popen([sys.executable, "-c", program], cwd=directory, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                pid = int(ours.stdout.readline())
                ours.send_signal(number)
                ours.communicate(timeout=30)
                self.assertNotEqual(ours.returncode, 0)
                self.assertFalse(is_alive(pid))

    def test_children_of_a_process_are_found(self):
        with tempfile.TemporaryDirectory() as directory:
            process = processes.Process(["sh", "-c", "sleep 60 & echo up; wait"],
                                        pathlib.Path(directory) / "log")
            process.wait_until(lambda: "up" in process.log_end(), 10)
            pids = process.pids
            process.stop()
            self.assertEqual((len(pids), pids[0]), (2, process.pid))
            os.kill(pids[1], signal.SIGTERM)

    def test_a_program_that_is_not_here_is_a_peer_that_is_not_measured(self):
        with self.assertRaisesRegex(case.NotMeasured, "no-such-server is not installed"):
            peers.find("no-such-server")


def is_alive(pid: int) -> bool:
    """A child of a program that is gone is ended soon, and reaped by whoever took it over."""
    for _ in range(100):
        state = machine.first_match(r"\) (\w)", machine.read(f"/proc/{pid}/stat"), "")
        if state in ("", "Z"):
            return False
        time.sleep(0.02)
    return True


class Settings(unittest.TestCase):
    def test_neither_peer_may_resume_or_write(self):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            nginx = peers.Nginx(place, place / "server", client_ca=place / "ca").settings()
            mosquitto = peers.Mosquitto(place, place / "server", users=["a"]).settings()
        for line in ("worker_processes 1;", "ssl_session_tickets off;", "ssl_session_cache off;",
                     "NumTickets 0;", "ssl_protocols TLSv1.3;", "access_log off;",
                     "ssl_verify_client on;", "return 204;"):
            self.assertIn(line, nginx)
        for line in ("tls_version tlsv1.3", "persistence false", "set_tcp_nodelay true",
                     "allow_anonymous false"):
            self.assertIn(line, mosquitto)

    def test_nginx_asks_for_certificates_only_where_they_are_measured(self):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            self.assertNotIn("verify", peers.Nginx(place, place / "server").settings())


class Runner(unittest.TestCase):
    def run_case(self, fails: Exception | None) -> tuple[bool, dict]:
        class One(case.Case):
            name = title = "https-fresh"

            def run(self, world):
                if fails:
                    raise fails
                return [case.Row.absolute("kept", [80.0])]

        with tempfile.TemporaryDirectory() as directory, \
                mock.patch.object(cases, "load", lambda name: One()), \
                mock.patch.object(runner, "say"), \
                mock.patch("traceback.print_exc"), \
                mock.patch.object(machine, "disk_probe", lambda _: Report.around["disk"]), \
                mock.patch.object(machine, "facts", lambda *_: Report.around["machine"]):
            suite = runner.Suite(runner.read_arguments(["--build", directory]),
                                 pathlib.Path(directory))
            suite.run(["https-fresh", "kept"])
        return suite.failed, suite.results

    def test_a_peer_that_is_absent_stops_nothing_and_fails_nothing(self):
        failed, results = self.run_case(case.NotMeasured("no such peer"))
        self.assertFalse(failed)
        self.assertEqual([each["outcome"] for each in results.values()], ["not measured"] * 2)

    def test_a_failure_of_ours_stops_nothing_but_is_one(self):
        failed, results = self.run_case(processes.ProcessError("berth ended with 1"))
        self.assertTrue(failed)
        self.assertEqual(len(results), 2)
        self.assertIn("berth ended with 1", results["kept"]["why"])

    def test_a_missed_goal_is_no_failure(self):
        failed, results = self.run_case(None)
        self.assertFalse(failed)
        self.assertEqual(results["kept"]["rows"][0]["verdict"], goals.MET)

    def test_unknown_names_are_refused_with_the_known_ones(self):
        with self.assertRaisesRegex(SystemExit, "there are: https-fresh"):
            runner.chosen(["nonsense"])


class Cases(unittest.TestCase):
    def test_every_case_can_be_read_and_says_what_it_is(self):
        for name in cases.CASES:
            with self.subTest(name=name):
                found = cases.load(name)
                self.assertEqual(found.name, name)
                self.assertTrue(found.title)
                for key, _ in getattr(found, "metrics", ()):
                    self.assertIn(key, goals.GOALS)

    def test_a_comparison_says_what_each_side_does(self):
        for name in cases.CASES:
            found = cases.load(name)
            if isinstance(found, case.PairCase):
                self.assertTrue(found.ours_does and found.peer_name and found.peer_does, name)
                self.assertGreaterEqual(found.pairs, 5, name)


if __name__ == "__main__":
    unittest.main()
