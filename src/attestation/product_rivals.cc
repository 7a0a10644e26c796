#include "attestation/product_rivals.h"

#include "attestation/text_test.h"
#include "base/codec.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::ProductSecret;
using domain::Reason;

// The length that is cut to most often: what the cipher of an answer takes of the secret.
constexpr std::size_t kCutMin = 8;
// 2020-01-01: times before are those of a device that does not know the time.
constexpr std::int64_t kPlausibleSince = 1'577'836'800;
// How far a time may be off and still be meant for now, whatever the unit.
constexpr std::int64_t kUnitSlack = 400LL * 86'400;

struct Bench {
  const provisioning::RivalInput& input;
  const domain::Enrollment& group;
  const ProductSecret& secret;
  ProductRivalTools tools;
  TextTest test;
  std::vector<NamedKey> keys;  // that would have been right
};

std::string context_of(const domain::Enrollment& group) {
  return key_context(group.scope, group.kind, group.id);
}

std::string show_secret(const domain::Enrollment& group) {
  return mend::product("show", group, "--show-keys");
}

// The secrets that attest tried.
std::vector<NamedKey> right_keys(const provisioning::RivalInput& input, ProductRivalTools tools,
                                 const domain::Enrollment& group) {
  const auto& secret = std::get<ProductSecret>(group.attestation);
  Result<const OpenedKeys*> opened = tools.keys.open(group, secret);
  std::vector<NamedKey> keys;
  if (!opened) return keys;  // attest has logged it
  const std::string& id = group.id.text();
  keys.push_back({(*opened)->primary.clone(), fmt::format("the product secret of group '{}'", id)});
  if (secret.previous && input.now <= secret.previous_until) {
    keys.push_back({(*opened)->secondary.clone(),
                    fmt::format("the previous product secret of group '{}'", id)});
  }
  return keys;
}

Findings secret_ended(Bench& bench) {
  const std::string context = context_of(bench.group);
  const auto finding = [&](TimePoint at) {
    return Findings{{Cause::kSecretEnded, true,
                     fmt::format("The device has a product secret that group '{}' had until {}; it "
                                 "has been rotated since.",
                                 bench.group.id.text(), base::format_utc(at, 0)),
                     show_secret(bench.group)}};
  };
  const bool over = bench.secret.previous && bench.input.now > bench.secret.previous_until;
  if (over) {
    const Result<Secret> previous = bench.tools.vault.open(*bench.secret.previous, context);
    if (previous && bench.test.verifies(*previous)) return finding(bench.secret.previous_until);
  }
  for (const domain::RetiredKey& each : bench.secret.retired) {
    const Result<Secret> retired = bench.tools.vault.open(each.key, context);
    if (retired && bench.test.verifies(*retired)) return finding(each.retired_at);
  }
  return {};
}

Findings text_otherwise(Bench& bench) { return text_signed_otherwise(bench.test, bench.keys); }

Findings secret_with_rest(Bench& bench) { return key_with_rest(bench.test, bench.keys); }

Findings secret_cut(Bench& bench) {
  for (const NamedKey& each : bench.keys) {
    for (std::size_t size = each.key.size(); size-- > kCutMin;) {
      if (!bench.test.verifies(each.key.bytes().first(size))) continue;
      return {{Cause::kSecretCut, true,
               fmt::format("The device used only the first {} characters of {} as the key; the "
                           "whole secret is the key.",
                           size, each.whose),
               "sign with the whole product secret"}};
    }
  }
  return {};
}

Findings secret_decoded(Bench& bench) {
  for (const NamedKey& each : bench.keys) {
    const std::optional<Secret> decoded = base::base64_decode_secret(each.key.text());
    if (decoded && bench.test.verifies(decoded->bytes())) {
      return {{Cause::kSecretDecoded, true,
               fmt::format("The device decoded {} from base64 before it used it as the key.",
                           each.whose),
               "use the characters of the product secret as they are"}};
    }
    const Secret encoded = base::base64_encode_secret(each.key.bytes());
    if (bench.test.verifies(encoded.bytes())) {
      return {
          {Cause::kSecretDecoded, true,
           fmt::format("The device encoded {} as base64 before it used it as the key.", each.whose),
           "use the characters of the product secret as they are"}};
    }
  }
  return {};
}

// The secret of another group, among `groups`.
const domain::Enrollment* maker_among(Bench& bench, std::span<const domain::Enrollment> groups) {
  for (const domain::Enrollment& other : groups) {
    const auto* secret = std::get_if<ProductSecret>(&other.attestation);
    const bool same = other.scope == bench.group.scope && other.id.key() == bench.group.id.key();
    if (secret == nullptr || same || bench.test.spent()) continue;
    Result<const OpenedKeys*> opened = bench.tools.keys.open(other, *secret);
    if (!opened) continue;
    if (bench.test.verifies((*opened)->primary)) return &other;
    const bool has_previous = !(*opened)->secondary.empty();
    if (has_previous && bench.test.verifies((*opened)->secondary)) return &other;
  }
  return nullptr;
}

