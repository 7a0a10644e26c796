#include "domain/claim.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<CredentialKind, 2> kCredentialKinds{{
    {CredentialKind::kSecret, "secret"},
    {CredentialKind::kCertificate, "certificate"},
}};
constexpr Names<MacAlgorithm, 3> kMacAlgorithms{{
    {MacAlgorithm::kHmacSha256, "HMAC-SHA256"},
    {MacAlgorithm::kHmacSha1, "HMAC-SHA1"},
    {MacAlgorithm::kHmacMd5, "HMAC-MD5"},
}};

}  // namespace

std::string_view to_string(MacAlgorithm algorithm) { return name_of(kMacAlgorithms, algorithm); }

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
