"""The rules of rules.py against this checkout, and each rule against samples it must refuse.

Run: python3 tests/architecture/test_architecture.py   (./dev test --only architecture)
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import allowed  # noqa: E402
import document_rules  # noqa: E402,F401  (registers its rules)
import rules  # noqa: E402
import samples  # noqa: E402
import source_tree  # noqa: E402


def is_allowed(rule: str, finding: rules.Finding) -> tuple | None:
    for entry in allowed.ALLOWED:
        path, _, function = entry[1].partition(":")
        if entry[0] == rule and path == finding.path and (
                not function or finding.what.startswith(function + " ")):
            return entry
    return None


class Checkout(unittest.TestCase):
    """One test a rule, made below."""

    tree = None
    used = set()

    @classmethod
    def setUpClass(cls):
        cls.tree = source_tree.Tree.of_checkout()

    def obeys(self, name: str):
        rule, findings = rules.RULES[name], []
        for finding in rule.check(self.tree):
            entry = is_allowed(name, finding)
            if entry:
                self.used.add(entry)
            else:
                findings.append(finding)
        shown = "\n  ".join(map(str, findings[:40]))
        if findings:
            self.fail(f"{rule.why}: {len(findings)} found\n  {shown}")

    def test_zz_allow_list_is_short_and_needed(self):
        self.assertLessEqual(len(allowed.ALLOWED), allowed.ALLOWED_MAX)
        for name, path, since, why in allowed.ALLOWED:
            self.assertRegex(since, r"^20\d\d-\d\d-\d\d$", path)
            self.assertGreater(len(why), 10, f"say why {path} is allowed")
        for entry in allowed.ALLOWED:
            self.assertIn(entry, self.used, "no finding needs this entry: remove it")


class Rules(unittest.TestCase):
    def test_every_rule_has_samples_and_every_sample_a_rule(self):
        self.assertEqual(set(rules.RULES), set(samples.SAMPLES))

    def refuses_and_accepts(self, name: str):
        bad, good = samples.SAMPLES[name]
        self.assertTrue(bad and good, "both a bad and a good sample are needed")
        for files in bad:
            self.assertTrue(rules.RULES[name].check(source_tree.Tree(files)), f"accepted {files}")
        for files in good:
            found = rules.RULES[name].check(source_tree.Tree(files))
            self.assertFalse(found, f"refused {files}: {found}")

    def test_every_banned_word_is_refused_by_a_sample(self):
        bad = samples.SAMPLES["banned-words"][0]
        for pattern, _, instead in rules.BANNED_WORDS:
            hit = any(found.what.endswith(instead) for files in bad
                      for found in rules.RULES["banned-words"].check(source_tree.Tree(files)))
            self.assertTrue(hit, f"no sample shows that {pattern} is refused")

    def test_the_checkout_is_not_empty(self):
        tree = source_tree.Tree.of_checkout()
        self.assertGreater(len(tree.cpp("src/")), 10)
        self.assertGreater(sum(len(file.functions) for file in tree.cpp("src/")), 30)


class Scanner(unittest.TestCase):
    def test_comments_and_strings_are_not_code(self):
        file = source_tree.SourceFile("a.cc", 'x /* y */ "z//" \'"\' R"(w")" 1\'000 // v\nu\n')
        self.assertEqual(file.code.split(), ["x", "1'000", "u"])
        self.assertEqual(len(file.code), len(file.text))

    def test_functions_are_found_with_their_sizes(self):
        code = ("namespace a {\nstruct X : Y<int, int> {\n  X(int a, int b) : a_{a}, b_(b) {\n"
                "    f();\n  }\n  bool operator()(int a) const { return a; }\n  int z_{1};\n};\n"
                "const T kTable[] = {{1, f(2)}};\nTask<void> g(A<B, C> a,\n  D d) {\n"
                "  if (a) { for (;;) { h([&](int x) { return x; }); } }\n}\n}\n")
        found = {f.name: f for f in source_tree.find_functions(code)}
        self.assertEqual(set(found), {"X", "operator()", "g"})
        self.assertEqual((found["X"].length, found["X"].parameters), (3, 2))
        self.assertEqual((found["g"].length, found["g"].parameters, found["g"].nesting), (4, 2, 2))


class Compilers(unittest.TestCase):
    """cmake/compiler.cmake refuses what would build a broken server."""

    root = source_tree.ROOT

    def judge(self, compiler: str, version: str):
        return subprocess.run(
            ["cmake", f"-DCMAKE_CXX_COMPILER_ID={compiler}",
             f"-DCMAKE_CXX_COMPILER_VERSION={version}", "-P", "cmake/compiler.cmake"],
            cwd=self.root, capture_output=True, text=True)

    def test_gcc_12_is_refused_with_the_reason(self):
        judged = self.judge("GNU", "12.2.0")
        self.assertNotEqual(judged.returncode, 0)
        self.assertIn("miscompiles", " ".join(judged.stderr.split()))
        self.assertIn("0001-clang.md", judged.stderr)

    def test_old_clang_is_refused(self):
        judged = self.judge("Clang", "14.0.6")
        self.assertNotEqual(judged.returncode, 0)
        self.assertIn("Clang 16 or newer", " ".join(judged.stderr.split()))

    @unittest.skipUnless(shutil.which("g++"), "no g++ here; the two tests above need none")
    def test_a_real_gcc_is_refused_by_the_whole_project(self):
        with tempfile.TemporaryDirectory() as build:
            made = subprocess.run(
                ["cmake", "-S", ".", "-B", build, "-DCMAKE_CXX_COMPILER=g++"],
                cwd=self.root, capture_output=True, text=True)
        self.assertNotEqual(made.returncode, 0)
        self.assertIn("Berth cannot be built with GCC", " ".join(made.stderr.split()))


for _name in rules.RULES:
    _method = _name.replace("-", "_")
    setattr(Checkout, f"test_{_method}", lambda self, name=_name: self.obeys(name))
    setattr(Rules, f"test_{_method}", lambda self, name=_name: self.refuses_and_accepts(name))


if __name__ == "__main__":
    unittest.main()
