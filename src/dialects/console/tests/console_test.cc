// What a browser is given at /, /console and below, from a table of four files.
#include "dialects/console/console.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

namespace berth::dialects::console {
namespace {

constexpr std::string_view kPage =
    "<!doctype html><meta property=\"csp-nonce\" nonce=\"berth-nonce\">"
    "<script type=\"module\" nonce=\"berth-nonce\" src=\"/console/assets/index-1a.js\"></script>";
constexpr std::string_view kGzip("\x1f\x8b\0zipped", 9);

constexpr std::array<Asset, 4> kAssets = {{
    {"index.html", "text/html; charset=utf-8", kPage, "\x1f\x8bpage", "00", false},
    {"assets/index-1a.js", "text/javascript; charset=utf-8", "let a = 1;", kGzip, "1a", true},
    {"assets/inter-2b.woff2", "font/woff2", "wOF2", "", "2b", true},
    {"berth.svg", "image/svg+xml", "<svg/>", "", "3c", false},
}};

std::optional<std::string> header_of(const wire::HttpResponse& response, std::string_view name) {
  for (const wire::Header& each : response.headers) {
    if (each.name == name) return each.value;
  }
  return std::nullopt;
}

wire::HttpRequest get(std::string path) {
  wire::HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return request;
}

class ConsoleTest : public ::testing::Test {
 protected:
  wire::HttpResponse ask(wire::HttpRequest request) const { return ask(*console, request); }

  wire::HttpResponse ask(const Dialect& dialect, const wire::HttpRequest& request) const {
    Session session;
    StepResult result = dialect.step(peer, session, Arrival{request, TimePoint(), request_id});
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(result.actions.size(), 1U);
    return std::get<wire::HttpResponse>(result.actions.at(0));
  }

  bool claims(std::string method, std::string path) const {
    wire::HttpRequest request = get(std::move(path));
    request.method = std::move(method);
    return console->claims(peer, request);
  }

