// What one request asserts, and the commands a dialect can give to provisioning.
//
// Room domain. Texts come straight from the wire, bounded by the dialect but not yet validated:
// identify validates them, so that a bad id leaves a trail like any other refusal. Evidence is
// closed by shape of proof, never by vendor.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/codec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace berth::domain {

// Nothing was presented.
struct NoEvidence {};

// Something was presented that cannot be read; `what` says what is wrong with it, without quoting
// it.
struct MalformedEvidence {
  std::string what;
};

enum class MacAlgorithm { kHmacSha256 };

// A MAC over a text that names an audience and an expiry: shared access signatures.
struct MacOverText {
  MacAlgorithm algorithm = MacAlgorithm::kHmacSha256;
  std::string signed_text;        // exactly the bytes the MAC is over
  base::Bytes mac;                // 32 bytes, or empty when the signature cannot be read as such
  std::string raw_signature;      // as sent, percent-decoded; only for an empty `mac`, bounded;
                                  // attest refuses it as malformed, rivals say how it was encoded
  std::string audience;           // who the proof says it is for, decoded
  std::string expected_audience;  // who it must be for in this request, same form
  std::string raw_audience;       // as transmitted (part of signed_text)
  std::string raw_expiry;         // as transmitted (part of signed_text)
  std::string key_name;           // the named key it says it was made with; empty: the own key
  std::int64_t expires_at_seconds = 0;  // Unix time
};

using Evidence = std::variant<NoEvidence, MalformedEvidence, MacOverText>;

struct Claim {
  std::string scope;            // ID scope as sent
  std::string registration_id;  // as sent, decoded once
  Evidence evidence;
  std::string payload;  // custom payload, JSON text; empty if none
  // Where it came from, for the trail.
  std::string dialect;    // "azure-dps"
  std::string transport;  // wire::to_string(transport)
  std::string source;     // address of the peer
  std::string host;       // host name the peer asked for (SNI or Host), lower-case
  std::string client;     // agent text as sent
};

// Proves the claim without registering: at MQTT CONNECT.
struct Authenticate {
  Claim claim;
};
// Registers, or registers again.
struct Register {
  Claim claim;
};
// State of an operation the same device began.
struct PollOperation {
  Claim claim;
  std::string operation_id;
};
// State of the device's registration.
struct LookUpRegistration {
  Claim claim;
};

using ProvisioningCommand = std::variant<Authenticate, Register, PollOperation, LookUpRegistration>;

}  // namespace berth::domain
