// The ids of the domain, each its own type (base/id.h). Validation happens here, once.
//
// Room domain. Thread rule: plain values.
#pragma once

#include "base/id.h"

namespace berth::domain {

// An ID scope. Berth makes `0ne` + 8 upper-case hex digits; operators may bring another: 1..32
// letters and digits (clients treat it as opaque, azure-dps.md §0).
struct ScopeTag {
  static constexpr std::string_view kName = "scope id";
  static Result<void> validate(std::string_view text);
};
// 1..128 of letters, digits and `- . _ :`, starting with a letter or digit, ending with one or a
// dash (azure-dps.md §4). Case-insensitive: index by key(), keep the first spelling.
struct RegistrationTag {
  static constexpr std::string_view kName = "registration id";
  static Result<void> validate(std::string_view text);
};
// Of a group, or of an individual enrollment (then it is its registration id). Same rules.
struct EnrollmentTag {
  static constexpr std::string_view kName = "enrollment id";
  static Result<void> validate(std::string_view text);
};
// A hub's short name: 3..50 of lower-case letters, digits and hyphens, alphanumeric ends.
struct HubTag {
  static constexpr std::string_view kName = "hub name";
  static Result<void> validate(std::string_view text);
};
// At a hub: 1..128 of ASCII letters, digits and `- : . + % _ # * ? ! ( ) , = @ $ '`, case-sensitive
// (azure-iot-hub.md §1.1).
struct DeviceTag {
  static constexpr std::string_view kName = "device id";
  static Result<void> validate(std::string_view text);
};
// The name by which a group lists a member in its roster: 1..64 letters, digits and `- . _ :`,
// case-sensitive.
struct MemberTag {
  static constexpr std::string_view kName = "member name";
  static Result<void> validate(std::string_view text);
};

inline constexpr std::size_t kObjectIdSize = 24;
// Of a record, and the part of made-up ids behind their prefix: 24 hex digits, lower-case as made.
struct ObjectTag {
  static constexpr std::string_view kName = "object id";
  static Result<void> validate(std::string_view text);
};

using ScopeId = Id<ScopeTag>;
using RegistrationId = Id<RegistrationTag>;
using EnrollmentId = Id<EnrollmentTag>;
using HubName = Id<HubTag>;
using DeviceId = Id<DeviceTag>;
using MemberName = Id<MemberTag>;
using ObjectId = Id<ObjectTag>;

// 1..253 characters of a DNS name or an IP address, lower-cased by the caller; no port.
Result<void> validate_host(std::string_view host);

}  // namespace berth::domain
