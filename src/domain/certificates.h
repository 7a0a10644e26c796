// Certificates and TPM keys as records: what enrollments trust, the CAs of a scope, what was
// revoked, what was issued, and the challenges that TPMs are to answer.
//
// Room domain. Certificates are kept as DER with what is known of them, so that nobody decodes one
// to look at it. Fingerprints are SHA-256, 32 bytes; of a certificate, unless said otherwise, over
// its DER. Times are UTC.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "domain/ids.h"
#include "domain/sealed.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::domain {

// One certificate and what is written in it.
struct Certificate {
  base::Bytes der;
  base::Bytes sha256;
  base::Bytes sha1;         // vendors show it
  base::Bytes spki_sha256;  // of its SubjectPublicKeyInfo
  std::string common_name;  // the subject's; empty without one
  std::string subject;      // as RFC 4514 text, printable
  std::string issuer;
  std::string serial;  // upper-case hex
  int version = 3;
  TimePoint not_before;
  TimePoint not_after;
  bool is_ca = false;
  // Known by its key: the device may present another certificate for the same key, because its
  // signatures differ from those of whoever made this one (dice-x509.md §2.6).
  bool by_key = false;
  bool operator==(const Certificate&) const = default;
};

// One of the two that an enrollment trusts: exactly one of both is given.
struct TrustSlot {
  std::optional<Certificate> certificate;
  std::string ca = {};  // groups only: the name of a CA of the scope
  bool operator==(const TrustSlot&) const = default;
};

// One that was replaced; kept so that a refusal can say so.
struct RetiredCertificate {
  base::Bytes sha256;
  TimePoint retired_at;
};
inline constexpr std::size_t kRetiredCertificatesMax = 4;

enum class UnknownFirmware { kRefused, kHeld };
std::string_view to_string(UnknownFirmware unknown);  // "refused", "held"
std::optional<UnknownFirmware> parse_unknown_firmware(std::string_view text);

// What devices whose certificates say which firmware runs must run.
struct DicePolicy {
  std::vector<std::string> digests;  // lower-case hex: of the innermost measured code; none: any
  std::string vendor = {};           // empty: any
  std::string model = {};
  std::string version_min = {};  // numbers with dots, compared number by number
  std::optional<std::uint64_t> svn_min = {};
  bool debug = false;  // also firmware that runs in debug mode, or not configured for security
  UnknownFirmware unknown = UnknownFirmware::kRefused;  // what becomes of digests not listed
  bool operator==(const DicePolicy&) const = default;
};
inline constexpr std::size_t kAcceptedDigestsMax = 256;

// Devices prove themselves with a client certificate: an individual enrollment knows the device's
// own, a group the CA that must be on the way from it to a verified CA of the scope.
struct CertificateTrust {
  std::optional<TrustSlot> primary;
  std::optional<TrustSlot> secondary;
  std::optional<DicePolicy> dice = {};
  std::vector<RetiredCertificate> retired = {};  // newest first, at most kRetiredCertificatesMax
};

// The device proves that its TPM holds both keys; TPM2B_PUBLIC each (dice-x509.md §7.1).
struct TpmKeys {
  base::Bytes endorsement_key;
  base::Bytes storage_root_key;  // empty: the first one that registers is remembered
};

// A CA that an operator gave to a scope.
struct CaCertificate {
  ScopeId scope;
  std::string name;  // 1..64 letters, digits and `- . _`; unique in the scope, without case
  Certificate certificate;
  bool verified = false;                   // only then it vouches for devices
  std::string verification_code = {};      // 48 hex digits while its possession is to be proven
  std::vector<std::string> warnings = {};  // as Enrollment::warnings
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};
inline constexpr std::size_t kCaCertificatesMax = 100;  // of one scope

// Never good again in that scope: a device's certificate, or every chain that one is part of.
struct RevokedCertificate {
  ScopeId scope;
  base::Bytes sha256;
  std::string subject = {};  // as far as it is known
  std::string reason = {};   // an operator's words
  TimePoint at;
};

// A scope's own CA, which signs what devices ask for.
struct IssuingAuthority {
  base::Bytes certificate;  // DER
  base::Bytes root;         // DER of the CA that signed it
  Sealed key;               // PKCS#8 PEM; issuing_context()
  TimePoint created_at;
};

// Whether, and for how long, devices that ask for a certificate get one.
struct CertificateIssuance {
  std::chrono::days lifetime{30};  // 1..90
  bool operator==(const CertificateIssuance&) const = default;
};
inline constexpr std::chrono::days kIssuedLifetimeMin{1};
inline constexpr std::chrono::days kIssuedLifetimeMax{90};

// A certificate that was issued to a device.
struct CertificateRecord {
  ScopeId scope;
  base::Bytes sha256;
  std::string serial;   // upper-case hex
  std::string subject;  // its CN
  RegistrationId registration;
  HubName hub;
  DeviceId device;
  TimePoint not_before;
  TimePoint not_after;
  TimePoint issued_at;
  std::optional<TimePoint> revoked_at = {};
};

// A key that only the TPM it was wrapped for can use, until it is used or over.
struct TpmChallenge {
  ScopeId scope;
  RegistrationId registration;
  Sealed key;  // 32 bytes; challenge_context()
  base::Bytes storage_root_key;
  TimePoint expires_at;
  bool used = false;  // it has registered: good for polls only
};

// What seals are bound to.
std::string issuing_context(const ScopeId& scope);
std::string challenge_context(const ScopeId& scope, const RegistrationId& id);

}  // namespace berth::domain
