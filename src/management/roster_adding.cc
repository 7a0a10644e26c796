#include "management/roster_adding.h"

#include "management/member_passwords.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::MemberAdded;
using domain::MemberAdding;
using domain::MemberName;
using domain::NewMember;
using domain::PasswordUse;
using Line = MembersToAdd::Line;

constexpr std::size_t kNamesAuditedMax = 100;  // the number of all is audited anyway
constexpr std::size_t kNameShownMax = 128;

const domain::MemberPasswords* passwords_of(const Enrollment& group) {
  return std::get_if<domain::MemberPasswords>(&group.attestation);
}

bool has_passwords(const Line& line) {
  return !line.enroll_password.empty() || !line.control_password.empty();
}

// What is wrong with the passwords of a line; empty when nothing is.
std::string problem_with(const Enrollment& group, const NewMember& given) {
  if (!given.enroll_password && !given.control_password) return {};
  if (passwords_of(group) == nullptr) {
    return fmt::format(
        "group '{}' has a product secret, and its members have no passwords; leave "
        "them out",
        group.id.text());
  }
  std::string problem;
  if (given.enroll_password) problem = password_problem("enrollPassword", *given.enroll_password);
  if (problem.empty() && given.control_password) {
    problem = password_problem("controlPassword", *given.control_password);
  }
  return problem;
}

base::Bytes digest(const Call& call, const Enrollment& group, const MemberName& name,
                   const std::optional<Secret>& password, PasswordUse use) {
  if (!password) return {};
  return call.ports.vault.digest(password->bytes(),
                                 domain::member_password_purpose(group.scope, group.id, name, use));
}

Line line_of(const Call& call, const Enrollment& group, MemberName name, const NewMember& given) {
  Line line{std::move(name)};
  line.enroll_password =
      digest(call, group, line.name, given.enroll_password, PasswordUse::kEnroll);
  line.control_password =
      digest(call, group, line.name, given.control_password, PasswordUse::kControl);
  return line;
}

void refuse(MemberAdded& row, std::string what) {
  row.result = MemberAdding::kInvalid;
  row.what = std::move(what);
}

// What a member that was added cannot do yet, for want of a password; empty: nothing.
std::string lacking(const Enrollment& group, const Line& line) {
  const domain::MemberPasswords* passwords = passwords_of(group);
  if (passwords == nullptr || passwords->derivation_secret) return {};
  if (line.enroll_password.empty()) {
    return "it cannot enrol until it gets an enrol password, or its group a secret to derive one "
           "from";
  }
  if (line.control_password.empty()) {
    return "it cannot be controlled until it gets a control password, or its group a secret to "
           "derive one from";
  }
  return {};
}

}  // namespace

Adding prepare_adding(const Call& call, const Enrollment& group,
                      const std::vector<NewMember>& given) {
  Adding adding;
  std::map<std::string, std::size_t> places;
  for (const NewMember& each : given) {
    MemberAdded& row = adding.rows.emplace_back();
    std::optional<std::size_t>& place = adding.of_row.emplace_back();
    row.name = base::printable(each.name, kNameShownMax);
    Result<MemberName> name = MemberName::parse(each.name);
    if (!name) {
      refuse(row, fmt::format("{}; {}", name.error().what, name.error().mend));
      continue;
    }
    std::string problem = problem_with(group, each);
    const auto known = places.find(each.name);
    const bool repeats = known != places.end();
    if (problem.empty() && repeats && (each.enroll_password || each.control_password)) {
      problem = "an earlier row has this name; give its passwords once, in one row";
    }
    if (!problem.empty()) {
      refuse(row, std::move(problem));
      continue;
    }
    place = repeats ? known->second : adding.lines.size();
    if (repeats) continue;
    places.emplace(each.name, adding.lines.size());
    adding.lines.push_back(line_of(call, group, *std::move(name), each));
  }
  return adding;
}

void settle_adding(Adding& adding, const Enrollment& group,
                   const std::vector<MemberAdding>& results) {
  std::vector<bool> seen(results.size(), false);
  for (std::size_t i = 0; i < adding.rows.size(); ++i) {
    if (!adding.of_row[i] || *adding.of_row[i] >= results.size()) continue;
    const std::size_t place = *adding.of_row[i];
    const bool first = !seen[place];
    seen[place] = true;
    MemberAdded& row = adding.rows[i];
    row.result = results[place];
    if (row.result == MemberAdding::kFull) {
      row.what = fmt::format("a group has at most {} members", domain::kMembersMax);
    } else if (!first) {
      row.result = MemberAdding::kPresent;
    } else if (row.result == MemberAdding::kAdded) {
      row.what = lacking(group, adding.lines[place]);
    }
  }
}

std::string adding_detail(const Adding& adding) {
  boost::json::array shown;
  for (const Line& each : adding.lines) {
    if (shown.size() == kNamesAuditedMax) break;
    shown.emplace_back(each.name.text());
  }
  const auto with_passwords =
      std::count_if(adding.lines.begin(), adding.lines.end(), has_passwords);
  boost::json::object detail;
  detail["count"] = adding.lines.size();
  if (with_passwords > 0) detail["withPasswords"] = with_passwords;
  detail["names"] = std::move(shown);
  return boost::json::serialize(detail);
}

}  // namespace berth::management
