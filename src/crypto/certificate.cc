#include "crypto/certificate.h"

#include "crypto/chain_parts.h"
#include "crypto/openssl_parts.h"
#include "crypto/pem_text.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace berth::crypto {
namespace {

using ConstraintsPtr = std::unique_ptr<BASIC_CONSTRAINTS, Deleter<BASIC_CONSTRAINTS_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

constexpr std::array<std::string_view, 3> kLabels = {"CERTIFICATE", "X509 CERTIFICATE",
                                                     "TRUSTED CERTIFICATE"};

// Read by itself, so that another extension that is broken does not matter.
bool says_ca(const X509* certificate) {
  const ConstraintsPtr constraints(static_cast<BASIC_CONSTRAINTS*>(
      X509_get_ext_d2i(certificate, NID_basic_constraints, nullptr, nullptr)));
  ERR_clear_error();
  return constraints != nullptr && constraints->ca != 0;
}

std::string serial_text(const X509* certificate) {
  const NumberPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) {
    ERR_clear_error();
    return {};
  }
  base::Bytes bytes(static_cast<std::size_t>(std::max(1, BN_num_bytes(number.get()))));
  BN_bn2bin(number.get(), bytes.data());
  const std::string digits = base::ascii_upper(base::hex_encode(bytes));
  return BN_is_negative(number.get()) != 0 ? "-" + digits : digits;
}

Sha1 sha1(std::span<const std::uint8_t> bytes) {
  Sha1 digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return digest;
}

}  // namespace

Result<CertificateFacts> read_certificate(std::span<const std::uint8_t> der) {
  BERTH_TRY(const ParsedPtr certificate, parse(der));
  return certificate->facts;
}

CertificateFacts facts_of(X509* certificate, std::span<const std::uint8_t> der) {
  CertificateFacts facts;
  facts.sha256 = sha256(der);
  facts.spki_sha256 = sha256(encoded(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(certificate)));
  facts.sha1 = sha1(der);
  facts.common_name = common_name_of(X509_get_subject_name(certificate));
  facts.subject = name_text(X509_get_subject_name(certificate));
  facts.issuer = name_text(X509_get_issuer_name(certificate));
  facts.serial = serial_text(certificate);
  facts.key = key_text(X509_get0_pubkey(certificate));
  facts.version = static_cast<int>(X509_get_version(certificate)) + 1;
  facts.is_ca = says_ca(certificate);
  facts.not_before = time_of(X509_get0_notBefore(certificate));
  facts.not_after = time_of(X509_get0_notAfter(certificate));
  ERR_clear_error();
  return facts;
}

Result<std::vector<base::Bytes>> certificates_der(std::string_view text, std::size_t count_max) {
  PemWanted wanted;
  wanted.what = "certificate";
  wanted.labels = kLabels;
  wanted.bytes_max = kCertificateBytesMax;
  wanted.count_max = count_max;
  BERTH_TRY(std::vector<base::Bytes> all, read_pem(text, wanted));
  for (const base::Bytes& der : all) {
    BERTH_TRY([[maybe_unused]] const CertificatePtr certificate, parse_der(der));
  }
  return all;
}

Result<base::Bytes> certificate_der(std::string_view text) {
  PemWanted wanted;
  wanted.what = "certificate";
  wanted.labels = kLabels;
  wanted.bytes_max = kCertificateBytesMax;
  wanted.first_only = true;
  BERTH_TRY(std::vector<base::Bytes> all, read_pem(text, wanted));
  BERTH_TRY([[maybe_unused]] const CertificatePtr certificate, parse_der(all.front()));
  return std::move(all.front());
}

std::string certificate_pem(std::span<const std::uint8_t> der) {
  return write_pem("CERTIFICATE", der);
}

std::string fingerprint_text(std::span<const std::uint8_t> digest) {
  return base::ascii_upper(base::hex_encode(digest));
}

}  // namespace berth::crypto
