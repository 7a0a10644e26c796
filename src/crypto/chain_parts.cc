#include "crypto/chain_parts.h"

#include "crypto/dice_evidence.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;  // one verification of more costs a millisecond and up

bool is_curve(std::string_view key) { return key == "P-256" || key == "P-384" || key == "P-521"; }

// `text`: key_text() of it.
std::string weak_key(const EVP_PKEY* key, const std::string& text) {
  const int kind = key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kRsaBitsMin) return "has a key of " + text + "; it must have 2048 bits or more";
    if (bits > kRsaBitsMax) return "has a key of " + text + "; 8192 bits are the most";
    return {};
  }
  if (kind == EVP_PKEY_ED25519 || is_curve(text)) return {};
  return "has a key of " + base::printable(text) +
         "; RSA, P-256, P-384, P-521 and Ed25519 are good";
}

std::string weak_signature(X509* certificate) {
  int digest = NID_undef;
  int key = NID_undef;
  const bool known = X509_get_signature_info(certificate, &digest, &key, nullptr, nullptr) == 1;
  ERR_clear_error();
  switch (known ? digest : NID_md5) {
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
    case NID_sha3_256:
    case NID_sha3_384:
    case NID_sha3_512:
      return {};
    case NID_undef:
      if (key == NID_ED25519) return {};
      break;
    default:
      break;
  }
  const char* name = OBJ_nid2ln(X509_get_signature_nid(certificate));
  return "is signed with " + std::string(name == nullptr ? "an unknown algorithm" : name) +
         "; SHA-256 and better are good";
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 80> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  ERR_clear_error();
  if (size <= 0) return "unknown";
  return {text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1)};
}

std::vector<std::string> critical_beyond_openssl(const X509* certificate) {
  std::vector<std::string> oids;
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* const extension = X509_get_ext(certificate, i);
    if (X509_EXTENSION_get_critical(extension) == 0) continue;
    if (X509_supported_extension(extension) != 0) continue;
    oids.push_back(oid_text(X509_EXTENSION_get_object(extension)));
  }
  return oids;
}

}  // namespace

Result<ParsedPtr> parse_afresh(std::span<const std::uint8_t> der) {
  BERTH_TRY(CertificatePtr certificate, parse_der(der));
  return parsed_of(std::move(certificate), der);
}

ParsedPtr parsed_of(CertificatePtr certificate, std::span<const std::uint8_t> der) {
  auto parsed = std::make_shared<ParsedCertificate>();
  parsed->x509 = std::move(certificate);
  X509* const x509 = parsed->x509.get();
  parsed->facts = facts_of(x509, der);
  parsed->constrains_names = X509_get_ext_by_NID(x509, NID_name_constraints, -1) >= 0;
  X509_check_purpose(x509, -1, 0);  // decodes its extensions now, not on several threads later
  ERR_clear_error();
  return parsed;
}

ChainTrouble trouble(ChainFault fault, std::size_t depth, const X509* certificate,
                     std::string what) {
  std::string subject;
  if (certificate != nullptr) subject = name_text(X509_get_subject_name(certificate));
  if (certificate != nullptr && subject.empty()) subject = "(no name)";
  return {fault, depth, std::move(subject), std::move(what)};
}

std::optional<ChainTrouble> weakness(const ParsedCertificate& certificate, std::size_t depth,
                                     bool signature_counts) {
  X509* const x509 = certificate.x509.get();
  std::string weak = weak_key(X509_get0_pubkey(x509), certificate.facts.key);
  if (weak.empty() && signature_counts) weak = weak_signature(x509);
  ERR_clear_error();
  if (weak.empty()) return std::nullopt;
  return trouble(ChainFault::kWeakKey, depth, x509, std::move(weak));
}

std::optional<ChainTrouble> untimely(const ParsedCertificate& certificate, std::size_t depth,
                                     const ChainMoment& moment) {
  const CertificateFacts& facts = certificate.facts;
  const bool early = moment.now + moment.skew < facts.not_before;
  const bool late = moment.now - moment.skew > facts.not_after;
  if (!early && !late) return std::nullopt;
  const std::string at = " (it is " + base::format_utc(moment.now, 0) + " here)";
  X509* const x509 = certificate.x509.get();
  if (early) {
    return trouble(ChainFault::kNotYetValid, depth, x509,
                   "is good from " + base::format_utc(facts.not_before, 0) + " on" + at);
  }
  return trouble(ChainFault::kExpired, depth, x509,
                 "expired at " + base::format_utc(facts.not_after, 0) + at);
}

std::string unknown_critical(const X509* certificate) {
  for (std::string& oid : critical_beyond_openssl(certificate)) {
    if (!is_understood_critical(oid)) return std::move(oid);
  }
  return {};
}

bool has_measurements(const X509* certificate) {
  const std::vector<std::string> oids = critical_beyond_openssl(certificate);
  return std::any_of(oids.begin(), oids.end(), is_understood_critical);
}

void ByName::add(ParsedPtr certificate) { all_.push_back(std::move(certificate)); }

void ByName::done() {
  std::stable_sort(all_.begin(), all_.end(), [](const ParsedPtr& a, const ParsedPtr& b) {
    return X509_NAME_cmp(a->subject(), b->subject()) < 0;
  });
}

std::span<const ParsedPtr> ByName::of(const X509_NAME* subject) const {
  const auto first = std::lower_bound(all_.begin(), all_.end(), subject,
                                      [](const ParsedPtr& each, const X509_NAME* name) {
                                        return X509_NAME_cmp(each->subject(), name) < 0;
                                      });
  const auto last = std::upper_bound(first, all_.end(), subject,
                                     [](const X509_NAME* name, const ParsedPtr& each) {
                                       return X509_NAME_cmp(name, each->subject()) < 0;
                                     });
  return {first, last};
}

}  // namespace berth::crypto
