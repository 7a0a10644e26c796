// A World for tests: scripted answers of the API, everything that was sent and printed.
// Room cli, tests. Thread rule: belongs to one test.
#pragma once

#include "base/clock.h"
#include "cli/world.h"

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace berth::cli::testing {

struct FakeServer {
  // By "METHOD target" or "METHOD path" without the query. What is not scripted is answered 404.
  std::map<std::string, HttpReply> replies;
  std::map<std::string, std::string> otherwise;  // bodies of 200 answers, by method
  Endpoint endpoint;                             // of the last connection
  std::vector<HttpCall> calls;
  bool is_down = false;
  std::function<void(std::size_t call)> before_answer;  // the how manieth call it is

  void answer(const std::string& call, std::string body, int status = 200) {
    HttpReply reply;
    reply.status = status;
    reply.body = std::move(body);
    reply.content_type = "application/json";
    replies[call] = std::move(reply);
  }
  void refuse(const std::string& call, int status, const std::string& code,
              const std::string& detail) {
    answer(call,
           R"({"title":"T","status":)" + std::to_string(status) + R"(,"code":")" + code +
               R"(","detail":")" + detail + R"(","mend":"do it","requestId":"r-1"})",
           status);
  }
  // "GET /api/v1/scopes?limit=2", in order.
  std::vector<std::string> sent() const {
    std::vector<std::string> lines;
    for (const HttpCall& call : calls) lines.push_back(call.method + " " + call.target);
    return lines;
  }
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeServer& server) : server_(server) {}
  Try<HttpReply> send(const HttpCall& call) override {
    server_.calls.push_back(call);
    if (server_.before_answer) server_.before_answer(server_.calls.size());
    if (server_.is_down) {
      Failure failure;
      failure.what = "https://fake cannot be reached";
      failure.why = "it is down";
      failure.mend = "start it";
      failure.kind = ErrorKind::kUnavailable;
      return Fail(std::move(failure));
    }
    auto found = server_.replies.find(call.method + " " + call.target);
    if (found == server_.replies.end()) {
      found =
          server_.replies.find(call.method + " " + call.target.substr(0, call.target.find('?')));
    }
    if (found != server_.replies.end()) {
      const HttpReply& reply = found->second;
      if (call.pieces && reply.status == 200) (void)call.pieces(reply.body);
      return reply;
    }
    if (const auto any = server_.otherwise.find(call.method); any != server_.otherwise.end()) {
      HttpReply reply;
      reply.status = 200;
      reply.body = any->second;
      return reply;
    }
    HttpReply missing;
    missing.status = 404;
    missing.body = R"({"code":"not_found","detail":"nothing there","requestId":"r-0"})";
    return missing;
  }

 private:
  FakeServer& server_;
};

struct FakeWorld {
  FakeServer server;
  Hooks hooks;
  base::FakeClock clock;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  std::vector<config::Setting> environment{
      {"BERTH_URL", "https://fake:1"}, {"BERTH_TOKEN", "t"}, {"BERTH_DATA", "/nonexistent"}};
  std::vector<std::string> resolving;
  int pauses = 0;
  std::size_t calls_until_interrupt = 1000;  // Ctrl-C comes once so many calls were made
  std::function<bool()> interrupts;          // given: says itself whether it came
  bool asks = false;
  bool shows_progress = false;

  // Exit code; `out` and `err` hold what was printed by this run alone.
  int run(std::vector<std::string> words) {
    out.str("");
    err.str("");
    hooks.version = "1.2.3";
    World world{
        in,
        out,
        err,
        asks,
        clock,
        environment,
        hooks,
        [this](Endpoint endpoint) -> std::unique_ptr<Transport> {
          server.endpoint = std::move(endpoint);
          return std::make_unique<FakeTransport>(server);
        },
        [this](const std::string& host) {
          return std::find(resolving.begin(), resolving.end(), host) != resolving.end();
        },
        [this](std::chrono::milliseconds) { ++pauses; },
        [this] { return interrupts ? interrupts() : calls_until_interrupt <= server.calls.size(); },
        shows_progress};
    return run_words(words, world);
  }
};

}  // namespace berth::cli::testing
