#include "crypto/csr.h"

#include "crypto/csr_parts.h"
#include "crypto/openssl_parts.h"
#include "crypto/pem_text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr std::array<std::string_view, 2> kLabels = {"CERTIFICATE REQUEST",
                                                     "NEW CERTIFICATE REQUEST"};
constexpr std::array<std::string_view, 3> kKeys = {"P-256", "P-384", "Ed25519"};

// Nothing that is asked for, or something that cannot be read: it might be a CA's.
Result<void> check_constraints(const STACK_OF(X509_EXTENSION) * extensions) {
  if (X509v3_get_ext_by_NID(extensions, NID_basic_constraints, -1) < 0) return {};
  const std::unique_ptr<BASIC_CONSTRAINTS, Deleter<BASIC_CONSTRAINTS_free>> constraints(
      static_cast<BASIC_CONSTRAINTS*>(
          X509V3_get_d2i(extensions, NID_basic_constraints, nullptr, nullptr)));
  ERR_clear_error();
  if (constraints != nullptr && constraints->ca == 0) return {};
  return Fail(ErrorKind::kInvalid, "the signing request asks for the rights of a CA",
              "leave basicConstraints out of it; devices get certificates of their own only");
}

}  // namespace

Result<CertificateRequest> read_csr(std::span<const std::uint8_t> der) {
  std::optional<CertificateRequest> plain = read_plain_csr(der);
  if (plain) return *std::move(plain);
  return read_any_csr(der);
}

Result<CertificateRequest> read_any_csr(std::span<const std::uint8_t> der) {
  if (der.size() > kRequestBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "the signing request has more than " + std::to_string(kRequestBytesMax) + " bytes");
  }
  const unsigned char* at = der.data();
  const RequestPtr parsed(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed) {
    return Fail(ErrorKind::kInvalid, "the signing request cannot be read: " + openssl_reason(),
                "it must be PKCS #10, in DER");
  }
  if (at != der.data() + der.size()) {
    return Fail(ErrorKind::kInvalid, "the signing request is followed by other bytes");
  }
  EVP_PKEY* const key = X509_REQ_get0_pubkey(parsed.get());
  CertificateRequest request;
  request.key = key_text(key);
  if (std::find(kKeys.begin(), kKeys.end(), request.key) == kKeys.end()) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid,
                "the signing request has a key of the kind " + base::printable(request.key),
                "make one of P-256, P-384 or Ed25519");
  }
  const bool owns_key = X509_REQ_verify(parsed.get(), key) == 1;
  ERR_clear_error();
  if (!owns_key) {
    return Fail(ErrorKind::kInvalid, "the signing request is not signed with its own key");
  }
  const ExtensionsPtr extensions(X509_REQ_get_extensions(parsed.get()));
  if (!extensions) ERR_clear_error();
  Result<void> modest = check_constraints(extensions.get());
  if (!modest) return Fail(std::move(modest).error());
  request.common_name = common_name_of(X509_REQ_get_subject_name(parsed.get()));
  request.spki = encoded(i2d_X509_PUBKEY, X509_REQ_get_X509_PUBKEY(parsed.get()));
  ERR_clear_error();
  return request;
}

Result<base::Bytes> csr_der(std::string_view text) {
  PemWanted wanted;
  wanted.what = "signing request";
  wanted.labels = kLabels;
  wanted.bytes_max = kRequestBytesMax;
  BERTH_TRY(std::vector<base::Bytes> all, read_pem(text, wanted));
  return std::move(all.front());
}

}  // namespace berth::crypto
