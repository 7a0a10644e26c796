#include "crypto/openssl_parts.h"

#include "crypto/certificate_library.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <array>
#include <ctime>

namespace berth::crypto {
namespace {

using TextPtr =
    std::unique_ptr<unsigned char, decltype([](unsigned char* text) { OPENSSL_free(text); })>;

struct NamedGroup {
  std::string_view library;
  std::string_view usual;
};
constexpr std::array kGroups = {NamedGroup{"prime256v1", "P-256"}, NamedGroup{"secp384r1", "P-384"},
                                NamedGroup{"secp521r1", "P-521"}};

std::string curve_of(const EVP_PKEY* key) {
  int is_explicit = 0;
  EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
  if (is_explicit != 0) return "EC with explicit parameters";  // RFC 5480 §2.1.1 forbids them
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) {
    ERR_clear_error();
    return "EC";
  }
  const std::string_view group(name.data(), size);
  for (const NamedGroup& each : kGroups) {
    if (each.library == group) return std::string(each.usual);
  }
  return base::printable(group);
}

// Null when it cannot be read, with an error in OpenSSL's queue. `used`: how many bytes it has.
CertificatePtr decode_in(OSSL_LIB_CTX* library, std::span<const std::uint8_t> der,
                         std::size_t& used) {
  const unsigned char* at = der.data();
  X509* certificate = X509_new_ex(library, nullptr);
  if (certificate == nullptr) return nullptr;
  // On failure it frees the certificate and makes it null.
  d2i_X509(&certificate, &at, static_cast<long>(der.size()));
  used = static_cast<std::size_t>(at - der.data());
  return CertificatePtr(certificate);
}

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

std::optional<TimePoint> readable_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return base::from_unix_seconds(::timegm(&parts));
}

bool has_readable_times(const X509* certificate) {
  return readable_time_of(X509_get0_notBefore(certificate)).has_value() &&
         readable_time_of(X509_get0_notAfter(certificate)).has_value();
}

TimePoint time_of(const ASN1_TIME* time) { return readable_time_of(time).value_or(TimePoint{}); }

Result<CertificatePtr> parse_der(std::span<const std::uint8_t> der) {
  if (der.size() > kCertificateBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "the certificate has more than " + std::to_string(kCertificateBytesMax) + " bytes");
  }
  std::size_t used = 0;
  CertificatePtr certificate = decode_in(certificate_library(), der, used);
  if (certificate && X509_get0_pubkey(certificate.get()) == nullptr) {
    certificate = decode_in(nullptr, der, used);  // of a kind that refusals name
  }
  if (!certificate) {
    return Fail(ErrorKind::kInvalid, "the certificate cannot be read: " + openssl_reason());
  }
  ERR_clear_error();  // a key of an unknown kind leaves one behind
  if (used != der.size()) {
    return Fail(ErrorKind::kInvalid, "the certificate is followed by other bytes");
  }
  if (!has_readable_times(certificate.get())) {
    return Fail(ErrorKind::kInvalid, "the certificate has a time that cannot be read");
  }
  return certificate;
}

std::string common_name_of(const X509_NAME* name) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  const TextPtr owner(text);
  ERR_clear_error();
  if (size < 0) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::string name_text(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  // As RFC 2253, but characters beyond ASCII stay what they are.
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const int written = X509_NAME_print_ex(bio.get(), name, 0, kFlags);
  ERR_clear_error();
  if (written < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return base::printable({data, static_cast<std::size_t>(size)}, kNameShownMax);
}

std::string key_text(const EVP_PKEY* key) {
  if (key == nullptr) return "unknown";
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_EC) return curve_of(key);
  if (kind == EVP_PKEY_ED25519) return "Ed25519";
  const char* name = EVP_PKEY_get0_type_name(key);
  const std::string text = name == nullptr ? "unknown" : name;
  const bool sized = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS || kind == EVP_PKEY_DSA;
  return sized ? text + "-" + std::to_string(EVP_PKEY_get_bits(key)) : text;
}

}  // namespace berth::crypto
