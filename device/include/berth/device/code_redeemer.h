// What a phone app does with a credential code, as a library: reads any form of it, picks up what
// it stands for or redeems the claim with a key of its own, and opens what is sealed
// (iot-central-credentials.md §1.7, §3.3).
//
//   Result<RedeemedDevice> device = redeem_code(text, options, {observer, clock, rng});
//
// Room device. Thread rule: blocks the caller, runs on its thread and calls the observer there. The
// process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace berth::device {

// Where a server is; empty host: not known.
struct CodeServer {
  std::string host;
  std::uint16_t port = 443;
};
// "host", "host:port", "[::1]:port". kInvalid otherwise.
Result<CodeServer> read_code_server(std::string_view text);
std::string to_string(const CodeServer& server);

// What a code made of whoever redeemed it.
struct RedeemedDevice {
  std::string device_id;  // as the code spells it; also the registration id
  std::string id_scope;
  std::string model_id;  // may be empty
  CodeServer service;    // of provisioning
  std::string hub_hint;  // may be empty
  Secret key = {};       // base64 text; empty: it has a certificate
  std::string certificate_pem = {};
  Secret key_pem = {};
};

// What a claim is redeemed with.
enum class ClaimKey {
  kP256,       // a key and a certificate that it signs itself; the key never leaves the device
  kSymmetric,  // 32 random bytes, which the server keeps, too
};

struct RedeemOptions {
  CodeServer server = {};         // for codes that do not say where
  std::filesystem::path ca = {};  // empty: the CAs of the system
  ClaimKey claim_key = ClaimKey::kP256;
  std::chrono::milliseconds timeout{30'000};  // of each request
};

class CodeObserver {
 public:
  virtual ~CodeObserver() = default;
  // One readable line for each step. Parts of it come from the code or the server; no secrets.
  virtual void say(std::string_view line) = 0;
  // The passphrase of what was sealed. Asked again, with a higher number, while it is wrong; an
  // error ends it.
  virtual Result<Secret> passphrase(unsigned attempt) = 0;
};

struct RedeemParts {
  CodeObserver& observer;
  const Clock& clock;
  Rng& rng;
};

inline constexpr unsigned kPassphraseAttemptsMax = 5;

// kInvalid: it is no code, or not whole. kNotFound: unknown, used or expired; which, the server
// does not tell. kTooMany: too many tries. kUnauthenticated: the passphrase is wrong. kForbidden:
// the server refused the key. kUnavailable: the server cannot be reached, or its answer is none.
Result<RedeemedDevice> redeem_code(std::string_view text, const RedeemOptions& options,
                                   const RedeemParts& parts);

// Without a network: kInvalid for codes that have to be picked up or redeemed.
Result<RedeemedDevice> open_code(std::string_view text, const RedeemOptions& options,
                                 const RedeemParts& parts);

}  // namespace berth::device
