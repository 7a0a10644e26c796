"""Counting instructions: what is read of callgrind's files, and when a figure is too high.

Run: python3 -m unittest discover -s bench/suite/tests   (./dev test --only bench)
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "instructions"))

import callgrind_profile  # noqa: E402
import count  # noqa: E402

PROFILE = """\
# callgrind format
version: 1
positions: line
events: Ir
desc: Trigger: Client Request: sample-register

ob=(1) /somewhere/program
fl=(1) ???
fn=(1) berth::store::commit(int)
0 40
cob=(2) /usr/lib/libsqlite3.so.0
cfi=(1)
cfn=(2) sqlite3_step
calls=3 0
0 50
cfn=(3) berth::store::sql::(anonymous namespace)::put<int>(int)
calls=1 0
+2 10

ob=(2)
fn=(2)
* 50

ob=(1)
fn=(3)
-1 10

fn=(4) berth::store::outer()
0 1
cfn=(1)
calls=1 0
0 100
"""


def read(text: str) -> callgrind_profile.Profile:
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "out"
        path.write_text(text)
        return callgrind_profile.read(path)


class Profiles(unittest.TestCase):
    def setUp(self):
        self.profile = read(PROFILE)

    def test_what_a_function_calls_is_not_its_own_cost(self):
        self.assertEqual(self.profile.phase, "sample-register")
        self.assertEqual(self.profile.total, 101)
        self.assertEqual(self.profile.own["berth::store::commit(int)"], 40)
        self.assertEqual(self.profile.inclusive["berth::store::commit(int)"], 100)

    def test_cost_belongs_to_the_library_of_the_function(self):
        self.assertEqual(dict(self.profile.libraries), {"program": 51, "libsqlite3.so.0": 50})

    def test_a_function_that_only_calls_another_of_ours_is_left_out(self):
        names = [callgrind_profile.short(name) for name, _ in self.profile.of_ours(5)]
        self.assertEqual(names, ["berth::store::commit", "berth::store::sql::put"])


class Comparison(unittest.TestCase):
    then = {"libraries": {}, "phases": {"a-register": {"instructions": 1000},
                                        "hub-publish": {"instructions": 1000}}}

    def wrong(self, **now: int) -> list[str]:
        return count.compare({name.replace("_", "-"): each for name, each in now.items()},
                             self.then)

    def test_up_to_the_tolerance_nothing_is_wrong(self):
        self.assertEqual(self.wrong(a_register=1020, hub_publish=1250), [])

    def test_beyond_it_the_phase_is_named_with_both_figures(self):
        wrong = self.wrong(a_register=1021, hub_publish=1000)
        self.assertIn("a-register: 1,021 instructions, 1,000 recorded (+2.1 %)", wrong)

    def test_phases_that_one_side_lacks_are_wrong(self):
        self.assertIn("hub-publish was not counted", self.wrong(a_register=1000))
        wrong = self.wrong(a_register=1000, hub_publish=1000, new=1)
        self.assertIn("new is not in recorded.json", wrong)

    def test_what_is_recorded_has_every_phase_in_its_own_spread(self):
        for phase, kept in count.recorded()["phases"].items():
            self.assertLessEqual(kept["low"], kept["instructions"], phase)
            self.assertLessEqual(kept["high"], kept["low"] * (1 + count.tolerance(phase)), phase)


if __name__ == "__main__":
    unittest.main()