Findings secret_of_other_group(Bench& bench) {
  const domain::Enrollment* other = maker_among(bench, bench.input.same_scope);
  if (other == nullptr) other = maker_among(bench, bench.input.other_scopes);
  if (other == nullptr) return {};
  if (other->scope == bench.group.scope) {
    return {{Cause::kKeyOfOtherEnrollment, true,
             fmt::format("The device has the product secret of group '{}', but calls itself one of "
                         "group '{}'.",
                         other->id.text(), bench.group.id.text()),
             fmt::format("set the product id in the device to '{}', or give it the secret of '{}'",
                         other->id.text(), bench.group.id.text())}};
  }
  // Only the other scope's id is named: whoever reads this need not be of that scope.
  return {{Cause::kKeyOfOtherScope, true,
           fmt::format("The device has the product secret of a group of scope '{}', but calls "
                       "itself one of group '{}'.",
                       other->scope.text(), bench.group.id.text()),
           show_secret(bench.group)}};
}

using Hypothesis = Findings (*)(Bench&);

// Likeliest first; the first that finds anything ends the search.
constexpr Hypothesis kHypotheses[] = {
    secret_ended,   secret_with_rest,      secret_cut,
    secret_decoded, secret_of_other_group, text_otherwise,
};

Findings first_that_finds(Bench& bench) {
  for (const Hypothesis hypothesis : kHypotheses) {
    Findings findings = hypothesis(bench);
    if (!findings.empty()) return findings;
  }
  return {};
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} seconds", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} minutes", seconds / 60);
  if (seconds < 2 * 86'400) return fmt::format("{} hours", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

Findings in_another_unit(const Bench& bench, std::int64_t made) {
  const std::int64_t now = base::to_unix_seconds(bench.input.now);
  for (const auto& [unit, name] : {std::pair<std::int64_t, std::string_view>{1'000, "milliseconds"},
                                   {1'000'000, "microseconds"},
                                   {1'000'000'000, "nanoseconds"}}) {
    const std::int64_t seconds = made / unit;
    if (seconds < now - kUnitSlack || seconds > now + kUnitSlack) continue;
    return {{Cause::kExpiryInMilliseconds, true,
             fmt::format("The time in the request counts {}: read so, it is {}.", name,
                         seconds_text(seconds)),
             "send the time in seconds since 1970"}};
  }
  return {};
}

Findings clock_is_off(const Bench& bench) {
  const auto& made = bench.test.received().made_at_seconds;
  const std::string wider =
      fmt::format("let the device set its clock before it registers, or take its time as it is: {}",
                  mend::product("update", bench.group, "--clock-window 0"));
  if (!made) {
    return {{Cause::kClockBehind, false,
             "The signature is right, but the request has no time, and the group asks for one.",
             wider}};
  }
  Findings unit = in_another_unit(bench, *made);
  if (!unit.empty()) return unit;
  const std::int64_t now = base::to_unix_seconds(bench.input.now);
  if (*made < kPlausibleSince) {
    return {{Cause::kClockBehind, true,
             fmt::format("The signature is right, but the request says it was made at {}: the "
                         "device's clock is not set.",
                         seconds_text(*made)),
             wider}};
  }
  const bool behind = *made < now;
  const std::uint64_t off =
      behind ? static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(*made)
             : static_cast<std::uint64_t>(*made) - static_cast<std::uint64_t>(now);
  return {
      {behind ? Cause::kClockBehind : Cause::kClockAhead, true,
       fmt::format("The signature is right, but the time in the request is {} {} this "
                   "server's: the device's clock is wrong, or it sends an old request again.",
                   duration_text(static_cast<std::int64_t>(off)), behind ? "behind" : "ahead of"),
       wider}};
}

}  // namespace

std::vector<domain::Finding> test_product_rivals(const provisioning::RivalInput& input,
                                                 ProductRivalTools tools) {
  const auto* proof = std::get_if<domain::SignedText>(&input.claim.evidence);
  if (proof == nullptr || input.candidates.empty()) return {};
  const domain::Enrollment& group = input.candidates.front();
  const auto* secret = std::get_if<ProductSecret>(&group.attestation);
  if (secret == nullptr) return {};
  Bench bench{input,
              group,
              *secret,
              tools,
              TextTest(*proof, tools.budget),
              right_keys(input, tools, group)};
  switch (input.reason) {
    case Reason::kProofRejected:
      return first_that_finds(bench);
    case Reason::kProofMalformed:
      return mac_encoded_otherwise(bench.test, bench.keys);
    case Reason::kClockOutOfWindow:
      return clock_is_off(bench);
    case Reason::kNone:
    case Reason::kScopeUnknown:
    case Reason::kScopeDisabled:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
    case Reason::kEnrollmentDisabled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
    case Reason::kOwnedByOther:
    case Reason::kPayloadInvalid:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kDeviceDisabled:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
    case Reason::kGroupUnknown:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMemberDisabled:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kRequestRepeated:
    case Reason::kCertificateInvalid:
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
    case Reason::kCertificateUsage:
    case Reason::kCertificateWeak:
    case Reason::kCertificateExtension:
    case Reason::kCertificateName:
    case Reason::kCertificateRevoked:
    case Reason::kChainTooLong:
    case Reason::kChainIncomplete:
    case Reason::kCaNotVerified:
    case Reason::kFirmwareUnknown:
    case Reason::kFirmwareTooOld:
    case Reason::kFirmwareNotAccepted:
    case Reason::kFirmwareHeld:
    case Reason::kApprovalAwaited:
    case Reason::kModelUnknown:
    case Reason::kDeviceBlocked:
    case Reason::kChallengeRequired:
    case Reason::kChallengeOver:
    case Reason::kCertificateRequestInvalid:
    case Reason::kIssuanceOff:
    case Reason::kNotBound:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      return {};
  }
  return {};
}

}  // namespace berth::attestation
