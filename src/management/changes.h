// One change with its audit record, and the optimistic lock around it.
//
// Room management. Thread rule: as use_cases.h.
#pragma once

#include "management/call.h"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace berth::management {

// What an edit changed, for the audit: small values from → to, secrets and documents by name only.
class Differences {
 public:
  // Assigns when the value differs, and notes it.
  void set(std::string_view member, std::string& field, std::string value);
  void set(std::string_view member, bool& field, bool value);
  void set(std::string_view member, std::uint32_t& field, std::uint32_t value);
  // Notes that it changed without saying how.
  void note(std::string_view member);
  void note(std::string_view member, std::string_view from, std::string_view to);

  bool empty() const { return members_.empty(); }
  std::string text() const { return boost::json::serialize(members_); }

 private:
  boost::json::object members_;
};

// What the audit says beside who and when.
struct Act {
  std::string_view action;  // "scope.create"
  std::string scope;        // empty for server-wide things
  std::string target;
  std::string detail = "{}";
};

// "token:<id>", "operator:<name>"; "nobody" without a token.
std::string actor_text(const Actor& actor);
domain::AuditRecord audit_record(const Call& call, Act act);

using Write = decltype(Change::what);
std::unique_ptr<Change> make_change(const Call& call, Write what, Expectation expectation, Act act);
// The new version. Errors as Catalog::apply.
Task<Result<std::uint64_t>> apply(const Call& call, std::unique_ptr<Change> change);

// kPreconditionFailed when the caller's version is not `current`.
Result<void> check_version(const domain::Precondition& precondition, std::uint64_t current);
// For removals and replacements that need no read.
Expectation expected(const domain::Precondition& precondition, Expectation otherwise);

// How often an edit without a precondition is tried again after somebody else was faster.
inline constexpr int kRacesMax = 5;
// Whether to read and edit again: nobody asked for a certain version, and the record moved on.
bool may_retry(const Error& error, const domain::Precondition& precondition, int attempt);

}  // namespace berth::management
