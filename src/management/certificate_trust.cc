#include "management/certificate_trust.h"

#include "domain/mend.h"
#include "management/dice_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::management {
namespace {

using domain::CaCertificate;
using domain::Certificate;
using domain::CertificateTrust;
using domain::Enrollment;
using domain::EnrollmentKind;
using domain::KeySlot;
using domain::TrustSlot;
using domain::TrustSlotEdit;

// A slot by name, and what is to become of it.
struct SlotChange {
  KeySlot slot;
  const std::optional<TrustSlotEdit>& given;
};

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

// What cannot be read, with the member it was given in.
Result<Certificate> read(const Call& call, std::string_view member, std::string_view text) {
  Result<Certificate> certificate = call.ports.certificates.read(text);
  if (certificate) return certificate;
  Error error = std::move(certificate).error();
  error.what = fmt::format("{} certificate: {}", member, error.what);
  return Fail(std::move(error));
}

const CaCertificate* find_ca(const std::vector<CaCertificate>& cas, std::string_view name) {
  const auto found = std::find_if(cas.begin(), cas.end(), [&](const CaCertificate& each) {
    return base::equals_ignoring_case(each.name, name);
  });
  return found == cas.end() ? nullptr : &*found;
}

Result<TrustSlot> named_ca(const Enrollment& enrollment, const std::string& name,
                           const Surroundings& surroundings) {
  const std::string& scope = enrollment.scope.text();
  if (enrollment.kind == EnrollmentKind::kIndividual) {
    return Fail(invalid("ca is for groups: an individual enrollment trusts one certificate",
                        "give the certificate of the device, or make an enrollment group"));
  }
  const CaCertificate* ca = find_ca(surroundings.cas, name);
  if (ca == nullptr) {
    return Fail(invalid(
        fmt::format("scope {} has no CA certificate '{}'", scope, base::printable(name, 64)),
        "add it first: " + domain::mend::certificate("create", scope, {}, "--path FILE") +
            "; see: " + domain::mend::certificate("list", scope)));
  }
  return TrustSlot{std::nullopt, ca->name};
}

Result<TrustSlot> own_certificate(const Enrollment& enrollment, std::string_view member,
                                  Certificate certificate) {
  if (enrollment.kind == EnrollmentKind::kGroup) {
    if (certificate.is_ca) return TrustSlot{std::move(certificate)};
    return Fail(invalid(
        fmt::format("the {} certificate of a group must be a CA, and '{}' is none", member,
                    certificate.subject),
        "give the certificate of the CA that signs the devices', with basicConstraints CA:TRUE; or "
        "make an individual enrollment for this device"));
  }
  if (certificate.common_name.empty()) {
    return Fail(invalid(
        fmt::format("the {} certificate has no common name", member),
        fmt::format("make one whose CN is the registration id, '{}'", enrollment.id.text())));
  }
  if (!base::equals_ignoring_case(certificate.common_name, enrollment.id.text())) {
    return Fail(
        invalid(fmt::format("the {} certificate has the common name '{}', and the enrollment the "
                            "id '{}'",
                            member, certificate.common_name, enrollment.id.text()),
                "they must be the same: that is how a device with a certificate says who it is"));
  }
  return TrustSlot{std::move(certificate)};
}

// What the slot is to hold; nothing: it is to be empty.
Result<std::optional<TrustSlot>> wanted(const Call& call, const Enrollment& enrollment,
                                        const SlotChange& change,
                                        const Surroundings& surroundings) {
  const TrustSlotEdit& given = *change.given;
  const std::string_view member = to_string(change.slot);
  if (!given.certificate.empty() && !given.ca.empty()) {
    return Fail(invalid(fmt::format("{} names both a certificate and a CA", member),
                        "give one of the two; the other slot can hold another"));
  }
  if (!given.ca.empty()) return named_ca(enrollment, given.ca, surroundings);
  if (given.certificate.empty()) return std::optional<TrustSlot>();
  BERTH_TRY(Certificate certificate, read(call, member, given.certificate));
  return own_certificate(enrollment, member, std::move(certificate));
}

bool holds(const std::optional<TrustSlot>& slot, const base::Bytes& sha256) {
  return slot && slot->certificate && slot->certificate->sha256 == sha256;
}

// Remembers what a slot held, unless the other one holds it; what is held again is retired no more.
void retire(CertificateTrust& trust, const std::optional<TrustSlot>& before, TimePoint now) {
  if (before && before->certificate && !before->certificate->sha256.empty()) {
    trust.retired.insert(trust.retired.begin(), {before->certificate->sha256, now});
  }
  std::erase_if(trust.retired, [&](const domain::RetiredCertificate& each) {
    return holds(trust.primary, each.sha256) || holds(trust.secondary, each.sha256);
  });
  if (trust.retired.size() > domain::kRetiredCertificatesMax) {
    trust.retired.resize(domain::kRetiredCertificatesMax);
  }
}

Result<void> edit_slot(const Call& call, Enrollment& enrollment, const SlotChange& change,
                       const Surroundings& surroundings, Differences& changed) {
  if (!change.given) return {};
  BERTH_TRY(std::optional<TrustSlot> slot, wanted(call, enrollment, change, surroundings));
  auto& trust = std::get<CertificateTrust>(enrollment.attestation);
  std::optional<TrustSlot>& present =
      change.slot == KeySlot::kPrimary ? trust.primary : trust.secondary;
  if (present == slot) return {};
  const std::string member = fmt::format("{}Certificate", to_string(change.slot));
  changed.note(member, slot_text(present), slot_text(slot));
  std::optional<TrustSlot> before = std::exchange(present, std::move(slot));
  retire(trust, before, call.ports.clock.wall());
  return {};
}

// The certificate that a slot stands for.
const Certificate* certificate_of(const TrustSlot& slot, const std::vector<CaCertificate>& cas) {
  if (slot.certificate) return &*slot.certificate;
  const CaCertificate* ca = find_ca(cas, slot.ca);
  return ca == nullptr ? nullptr : &ca->certificate;
}

// The CA of the scope that a certificate is, or that is named as its issuer.
const CaCertificate* above(const Certificate& certificate, const std::vector<CaCertificate>& cas,
                           bool issuer) {
  const auto found = std::find_if(cas.begin(), cas.end(), [&](const CaCertificate& each) {
    return issuer ? each.certificate.subject == certificate.issuer
                  : each.certificate.sha256 == certificate.sha256;
  });
  return found == cas.end() ? nullptr : &*found;
}

// Whether it is a verified CA of the scope, or the names lead from it to one. By name only: who
// really signed it is found out when a device comes.
bool leads_to_verified(const Certificate& certificate, const std::vector<CaCertificate>& cas) {
  const CaCertificate* ca = above(certificate, cas, false);
  if (ca != nullptr && ca->verified) return true;
  const Certificate* at = &certificate;
  for (std::size_t steps = 0; steps <= cas.size(); ++steps) {
    ca = above(*at, cas, true);
    if (ca == nullptr) return false;
    if (ca->verified) return true;
    at = &ca->certificate;
  }
  return false;  // names that go in a circle
}

}  // namespace

