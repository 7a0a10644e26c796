"""For every rule, checkouts it must refuse and checkouts it must accept. A banned word is split in
two here, so that this file obeys the rules it shows."""

HEADER = "// What it is.\n// Thread rule: any thread.\n#pragma once\n"


def lines(count: int, text: str = "  call();") -> str:
    return "\n".join([text] * count) + "\n"


def at(path: str, text: str) -> dict[str, str]:
    return {path: text}


def reasons(page: str) -> dict[str, str]:
    return {
        "src/domain/reason.h": "enum class Reason { kNone, kProofRejected };\n"
                               "enum class Cause { kClockBehind };\n",
        "docs/reasons.md": page,
    }


# rule: (what it refuses, what it accepts)
SAMPLES: dict[str, tuple[list[dict[str, str]], list[dict[str, str]]]] = {
    "includes": (
        [
            at("src/base/a.cc", '#include "domain/x.h"\n'),
            at("src/dialects/azure_dps/a.cc", '#include "store/x.h"\n'),
            at("src/store/sql/a.cc", '#include "provisioning/pipeline.h"\n'),
            at("src/cli/a.cc", '#include "app/x.h"\n'),
            at("device/src/a.cc", '#include "net/x.h"\n'),
            at("src/main.cc", '#include "store/x.h"\n'),
            at("src/elsewhere/a.cc", '#include "base/x.h"\n'),
        ],
        [
            at("src/crypto/a.cc", '#include "base/x.h"\n#include "crypto/y.h"\n'),
            at("src/store/sql/a.cc", '#include "provisioning/ports/x.h"\n'),
            at("src/app/a.cc", '#include "net/x.h"\n'),
            at("device/src/a.cc", '#include "berth/x.h"\n'),
            at("src/net/a.cc", '// #include "store/x.h"\n'),
        ],
    ),
    "include-paths": (
        [
            at("src/base/a.cc", '#include "base/missing.h"\n'),
            {"src/base/a.cc": '#include "../base/b.h"\n', "src/base/b.h": HEADER},
        ],
        [{"src/base/a.cc": '#include "base/b.h"\n', "src/base/b.h": HEADER}],
    ),
    "separate-parts": (
        [
            at("src/dialects/azure_dps/a.cc", '#include "dialects/admin/x.h"\n'),
            at("src/store/sqlite/a.cc", '#include "store/postgres/x.h"\n'),
            at("src/store/sql/a.cc", '#include "store/sqlite/x.h"\n'),
        ],
        [
            at("src/dialects/admin/a.cc", '#include "dialects/dialect.h"\n'),
            at("src/store/sqlite/a.cc", '#include "store/sql/x.h"\n'),
            at("src/store/tests/a_test.cc", '#include "store/sqlite/x.h"\n'),
        ],
    ),
    "library-homes": (
        [
            at("src/provisioning/a.h", "#include <boost/asio/steady_timer.hpp>\n"),
            at("src/management/a.cc", "#include <sqlite3.h>\n"),
            at("src/dialects/admin/a.cc", "#include <openssl/hmac.h>\n"),
        ],
        [
            at("src/net/a.cc", "#include <boost/asio/ip/tcp.hpp>\n"),
            at("src/store/sqlite/a.cc", "#include <sqlite3.h>\n#include <vector>\n"),
        ],
    ),
    "beast-files": (
        [
            at("src/net/a.h", "#include <boost/beast/http.hpp>\n"),
            {f"src/net/f{i}.cc": "#include <boost/beast/http.hpp>\n" for i in range(5)},
        ],
        [at("src/net/a.cc", "#include <boost/beast/http.hpp>\n")],
    ),
    "cmake-agrees": (
        [
            at("CMakeLists.txt", "berth_room(crypto DEPS base domain LIBS openssl)\n"),
            at("CMakeLists.txt", "berth_room(elsewhere DEPS base)\n"),
        ],
        [at("CMakeLists.txt",
            "berth_room(base LIBS fmt)\nberth_room(crypto DEPS base\n LIBS a)\n")],
    ),
    "rooms-are-known": (
        [
            {"src/elsewhere/a.cc": "", "docs/ARCHITECTURE.md": "`elsewhere/`"},
            {"src/base/a.cc": "", "docs/ARCHITECTURE.md": "nothing"},
        ],
        [{"src/base/a.cc": "", "src/main.cc": "", "docs/ARCHITECTURE.md": "| `base/` |"}],
    ),
    "vendor-names": (
        [
            at("src/provisioning/a.cc", 'if (name == "azure") return 1;\n'),
            at("src/hub/a.h", "enum class Kind { kTencent };\n"),
            at("src/net/a.cc", "bool is_dps_path();\n"),
        ],
        [
            at("src/dialects/azure_dps/a.cc", "namespace azure_dps {}\n"),
            at("src/hub/a.cc", "// azure-dps.md §2.3\nint padding_in_dpsx;\n"),
        ],
    ),
    "sql-in-store": (
        [
            at("src/management/a.cc", 'run("SELECT id FROM scopes");\n'),
            at("src/app/a.cc", 'run("DELETE FROM scopes");\n'),
        ],
        [
            at("src/store/sql/a.cc", 'run("SELECT id FROM scopes");\n'),
            at("src/app/a.cc", 'say("select a hub from the list");\n'),
        ],
    ),
    "banned-words": (
        [
            at("src/net/a.cc", "auto t = std::chrono::steady_clock::now();\n"),
            at("src/hub/a.cc", "std::random_device seed;\n"),
            at("src/store/tests/a_test.cc", "std::this_thread::sleep_for(1s);\n"),
            at("src/net/b.cc", 'std::getenv("HOME");\n'),
            at("src/attestation/a.cc", "return memcmp(a, b, n) == 0;\n"),
            at("src/management/a.cc", "std::cout << token;\n"),
            at("src/net/c.cc", "using namespace std;\n"),
            at("src/app/a.cc", 'system("ls");\n'),
            at("src/net/d.cc", "exit(1);\n"),
            at("src/provisioning/a.cc", "thread_local int counter;\n"),
            at("src/hub/b.cc", "try { f(); } catch (...) {}\n"),
            at("src/issuing/a.cc", "std::string client_secret;\n"),
        ],
        [
            at("src/base/clock.cc", "return std::chrono::steady_clock::now();\n"),
            at("src/net/a.cc", '// no sleep_for( here\nsay("use rand() no more");\n'),
            at("src/config/a.cc", 'std::getenv("BERTH_URL");\n'),
            at("src/store/a.cc", "operand(1); co_exit_all();\n"),
        ],
    ),
    "one-await": (
        [
            at("src/app/a.cc", "auto x = f(co_await g(), co_await h());\n"),
            at("src/app/b.cc", "if (co_await ready()) return;\n"),
            at("src/app/c.cc", "f();\nwhile (g(1) && co_await ready()) h();\n"),
            at("src/net/c.cc", "auto x = ok ? co_await g() : h();\n"),
            at("src/net/d.cc", "Pair p{co_await g(), 1};\n"),
        ],
        [
            at("src/net/a.cc", "Task<void> f() {\n  co_await g();\n  if (x) {\n"
                               "    auto y = co_await h();\n  } else {\n    co_await i();\n"
                               "  }\n}\n"),
            at("src/net/b.cc", "Task<Result<int>> f() { co_await g(); }\n"),
            at("src/net/c.cc", "while (busy(x)) co_await written();\n"),
        ],
    ),
    "capturing-coroutines": (
        [
            at("src/app/a.cc", "auto f = [this](int a) -> Task<void> { co_return; };\n"),
            at("src/net/a.cc", "spawn([x]() mutable -> asio::awaitable<void> { co_return; });\n"),
        ],
        [
            at("src/app/a.cc", "auto f = [](int a) -> Task<void> { co_return; };\n"),
            at("src/app/b.cc", "auto f = [this](int a) -> int { return a; };\n"),
        ],
    ),
    "unfinished": (
        [
            at("docs/a.md", "TO" "DO: write this\n"),
            at("src/base/a.cc", 'fail("not impl' 'emented");\n'),
        ],
        [at("dev", "mktemp -d /somewhere/XX" "XXXX\n")],
    ),
    "machine-paths": (
        [
            at("docs/a.md", "see /wor" "k/notes\n"),
            at("dev", "curl https://pypi.o" "rg/simple\n"),
        ],
        [at("docs/a.md", "see docs/network/a.md and pip\n")],
    ),
    "columns": (
        [at("src/base/a.cc", "x" * 101 + "\n"), at("tools/a.py", "#" * 101 + "\n")],
        [at("src/base/a.cc", "§" * 100 + "\n"), at("docs/a.md", "x" * 200 + "\n")],
    ),
    "file-length": (
        [at("src/base/a.cc", lines(501))],
        [at("src/base/a.cc", lines(500))],
    ),
    "function-length": (
        [at("src/base/a.cc", "namespace a {\nvoid f() {\n" + lines(69) + "}\n}\n")],
        [at("src/base/a.cc", "namespace a {\nvoid f() {\n" + lines(68) + "}\nvoid g() {\n"
                             + lines(68) + "}\n}\n"),
         at("src/base/b.cc", "void f() {\n" + lines(67) + "    case E::kA:\n" * 9 + "}\n")],
    ),
    "parameters": (
        [at("src/base/a.cc", "void f(A a, B b, std::map<int, int> c, int d, int e, int g) {}\n")],
        [at("src/base/a.cc", "void f(int a, int b, std::map<int, int> c, int d, int e) {}\n")],
    ),
    "nesting": (
        [at("src/base/a.cc", "void f() { if (a) { for (;;) { while (b) { if (c) { } } } } }\n")],
        [at("src/base/a.cc", "void f() { if (a) { for (;;) { while (b) { g(); } } } }\n")],
    ),
    "headers": (
        [
            at("src/base/a.h", "#pragma once\nint f();\n"),
            at("src/base/b.h", "// What it is.\n// Thread rule.\nint f();\n"),
            at("src/base/c.h", "// What it is.\n#pragma once\n"),
        ],
        [at("src/base/a.h", HEADER)],
    ),
    "reasons-documented": (
        [
            reasons("### `proof_rejected`\n"),
            reasons("### `proof_rejected`\n### `clock_behind`\n### `old_reason`\n"),
        ],
        [reasons("### `proof_rejected`\ntext\n### `clock_behind`\n")],
    ),
    "document-links": (
        [
            at("docs/a.md", "see [b](b.md)\n"),
            at("README.md", "in `src/nowhere/a.cc`\n"),
            {"README.md": "[b](docs/b.md#two)\n", "docs/b.md": "# One\n"},
        ],
        [{"README.md": "[b](docs/b.md#one-thing) and [web](https://example.org)\n",
          "docs/b.md": "# One thing\n```\n[x](nowhere.md)\n```\nin `docs/b.md`\n"}],
    ),
    "readme-commands": (
        [{"dev": "case $1 in\n  build) x ;;\nesac\n", "README.md": "run ./dev fly\n"}],
        [{"dev": "case $1 in\n  build) x ;;\nesac\n", "README.md": "run ./dev build\n"}],
    ),
    "packages-documented": (
        [{"tools/dev.d/packages.txt": "build  clang-16|clang-17  why\n",
          "docs/dependencies.md": "`clang-17`\n"}],
        [{"tools/dev.d/packages.txt": "# list\n\nbuild  clang-16|clang-17  why\n",
          "docs/dependencies.md": "| `clang-16` |\n"}],
    ),
    "settings-documented": (
        [{"src/config/keys.cc": '    {"net.body_max", NumberAt{AT(x), 1, 2},\n',
          "docs/config.md": "`net.body`\n"}],
        [{"src/config/keys.cc": '    {"net.body_max", NumberAt{AT(x), 1, 2},\n',
          "docs/config.md": "| `net.body_max` |\n"}],
    ),
}
