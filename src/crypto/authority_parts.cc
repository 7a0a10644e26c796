#include "crypto/authority_parts.h"

#include "base/codec.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>

namespace berth::crypto {
namespace {

using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

// An encrypted key must be an error, not a question on the terminal.
int no_password(char*, int, int, void*) { return -1; }

BioPtr reading(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool set_serial(X509* certificate, Rng& rng) {
  const Serial bytes = make_serial(rng);
  const BignumPtr number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

bool set_times(X509* certificate, TimePoint from, TimePoint until) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), base::to_unix_seconds(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), base::to_unix_seconds(until)) != nullptr;
}

// Null for the kinds of key that have their own.
const EVP_MD* digest_for(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448) return nullptr;
  if (kind != EVP_PKEY_EC || EVP_PKEY_get_bits(key) <= 256) return EVP_sha256();
  return EVP_PKEY_get_bits(key) <= 384 ? EVP_sha384() : EVP_sha512();
}

}  // namespace

Serial make_serial(Rng& rng) {
  Serial bytes{};
  rng.fill(bytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7f) | 0x40);
  return bytes;
}

base::Error openssl_error(std::string what) {
  return {ErrorKind::kInternal, std::move(what) + ": OpenSSL: " + openssl_reason(), {}};
}

CertificatePtr parse_certificate(std::string_view pem) {
  const BioPtr bio = reading(pem);
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
}

KeyPtr parse_key(const Secret& pem) {
  const BioPtr bio = reading(pem.text());
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
}

Result<std::string> certificate_text(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return Fail(openssl_error("encode certificate"));
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<Secret> private_key_text(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));  // wiped when freed
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Fail(openssl_error("encode private key"));
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret::from_text({data, static_cast<std::size_t>(size)});
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_common_name(X509_NAME* name, std::string_view text) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool sign_with(X509* certificate, EVP_PKEY* key) {
  return X509_sign(certificate, key, digest_for(key)) > 0;
}

bool is_common_name(std::string_view text) {
  return !text.empty() && text.size() <= Authority::kCommonNameMax && base::printable(text) == text;
}

CertificatePtr new_certificate(EVP_PKEY* key, Rng& rng, TimePoint from, TimePoint until) {
  CertificatePtr certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !set_serial(certificate.get(), rng) || !set_times(certificate.get(), from, until) ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return nullptr;
  }
  return certificate;
}

TimePoint end_of(const X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

}  // namespace berth::crypto
