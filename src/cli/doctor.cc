#include "cli/doctor.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <sys/stat.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kClockGood{5};
constexpr std::chrono::seconds kClockBad{300};
constexpr std::chrono::hours kExpirySoon{24 * 14};

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "good";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kBad:
      return "bad";
    case Verdict::kSkipped:
      return "skipped";
  }
  return "bad";
}

class Doctor {
 public:
  Doctor(Invocation& run, Api& api) : run_(run), api_(api) {}

  std::vector<Check> examine() {
    check_data_directory();
    if (!check_reachable()) return std::move(checks_);
    check_ready();
    check_certificate_end();
    if (!check_status()) return std::move(checks_);
    if (const auto scopes = list("scopes")) {
      for (const json::value& scope : *scopes) check_scope(scope);
      if (scopes->empty()) {
        add("scopes", Verdict::kBad, "there is no scope, so no device can register",
            "berth scope create");
      }
    }
    if (const auto hubs = list("hubs")) {
      for (const json::value& hub : *hubs) {
        check_name("hub " + member_text(hub, "name"), member_text(hub, "host"));
      }
    }
    return std::move(checks_);
  }

 private:
  void add(std::string name, Verdict verdict, std::string finding, std::string mend = {}) {
    checks_.push_back({std::move(name), verdict, std::move(finding), std::move(mend)});
  }

  void check_mode(const fs::path& path, std::string_view what) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return;
    const std::string name(what);
    if ((info.st_mode & 077) == 0) {
      add(name, Verdict::kGood, path.string() + " is for its owner alone");
      return;
    }
    add(name, Verdict::kBad, path.string() + " can be read by others",
        "chmod go-rwx " + path.string());
  }

  void check_data_directory() {
    const fs::path data = run_.data();
    std::error_code error;
    if (!fs::is_directory(data, error)) {
      add("data directory", Verdict::kSkipped, data.string() + " is not on this machine");
      return;
    }
    check_mode(data, "data directory");
    check_mode(data / "admin.token", "admin token");
    check_mode(data / "master.key", "master key");
    check_mode(data / "ca.key", "CA key");
  }

  bool check_reachable() {
    HttpCall call;
    call.target = "/healthz";
    call.wants_certificate = true;
    const Try<HttpReply> reply = api_.transport().send(call);
    if (!reply) {
      add("reachable", Verdict::kBad, reply.error().what + ": " + reply.error().why,
          reply.error().mend);
      return false;
    }
    certificate_ = reply->certificate;
    const bool well = reply->status == 200;
    add("reachable", well ? Verdict::kGood : Verdict::kBad,
        api_.url() + " answers" + (well ? "" : " " + std::to_string(reply->status)),
        well ? "" : "check that --url is a Berth server's HTTPS port");
    return well;
  }

  void check_ready() {
    HttpCall call;
    call.target = "/readyz";
    const Try<HttpReply> reply = api_.transport().send(call);
    const bool well = reply && reply->status == 200;
    add("ready", well ? Verdict::kGood : Verdict::kBad,
        well ? "the store answers" : "the server is up but its store does not answer",
        well ? "" : "look at the server's log; check the disk or PostgreSQL");
  }

  void check_certificate_end() {
    const auto end = certificate_ ? parse_certificate_time(certificate_->expires) : std::nullopt;
    if (!end) {
      add("certificate", Verdict::kSkipped, "its end could not be read");
      return;
    }
    const auto left = *end - run_.world.clock.wall();
    const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
    const bool well = left > kExpirySoon;
    add("certificate", well ? Verdict::kGood : (days < 1 ? Verdict::kBad : Verdict::kWarning),
        "ends in " + std::to_string(days) + " days",
        well ? "" : "renew it: restart the server if Berth made it, else replace its files");
  }

  bool check_status() {
    const TimePoint before = run_.world.clock.wall();
    const Try<Answer> status = api_.get(path_of({"status"}));
    const TimePoint after = run_.world.clock.wall();
    if (!status) {
      add("token", Verdict::kBad, status.error().what, status.error().mend);
      return false;
    }
    add("token", Verdict::kGood, "the admin API accepts it");
    const Result<TimePoint> now = base::parse_utc(member_text(status->value, "now"));
    if (now) check_clock(*now - (before + (after - before) / 2));
    if (const json::value* warnings = member(status->value, "warnings")) {
      for (const json::value& warning :
           warnings->is_array() ? warnings->get_array() : json::array()) {
        add("server", Verdict::kWarning,
            warning.is_string() ? std::string(warning.get_string()) : json::serialize(warning));
      }
    }
    return true;
  }

  void check_clock(std::chrono::microseconds ahead) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ahead);
    const auto size = std::chrono::abs(seconds);
    Verdict verdict = Verdict::kGood;
    if (size > kClockGood) verdict = size >= kClockBad ? Verdict::kBad : Verdict::kWarning;
    const std::string finding = verdict == Verdict::kGood
                                    ? "the server's clock and this one agree"
                                    : "the server's clock is " + std::to_string(size.count()) +
                                          " s " + (seconds.count() > 0 ? "ahead of" : "behind") +
                                          " this one";
    add("clock", verdict, finding,
        verdict == Verdict::kGood ? "" : "set both by NTP: tokens of devices expire by the clock");
  }

  std::optional<json::array> list(std::string_view noun) {
    const Try<Answer> answer = api_.get(with_query(path_of({noun}), {{"limit", "1000"}}));
    const json::value* items = answer ? member(answer->value, "items") : nullptr;
    if (items == nullptr || !items->is_array()) {
      add(std::string(noun), Verdict::kSkipped,
          answer ? "they could not be read" : answer.error().what);
      return std::nullopt;
    }
    return items->get_array();
  }

  void check_scope(const json::value& scope) {
    const std::string id = member_text(scope, "id");
    const json::value* enabled = member(scope, "enabled");
    if (enabled != nullptr && enabled->is_bool() && !enabled->get_bool()) {
      add("scope " + id, Verdict::kWarning, "is disabled: all its devices are refused",
          "berth scope update " + id + " --enabled true");
    }
    const Try<Answer> links = api_.get(path_of({"scopes", id, "hubs"}));
    const json::value* items = links ? member(links->value, "items") : nullptr;
    const std::size_t count = items != nullptr && items->is_array() ? items->get_array().size() : 0;
    if (count == 0) {
      add("scope " + id, Verdict::kBad, "has no linked hub, so no device can be assigned",
          "berth hub link --scope " + id + " --hub-name HUB");
    } else {
      add("scope " + id, Verdict::kGood, "hubs linked: " + std::to_string(count));
    }
    const std::string host = member_text(scope, "serviceHost");
    if (!host.empty()) check_name("scope " + id, host);
  }

  // Devices connect to this name: it must resolve, and the certificate must cover it.
  void check_name(const std::string& name, const std::string& host) {
    if (host.empty()) return;
    if (!run_.world.resolves(host)) {
      add(name, Verdict::kWarning, "its host " + host + " does not resolve on this machine",
          "add " + host + " to the DNS that devices use");
    } else {
      add(name, Verdict::kGood, "its host " + host + " resolves");
    }
    if (!certificate_ || certificate_->names.empty() || covers(certificate_->names, host)) return;
    add(name, Verdict::kBad, "the server's certificate does not cover its host " + host,
        "restart the server if Berth made the certificate, else get one that covers it");
  }

  Invocation& run_;
  Api& api_;
  std::optional<ServerCertificate> certificate_;
  std::vector<Check> checks_;
};