  std::unique_ptr<Dialect> console = make_console(kAssets);
  wire::Peer peer;
  std::string request_id = "0b5f4a52-8a3e-4c89-9b52-2f0c5d4f7a10";
};

TEST_F(ConsoleTest, ClaimsItsAddressesOverTlsAlone) {
  for (const char* path : {"/", "/console", "/console/", "/console/devices/a%2Fb"}) {
    EXPECT_TRUE(claims("GET", path)) << path;
    EXPECT_TRUE(claims("HEAD", path)) << path;
  }
  for (const char* path : {"", "/consoles", "/Console/", "/api/v1/scopes", "/index.html"}) {
    EXPECT_FALSE(claims("GET", path)) << path;
  }
  EXPECT_TRUE(claims("POST", "/console/"));
  EXPECT_FALSE(claims("POST", "/")) << "what devices send there is for their dialects";
  EXPECT_TRUE(console->for_operators());
  EXPECT_FALSE(console->serves_plain());
  for (const wire::Transport transport :
       {wire::Transport::kHttp, wire::Transport::kMqttWebSocket}) {
    peer.transport = transport;
    EXPECT_FALSE(claims("GET", "/console/"));
  }
}

TEST_F(ConsoleTest, LeadsFromTheRootToTheConsole) {
  for (const char* path : {"/", "/console"}) {
    const wire::HttpResponse response = ask(get(path));
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(header_of(response, "Location"), "/console/");
  }
}

TEST_F(ConsoleTest, ShowsThePageForEveryAddressThatIsNoFile) {
  for (const char* path :
       {"/console/", "/console/index.html", "/console/devices", "/console/devices/0ne1/a%2F..%2Fb",
        "/console/../console/x", "/console//", "/console/%00", "/console/berth.svg/"}) {
    const wire::HttpResponse response = ask(get(path));
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(header_of(response, "Content-Type"), "text/html; charset=utf-8") << path;
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store") << path;
    EXPECT_EQ(header_of(response, "Content-Encoding"), std::nullopt) << path;
  }
}

TEST_F(ConsoleTest, GivesEachResponseANonceOfItsOwn) {
  const wire::HttpResponse first = ask(get("/console/"));
  const std::string nonce = "0b5f4a528a3e4c899b522f0c5d4f7a10";
  EXPECT_NE(first.body.find("<meta property=\"csp-nonce\" nonce=\"" + nonce + "\">"),
            std::string::npos);
  EXPECT_NE(first.body.find("nonce=\"" + nonce + "\" src="), std::string::npos);
  EXPECT_EQ(first.body.find(kNonceMark), std::string::npos);
  EXPECT_TRUE(first.body.ends_with("</script>"));
  EXPECT_NE(header_of(first, "Content-Security-Policy")->find("'nonce-" + nonce + "'"),
            std::string::npos);
  request_id = "ffffffff-8a3e-4c89-9b52-2f0c5d4f7a10";
  const wire::HttpResponse second = ask(get("/console/"));
  EXPECT_EQ(second.body.find(nonce), std::string::npos);
}

TEST_F(ConsoleTest, PolicyAllowsThisHostAloneAndNoInlineScript) {
  const wire::HttpResponse response = ask(get("/console/"));
  EXPECT_EQ(header_of(response, "Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self' "
            "'nonce-0b5f4a528a3e4c899b522f0c5d4f7a10'; img-src 'self' data:; connect-src 'self'; "
            "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header_of(response, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(header_of(response, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(header_of(response, "X-Frame-Options"), "DENY");
  EXPECT_TRUE(header_of(response, "Permissions-Policy")->starts_with("camera=()"));
}

TEST_F(ConsoleTest, ANonceCannotBreakOutOfTheHeader) {
  request_id = "a'; script-src *\r\nX: y";
  const wire::HttpResponse response = ask(get("/console/"));
  EXPECT_NE(header_of(response, "Content-Security-Policy")->find("'nonce-ascriptsrcXy'"),
            std::string::npos);
}

TEST_F(ConsoleTest, ServesFilesForeverWhoseNamesChangeWithThem) {
  const wire::HttpResponse script = ask(get("/console/assets/index-1a.js"));
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.body, "let a = 1;");
  EXPECT_EQ(header_of(script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header_of(script, "ETag"), "\"1a\"");
  EXPECT_EQ(header_of(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header_of(script, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header_of(script, "X-Content-Type-Options"), "nosniff");
  const wire::HttpResponse icon = ask(get("/console/berth.svg"));
  EXPECT_EQ(icon.body, "<svg/>");
  EXPECT_EQ(header_of(icon, "Cache-Control"), "public, max-age=0, must-revalidate");
  EXPECT_EQ(header_of(icon, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(header_of(icon, "Vary"), std::nullopt);
}

TEST_F(ConsoleTest, SendsGzipToThoseWhoTakeItByteForByte) {
  wire::HttpRequest request = get("/console/assets/index-1a.js");
  request.headers.push_back({"accept-encoding", "deflate, gzip;q=0.5, br"});
  const wire::HttpResponse response = ask(request);
  EXPECT_EQ(header_of(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(header_of(response, "ETag"), "\"1a-gzip\"");
  EXPECT_EQ(response.body, kGzip);
  wire::HttpRequest font = get("/console/assets/inter-2b.woff2");
  font.headers = request.headers;
  EXPECT_EQ(header_of(ask(font), "Content-Encoding"), std::nullopt);
}

TEST_F(ConsoleTest, TellsThatAFileIsUnchanged) {
  wire::HttpRequest request = get("/console/berth.svg");
  request.headers.push_back({"if-none-match", "\"99\", W/\"3c\""});
  const wire::HttpResponse same = ask(request);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(header_of(same, "ETag"), "\"3c\"");
  request.headers = {{"if-none-match", "\"3d\""}};
  EXPECT_EQ(ask(request).status, 200);
  request = get("/console/");
  request.headers.push_back({"if-none-match", "*"});
  EXPECT_EQ(ask(request).status, 200) << "the page has another nonce each time";
}

TEST_F(ConsoleTest, FilesOfAnotherVersionAreNotFound) {
  for (const char* path : {"/console/assets/index-0.js", "/console/assets/",
                           "/console/assets/../berth.svg", "/console/assets/index%2D1a.js"}) {
    const wire::HttpResponse response = ask(get(path));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(header_of(response, "Content-Type"), "text/plain; charset=utf-8") << path;
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store") << path;
  }
}

TEST_F(ConsoleTest, TakesOnlyGetAndHead) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    wire::HttpRequest request = get("/console/");
    request.method = method;
    const wire::HttpResponse response = ask(request);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD") << method;
  }
  wire::HttpRequest head = get("/console/berth.svg");
  head.method = "HEAD";
  EXPECT_EQ(ask(head).status, 200);
}

TEST_F(ConsoleTest, SaysHowToBuildTheConsoleWhenItIsNotInTheProgram) {
  const std::unique_ptr<Dialect> empty = make_console({});
  const wire::HttpResponse response = ask(*empty, get("/console/devices"));
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("./dev build"), std::string::npos);
  EXPECT_EQ(ask(*empty, get("/")).status, 302);
}

TEST_F(ConsoleTest, AnswersNothingButRequests) {
  Session session;
  const StepResult result = console->step(peer, session, Answer{Inspection{}, {}});
  EXPECT_TRUE(result.commands.empty());
  EXPECT_TRUE(result.actions.empty());
}

}  // namespace
}  // namespace berth::dialects::console
