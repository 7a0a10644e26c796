#include "crypto/own_key.h"

#include "crypto/authority_parts.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

namespace berth::crypto {
namespace {

constexpr std::chrono::hours kBackdate{24};

bool complete(X509* certificate, std::string_view common_name) {
  return set_common_name(X509_get_subject_name(certificate), common_name) &&
         X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
         add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, certificate, NID_ext_key_usage, "clientAuth");
}

}  // namespace

void OwnKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
OwnKey::OwnKey(OwnKey&&) noexcept = default;
OwnKey& OwnKey::operator=(OwnKey&&) noexcept = default;
OwnKey::~OwnKey() = default;

Result<OwnKey> OwnKey::make() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  if (key == nullptr) return Fail(openssl_error("make a key"));
  return OwnKey(key);
}

Result<Secret> OwnKey::private_key_pem() const { return private_key_text(key_.get()); }

Result<std::string> OwnKey::request_pem() const {
  const RequestPtr request(X509_REQ_new());
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!request || !bio || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_set_pubkey(request.get(), key_.get()) != 1 ||
      X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) <= 0 ||
      PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1) {
    return Fail(openssl_error("make a signing request"));
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::string> OwnKey::certificate_pem(std::string_view common_name, Rng& rng,
                                            const Clock& clock) const {
  if (!is_common_name(common_name)) {
    return Fail(ErrorKind::kInvalid,
                "a certificate cannot have this name: names have 1 to " + std::to_string(kNameMax) +
                    " printable characters",
                "use a symmetric key for this device");
  }
  const TimePoint now = clock.wall();
  const CertificatePtr certificate =
      new_certificate(key_.get(), rng, now - kBackdate, now + kLifetime);
  if (!certificate || !complete(certificate.get(), common_name) ||
      !sign_with(certificate.get(), key_.get())) {
    return Fail(openssl_error("make a certificate"));
  }
  return certificate_text(certificate.get());
}

}  // namespace berth::crypto
