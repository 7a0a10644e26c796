#include "provisioning/member_causes.h"

#include "domain/mend.h"
#include "provisioning/near_misses.h"
#include "provisioning/password_causes.h"

#include <fmt/format.h>

#include <utility>

namespace berth::provisioning {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Finding;
using domain::Reason;

constexpr std::size_t kNameBytesMax = 64;

std::string differ_text(std::size_t edits) {
  return edits == 0 ? std::string("upper and lower case are told apart")
                    : fmt::format("{} characters differ", edits);
}

std::vector<Finding> unknown_group(const domain::Membership& membership, const CaseFile& file) {
  const std::string sent = base::printable(membership.group, kNameBytesMax);
  if (file.namesake) {
    return {{Cause::kNotProductGroup, true,
             fmt::format("Group '{}' of scope '{}' has neither a product secret nor passwords: its "
                         "devices prove themselves otherwise.",
                         file.namesake->id.text(), file.namesake->scope.text()),
             "berth product create --product-id <another id>"}};
  }
  std::vector<std::string> ids;
  for (const domain::Enrollment& each : file.products) ids.push_back(each.id.text());
  std::vector<Finding> findings;
  for (const auto& [edits, id] : nearest_of(membership.group, std::move(ids))) {
    findings.push_back({Cause::kGroupSpelling, false,
                        fmt::format("No group whose members are named has the id '{}', but one has "
                                    "'{}': {}.",
                                    sent, id, differ_text(edits)),
                        fmt::format("set the id in the device to '{}'", id)});
  }
  if (!findings.empty()) return findings;
  return {{Cause::kUnexplained, false,
           fmt::format("No group whose members are named has the id '{}' or nearly so.", sent),
           mend::list_products()}};
}

std::vector<Finding> not_listed(const domain::Membership& membership,
                                const domain::Enrollment& group, const CaseFile& file) {
  const std::string sent = base::printable(membership.member, kNameBytesMax);
  std::vector<std::string> names;
  for (const domain::Member& each : file.roster) names.push_back(each.name.text());
  std::vector<Finding> findings;
  for (const auto& [edits, name] : nearest_of(membership.member, std::move(names))) {
    findings.push_back({Cause::kMemberSpelling, false,
                        fmt::format("The roster does not list '{}', but it lists '{}': {}.", sent,
                                    name, differ_text(edits)),
                        mend::product_device("add", group, membership.member)});
  }
  findings.push_back(
      {Cause::kMemberNotListed, true,
       fmt::format("The proof is good, but group '{}' admits listed names only, and '{}' is not "
                   "listed.",
                   group.id.text(), sent),
       mend::product_device("add", group, membership.member)});
  return findings;
}

Finding full(const domain::Enrollment& group) {
  const auto* product = std::get_if<domain::ProductSecret>(&group.attestation);
  const std::uint32_t limit = product == nullptr ? 0 : product->created_max;
  return {Cause::kMembersFull, true,
          fmt::format("Group '{}' takes {} members that are made by their own request, and has as "
                      "many.",
                      group.id.text(), limit),
          mend::product("update", group, fmt::format("--quota {}", limit * 2 + 1))};
}

Finding activated(const domain::Membership& membership, const domain::Enrollment& group,
                  const CaseFile& file) {
  const std::string since = file.current && file.current->activated_at
                                ? base::format_utc(*file.current->activated_at, 0)
                                : std::string("an earlier time");
  return {Cause::kActivated, true,
          fmt::format("'{}' has connected with what it was issued, at {}; after that it may not "
                      "register again. Somebody else may use its name, or its storage was erased.",
                      membership.member, since),
          mend::product_device("reset", group, membership.member)};
}

Finding other_kind(const domain::Claim& claim, const domain::Enrollment& group) {
  const auto* product = std::get_if<domain::ProductSecret>(&group.attestation);
  const std::string_view issues = product == nullptr ? "" : to_string(product->issues);
  return {Cause::kOtherCredentialKind, true,
          fmt::format("The device asks for a {}, but group '{}' issues a {}.",
                      claim.wants ? to_string(*claim.wants) : "", group.id.text(), issues),
          "build the firmware for that kind, or create a product of the other kind"};
}

}  // namespace

std::vector<Finding> member_causes(const domain::Claim& claim, const domain::Trail& trail,
                                   const CaseFile& file) {
  const domain::Membership& membership = *claim.membership;
  if (trail.reason == Reason::kGroupUnknown) return unknown_group(membership, file);
  if (file.candidates.empty()) return {};
  const domain::Enrollment& group = file.candidates.front();
  if (std::holds_alternative<domain::MemberPasswords>(group.attestation)) {
    return password_causes(claim, trail, file);
  }
  if (trail.reason == Reason::kRegistrationOff) {
    return {{Cause::kAdmitsNobody, true,
             fmt::format("Registration is switched off for group '{}'.", group.id.text()),
             mend::product("update", group, "--dynamic-registration true")}};
  }
  if (trail.reason == Reason::kMemberDisabled || trail.reason == Reason::kDeviceDisabled) {
    return {{Cause::kDeviceDisabled, true,
             fmt::format("An operator switched '{}' off.", membership.member),
             mend::product_device("enable", group, membership.member)}};
  }
  if (trail.reason == Reason::kMemberUnknown) return not_listed(membership, group, file);
  if (trail.reason == Reason::kMembersExhausted) return {full(group)};
  if (trail.reason == Reason::kAlreadyActivated) return {activated(membership, group, file)};
  if (trail.reason == Reason::kCredentialMismatch) return {other_kind(claim, group)};
  if (trail.reason == Reason::kRequestRepeated) {
    return {{Cause::kRepeatedRequest, true,
             "The same name, nonce and time were answered a short while ago: a recording is "
             "played back, or the device starts with the same random numbers every time.",
             "let the device choose a new nonce for every request"}};
  }
  return {};
}

std::optional<Finding> unexplained_member(const domain::Trail& trail, const CaseFile& file) {
  if (trail.reason == Reason::kProofMalformed) {
    return Finding{Cause::kUnexplained, false, "The request cannot be read: see what was received.",
                   "let the device send what docs/dialects describes for its vendor"};
  }
  if (trail.reason != Reason::kProofRejected || file.candidates.empty()) return std::nullopt;
  const domain::Enrollment& group = file.candidates.front();
  if (std::holds_alternative<domain::MemberPasswords>(group.attestation)) {
    return unexplained_password(trail, group);
  }
  return Finding{
      Cause::kUnexplained, false,
      fmt::format("The secret is not that of group '{}' nor of another product here, and "
                  "none of the known mistakes explains the signature.",
                  group.id.text()),
      mend::product("show", group, "--show-keys")};
}

}  // namespace berth::provisioning
