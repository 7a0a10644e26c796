#include "domain/claim.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<CredentialKind, 2> kCredentialKinds{{
    {CredentialKind::kSecret, "secret"},
    {CredentialKind::kCertificate, "certificate"},
}};

}  // namespace

std::string_view to_string(MacAlgorithm algorithm) {
  return algorithm == MacAlgorithm::kHmacSha1 ? "HMAC-SHA1" : "HMAC-SHA256";
}

std::string_view to_string(PasswordUse use) {
  switch (use) {
    case PasswordUse::kEnroll:
      return "enroll";
    case PasswordUse::kControl:
      return "control";
    case PasswordUse::kConnect:
      return "connect";
    case PasswordUse::kAccount:
      return "account";
  }
  return "unknown";
}

std::string_view to_string(CredentialKind kind) { return name_of(kCredentialKinds, kind); }
std::optional<CredentialKind> parse_credential_kind(std::string_view text) {
  return value_of(kCredentialKinds, text);
}

}  // namespace berth::domain
