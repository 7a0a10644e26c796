// The short way of reading a signing request (RFC 2986 §4). It is narrower than the library's on
// purpose: each thing that OpenSSL might see otherwise, or refuse, is left to OpenSSL.
#include "crypto/csr_parts.h"
#include "crypto/der.h"
#include "crypto/p256_parts.h"

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr std::array<std::uint8_t, 3> kBasicConstraints = {0x55, 0x1D, 0x13};
// pkcs-9-at-extensionRequest
constexpr std::array<std::uint8_t, 9> kExtensionRequest = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                           0x0D, 0x01, 0x09, 0x0E};
constexpr std::uint8_t kCommonName = 3;  // 2.5.4.3

// What is wrong does not matter here: nobody sees it.
auto not_plain() { return Fail(ErrorKind::kInvalid, "it is not of the plain form"); }

struct Request {
  DerBytes info;  // what is signed
  DerBytes signature;
  DerBytes subject;  // contents, as of the attributes
  DerBytes attributes;
  DerBytes public_key_info;  // whole
};

Result<void> read_info(DerBytes content, Request& request) {
  DerReader parts(content);
  BERTH_TRY(const DerBytes version, parts.contents(der::kInteger, "the version"));
  if (version.size() != 1 || version[0] != 0) return not_plain();
  BERTH_TRY(request.subject, parts.contents(der::kSequence, "the subject"));
  BERTH_TRY(const DerElement key, parts.take(der::kSequence, "the key"));
  request.public_key_info = key.whole;
  BERTH_TRY(request.attributes, parts.contents(der::holding(0), "the attributes"));
  return parts.finish("the attributes");
}

Result<Request> read_outline(DerBytes der) {
  BERTH_TRY(const DerBytes content, der_only(der, der::kSequence, "the request"));
  DerReader parts(content);
  Request request;
  BERTH_TRY(const DerElement info, parts.take(der::kSequence, "the signed part"));
  request.info = info.whole;
  if (auto read = read_info(info.content, request); !read) return Fail(std::move(read).error());
  BERTH_TRY(const DerElement algorithm, parts.take(der::kSequence, "the algorithm"));
  const bool usual = std::equal(algorithm.whole.begin(), algorithm.whole.end(),
                                kEcdsaWithSha256Der.begin(), kEcdsaWithSha256Der.end());
  if (!usual) return not_plain();
  BERTH_TRY(const DerBytes bits, parts.contents(der::kBitString, "the signature"));
  BERTH_TRY(request.signature, der_bit_bytes(bits, "the signature"));
  if (auto end = parts.finish("the signature"); !end) return Fail(std::move(end).error());
  return request;
}

bool is_plain_text(const DerElement& value) {
  const bool readable = value.tag == der::kUtf8String || value.tag == der::kPrintableString ||
                        value.tag == der::kIa5String;
  return readable && !value.content.empty() &&
         std::all_of(value.content.begin(), value.content.end(),
                     [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7F; });
}

// One attribute of the subject: its number below 2.5.4 and its text.
struct NamePart {
  std::uint8_t number = 0;
  DerBytes text;
};

Result<NamePart> read_name_part(DerBytes set) {
  BERTH_TRY(const DerBytes content, der_only(set, der::kSequence, "a part of the subject"));
  DerReader parts(content);
  BERTH_TRY(const DerBytes type, parts.contents(der::kObjectIdentifier, "a part of the subject"));
  BERTH_TRY(const DerElement value, parts.any("a part of the subject"));
  const bool known = type.size() == 3 && type[0] == 0x55 && type[1] == 0x04 && type[2] < 0x80;
  if (!known || !parts.done() || !is_plain_text(value)) return not_plain();
  return NamePart{type[2], value.content};
}

Result<std::string> read_common_name(DerBytes subject) {
  DerReader sets(subject);
  DerBytes last;
  while (!sets.done()) {
    BERTH_TRY(const DerBytes set, sets.contents(der::kSet, "a part of the subject"));
    BERTH_TRY(const NamePart part, read_name_part(set));
    if (part.number == kCommonName) last = part.text;
  }
  return std::string(last.begin(), last.end());
}

// Whatever is in the list of extensions, as long as it is nothing about the rights of a CA: no
// reader finds an object identifier in bytes that do not hold it.
Result<void> check_attributes(DerBytes attributes) {
  const bool speaks_of_ca =
      std::search(attributes.begin(), attributes.end(), kBasicConstraints.begin(),
                  kBasicConstraints.end()) != attributes.end();
  if (speaks_of_ca) return not_plain();
  DerReader list(attributes);
  while (!list.done()) {
    BERTH_TRY(const DerBytes content, list.contents(der::kSequence, "an attribute"));
    DerReader parts(content);
    BERTH_TRY(const DerBytes type, parts.contents(der::kObjectIdentifier, "an attribute"));
    BERTH_TRY(const DerBytes values, parts.contents(der::kSet, "an attribute"));
    BERTH_TRY([[maybe_unused]] const DerBytes extensions,
              der_only(values, der::kSequence, "the extensions"));
    const bool asks =
        std::equal(type.begin(), type.end(), kExtensionRequest.begin(), kExtensionRequest.end());
    if (!asks || !parts.done()) return not_plain();
  }
  return {};
}

Result<CertificateRequest> read_plain(DerBytes der) {
  BERTH_TRY(const Request parts, read_outline(der));
  const std::optional<P256Point> point = plain_p256_point(parts.public_key_info);
  if (!point) return not_plain();
  CertificateRequest request;
  BERTH_TRY(request.common_name, read_common_name(parts.subject));
  if (auto fit = check_attributes(parts.attributes); !fit) return Fail(std::move(fit).error());
  if (!verify_p256(*point, parts.info, parts.signature)) return not_plain();
  request.spki.assign(parts.public_key_info.begin(), parts.public_key_info.end());
  request.key = "P-256";
  return request;
}

}  // namespace

std::optional<CertificateRequest> read_plain_csr(std::span<const std::uint8_t> der) {
  if (der.size() > kRequestBytesMax) return std::nullopt;
  Result<CertificateRequest> request = read_plain(der);
  if (!request) return std::nullopt;
  return *std::move(request);
}

}  // namespace berth::crypto