void print_checks(std::ostream& out, const std::vector<Check>& checks) {
  std::size_t widest = 0;
  for (const Check& check : checks) widest = std::max(widest, check.name.size());
  for (const Check& check : checks) {
    const std::string verdict(to_string(check.verdict));
    out << verdict << std::string(9 - verdict.size(), ' ') << base::printable(check.name)
        << std::string(widest - check.name.size() + 2, ' ') << base::printable(check.finding, 2000)
        << '\n';
    if (!check.mend.empty()) {
      out << std::string(widest + 11, ' ') << "mend: " << base::printable(check.mend, 2000) << '\n';
    }
  }
}

std::string as_json(const std::vector<Check>& checks) {
  json::array items;
  for (const Check& check : checks) {
    items.push_back(json::object{{"name", check.name},
                                 {"verdict", to_string(check.verdict)},
                                 {"finding", check.finding},
                                 {"mend", check.mend}});
  }
  return json::serialize(json::object{{"checks", std::move(items)}});
}

}  // namespace

Try<int> doctor(Invocation& run) {
  BERTH_TRY(Api * api, run.api());
  const std::vector<Check> checks = Doctor(run, *api).examine();
  if (run.wants_json()) {
    run.world.out << as_json(checks) << '\n';
  } else {
    print_checks(run.world.out, checks);
  }
  const bool bad = std::any_of(checks.begin(), checks.end(),
                               [](const Check& c) { return c.verdict == Verdict::kBad; });
  return bad ? kFailed : kDone;
}

bool covers(const std::vector<std::string>& names, const std::string& host) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (base::equals_ignoring_case(name, host)) return true;
    const std::size_t dot = host.find('.');
    return name.starts_with("*.") && dot != host.npos && dot > 0 &&
           base::equals_ignoring_case(name.substr(1), host.substr(dot));
  });
}

std::optional<TimePoint> parse_certificate_time(const std::string& text) {
  std::tm parts{};
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  stream >> std::get_time(&parts, "%b %d %H:%M:%S %Y");
  if (stream.fail()) return std::nullopt;
  return base::from_unix_seconds(::timegm(&parts));
}

std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t start = scheme == url.npos ? 0 : scheme + 3;
  if (start < url.size() && url[start] == '[') {
    const std::size_t end = std::min(url.find(']', start), url.size());
    return url.substr(start + 1, end - start - 1);
  }
  const std::size_t end = std::min(url.find_first_of(":/?", start), url.size());
  return url.substr(start, end - start);
}

}  // namespace berth::cli
