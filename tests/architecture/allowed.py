"""Exceptions to the rules: rule, path (or path:function), since when, and why. Kept short: at most
ALLOWED_MAX entries, and an entry that no finding needs any more fails the suite."""

ALLOWED_MAX = 12

ALLOWED: list[tuple[str, str, str, str]] = [
    ("banned-words", "src/net/tests/harness.cc", "2026-11-22",
     "eventually() polls what another thread does, up to a limit; no test waits a fixed time"),
]
