#include "dialects/tencent/register_v2.h"

#include "base/codec.h"
#include "crypto/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace berth::dialects::tencent {
namespace {

constexpr JsonPolicy kPolicy{.unknown = UnknownFields::kIgnore, .nulls = NullFields::kAbsent};
constexpr NameMembers kNames{"ProductId", "DeviceName"};
constexpr std::string_view kEncryptionType = "EncryptionType";
constexpr std::string_view kOwnCertificate = "ClientCert";

// A client signs this name whatever host it is given (§3.2).
constexpr std::string_view kVendorHost = "ap-guangzhou.gateway.tencentdevices.com";
constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kAlgorithmBytesMax = 32;

struct Algorithm {
  domain::MacAlgorithm mac;
  std::size_t bytes;
};

std::optional<Algorithm> read_algorithm(std::string_view name) {
  if (name.size() > kAlgorithmBytesMax) return std::nullopt;
  const std::string lower = base::ascii_lower(name);
  if (lower == "hmacsha256") return Algorithm{domain::MacAlgorithm::kHmacSha256, 32};
  if (lower == "hmacsha1") return Algorithm{domain::MacAlgorithm::kHmacSha1, 20};
  return std::nullopt;
}

// What the headers say, as sent.
struct SignatureHeaders {
  std::string_view algorithm;
  std::string_view timestamp;
  std::string_view nonce;
  std::string_view signature;
};

std::string_view header_or_empty(const wire::HttpRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

SignatureHeaders headers_of(const wire::HttpRequest& request) {
  return {header_or_empty(request, "x-tc-algorithm"), header_or_empty(request, "x-tc-timestamp"),
          header_or_empty(request, "x-tc-nonce"), header_or_empty(request, "x-tc-signature")};
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// Which host a client signs, likeliest first: the URL's name, without the port even when it has
// one; the Host header as it came; the vendor's own name.
std::vector<std::string> hosts_of(const wire::HttpRequest& request) {
  std::vector<std::string> hosts;
  const std::string_view host = header_or_empty(request, "host");
  if (!host.empty() && host.size() <= kHostBytesMax) {
    const std::string bare(host_without_port(host));
    add_once(hosts, bare);
    add_once(hosts, std::string(host));
    add_once(hosts, base::ascii_lower(bare));
  }
  add_once(hosts, std::string(kVendorHost));
  return hosts;
}

// At most eight: four hosts, the algorithm as sent and in lower case.
std::vector<std::string> texts_of(const wire::HttpRequest& request, const SignatureHeaders& given) {
  std::vector<std::string> spellings;
  add_once(spellings, std::string(given.algorithm));
  add_once(spellings, base::ascii_lower(given.algorithm));
  const std::string hash = base::hex_encode(crypto::sha256(base::as_bytes(request.body)));
  std::vector<std::string> texts;
  for (const std::string& host : hosts_of(request)) {
    for (const std::string& spelling : spellings) {
      texts.push_back(fmt::format("POST\n{}\n{}\n\n{}\n{}\n{}\n{}", host, kRegisterV2Path, spelling,
                                  given.timestamp, given.nonce, hash));
    }
  }
  return texts;
}

Result<domain::Evidence> evidence_of(const wire::HttpRequest& request,
                                     const SignatureHeaders& given) {
  const std::optional<Algorithm> algorithm = read_algorithm(given.algorithm);
  if (!algorithm) {
    return Fail(ErrorKind::kInvalid, "X-TC-Algorithm: expected hmacsha256 or hmacsha1");
  }
  const std::optional<std::int64_t> timestamp = read_digits(given.timestamp);
  if (!timestamp) return Fail(ErrorKind::kInvalid, "X-TC-Timestamp: expected decimal digits");
  if (!read_digits(given.nonce)) {
    return Fail(ErrorKind::kInvalid, "X-TC-Nonce: expected decimal digits");
  }
  if (given.signature.empty()) return domain::Evidence(domain::NoEvidence{});
  if (given.signature.size() > kSignatureBytesMax) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("X-TC-Signature: expected at most {} characters", kSignatureBytesMax));
  }
  domain::SignedText signed_text;
  signed_text.algorithm = algorithm->mac;
  signed_text.texts = texts_of(request, given);
  base::Bytes mac = base::base64_decode(given.signature).value_or(base::Bytes());
  if (mac.size() == algorithm->bytes) signed_text.mac = std::move(mac);
  signed_text.raw_signature = given.signature;
  signed_text.nonce = given.nonce;
  signed_text.made_at_seconds = timestamp;
  return domain::Evidence(std::move(signed_text));
}

// Of products that take certificates which customers issue themselves (§3.5).
std::optional<domain::CredentialKind> read_wanted(JsonFields& fields) {
  const std::optional<std::int64_t> type = fields.integer(kEncryptionType, 1, 2);
  if (!type) return std::nullopt;
  return *type == 1 ? domain::CredentialKind::kCertificate : domain::CredentialKind::kSecret;
}

}  // namespace

RegisterRequest read_register_v2(const wire::HttpRequest& request) {
  const Result<boost::json::object> body = read_body(request.body);
  if (!body) return malformed({}, invalid_parameter(), body.error().what);
  std::vector<JsonProblem> problems;
  JsonFields fields(*body, kPolicy, problems);
  domain::Membership names = read_names(fields, kNames);
  const std::optional<domain::CredentialKind> wants = read_wanted(fields);
  const bool unnamed = !fields.has(kNames.product) || !fields.has(kNames.device);
  if (!fields.ok()) {
    return malformed(std::move(names), unnamed ? missing_parameter() : invalid_parameter(),
                     to_error(problems).what);
  }
  if (fields.has(kOwnCertificate)) {
    return malformed(std::move(names), own_certificate(),
                     "/ClientCert: certificates that a device brings along are not taken");
  }
  const SignatureHeaders given = headers_of(request);
  Result<domain::Evidence> evidence = evidence_of(request, given);
  if (!evidence) {
    const bool missing = given.algorithm.empty() || given.timestamp.empty() || given.nonce.empty();
    return malformed(std::move(names), missing ? missing_parameter() : invalid_parameter(),
                     evidence.error().what);
  }
  return {std::move(names), wants, *std::move(evidence), signature_failure()};
}

std::string success_v2(const SealedCredential& sealed, std::string_view request_id) {
  return fmt::format(R"({{"Response":{{"Len":{},"Payload":"{}","RequestId":"{}"}}}})",
                     sealed.plain_bytes, sealed.payload, request_id);
}

std::string failure_v2(const Fault& fault, std::string_view request_id) {
  return fmt::format(
      R"({{"Response":{{"Error":{{"Code":"{}","Message":"{}"}},"RequestId":"{}"}}}})", fault.word,
      fault.message, request_id);
}

}  // namespace berth::dialects::tencent
