// Credential codes: what a QR picture, a number or a few letters hold, so that an app or a device
// can get the credentials of one device. An operator makes one; it is good once and for minutes.
//
// Room domain. Protocol facts: iot-central-credentials.md §1 (compatible), §3 (the others). No
// passphrase, device key or token is in these records in clear.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "domain/ids.h"
#include "domain/records.h"
#include "domain/sealed.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::domain {

enum class CodeMode {
  kClaim,       // a one-time token: who redeems it brings a key of its own
  kEnvelope,    // the device's symmetric key, encrypted with a passphrase
  kCompatible,  // the same as old apps read it; only where the scope allows it
};
std::string_view to_string(CodeMode mode);  // "claim", "envelope", "compatible"
std::optional<CodeMode> parse_code_mode(std::string_view text);

// What became of it. One that is active may have expired: see is_live().
enum class CodeState { kActive, kUsed, kRevoked };
std::string_view to_string(CodeState state);  // "active", "used", "revoked"
std::optional<CodeState> parse_code_state(std::string_view text);

// How a code is asked for without its picture.
enum class PickupKind { kNone, kLetters, kNumber };
std::string_view to_string(PickupKind kind);  // "none", "letters", "number"
std::optional<PickupKind> parse_pickup_kind(std::string_view text);

struct CredentialCode {
  std::string id;  // 32 hex digits
  ScopeId scope;
  CodeMode mode = CodeMode::kClaim;
  RegistrationId device;
  std::string model;  // may be empty
  // Whose key it carries; of a claim, whose settings the new enrollment takes. None: the operator
  // gave the key.
  std::optional<EnrollmentRef> enrollment;
  bool encrypted = true;  // false: a compatible code that anybody can read
  // What picking it up hands out: the text of the picture, sealed with code_context().
  Sealed content;
  PickupKind pickup = PickupKind::kNone;
  base::Bytes pickup_digest;  // keyed (pickup_purpose()); empty without a pick-up
  base::Bytes token_digest;   // keyed (kClaimTokenPurpose + id); claims only
  CodeState state = CodeState::kActive;
  std::string created_by;  // as AuditRecord::actor
  TimePoint created_at;
  TimePoint expires_at;
  std::optional<TimePoint> used_at;
  std::string used_from;  // address
  std::uint64_t version = 0;
};
bool is_live(const CredentialCode& code, TimePoint now);

inline constexpr std::size_t kCodesMax = 10'000;  // kept of one scope; the oldest dead ones go
// Live ones with a number, of the whole server: so few that a guess seldom hits one.
inline constexpr std::size_t kNumbersMax = 100;
inline constexpr std::chrono::seconds kCodeLifetime{900};
inline constexpr std::chrono::seconds kNumberLifetime{600};
inline constexpr std::chrono::seconds kCodeLifetimeMin{30};
inline constexpr std::chrono::seconds kCodeLifetimeMax{7 * 86'400};
inline constexpr std::size_t kCodePassphraseBytesMax = 256;
inline constexpr std::size_t kCodeModelBytesMax = 512;
inline constexpr std::size_t kPickupTextBytesMax = 64;  // as typed
inline constexpr std::size_t kClaimTokenBytesMax = 128;
inline constexpr std::size_t kCodeObjectBytesMax = 4 * 1024;

std::string code_context(const ScopeId& scope, std::string_view id);
// What the digest of a pick-up text is bound to.
std::string_view pickup_purpose(PickupKind kind);
inline constexpr std::string_view kClaimTokenPurpose = "claim-token/";  // and the code's id

// Misses of everybody on every server, for one kind of pick-up: after kMissesMax none is resolved
// until `closed_until`, so that numbers cannot be tried out.
struct PickupGuard {
  std::uint32_t misses = 0;
  std::optional<TimePoint> closed_until;
};
inline constexpr std::uint32_t kMissesMax = 50;
inline constexpr std::chrono::seconds kMissesClose{600};

}  // namespace berth::domain