std::string slot_text(const std::optional<TrustSlot>& slot) {
  if (!slot) return {};
  if (!slot->certificate) return "ca:" + slot->ca;
  const Certificate& certificate = *slot->certificate;
  // Of a claim that was redeemed only the key is known.
  if (certificate.sha256.empty()) return "key:" + base::hex_encode(certificate.spki_sha256);
  return "sha256:" + base::hex_encode(certificate.sha256);
}

Result<domain::EnrollmentId> certificate_enrollment_id(const Call& call,
                                                       const domain::CertificateTrustEdit& edit) {
  for (const SlotChange& change :
       {SlotChange{KeySlot::kPrimary, edit.primary}, {KeySlot::kSecondary, edit.secondary}}) {
    if (!change.given || change.given->certificate.empty()) continue;
    const std::string_view member = to_string(change.slot);
    BERTH_TRY(const Certificate certificate, read(call, member, change.given->certificate));
    if (certificate.common_name.empty()) {
      return Fail(invalid(fmt::format("the {} certificate has no common name", member),
                          "give the id, and a certificate whose CN is that id"));
    }
    Result<domain::EnrollmentId> id = domain::EnrollmentId::parse(certificate.common_name);
    if (id) return id;
    Error error = std::move(id).error();
    error.what = fmt::format("the common name of the {} certificate: {}", member, error.what);
    return Fail(std::move(error));
  }
  return Fail(invalid("id is missing, and no certificate that would have it as its CN is given",
                      "give the certificate of the device as primary"));
}

Result<void> edit_certificate_trust(const Call& call, Enrollment& enrollment,
                                    const domain::EnrollmentEdit& edit,
                                    const Surroundings& surroundings, Differences& changed) {
  auto& trust = std::get<CertificateTrust>(enrollment.attestation);
  if (edit.x509) {
    for (const SlotChange& change : {SlotChange{KeySlot::kPrimary, edit.x509->primary},
                                     {KeySlot::kSecondary, edit.x509->secondary}}) {
      Result<void> done = edit_slot(call, enrollment, change, surroundings, changed);
      if (!done) return done;
    }
    if (edit.x509->dice) {
      Result<void> done = edit_dice_policy(trust.dice, *edit.x509->dice, changed);
      if (!done) return done;
    }
  }
  if (trust.primary || trust.secondary) return {};
  return Fail(invalid("neither primary nor secondary has a certificate",
                      enrollment.kind == EnrollmentKind::kGroup
                          ? "give the certificate of a CA, or the name of one, in one of them"
                          : "give the certificate of the device in one of them; to stop the "
                            "device, disable or delete the enrollment"));
}

std::vector<std::string> trust_warnings(const Call& call, const Enrollment& enrollment,
                                        const std::vector<CaCertificate>& cas) {
  std::vector<std::string> warnings;
  const auto* trust = std::get_if<CertificateTrust>(&enrollment.attestation);
  if (trust == nullptr) return warnings;
  for (const std::optional<TrustSlot>& slot : {trust->primary, trust->secondary}) {
    const Certificate* certificate = slot ? certificate_of(*slot, cas) : nullptr;
    if (certificate == nullptr) continue;
    std::string own = call.ports.certificates.warning(*certificate);
    if (!own.empty()) warnings.push_back(std::move(own));
    if (enrollment.kind != EnrollmentKind::kGroup || leads_to_verified(*certificate, cas)) continue;
    const std::string& scope = enrollment.scope.text();
    warnings.push_back(fmt::format(
        "no verified CA of scope {} stands behind '{}': its devices are refused until that CA, or "
        "one above it, is added and verified; see: {}",
        scope, certificate->subject, domain::mend::certificate("list", scope)));
  }
  return warnings;
}

}  // namespace berth::management
