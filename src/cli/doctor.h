// `berth doctor`: one check after another, each with a verdict and, if it is not well, a mend.
//
// Room cli, private to it. Thread rule: belongs to one run.
#pragma once

#include "cli/invocation.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace berth::cli {

enum class Verdict { kGood, kWarning, kBad, kSkipped };

struct Check {
  std::string name;
  Verdict verdict = Verdict::kGood;
  std::string finding;
  std::string mend = {};
};

// 1 when a check is bad.
Try<int> doctor(Invocation& run);

// Whether a certificate for `names` covers `host`: the same name or address, or "*." for one label.
bool covers(const std::vector<std::string>& names, const std::string& host);
// "Nov 22 01:15:00 2026 GMT" as a time; none when it is worded otherwise.
std::optional<TimePoint> parse_certificate_time(const std::string& text);
// Host of "https://host:port/…", brackets of IPv6 addresses removed.
std::string host_of(const std::string& url);

}  // namespace berth::cli
