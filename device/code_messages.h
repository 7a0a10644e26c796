// Requests and answers of those who redeem credential codes (iot-central-credentials.md §1.2,
// §3.4).
//
// Room device, private to it. Thread rule: pure functions. Answers came from a server: anything.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "berth/device/code_redeemer.h"
#include "device/http_call.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::device {

// Whole requests.
std::string pickup_request(const HttpTarget& target, const Secret& pickup);
std::string number_request(const HttpTarget& target, std::uint32_t number);
struct Claim {
  std::string_view id;
  const Secret& token;
};
std::string claim_request_with_csr(const HttpTarget& target, const Claim& claim,
                                   std::string_view csr_pem);
std::string claim_request_with_key(const HttpTarget& target, const Claim& claim,
                                   const Secret& key_base64);

// What an answer that is no success means.
Error refused(const HttpTarget& target, const HttpReply& reply);
Error unreachable(const HttpTarget& target, const RegistrationError& error);

// The text of the code in the answer to a pick-up: an envelope, the member "code", or a bare text.
Result<Secret> picked_up_code(std::string_view body);

// Device, scope, model, endpoint and hint of the answer to a claim; the key is the caller's.
Result<RedeemedDevice> read_claim_answer(std::string_view body, const CodeServer& from);

}  // namespace berth::device
