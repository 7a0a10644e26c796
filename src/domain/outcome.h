// What provisioning answers to a command. Dialects turn it into the vendor's bytes; a refusal tells
// them the reason and nothing that must not reach a device.
//
// Room domain. Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "domain/records.h"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace berth::domain {

// The claim is proven.
struct Authenticated {};

// What a device is handed once, in the answer to its registration; nothing for those that have
// their credential already.
struct IssuedSecret {
  Secret secret;  // the bytes
};
struct IssuedCertificate {
  std::string certificate_pem;
  Secret private_key_pem;  // PKCS#8
};
struct IssuedPassword {
  Secret password;  // printable text
};
// A key for its hub that only its TPM can use; what is told is Registration::activation.
struct IssuedTpmKey {
  base::Bytes activation;
};
// A certificate for the key in its request; what is told is Registration::issued_chain.
struct IssuedChain {
  std::vector<base::Bytes> certificates;  // DER, the device's own first, root last
  CertificateRecord record;
};
using Credential = std::variant<std::monostate, IssuedSecret, IssuedCertificate, IssuedPassword,
                                IssuedTpmKey, IssuedChain>;

// The attempt is on disk; its operation id can be polled. `registration` is its present state,
// which with a built-in hub is already final.
struct Accepted {
  Registration registration;
  Credential credential = {};
  // With a credential: the secret that the request was proven with, for dialects that seal the
  // answer with it.
  Secret proven_with = {};
};

// The device must prove first that its TPM holds the keys it showed.
struct Challenged {
  base::Bytes activation;  // a key, wrapped for that TPM (dice-x509.md §7.3)
};

// The state that was asked for.
struct CurrentState {
  Registration registration;
};

struct Refused {
  Reason reason = Reason::kInternal;
  // For kTooManyAttempts, kOverloaded and kStoreUnavailable.
  std::chrono::seconds retry_after{0};
};

struct Outcome {
  std::variant<Authenticated, Accepted, CurrentState, Refused, Challenged> result;
  std::string trail_id;  // UUID; vendors call it tracking id
  TimePoint at;
  // How long a device should wait before it asks for its result; 0: as long as its vendor's service
  // would have it wait. Longer when many devices arrive at once.
  std::chrono::seconds poll_after{0};
};

}  // namespace berth::domain
