// One kind of proof. An attestor checks evidence against candidate enrollments and, for a refusal,
// tests rival hypotheses. Implementations live in attestation/, one file each, and are listed in
// app/registry.cc.
//
// Room provisioning/ports. Thread rule: one instance per io_context, used by it alone, plus one for
// the explainer's worker; implementations need no lock. No I/O: keys come with the enrollments and
// are opened through the Vault (and cached by enrollment and version).
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "domain/claim.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::provisioning {

// Why a step refused: for the trail; only `reason` ever influences what the device hears.
struct Refusal {
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
  std::chrono::seconds retry_after{0};
};

// A proof that verified.
struct Attested {
  std::size_t candidate = 0;  // index into the candidates
  domain::KeySlot slot = domain::KeySlot::kPrimary;
  std::string derivation_id;   // the spelling of the registration id that keys are derived from
  std::string detail;          // for the trail: "derived primary key of group 'line-7'"
  Secret proven_with = {};     // product secrets only: the one that verified
  bool as_controller = false;  // also the password of AttestInput::controller
  // The certificates that vouch for the device, by SHA-256, its own first: none may be revoked.
  std::vector<base::Bytes> certificates = {};
  std::vector<std::string> measured = {};  // as Registration::measured
  base::Bytes storage_root_key = {};       // of the TPM that answered
  // It is who it says, and must wait for an operator: recorded as a failed registration.
  std::optional<Refusal> withheld = {};
};

// The text that keys are derived from may be the id as sent or lower-cased (azure-dps.md §4).
struct AttestInput {
  const domain::Claim& claim;
  const domain::RegistrationId& registration;
  std::span<const domain::Enrollment* const>
      candidates;  // one individual, one group, or all groups
  TimePoint now;
  // Of a claim with a membership: its line in the roster, or null; and the device that the claim's
  // controller says it is, or null.
  const domain::Member* member = nullptr;
  const domain::Device* controller = nullptr;
  // The CAs of the scope, verified or not, as of `catalog_version`.
  std::span<const domain::CaCertificate> authorities = {};
  std::uint64_t catalog_version = 0;
  const domain::TpmChallenge* challenge = nullptr;  // the latest for this id, or null
  const domain::Registration* current = nullptr;    // what the id is registered as, or null
  bool registers = false;                           // false: it asks about a registration
};

// What the explainer gathered for rival tests.
struct RivalInput {
  const domain::Claim& claim;
  std::string registration_id;
  domain::Reason reason;
  TimePoint now;
  std::optional<domain::Registration> current;  // what the id is registered as, if it is
  // Enrollments in falling order of relevance: candidates first, then the rest of the scope, then
  // those of other scopes; bounded.
  std::span<const domain::Enrollment> candidates;
  std::span<const domain::Enrollment> same_scope;
  std::span<const domain::Enrollment> other_scopes;
  // Of a claim with a membership: its line in the roster, and names the roster lists nearby.
  const std::optional<domain::Member>& member;
  std::span<const domain::Member> roster;
  // CAs of all scopes, those of the claim's first; bounded.
  std::span<const domain::CaCertificate> authorities = {};
  const domain::TpmChallenge* challenge = nullptr;
};

// The same for a connection to a hub that was refused.
struct ConnectionInput {
  const domain::Claim& claim;  // registration_id is the device id
  domain::Reason reason;
  TimePoint now;
  const domain::Device* device;  // the identity the claim names; null when there is none
  const domain::Hub* hub;        // that the device connects to; null when there is none
  const std::optional<domain::Registration>& registration;  // through which it was provisioned
  std::span<const domain::Device> same_id;                  // at other hubs
  std::span<const domain::Device> same_hub;                 // other devices, near in order of ids
  std::span<const domain::Hub> hubs;                        // of the server, `hub` included
  // As in RivalInput, for the registration's id or, without one, for the device id.
  std::span<const domain::Enrollment> candidates;
  std::span<const domain::Enrollment> same_scope;
  // Its line in the roster of its group, or null; for groups with passwords.
  const domain::Member* member = nullptr;
  // CAs of all scopes, those of the device's first; bounded.
  std::span<const domain::CaCertificate> authorities = {};
};

// What a device must answer before its proof is good.
struct Challenge {
  domain::TpmChallenge record;  // to be stored before the device hears of it
  base::Bytes activation;       // domain::Challenged
  bool is_new = true;           // false: the record is the stored one, its key wrapped anew
};

class Attestor {
 public:
  virtual ~Attestor() = default;
  // The attestation_name() of the enrollments it can check.
  virtual std::string_view name() const = 0;
  // Whether this attestor reads that shape of evidence.
  virtual bool reads(const domain::Evidence& evidence) const = 0;
  // Reasons: kProofMissing, kProofMalformed, kProofExpired, kProofExpiryTooFar,
  // kProofAudienceMismatch, kProofRejected, kClockOutOfWindow, kMemberUnknown, kMemberLocked,
  // kNotPermitted (the claim's controller proved to be a device that is none), kChallengeRequired
  // (nothing was wrong so far), kChallengeOver, those of certificates and firmware.
  // Checks the signature before the expiry, so that an expired token of the right key is told apart
  // from a wrong key.
  virtual Result<Attested, Refusal> attest(const AttestInput& input) = 0;
  // After kChallengeRequired. Reasons: kProofMalformed, kInternal.
  virtual Result<Challenge, Refusal> challenge(const AttestInput& input);
  // Findings that fit, likeliest first; empty if none. Stops after `budget` hypotheses.
  virtual std::vector<domain::Finding> rivals(const RivalInput& input, std::size_t budget) = 0;
  virtual std::vector<domain::Finding> connection_rivals(const ConnectionInput& input,
                                                         std::size_t budget) = 0;
};

inline Result<Challenge, Refusal> Attestor::challenge(const AttestInput&) {
  return Fail(
      Refusal{domain::Reason::kInternal, "a proof that asks for a challenge", "another", {}});
}

}  // namespace berth::provisioning
