#include "management/claimed_enrollment.h"

#include "management/code_source.h"
#include "management/lookup.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::Attestation;
using domain::CredentialCode;
using domain::Enrollment;
using domain::EnrollmentKind;
using domain::EnrollmentRef;

// A certificate of that key is as good as any other: devices sign their own.
constexpr std::chrono::days kKeyDays{36'500};

Attestation trust_in_key(const Call& call, const CredentialCode& code, const base::Bytes& spki) {
  domain::Certificate known;
  known.spki_sha256 = call.ports.code_desk.key_print(spki);
  known.common_name = code.device.text();
  known.subject = "CN=" + code.device.text();
  known.not_before = call.ports.clock.wall();
  known.not_after = known.not_before + kKeyDays;
  known.by_key = true;
  domain::CertificateTrust trust;
  trust.primary = domain::TrustSlot{std::move(known)};
  return trust;
}

// The primary is the device's; nobody has the secondary.
Attestation symmetric(const Call& call, const CredentialCode& code, const Secret& key) {
  const domain::EnrollmentId id = domain::EnrollmentId::trusted(code.device.text());
  const std::string context = key_context(code.scope, EnrollmentKind::kIndividual, id);
  domain::SymmetricKeys keys;
  keys.primary = call.ports.vault.seal(key, context);
  keys.secondary = call.ports.vault.seal(call.ports.rng.secret(kKeyBytesMade), context);
  return keys;
}

struct AttestationOf {
  const Call& call;
  const CredentialCode& code;

  Result<Attestation> operator()(const domain::RequestedKey& key) const {
    BERTH_TRY(const KeyRequest request, call.ports.code_desk.requested_key(key.request));
    const std::string& name = request.common_name;
    if (!name.empty() && !base::equals_ignoring_case(name, code.device.text())) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("the request has the common name '{}', and the code is for '{}'",
                              base::printable(name, 128), code.device.text()),
                  "make a request whose CN is the device's id, or has none");
    }
    Result<void> good = call.ports.code_desk.check_public_key(request.spki);
    if (!good) return Fail(std::move(good).error());
    return trust_in_key(call, code, request.spki);
  }
  Result<Attestation> operator()(const domain::PublicKey& key) const {
    Result<void> good = call.ports.code_desk.check_public_key(key.spki);
    if (!good) return Fail(std::move(good).error());
    return trust_in_key(call, code, key.spki);
  }
  Result<Attestation> operator()(const domain::SymmetricKey& key) const {
    Result<void> good = check_key("symmetricKey", key.key);
    if (!good) return Fail(std::move(good).error());
    return symmetric(call, code, key.key);
  }
};

bool uses_certificates(const Enrollment& enrollment) {
  return enrollment.issuance ||
         std::holds_alternative<domain::CertificateTrust>(enrollment.attestation);
}

auto out_of_date(std::string what) {
  return Fail(ErrorKind::kConflict, std::move(what), "ask for another code");
}

void take_settings(const Enrollment& from, Enrollment& to) {
  to.allocation_policy = from.allocation_policy;
  to.hubs = from.hubs;
  to.reprovision = from.reprovision;
  to.initial_twin = from.initial_twin;
  to.iot_edge = from.iot_edge;
  to.issuance = from.issuance;
}

// A new one, with the settings of the group if the code names one.
Task<Result<Enrollment>> new_enrollment(const Call& call, CredentialCode code) {
  Enrollment enrollment;
  enrollment.scope = code.scope;
  enrollment.kind = EnrollmentKind::kIndividual;
  enrollment.id = domain::EnrollmentId::trusted(code.device.text());
  enrollment.display_name = code.device.text();
  if (!code.enrollment) co_return enrollment;
  const EnrollmentRef ref = *code.enrollment;
  Result<Enrollment> group =
      co_await call.ports.catalog.get_enrollment(code.scope.text(), ref.kind, ref.id.key());
  const bool gone = !group && group.error().kind == ErrorKind::kNotFound;
  if (gone) {
    co_return out_of_date(fmt::format("{} '{}', which the code was made for, is gone",
                                      noun(ref.kind), ref.id.text()));
  }
  if (!group) co_return group;
  if (!group->enabled) {
    co_return out_of_date(fmt::format("{} '{}', which the code was made for, is switched off",
                                      noun(ref.kind), ref.id.text()));
  }
  take_settings(*group, enrollment);
  co_return enrollment;
}

}  // namespace

Result<Attestation> attestation_of_claim(const Call& call, const CredentialCode& code,
                                         const domain::RedeemClaim& claim) {
  return std::visit(AttestationOf{call, code}, claim.key);
}

Task<Result<ClaimedEnrollment>> make_claimed_enrollment(const Call& call, CredentialCode code,
                                                        Attestation attestation) {
  const EnrollmentKind kind = EnrollmentKind::kIndividual;
  const EnrollmentRef owner{kind, domain::EnrollmentId::trusted(code.device.text())};
  Result<void> free = co_await check_id_owner(call, code.scope, code.device, owner);
  if (!free) co_return Fail(std::move(free).error());
  Result<Enrollment> current =
      co_await call.ports.catalog.get_enrollment(code.scope.text(), kind, code.device.key());
  if (!current && current.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(current).error());
  }
  const bool for_individual = code.enrollment && code.enrollment->kind == kind;
  ClaimedEnrollment claimed;
  if (current && !for_individual) {
    co_return out_of_date(fmt::format("'{}' got an individual enrollment since the code was made",
                                      code.device.text()));
  }
  if (current) {
    claimed.enrollment = *std::move(current);
    claimed.expected_version = claimed.enrollment.version;
    claimed.trust_moved = uses_certificates(claimed.enrollment);
  } else {
    Result<Enrollment> made = co_await new_enrollment(call, code);
    if (!made) co_return Fail(std::move(made).error());
    claimed.enrollment = *std::move(made);
    claimed.enrollment.created_at = call.ports.clock.wall();
  }
  if (!claimed.enrollment.enabled) {
    co_return out_of_date(
        fmt::format("the enrollment of '{}' is switched off", code.device.text()));
  }
  claimed.enrollment.attestation = std::move(attestation);
  claimed.enrollment.updated_at = call.ports.clock.wall();
  co_return claimed;
}

}  // namespace berth::management
