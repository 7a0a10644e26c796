// Small readers and writers that several nouns share.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "dialects/admin/incoming.h"
#include "dialects/json_fields.h"
#include "domain/operations.h"

#include <boost/json.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace berth::dialects::admin {

inline constexpr TextRule kNameRule{0, 512, false};  // management has the exact rules

inline boost::json::string text(std::string_view value) {
  return boost::json::string(value.data(), value.size());
}

inline boost::json::string time(TimePoint at) { return text(base::format_utc(at)); }

// null for the empty text.
inline boost::json::value text_or_null(std::string_view value) {
  if (value.empty()) return nullptr;
  return text(value);
}

// Members that enrollments and devices have alike: "attestation" with its keys, and the keys that
// were replaced.
struct AttestationEdit {
  std::optional<Secret> primary_key;
  std::optional<Secret> secondary_key;
  std::optional<domain::ProductSecretEdit> product;      // of enrollments only
  std::optional<domain::MemberPasswordsEdit> passwords;  // likewise
  std::optional<domain::CertificateTrustEdit> x509;      // likewise
  std::optional<domain::TpmKeysEdit> tpm;                // likewise
};
// Of a device, with what it says of certificates.
void read_device_attestation(Body& body, domain::DeviceEdit& edit);
// `id` is that of the enrollment, as far as it is known: it tells the kinds apart that have members
// in common, where the type is not said.
AttestationEdit read_enrollment_attestation(Body& body, std::string_view id);
boost::json::array retired_json(const domain::SymmetricKeys& keys);
// "primary" or "secondary" in the path.
domain::KeySlot read_slot(Incoming& in);

// product_secrets.cc: the members of "attestation" that say how a product secret is used, none when
// none is given ("reissue" is read apart: passwords have it, too); and the topics of such a group.
std::optional<domain::ProductSecretEdit> read_product(JsonFields& attestation);
std::optional<std::vector<domain::TopicPermission>> read_topics(Body& body);
boost::json::object product_json(const domain::ProductSecret& product);
boost::json::array topics_json(const std::vector<domain::TopicPermission>& topics);

// member_passwords.cc: likewise, how the passwords of members are derived and guarded.
std::optional<domain::MemberPasswordsEdit> read_passwords(JsonFields& attestation);
boost::json::object passwords_json(const domain::MemberPasswords& passwords);
boost::json::object guesses_json(const domain::Guesses& guesses);
// Text that is a secret as it is; base64 has nothing to do with it.
std::optional<Secret> read_secret_text(JsonFields& fields, std::string_view name);

// certificate_trust.cc: the members of "attestation" that are about certificates or a TPM, none
// when none is given.
std::optional<domain::CertificateTrustEdit> read_trust(JsonFields& attestation);
std::optional<domain::TpmKeysEdit> read_tpm(JsonFields& attestation);
boost::json::object trust_json(const domain::CertificateTrust& trust);
boost::json::object tpm_json(const domain::TpmKeys& keys);
boost::json::object certificate_json(const domain::Certificate& certificate);
boost::json::array texts_json(const std::vector<std::string>& texts);
// A certificate as text: PEM or base64. Management has the exact rules.
inline constexpr TextRule kCertificateRule{0, 48 * 1024, true};

// JSON that was kept as text; null when it is empty, its text when it cannot be read.
boost::json::value document(std::string_view json);

}  // namespace berth::dialects::admin
