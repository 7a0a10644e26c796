"""The runner behind ./dev test counts what happened and fails when something failed."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "dev.d"))

import groups  # noqa: E402
import test as runner  # noqa: E402


def group(name: str, script: str, **more) -> groups.Group:
    return groups.Group(name, name, ("sh", "-c", script), **more)


class Counting(unittest.TestCase):
    def test_a_plain_line_is_taken_as_it_is(self):
        text = "1 passed, 0 failed, 0 skipped\n3 passed, 2 failed, 1 skipped\n"
        self.assertEqual(runner.count(text, False), (3, 2, 1))

    def test_googletest_programs_are_summed(self):
        text = ("1: [==========] 5 tests\n1: [  PASSED  ] 4 tests.\n"
                "1: [  FAILED  ] 1 test, listed below:\n"
                "2: [  PASSED  ] 2 tests.\n2: [  SKIPPED ] 1 test, listed below:\n")
        self.assertEqual(runner.count(text, False), (6, 1, 1))

    def test_unittest_is_read(self):
        text = "Ran 9 tests in 1.0s\n\nFAILED (failures=1, errors=1, skipped=2)"
        self.assertEqual(runner.count(text, False), (5, 2, 2))

    def test_silence_counts_as_one(self):
        self.assertEqual(runner.count("", True), (1, 0, 0))

    def test_a_failed_group_never_counts_zero_failures(self):
        self.assertEqual(runner.count("4 passed, 0 failed, 0 skipped", False), (4, 1, 0))


class Running(unittest.TestCase):
    def run_groups(self, *table: groups.Group, **environment: str):
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as logs, \
                mock.patch.object(runner, "LOGS", pathlib.Path(logs)), \
                mock.patch.object(runner, "say"), \
                mock.patch.dict(os.environ, environment):
            runs = runner.run_all(list(table))
        return {run.group.name: (run.result, run.counts) for run in runs}

    @classmethod
    def setUpClass(cls):
        (ROOT / "build").mkdir(exist_ok=True)

    def test_exit_codes_decide(self):
        done = self.run_groups(group("good", "exit 0"), group("bad", "exit 3"),
                               group("left", "echo no; exit 77"), CI="")
        self.assertEqual(done, {"good": ("passed", (1, 0, 0)), "bad": ("failed", (0, 1, 0)),
                                "left": ("skipped", (0, 0, 1))})

    def test_nothing_may_be_skipped_in_ci(self):
        self.assertEqual(self.run_groups(group("left", "exit 77"), CI="true"),
                         {"left": ("failed", (0, 1, 0))})

    def test_a_group_after_a_failed_step_fails_too(self):
        done = self.run_groups(group("step", "exit 1", is_step=True),
                               group("next", "exit 0", after=("step",)))
        self.assertEqual(done["next"], ("blocked", (0, 1, 0)))

    def test_a_group_that_hangs_is_stopped(self):
        done = self.run_groups(group("slow", "sleep 60", limit_seconds=0))
        self.assertEqual(done["slow"], ("failed", (0, 1, 0)))

    def test_a_missing_entry_point_fails(self):
        done = self.run_groups(group("gone", "exit 0", needs_file="tests/nowhere/run.py"))
        self.assertEqual(done["gone"][0], "failed")


class Table(unittest.TestCase):
    def test_every_step_before_a_group_exists(self):
        for table in (groups.GROUPS, groups.TSAN_GROUPS):
            names = [entry.name for entry in table]
            self.assertEqual(len(names), len(set(names)))
            for entry in table:
                self.assertLessEqual(set(entry.after), set(names))

    def test_a_wrong_group_name_is_refused(self):
        done = subprocess.run([sys.executable, "tools/dev.d/test.py", "--only", "nothing"],
                              cwd=ROOT, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("there are:", done.stderr)


if __name__ == "__main__":
    unittest.main()
