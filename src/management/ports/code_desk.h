// What management needs to make codes, and cannot compute itself: keys derived, texts encrypted,
// pictures drawn. Implemented in app/ over crypto/ and qr/.
//
// Room management/ports. Thread rule: const members from any io_context; no I/O. seal_envelope runs
// on a worker (Argon2id), its Task completes on the caller's executor; all others take microseconds
// to a few milliseconds (draw).
#pragma once

#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "domain/code_operations.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::management {

// What a code carries for the device.
struct CodeContent {
  std::string device;
  std::string scope;
  Secret device_key;  // base64 text
  std::string model;
  std::string endpoint;  // envelopes only
  std::string hub_host;  // envelopes only; may be empty
};
// What a certificate request says; its signature verified.
struct KeyRequest {
  base::Bytes spki;         // SubjectPublicKeyInfo, DER
  std::string common_name;  // may be empty
};
struct CodePictures {
  Secret png;  // a "data:" URL
  Secret svg;
};

class CodeDesk {
 public:
  virtual ~CodeDesk() = default;

  // HMAC-SHA-256 of the id with the group's key, as base64 text (iot-central-credentials.md §4.1).
  virtual Secret derive_key(const Secret& group_key, std::string_view registration_id) const = 0;
  // The envelope of §3.3 as JSON text. `key_text` is the passphrase, or pick-up letters without
  // hyphens. kUnavailable when too many wait already.
  virtual Task<Result<Secret>> seal_envelope(CodeContent content, Secret key_text,
                                             domain::CredentialCode code) const = 0;
  // The string of §1.3; no passphrase: unencrypted. kUnavailable where MD5 is not to be had.
  virtual Result<Secret> compatible_text(const CodeContent& content,
                                         const std::optional<Secret>& passphrase,
                                         bool includes_passphrase) const = 0;
  // The same of an object that came as JSON text.
  virtual Result<Secret> compatible_text(const Secret& object,
                                         const std::optional<Secret>& passphrase) const = 0;
  // What pictures hold: https://AUTHORITY/claim/{id}#{token}, https://AUTHORITY/c/{id}#{envelope}.
  // What follows # never reaches a server.
  virtual Secret claim_link(std::string_view authority, std::string_view id,
                            const Secret& token) const = 0;
  virtual Secret envelope_link(std::string_view authority, std::string_view id,
                               const Secret& envelope) const = 0;
  // 10 Crockford symbols in groups; a number of at most five digits; a claim's token (base64url).
  virtual Secret make_letters() const = 0;
  virtual Secret make_number() const = 0;
  virtual Secret make_token() const = 0;
  // As they are digested, whatever way people typed them; empty: they are none.
  virtual Secret normal_letters(const Secret& typed) const = 0;
  virtual Secret normal_number(const Secret& typed) const = 0;
  // kInvalid when it is no request, or its signature does not verify.
  virtual Result<KeyRequest> requested_key(const base::Bytes& request) const = 0;
  // SHA-256 of a SubjectPublicKeyInfo, as Certificate::spki_sha256 has it.
  virtual base::Bytes key_print(const base::Bytes& spki) const = 0;
  // kInvalid unless it is one that devices are let in with.
  virtual Result<void> check_public_key(const base::Bytes& spki) const = 0;
  // kTooLarge when the text does not fit into a picture.
  virtual Result<CodePictures> draw(const Secret& text) const = 0;
};

}  // namespace berth::management
