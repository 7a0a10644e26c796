#include "provisioning/password_causes.h"

#include "domain/mend.h"
#include "provisioning/near_misses.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace berth::provisioning {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Finding;
using domain::Reason;

constexpr std::size_t kNameBytesMax = 64;

std::string received(const domain::Trail& trail) {
  return trail.steps.empty() ? std::string() : trail.steps.back().received;
}

std::vector<Finding> not_listed(const domain::Membership& membership,
                                const domain::Enrollment& group, const CaseFile& file) {
  const std::string sent = base::printable(membership.member, kNameBytesMax);
  std::vector<std::string> names;
  for (const domain::Member& each : file.roster) names.push_back(each.name.text());
  std::vector<Finding> findings;
  for (const auto& [edits, name] : nearest_of(membership.member, std::move(names))) {
    const std::string how = edits == 0 ? std::string("upper and lower case are told apart")
                                       : fmt::format("{} characters differ", edits);
    findings.push_back({Cause::kMemberSpelling, false,
                        fmt::format("'{}' is not listed, but '{}' is: {}.", sent, name, how),
                        fmt::format("set the serial number in the device to '{}'", name)});
  }
  // Which of the two it is only a person can tell.
  const bool proven = findings.empty();
  findings.push_back({Cause::kMemberNotListed, proven,
                      fmt::format("Group '{}' does not list '{}'.", group.id.text(), sent),
                      mend::thing_serial("add", group, membership.member)});
  return findings;
}

Finding registered_already(const domain::Membership& membership, const domain::Enrollment& group,
                           const CaseFile& file) {
  const std::string since = file.current
                                ? fmt::format("as '{}' at {}", file.current->device_id.text(),
                                              base::format_utc(file.current->updated_at, 0))
                                : std::string("before");
  return {Cause::kRegisteredAlready, true,
          fmt::format("The password is right, but '{}' was enrolled {}. The device may have lost "
                      "what it was given, or somebody else uses its serial number.",
                      membership.member, since),
          mend::thing_serial("reset", group, membership.member)};
}

Finding serial_of_other(const domain::Claim& claim, const domain::Trail& trail) {
  const std::string expected = trail.steps.empty() ? std::string() : trail.steps.back().expected;
  return {
      Cause::kSerialOfOther, true,
      fmt::format("The control password of '{}' is right, but the controller's own serial '{}' "
                  "is taken by one that does not control it: expected was {}.",
                  claim.membership->member,
                  base::printable(claim.controller ? claim.controller->serial : "", kNameBytesMax),
                  expected),
      "let the controller send the credentials it has, or another serial"};
}

}  // namespace

std::vector<Finding> password_causes(const domain::Claim& claim, const domain::Trail& trail,
                                     const CaseFile& file) {
  const domain::Membership& membership = *claim.membership;
  const domain::Enrollment& group = file.candidates.front();
  if (trail.reason == Reason::kMemberUnknown) return not_listed(membership, group, file);
  if (trail.reason == Reason::kMemberLocked) {
    return {{Cause::kMemberLocked, true,
             fmt::format("Too many wrong passwords in a row were tried for '{}': {}.",
                         membership.member, received(trail)),
             mend::thing_serial("unlock", group, membership.member)}};
  }
  if (trail.reason == Reason::kMemberDisabled) {
    return {{Cause::kDeviceDisabled, true,
             fmt::format("An operator revoked '{}'.", membership.member),
             mend::thing_serial("restore", group, membership.member)}};
  }
  if (trail.reason == Reason::kDeviceDisabled) {
    return {{Cause::kDeviceDisabled, true,
             fmt::format("The device of '{}' is switched off.", membership.member),
             mend::thing_serial("restore", group, membership.member)}};
  }
  if (trail.reason == Reason::kAlreadyRegistered) {
    return {registered_already(membership, group, file)};
  }
  if (trail.reason == Reason::kNotYetRegistered) {
    return {{Cause::kControlledNotRegistered, true,
             fmt::format("The control password is right, but '{}' has not enrolled yet.",
                         membership.member),
             "let the thing enrol first, or enrol it by hand: " +
                 mend::thing_serial("enroll", group, membership.member)}};
  }
  if (trail.reason == Reason::kOwnedByOther && claim.controller) {
    return {serial_of_other(claim, trail)};
  }
  return {};
}

Finding unexplained_password(const domain::Trail& trail, const domain::Enrollment& group) {
  return {Cause::kUnexplained, false,
          fmt::format("The password is not that of '{}' in group '{}', and none of the known "
                      "mistakes explains it.",
                      trail.registration_id, group.id.text()),
          mend::thing_template("show", group, "--show-keys")};
}

}  // namespace berth::provisioning
