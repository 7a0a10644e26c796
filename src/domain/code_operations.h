// What operators ask of credential codes, and what those who hold one ask.
//
// Room domain. PickUp and RedeemClaim need no token: the code is the proof.
// Thread rule: plain values (move-only where they hold a Secret).
#pragma once

#include "base/secret.h"
#include "domain/codes.h"
#include "domain/paging.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace berth::domain {

struct CodeRequest {
  CodeMode mode = CodeMode::kClaim;
  std::string scope;
  std::string device;                // registration id
  std::string group;                 // a new device of that group: its key is derived; or
  std::optional<Secret> device_key;  // base64 text as people copy it; or neither: of the individual
                                     // enrollment that has the device's id
  std::string model;
  std::optional<Secret> passphrase;  // envelopes: none: the pick-up letters are it
  bool unencrypted = false;          // compatible only: on purpose
  bool includes_passphrase = false;  // compatible only: as the first apps had it
  PickupKind pickup = PickupKind::kNone;
  std::optional<std::chrono::seconds> lifetime;
  // Compatible only: the object to encode, as a page of old sent it (JSON text); it is taken as it
  // is instead of being made.
  std::optional<Secret> object = {};
};
struct CreateCode {
  CodeRequest request;
};
struct GetCode {
  std::string id;
};
struct ListCodes {
  std::string scope;
  Page page;  // newest first
};
struct RevokeCode {
  std::string id;
};

// Takes what a pick-up text or number stands for, and uses it up. All causes of failure are one
// kNotFound.
struct PickUp {
  PickupKind kind = PickupKind::kLetters;
  Secret code;  // as typed, bounded
};
// The key that whoever redeems a claim has made.
struct RequestedKey {
  base::Bytes request;  // PKCS#10, DER: possession is proven at once
};
struct PublicKey {
  base::Bytes spki;  // SubjectPublicKeyInfo, DER: possession is proven by the first connection
};
struct SymmetricKey {
  Secret key;  // 16..64 bytes
};
struct RedeemClaim {
  std::string id;
  Secret token;
  std::variant<RequestedKey, PublicKey, SymmetricKey> key;
};

// A new code: the only time its texts are seen.
struct NewCode {
  CredentialCode code;
  Secret text;                   // what the picture holds
  std::optional<Secret> pickup;  // letters in groups, "7K2M-9QRT-XC"
  std::optional<Secret> number;  // decimal, without leading zeros
  Secret png;                    // of the picture; a "data:" URL
  Secret svg;                    // of the picture
  std::vector<std::string> warnings;
};
struct PickedUp {
  CodeMode mode = CodeMode::kEnvelope;
  Secret content;
};
// What the device needs to register.
struct ClaimRedeemed {
  ScopeId scope;
  RegistrationId device;
  std::string model;
  std::string endpoint;  // host, with its port unless it is 443
  std::string hub_host;  // a hint: where it will probably connect; may be empty
};

}  // namespace berth::domain
