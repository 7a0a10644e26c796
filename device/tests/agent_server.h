// A server for things in tests: knows one serial with its password, hands out credentials, answers
// what it is asked for with them; what it says can be scripted. Header only, so that the tests of
// the command line can use it, too.
//
// Room device, tests. Thread rule: made and destroyed by the test; the rest is locked.
#pragma once

#include "device/tests/tls_server.h"

#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace berth::device::testing {

inline constexpr const char* kModel = "mod-588acc123945ec8436bde3aa";
inline constexpr const char* kPlugId = "dev-588acc123945ec8436bde3c1";

class AgentServerFake {
 public:
  explicit AgentServerFake(const Protection& protection = {})
      : server_([this](const std::string& request) { return answer(request); }, protection) {}

  std::uint16_t port() const { return server_.port(); }
  std::string url() const { return server_.url(); }
  std::string plain_url() const { return "http://localhost:" + std::to_string(port()); }
  std::string ca() const { return server_.ca().string(); }

  // The next answers, instead of what it would say; "": hang up without a word.
  void script(std::vector<std::string> replies) {
    const std::lock_guard lock(mutex_);
    script_.assign(replies.begin(), replies.end());
  }
  // The credentials it gave are no longer good; the serial may enrol again.
  void must_enrol_again() {
    const std::lock_guard lock(mutex_);
    enrolled_ = false;
    connection_ = "-";
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // "POST /iot/device", in order.
  std::vector<std::string> lines() {
    std::vector<std::string> lines;
    for (const std::string& request : requests()) {
      lines.push_back(request.substr(0, request.find(" HTTP/1.1\r\n")));
    }
    return lines;
  }
  // The password of the last enrolment.
  std::string connection() {
    const std::lock_guard lock(mutex_);
    return connection_;
  }

 private:
  std::string answer(const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (!script_.empty()) {
      std::string reply = std::move(script_.front());
      script_.pop_front();
      return reply;
    }
    if (request.starts_with("POST /iot/device HTTP/1.1\r\n")) return enrol(request);
    const std::string credentials =
        std::string("X-Plug-Id: ") + kPlugId + "\r\nX-Plug-Auth: " + connection_ + "\r\n";
    if (request.find(credentials) == request.npos) {
      return http(401, R"({"err":401,"msg":"wrong credentials"})");
    }
    return http(200, R"({"hwid":"SN0001","name":"pump","status":"ok"})");
  }

  std::string enrol(const std::string& request) {
    if (request.find(R"("hwid":"SN0001","pass":"enrol=pw#1")") == request.npos) {
      return http(403, R"({"err":403,"msg":"wrong template, serial number or password"})");
    }
    if (enrolled_) return http(403, R"({"err":403,"msg":"already enrolled"})");
    enrolled_ = true;
    connection_ = "connection-" + std::to_string(++enrolments_);
    return http(200, std::string(R"({"id":")") + kPlugId + R"(","auth":")" + connection_ + "\"}");
  }

  std::mutex mutex_;
  std::deque<std::string> script_;
  std::vector<std::string> requests_;
  std::string connection_ = "-";
  int enrolments_ = 0;
  bool enrolled_ = false;
  TlsServer server_;  // last: its thread uses the rest
};

}  // namespace berth::device::testing
