// Checks the proof of a device that connects to a hub. Implemented in attestation/.
//
// Room hub/ports. Thread rule: one instance for all io_contexts, no I/O, no lock.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "domain/claim.h"
#include "domain/records.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::hub {

struct ProofRefusal {
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
};

// A proof that verified.
struct Authenticated {
  std::string detail;                   // for the trail: "primary key"
  std::string credential;               // keyed fingerprint of what was proven; never the key
  std::optional<TimePoint> expires_at;  // when the connection must end, skew included
  // The certificates that vouch for the device, by SHA-256, its own first, the CA last: none may be
  // revoked.
  std::vector<base::Bytes> certificates = {};
};

// What keys a connection that a device authenticates below MQTT (TLS-PSK).
struct SharedKey {
  Secret key;              // the bytes
  std::string credential;  // as Authenticated::credential
};

// A device, and what its certificates hang on (hub::Dossier).
struct Standing {
  const domain::Device& device;
  std::span<const domain::CaCertificate> authorities = {};
  bool enrollment_enabled = true;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // The device's own keys, or those of a policy of its hub that lets devices connect when the
  // evidence names a policy. Reasons: kProofMissing, kProofMalformed,
  // kProofExpired, kProofExpiryTooFar, kProofAudienceMismatch, kProofRejected,
  // kAttestationMismatch, kCertificateInvalid and the others of certificates, kEnrollmentDisabled.
  virtual Result<Authenticated, ProofRefusal> authenticate(const domain::Claim& claim,
                                                           const domain::Hub& hub,
                                                           const Standing& standing,
                                                           TimePoint now) = 0;
  // What is kept of a password that was chosen for the device.
  virtual domain::DevicePassword keep_password(const domain::DeviceId& device,
                                               const Secret& password) = 0;
  // The device's first key; none when it has no key of its own or it cannot be opened.
  virtual std::optional<SharedKey> shared_key(const domain::Device& device) = 0;
  // Whether what was proven then still is a credential of the device (or of its hub's policies).
  virtual bool still_good(const Authenticated& proven, const domain::Hub& hub,
                          const Standing& standing) = 0;
};

}  // namespace berth::hub
