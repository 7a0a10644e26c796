"""The catalogue, continued: signing in with what is wrong, sessions that are over, and requests
that a page of another site may have made a browser send. Whoever signs in is told the same whatever
is wrong; a forgery is told what it lacks.
"""

from code_catalogue import CodeAnswer, holding
from code_wire import UseCode, source_of, use_code
from operator_catalogue import given
from server import BerthError, Command

SESSION = "/api/v1/session"
SCOPES = "/api/v1/scopes"
COOKIE = "__Host-berth-session"
MARK = {"X-Berth-Console": "1"}
GUESSES_MAX = 10

WRONG = CodeAnswer(401, words="the name or the password is wrong")
UNKNOWN = CodeAnswer(401, words="malformed, unknown or revoked")
LOCKED = CodeAnswer(429, words="locked")
FORGED = CodeAnswer(403, words='"code":"csrf"')
TOO_LITTLE = CodeAnswer(403, words="takes the role")


class Operator:
    """One of its own for each fault, with a password that was made up."""

    def __init__(self, world, device, *flags):
        self.world, self.name, self.source = world, f"{device}@example.com", source_of(device)
        self.password = world.run("operator", "create", self.name, "--generate-password",
                                  *flags)["password"]

    def sign_in(self, password="", name=""):
        body = {"operator": name or self.name, "password": password or self.password}
        return UseCode("POST", SESSION, body, source=self.source)

    def heard(self, attempt):
        return use_code(self.world.server.place, attempt)

    def cookie(self):
        """Of a session that begins now."""
        heard = self.heard(self.sign_in())
        if heard.status != 201:
            raise BerthError(f"signing in was answered with {heard.status}: {heard.raw!r}")
        return heard.headers["Set-Cookie"].split(";")[0]

    def ask(self, method, path, cookie, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return UseCode(method, path, body, {"Cookie": cookie, **named}, self.source)


# ---- signing in ----------------------------------------------------------------------------------


@holding("an operator signs in with a wrong password", WRONG)
def password_wrong(world, device):
    return Operator(world, device).sign_in("anchors at a quarter to")


@holding("nobody has the name", WRONG)
def operator_unknown(world, device):
    return Operator(world, device).sign_in(name="nobody@example.com")


@holding("the operator is switched off", WRONG)
def operator_off(world, device):
    return Operator(world, device, "--enabled", "false").sign_in()


@holding("the right password after ten wrong ones", LOCKED)
def operator_locked(world, device):
    operator = Operator(world, device)
    for _ in range(GUESSES_MAX):
        operator.heard(operator.sign_in("anchors at a quarter to"))
    return operator.sign_in()


# ---- sessions ------------------------------------------------------------------------------------


@holding("a session that was signed out of", UNKNOWN)
def session_over(world, device):
    operator = Operator(world, device)
    cookie = operator.cookie()
    operator.heard(UseCode("DELETE", SESSION, None, {"Cookie": cookie, **MARK}, operator.source))
    return operator.ask("GET", SCOPES, cookie)


@holding("a cookie that somebody planted", UNKNOWN)
def session_planted(world, device):
    operator = Operator(world, device)
    return operator.ask("GET", SCOPES, f"{COOKIE}=berth_0123456789abcdef_{'A' * 43}")


@holding("two sessions in one request", CodeAnswer(401, words="no token was presented"))
def session_ambiguous(world, device):
    operator = Operator(world, device)
    return operator.ask("GET", SCOPES, f"{operator.cookie()}; {COOKIE}=another")


@holding("a viewer makes a scope", TOO_LITTLE)
def session_of_a_viewer(world, device):
    operator = Operator(world, device)
    return operator.ask("POST", SCOPES, operator.cookie(), {}, X_Berth_Console="1")


# ---- forgeries -----------------------------------------------------------------------------------


@holding("a form of another site uses the cookie", FORGED)
def forged_without_mark(world, device):
    operator = Operator(world, device, "--role", "admin")
    return operator.ask("POST", SCOPES, operator.cookie(), {})


@holding("a script of another site uses the cookie", FORGED)
def forged_from_another_origin(world, device):
    operator = Operator(world, device, "--role", "admin")
    return operator.ask("POST", SCOPES, operator.cookie(), {}, X_Berth_Console="1",
                        Origin="https://evil.example")


@holding("the browser says that the request crosses sites", FORGED)
def forged_across_sites(world, device):
    operator = Operator(world, device, "--role", "admin")
    return operator.ask("POST", SCOPES, operator.cookie(), {}, X_Berth_Console="1",
                        Sec_Fetch_Site="cross-site")


@holding("another site signs somebody in", FORGED)
def forged_sign_in(world, device):
    attempt = Operator(world, device).sign_in()
    attempt.headers["Origin"] = "https://evil.example"
    return attempt


# ---- what operators give -------------------------------------------------------------------------


@given("an operator whose name is markup", "name has other characters")
def operator_named_like_markup(_, device):
    name = f"<b>{device}</b>"
    return Command(("operator", "create", name, "--generate-password"), ("operator", "show", name))


@given("an operator of a scope that is not there", "0ne0000000X")
def operator_of_no_scope(_, device):
    make = ("operator", "create", device, "--generate-password", "--scope", "0ne0000000X")
    return Command(make, ("operator", "show", device))
