"""pages.py refuses what it must and accepts what it may."""

import unittest

import pages

FENCE = "```"


def page(*lines: str) -> str:
    return "\n".join(lines).replace("'''", FENCE) + "\n"


class Blocks(unittest.TestCase):
    def test_a_marked_block_is_a_command(self):
        found = pages.commands(page("text", "<!-- test -->", "'''sh", "a", "b", "'''"))
        self.assertEqual([(c.text, c.shown, c.code) for c in found], [("a\nb", None, 0)])

    def test_output_belongs_to_the_block_before_it(self):
        found = pages.commands(page("<!-- test: exits 1 -->", "'''sh", "a", "'''", "Prints:",
                                    "<!-- output -->", "'''text", "x", "'''"))
        self.assertEqual([(c.text, c.shown, c.code) for c in found], [("a", ["x"], 1)])

    def test_a_transcript_is_split_into_commands(self):
        found = pages.commands(page("<!-- test -->", "'''console", "$ a \\", "  b", "out", "$ c",
                                    "'''"))
        self.assertEqual([(c.text, c.shown) for c in found], [("a \\\n  b", ["out"]), ("c", [])])

    def test_other_languages_need_no_marker(self):
        self.assertEqual(pages.commands(page("'''json", "{}", "'''")), [])

    def test_a_block_left_out_says_why(self):
        left_out = page("<!-- no test: installs -->", "'''sh", "a", "'''")
        self.assertEqual(pages.commands(left_out), [])
        for marker in ("text", "<!-- no test -->", "<!-- test: maybe -->"):
            with self.assertRaises(pages.PageError):
                pages.commands(page(marker, "'''sh", "a", "'''"))

    def test_a_marker_stands_right_before_its_block(self):
        with self.assertRaises(pages.PageError):
            pages.commands(page("<!-- test -->", "prose", "'''sh", "a", "'''"))


class Output(unittest.TestCase):
    def test_equal_but_for_what_varies(self):
        shown = ["id 8e6b1b6a-04a3-4a39-8ea0-3e6a1d4b5a10  at 2026-01-02T03:04:05.678Z",
                 "took 3 ms"]
        printed = ["id 00000000-04a3-4a39-8ea0-3e6a1d4b5a10 at 2027-11-02T03:04:05Z", "",
                   "took 12.5 ms"]
        self.assertIsNone(pages.difference(shown, printed))

    def test_ellipsis_stands_for_anything(self):
        self.assertIsNone(pages.difference(["a … d", "…", "z"], ["a b c d", "e", "f", "z"]))
        self.assertIsNone(pages.difference(["a", "…"], ["a", "b"]))

    def test_a_changed_word_is_a_difference(self):
        self.assertIn("refused", pages.difference(["state assigned"], ["state refused"]))

    def test_missing_and_additional_lines_are_differences(self):
        self.assertIsNotNone(pages.difference(["a", "b"], ["a"]))
        self.assertIsNotNone(pages.difference(["a"], ["a", "b"]))
        self.assertIsNotNone(pages.difference(["…", "z"], ["a"]))


if __name__ == "__main__":
    unittest.main()
