// Members of named groups: what identify, authorize and record do for a claim that names its group.
// What is peculiar to groups with passwords is in member_passwords.cc.
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::provisioning {
namespace {

using domain::ProductSecret;
using domain::Reason;

constexpr std::size_t kGroupBytesMax = 64;
constexpr std::size_t kNonceBytesMax = 32;

Refusal group_unknown(const domain::Membership& membership) {
  return {Reason::kGroupUnknown,
          "the id of a group whose members are named",
          base::printable(membership.group, kGroupBytesMax),
          {}};
}

Refusal name_invalid(const Error& error) {
  return {Reason::kIdInvalid, error.mend, base::printable(error.what), {}};
}

const domain::SignedText* signed_text(const domain::Claim& claim) {
  return std::get_if<domain::SignedText>(&claim.evidence);
}

// Some vendors' requests have a nonce and no time.
std::int64_t time_of(const domain::SignedText& request) {
  return request.made_at_seconds.value_or(0);
}

// The answered request that this one repeats, if any.
const domain::AnsweredRequest* repeated(const domain::SignedText& request,
                                        const domain::Registration& current,
                                        const ProductSecret& product, TimePoint now) {
  if (product.replay_window.count() == 0 || request.nonce.empty()) return nullptr;
  const auto found = std::find_if(
      current.answered.begin(), current.answered.end(), [&](const domain::AnsweredRequest& each) {
        return each.nonce == request.nonce && each.made_at_seconds == time_of(request) &&
               now - each.at < product.replay_window;
      });
  return found == current.answered.end() ? nullptr : &*found;
}

Result<void, Refusal> check_repetition(const domain::Claim& claim, const Dossier& dossier,
                                       const ProductSecret& product, TimePoint now) {
  const domain::SignedText* request = signed_text(claim);
  if (request == nullptr || !dossier.current) return {};
  const domain::AnsweredRequest* before = repeated(*request, *dossier.current, product, now);
  if (before == nullptr) return {};
  return Fail(
      Refusal{Reason::kRequestRepeated,
              fmt::format("a new nonce or time; equal requests are refused for {} s",
                          product.replay_window.count()),
              fmt::format("nonce {} and time {}, answered at {}", base::printable(before->nonce),
                          before->made_at_seconds, base::format_utc(before->at, 0)),
              {}});
}

Result<void, Refusal> check_activation(const Dossier& dossier, const ProductSecret& product) {
  const bool activated = dossier.current && dossier.current->activated_at;
  if (!activated || product.reissue != domain::Reissue::kRefused) return {};
  return Fail(Refusal{
      Reason::kAlreadyActivated,
      "a device that has not connected with what it was issued, or was reset",
      fmt::format("one that connected at {}", base::format_utc(*dossier.current->activated_at, 0)),
      {}});
}

Result<void, Refusal> check_roster(const Dossier& dossier, const ProductSecret& product,
                                   const std::string& name) {
  if (dossier.member) {
    if (dossier.member->enabled) return {};
    return Fail(Refusal{Reason::kMemberDisabled,
                        "an enabled member",
                        fmt::format("'{}' is disabled", dossier.member->name.text()),
                        {}});
  }
  if (product.admits == domain::Admits::kAnybody) return {};
  return Fail(Refusal{
      Reason::kMemberUnknown, "a name that the group's roster lists", base::printable(name), {}});
}

// A member registers under its own id; a device that is to control it by its serial, or by the id
// it is about to get.
Result<domain::RegistrationId> registration_of(const domain::Claim& claim,
                                               const domain::EnrollmentId& group,
                                               const domain::MemberName& name,
                                               const Attempt& attempt) {
  if (!claim.controller) {
    return domain::RegistrationId::trusted(domain::member_device_id(group, name));
  }
  if (claim.controller->serial.empty()) {
    return domain::RegistrationId::trusted(domain::controller_registration_id(attempt.fresh_id));
  }
  Result<domain::MemberName> serial = domain::MemberName::parse(claim.controller->serial);
  if (!serial) return Fail(std::move(serial).error());
  return domain::RegistrationId::parse(domain::controller_registration_id(serial->text()));
}

Task<Result<std::unique_ptr<Dossier>>> open(RegistrationStore& store, const domain::Claim& claim,
                                            std::string group_key) {
  const std::string& member = claim.membership->member;
  if (!claim.controller) {
    Result<std::unique_ptr<Dossier>> dossier =
        co_await store.open_member_dossier(std::move(group_key), member);
    co_return dossier;
  }
  std::string key;
  if (!claim.controller->serial.empty()) {
    key = base::ascii_lower(domain::controller_registration_id(claim.controller->serial));
  }
  Result<std::unique_ptr<Dossier>> dossier = co_await store.open_control_dossier(
      std::move(group_key), member, std::move(key), claim.controller->device);
  co_return dossier;
}

}  // namespace

bool is_named_only(const domain::Enrollment& enrollment) {
  return std::holds_alternative<ProductSecret>(enrollment.attestation) ||
         std::holds_alternative<domain::MemberPasswords>(enrollment.attestation);
}

Task<Result<Identified, Refusal>> identify_member(RegistrationStore& store, ScopeCache& scopes,
                                                  const Attempt& attempt) {
  const domain::Claim& claim = attempt.claim;
  const domain::Membership& membership = *claim.membership;
  if (const auto* malformed = std::get_if<domain::MalformedEvidence>(&claim.evidence)) {
    co_return Fail(Refusal{Reason::kProofMalformed,
                           "a request that can be read",
                           base::printable(malformed->what),
                           {}});
  }
  Result<domain::EnrollmentId> group = domain::EnrollmentId::parse(membership.group);
  if (!group) co_return Fail(group_unknown(membership));
  Result<domain::MemberName> name = domain::MemberName::parse(membership.member);
  if (!name) co_return Fail(name_invalid(name.error()));
  Identified identified;
  identified.fresh_id = attempt.fresh_id;
  identified.for_controller = claim.controller.has_value();
  Result<domain::RegistrationId> registration = registration_of(claim, *group, *name, attempt);
  if (!registration) co_return Fail(name_invalid(registration.error()));
  identified.registration = *std::move(registration);
  if (!claim.controller && identified.registration.text() != claim.registration_id) {
    co_return Fail(Refusal{Reason::kInternal,
                           identified.registration.text(),
                           base::printable(claim.registration_id),
                           {}});
  }

  Result<std::unique_ptr<Dossier>> dossier = co_await open(store, claim, group->key());
  if (!dossier) co_return Fail(store_refusal(dossier.error()));
  identified.dossier = *std::move(dossier);
  const auto& named = identified.dossier->named_group;
  // Vendors tell upper from lower case.
  if (!named || !identified.dossier->scope || named->id.text() != group->text()) {
    co_return Fail(group_unknown(membership));
  }
  Result<std::shared_ptr<const ScopeSnapshot>> snapshot =
      co_await scopes.get(identified.dossier->scope->id, identified.dossier->catalog_version);
  if (!snapshot) co_return Fail(store_refusal(snapshot.error()));
  identified.snapshot = *std::move(snapshot);
  co_return identified;
}

Result<void, Refusal> authorize_member(const domain::Claim& claim, const Identified& identified,
                                       const ProductSecret& product, TimePoint now) {
  const Dossier& dossier = *identified.dossier;
  if (product.admits == domain::Admits::kNobody) {
    return Fail(Refusal{Reason::kRegistrationOff,
                        "a group that admits members",
                        "registration is switched off",
                        {}});
  }
  // Registrations do not tell upper from lower case, names of members do.
  if (dossier.current && dossier.current->id.text() != identified.registration.text()) {
    return Fail(Refusal{Reason::kOwnedByOther,
                        fmt::format("'{}', as it registered first", dossier.current->id.text()),
                        fmt::format("'{}'", identified.registration.text()),
                        {}});
  }
  Result<void, Refusal> listed = check_roster(dossier, product, claim.membership->member);
  if (!listed) return listed;
  if (claim.wants && *claim.wants != product.issues) {
    return Fail(Refusal{Reason::kCredentialMismatch,
                        fmt::format("a request for a {}", to_string(product.issues)),
                        fmt::format("one for a {}", to_string(*claim.wants)),
                        {}});
  }
  Result<void, Refusal> activation = check_activation(dossier, product);
  if (!activation) return activation;
  return check_repetition(claim, dossier, product, now);
}

bool keeps_credential(const Identified& identified, const domain::Enrollment& enrollment) {
  const auto* product = std::get_if<ProductSecret>(&enrollment.attestation);
  const auto& current = identified.dossier->current;
  return product != nullptr && product->reissue == domain::Reissue::kSame && current &&
         current->activated_at;
}

void record_member(Assignment& assignment, const Attempt& attempt, const Identified& identified,
                   const domain::Enrollment& enrollment) {
  if (!attempt.claim.membership) return;
  if (std::holds_alternative<domain::MemberPasswords>(enrollment.attestation)) {
    record_password_member(assignment, attempt, identified);
    return;
  }
  const auto* product = std::get_if<ProductSecret>(&enrollment.attestation);
  if (product == nullptr) return;
  domain::Registration& registration = assignment.registration;
  registration.member = domain::MemberName::trusted(attempt.claim.membership->member);
  if (!keeps_credential(identified, enrollment)) registration.activated_at.reset();
  const TimePoint now = attempt.trail.started_at;
  std::erase_if(registration.answered,
                [&](const auto& each) { return now - each.at >= product->replay_window; });
  const domain::SignedText* request = signed_text(attempt.claim);
  const bool remembers = product->replay_window.count() > 0 && request != nullptr &&
                         !request->nonce.empty() && request->nonce.size() <= kNonceBytesMax;
  if (remembers) {
    registration.answered.insert(registration.answered.begin(),
                                 {request->nonce, time_of(*request), now});
    if (registration.answered.size() > domain::kAnsweredMax) registration.answered.pop_back();
  }
  if (identified.dossier->member) return;
  domain::Member member;
  member.scope = enrollment.scope;
  member.group = enrollment.id;
  member.name = *registration.member;
  member.requested = true;
  member.created_at = member.updated_at = now;
  assignment.new_member = std::move(member);
  assignment.created_max = product->created_max;
}

}  // namespace berth::provisioning
