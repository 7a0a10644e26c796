#include "dialects/tencent/tests/register_harness.h"

#include "base/codec.h"
#include "crypto/hmac.h"

#include <gtest/gtest.h>

namespace berth::dialects::tencent::testing {
namespace {

constexpr std::string_view kRequestId = "5e000000-0000-4000-8000-000000000001";

bool verifies(const domain::SignedText& text, std::string_view signed_text,
              std::string_view secret) {
  const auto key = base::as_bytes(secret);
  const auto equals = [&](const auto& mac) {
    return std::equal(mac.begin(), mac.end(), text.mac.begin(), text.mac.end());
  };
  return text.algorithm == domain::MacAlgorithm::kHmacSha1
             ? equals(crypto::hmac_sha1(key, signed_text))
             : equals(crypto::hmac_sha256(key, signed_text));
}

}  // namespace

wire::Peer peer_of(wire::Transport transport) {
  wire::Peer peer;
  peer.transport = transport;
  peer.address = "192.0.2.7";
  if (transport == wire::Transport::kHttps) peer.server_name = "gateway.tencentdevices.com";
  return peer;
}

wire::HttpRequest v1_request(std::string_view body) {
  wire::HttpRequest request;
  request.method = "POST";
  request.path = "/register/dev";
  request.headers = {{"host", "gateway.tencentdevices.com"},
                     {"accept", "text/xml,application/json;*/*"},
                     {"content-length", std::to_string(body.size())},
                     {"content-type", "application/x-www-form-urlencoded"}};
  request.body = body;
  return request;
}

wire::HttpRequest v2_request(std::string_view body, std::vector<wire::Header> headers) {
  wire::HttpRequest request;
  request.method = "POST";
  request.path = "/device/register";
  request.headers = {{"accept-encoding", "identity"},
                     {"content-type", "application/json; charset=utf-8"},
                     {"content-length", std::to_string(body.size())},
                     {"host", std::string(kVendorHost)},
                     {"user-agent", "Python-urllib/3.11"}};
  for (wire::Header& each : headers) {
    std::erase_if(request.headers, [&](const auto& other) { return other.name == each.name; });
    request.headers.push_back(std::move(each));
  }
  request.body = body;
  return request;
}

std::vector<wire::Header> v2_headers() {
  return {{"x-tc-algorithm", "hmacsha256"},
          {"x-tc-timestamp", "1700000000"},
          {"x-tc-nonce", "5456"},
          {"x-tc-signature", "HDuveo6OFDu474Pf0oG0xyfL/aHjl4MQlTVpZHBR8L0="}};
}

domain::Claim claim_of(wire::HttpRequest request) {
  Turn turn = ask(std::move(request), outcome_of(domain::Refused{}));
  EXPECT_TRUE(turn.claim);
  return turn.claim ? *std::move(turn.claim) : domain::Claim();
}

const domain::SignedText& signed_text_in(const domain::Claim& claim) {
  static const domain::SignedText kNone;
  const auto* text = std::get_if<domain::SignedText>(&claim.evidence);
  EXPECT_NE(text, nullptr) << malformed_in(claim);
  return text == nullptr ? kNone : *text;
}

std::string malformed_in(const domain::Claim& claim) {
  const auto* malformed = std::get_if<domain::MalformedEvidence>(&claim.evidence);
  return malformed == nullptr ? std::string() : malformed->what;
}

std::optional<std::size_t> verifying_text(const domain::SignedText& text, std::string_view secret) {
  for (std::size_t i = 0; i < text.texts.size(); ++i) {
    if (verifies(text, text.texts[i], secret)) return i;
  }
  return std::nullopt;
}

domain::Accepted accepted_with(domain::Credential credential, std::string_view proven_with) {
  domain::Accepted accepted;
  accepted.registration.status = domain::RegistrationStatus::kAssigned;
  accepted.credential = std::move(credential);
  accepted.proven_with = Secret::from_text(proven_with);
  return accepted;
}

domain::IssuedSecret issued_secret(std::string_view base64) {
  return {base::base64_decode_secret(base64).value()};
}

domain::Outcome outcome_of(decltype(domain::Outcome::result) result) {
  return {std::move(result), "7a000000-0000-4000-8000-000000000001", base::FakeClock().wall()};
}

Turn ask(wire::HttpRequest request, domain::Outcome outcome, wire::Transport transport) {
  const std::unique_ptr<Dialect> dialect = make_tencent();
  const wire::Peer peer = peer_of(transport);
  Session session;
  EXPECT_TRUE(dialect->claims(peer, request));
  Arrival arrival{std::move(request), base::FakeClock().wall(), std::string(kRequestId)};
  StepResult first = dialect->step(peer, session, std::move(arrival));
  Turn turn;
  turn.actions = std::move(first.actions);
  if (first.commands.empty()) return turn;
  EXPECT_EQ(first.commands.size(), 1U);
  EXPECT_TRUE(turn.actions.empty());
  auto& command = std::get<Provision>(first.commands[0].body).command;
  turn.claim = std::move(std::get<domain::Register>(command).claim);
  Answer answer{std::move(outcome), std::move(first.commands[0].correlation)};
  StepResult second = dialect->step(peer, session, std::move(answer));
  EXPECT_TRUE(second.commands.empty());
  turn.actions = std::move(second.actions);
  return turn;
}

const wire::HttpResponse& response_of(const Turn& turn) {
  static const wire::HttpResponse kNone;
  const auto* response =
      turn.actions.empty() ? nullptr : std::get_if<wire::HttpResponse>(&turn.actions.front());
  EXPECT_NE(response, nullptr);
  return response == nullptr ? kNone : *response;
}

}  // namespace berth::dialects::tencent::testing
