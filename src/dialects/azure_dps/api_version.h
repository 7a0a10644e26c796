// The `api-version` of a request: any date, with or without "-preview". Unknown ones are never
// refused (azure-dps.md §0): behaviour is chosen by comparing dates.
//
// Room dialects/azure_dps. Thread rule: plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

struct ApiVersion {
  std::string date;  // "2019-03-31"
  bool preview = false;

  // The first preview called the member `registrationStatus` (azure-dps.md §0).
  std::string_view state_member() const {
    return date < "2017-11-15" ? "registrationStatus" : "registrationState";
  }
  // The abandoned first preview of certificate requests had other words for the answer (§1.10).
  bool first_certificates() const { return preview && date == "2021-11-01"; }
};

// "YYYY-MM-DD" or "YYYY-MM-DD-preview" with a possible month and day; else nothing.
std::optional<ApiVersion> parse_api_version(std::string_view text);

// The value of `api-version` in a raw query, percent-decoded; nothing when absent or unreadable.
std::optional<ApiVersion> api_version_of(std::string_view query);

}  // namespace berth::dialects::azure_dps
