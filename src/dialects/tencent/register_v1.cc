#include "dialects/tencent/register_v1.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace berth::dialects::tencent {
namespace {

constexpr JsonPolicy kPolicy{.unknown = UnknownFields::kIgnore, .nulls = NullFields::kAbsent};
constexpr NameMembers kNames{"productId", "deviceName"};
constexpr std::string_view kNonce = "nonce";
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kSignature = "signature";
constexpr std::int64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

constexpr std::size_t kSha1Bytes = 20;

// Base64 of the MAC's 40 lower-case hex characters; empty for anything else.
base::Bytes read_mac(std::string_view signature) {
  const std::optional<base::Bytes> characters = base::base64_decode(signature);
  if (!characters || characters->size() != 2 * kSha1Bytes) return {};
  const std::string hex(characters->begin(), characters->end());
  if (hex != base::ascii_lower(hex)) return {};
  return base::hex_decode(hex).value_or(base::Bytes());
}

domain::Evidence evidence_of(const domain::Membership& names, std::int64_t nonce,
                             std::int64_t timestamp, std::string signature) {
  if (signature.empty()) return domain::NoEvidence{};
  domain::SignedText signed_text;
  signed_text.algorithm = domain::MacAlgorithm::kHmacSha1;
  // JSON has one spelling for a whole number, so these are its digits as sent.
  signed_text.nonce = std::to_string(nonce);
  signed_text.texts.push_back(fmt::format("deviceName={}&nonce={}&productId={}&timestamp={}",
                                          names.member, nonce, names.group, timestamp));
  signed_text.mac = read_mac(signature);
  signed_text.raw_signature = std::move(signature);
  signed_text.made_at_seconds = timestamp;
  return signed_text;
}

}  // namespace

RegisterRequest read_register_v1(const wire::HttpRequest& request) {
  const Result<boost::json::object> body = read_body(request.body);
  if (!body) return malformed({}, invalid_parameter(), body.error().what);
  std::vector<JsonProblem> problems;
  JsonFields fields(*body, kPolicy, problems);
  domain::Membership names = read_names(fields, kNames);
  fields.require(kNonce);
  fields.require(kTimestamp);
  const bool incomplete = !fields.has(kNames.product) || !fields.has(kNames.device) ||
                          !fields.has(kNonce) || !fields.has(kTimestamp);
  const std::optional<std::int64_t> nonce = fields.integer(kNonce, 0, kNumberMax);
  const std::optional<std::int64_t> timestamp = fields.integer(kTimestamp, 0, kNumberMax);
  std::optional<std::string> signature = fields.text(kSignature, {.size_max = kSignatureBytesMax});
  if (!fields.ok()) {
    return malformed(std::move(names), incomplete ? missing_parameter() : invalid_parameter(),
                     to_error(problems).what);
  }
  domain::Evidence evidence =
      evidence_of(names, *nonce, *timestamp, std::move(signature).value_or(""));
  return {std::move(names), {}, std::move(evidence), signature_failure()};
}

std::string success_v1(const SealedCredential& sealed) {
  return fmt::format(R"({{"code":0,"message":"success","len":{},"payload":"{}"}})",
                     sealed.plain_bytes, sealed.payload);
}

std::string failure_v1(const Fault& fault) {
  return fmt::format(R"({{"code":{},"message":"{}"}})", fault.code, fault.message);
}

}  // namespace berth::dialects::tencent
