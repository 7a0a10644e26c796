// Talks to the dialect over HTTP as app does: one request, its command answered with an outcome.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/tencent/tencent.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::tencent::testing {

// Of the vendor's published log and of the protocol notes' vectors (tencent.md §5).
inline constexpr std::string_view kLoggedSecret = "8XzjN8rfgFVGDTNTUGau4snA";
inline constexpr std::string_view kWorkedSecret = "hzvf5LF9S0isvBhDSauWMaIk";
inline constexpr std::string_view kPlainSecret = "0123456789abcdefghijklmn";
inline constexpr std::string_view kVendorHost = "ap-guangzhou.gateway.tencentdevices.com";

// The body of the vendor's published log, to the byte.
inline constexpr std::string_view kLoggedBody =
    R"({"deviceName":"device_1234","nonce":1439928322,"productId":"S3EUVBRJLB",)"
    R"("timestamp":1568692235,)"
    R"("signature":"ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ=="})";

struct Turn {
  std::optional<domain::Claim> claim;  // of the Register that was given, if any
  wire::Actions actions;               // all of them, in order
};

wire::Peer peer_of(wire::Transport transport);
// As the C SDK sends it, whatever the body.
wire::HttpRequest v1_request(std::string_view body);
// As the Python SDK sends it, signed or not.
wire::HttpRequest v2_request(std::string_view body, std::vector<wire::Header> headers);
// The headers of the notes' vector for this body: {"ProductId":"ABCDE12345","DeviceName":"xyz"}.
inline constexpr std::string_view kV2Body = R"({"ProductId":"ABCDE12345","DeviceName":"xyz"})";
std::vector<wire::Header> v2_headers();

domain::Claim claim_of(wire::HttpRequest request);
const domain::SignedText& signed_text_in(const domain::Claim& claim);
// What is wrong with the request, or "" if it can be read.
std::string malformed_in(const domain::Claim& claim);
// The place in `texts` of the one that verifies with the secret; none: none does.
std::optional<std::size_t> verifying_text(const domain::SignedText& text, std::string_view secret);

domain::Accepted accepted_with(domain::Credential credential, std::string_view proven_with);
domain::IssuedSecret issued_secret(std::string_view base64);
domain::Outcome outcome_of(decltype(domain::Outcome::result) result);

Turn ask(wire::HttpRequest request, domain::Outcome outcome,
         wire::Transport transport = wire::Transport::kHttps);
const wire::HttpResponse& response_of(const Turn& turn);

}  // namespace berth::dialects::tencent::testing
