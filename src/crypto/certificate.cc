#include "crypto/certificate.h"

#include "crypto/openssl_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace berth::crypto {
namespace {

// Far more than kCertificateBytesMax takes in base64.
constexpr std::size_t kPemBytesMax = 64 * 1024;

auto fail_unreadable() {
  return Fail(ErrorKind::kInvalid, "the certificate cannot be read: " + openssl_reason());
}

using TextPtr =
    std::unique_ptr<unsigned char, decltype([](unsigned char* text) { OPENSSL_free(text); })>;

std::string common_name_of(const X509* certificate) {
  const X509_NAME* const name = X509_get_subject_name(certificate);
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

// An encrypted text must be an error, not a question on the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Result<CertificateFacts> read_certificate(std::span<const std::uint8_t> der) {
  if (der.size() > kCertificateBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "the certificate has more than " + std::to_string(kCertificateBytesMax) + " bytes");
  }
  const unsigned char* at = der.data();
  const CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return fail_unreadable();
  if (at != der.data() + der.size()) {
    return Fail(ErrorKind::kInvalid, "the certificate is followed by other bytes");
  }
  CertificateFacts facts;
  facts.sha256 = sha256(der);
  facts.common_name = common_name_of(certificate.get());
  facts.not_before = time_of(X509_get0_notBefore(certificate.get()));
  facts.not_after = time_of(X509_get0_notAfter(certificate.get()));
  return facts;
}

Result<base::Bytes> certificate_der(std::string_view pem) {
  if (pem.size() > kPemBytesMax) return Fail(ErrorKind::kInvalid, "the PEM text is too long");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
  if (!certificate) return fail_unreadable();
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  const TextPtr owner(der);
  if (size < 0) return fail_unreadable();
  return base::Bytes(der, der + size);
}

}  // namespace berth::crypto
