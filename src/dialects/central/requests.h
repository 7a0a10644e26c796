// What the requests of codes say, read and bounded. Bodies hold keys and passphrases: what is taken
// out of them is a Secret, and the body is wiped.
//
// Room dialects. Errors: kInvalid, kTooLarge. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/code_operations.h"
#include "wire/http.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace berth::dialects::central {

inline constexpr std::size_t kCredentialsBytesMax = 8 * 1024;
inline constexpr std::size_t kPickupBytesMax = 1024;
inline constexpr std::size_t kClaimBytesMax = 16 * 1024;

// What the portal's page asks to be made.
struct WantedKinds {
  bool qr = false;
  bool number = false;
};
// The portal answered 500 "Invalid body", as it did without a scope.
struct InvalidBody {};
struct CredentialsRequest {
  WantedKinds kinds;  // neither: nothing is made, and the answer is empty
  domain::CreateCode command;
};
// JSON or a form, as Content-Type says. Takes the body's bytes. Members in their order, all of
// them, make the object; but `types`, what is ours (`unencrypted`, `includePassphrase`), and the
// passphrase unless it is to stay, which no reader needs (§2, W5).
std::variant<CredentialsRequest, InvalidBody, Error> read_credentials(wire::HttpRequest& request);

// The text that was typed: {"pickup": "…"}. Takes the body's bytes.
Result<Secret> read_pickup(wire::HttpRequest& request);
// From the query; empty when there is none, or more than can be meant.
Secret read_number(const wire::HttpRequest& request);
// {"csr"}, {"publicKey"} or {"symmetricKey"}; the token is in the header. Takes the body's bytes.
Result<domain::RedeemClaim> read_claim(wire::HttpRequest& request, std::string_view id);

}  // namespace berth::dialects::central
