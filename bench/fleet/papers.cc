#include "bench/fleet/papers.h"

#include "base/rng.h"
#include "crypto/authority_parts.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace berth::fleet {
namespace {

using base::as_bytes;
using base::Bytes;
using crypto::openssl_error;
using std::chrono::hours;

constexpr hours kBefore{1};  // the server's clock may be behind
constexpr hours kAfter{24 * 30};
constexpr std::int64_t kTokenSeconds = 3'600;
constexpr std::int64_t kTokenBeforeSeconds = 5;
constexpr std::size_t kPemLine = 64;
constexpr int kCoordinateBytes = 32;  // of P-256

using SignatureContext = std::unique_ptr<EVP_MD_CTX, crypto::Deleter<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, crypto::Deleter<ECDSA_SIG_free>>;

std::string url_base64(std::span<const std::uint8_t> bytes) {
  std::string text = base::base64_encode(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text.substr(0, text.find('='));
}

// RFC 7518 §3.4: r and s one behind the other, instead of OpenSSL's DER.
Result<Bytes> sign_es256(EVP_PKEY* key, std::string_view text) {
  const SignatureContext context(EVP_MD_CTX_new());
  std::array<std::uint8_t, 128> der{};
  std::size_t size = der.size();
  const Bytes copy(text.begin(), text.end());
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, copy.data(), copy.size()) != 1) {
    return Fail(openssl_error("sign a token"));
  }
  const std::uint8_t* at = der.data();
  const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  Bytes raw(2 * kCoordinateBytes);
  if (signature == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kCoordinateBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + kCoordinateBytes,
                   kCoordinateBytes) < 0) {
    return Fail(openssl_error("read the signature of a token"));
  }
  return raw;
}

Result<crypto::CertificatePtr> sign_client(const std::string& name, EVP_PKEY* key, X509* issuer,
                                           EVP_PKEY* issuer_key, const Clock& clock) {
  base::SystemRng rng;
  const TimePoint now = clock.wall();
  crypto::CertificatePtr made = crypto::new_certificate(key, rng, now - kBefore, now + kAfter);
  if (made == nullptr || !crypto::set_common_name(X509_get_subject_name(made.get()), name) ||
      X509_set_issuer_name(made.get(), X509_get_subject_name(issuer)) != 1 ||
      !crypto::add_extension(made.get(), issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !crypto::add_extension(made.get(), issuer, NID_key_usage, "critical,digitalSignature") ||
      !crypto::add_extension(made.get(), issuer, NID_ext_key_usage, "clientAuth") ||
      !crypto::sign_with(made.get(), issuer_key)) {
    return Fail(openssl_error("sign the certificate of `" + name + "`"));
  }
  return made;
}

}  // namespace

Result<crypto::KeyPtr> new_key() {
  crypto::KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Fail(openssl_error("make a key"));
  return key;
}

Result<ClientPapers> ClientPapers::make(const PaperCa& ca, const std::vector<std::string>& names,
                                        const Clock& clock) {
  const crypto::CertificatePtr issuer = crypto::parse_certificate(ca.certificate);
  const crypto::KeyPtr issuer_key = crypto::parse_key(ca.key);
  if (issuer == nullptr || issuer_key == nullptr ||
      X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    return Fail(ErrorKind::kInvalid, "the CA's certificate and key cannot be used",
                "both are PEM, the key without a password, and belong together");
  }
  ClientPapers papers;
  for (const std::string& name : names) {
    BERTH_TRY(crypto::KeyPtr key, new_key());
    BERTH_TRY(crypto::CertificatePtr certificate,
              sign_client(name, key.get(), issuer.get(), issuer_key.get(), clock));
    papers.papers_.push_back({key.get(), certificate.get()});
    papers.keys_.push_back(std::move(key));
    papers.certificates_.push_back(std::move(certificate));
  }
  return papers;
}

Result<Bytes> make_request(const std::string& name) {
  BERTH_TRY(const crypto::KeyPtr key, new_key());
  const crypto::RequestPtr request(X509_REQ_new());
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, nullptr, request.get(), nullptr, 0);
  const crypto::ExtensionsPtr extensions(sk_X509_EXTENSION_new_null());
  const std::string names = "DNS:" + name;
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  if (request == nullptr || extensions == nullptr || extension == nullptr ||
      sk_X509_EXTENSION_push(extensions.get(), extension) <= 0 ||
      !crypto::set_common_name(X509_REQ_get_subject_name(request.get()), name) ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) {
    return Fail(openssl_error("make the signing request of `" + name + "`"));
  }
  return crypto::encoded(i2d_X509_REQ, request.get());
}

std::string request_pem(const Bytes& der) {
  const std::string text = base::base64_encode(der);
  std::string pem = "-----BEGIN CERTIFICATE REQUEST-----\n";
  for (std::size_t at = 0; at < text.size(); at += kPemLine) {
    pem.append(text, at, kPemLine).append("\n");
  }
  return pem + "-----END CERTIFICATE REQUEST-----\n";
}

Result<TokenMaker> TokenMaker::load(const Secret& key_pem, Terms terms) {
  TokenMaker maker;
  maker.key_ = crypto::parse_key(key_pem);
  maker.terms_ = std::move(terms);
  if (maker.key_ == nullptr || EVP_PKEY_get_base_id(maker.key_.get()) != EVP_PKEY_EC ||
      EVP_PKEY_get_bits(maker.key_.get()) != 8 * kCoordinateBytes) {
    return Fail(ErrorKind::kInvalid, "the key of the tokens is no P-256 key",
                "give PEM without a password");
  }
  return maker;
}

Result<std::string> TokenMaker::token(const std::string& name, const Clock& clock) const {
  const std::int64_t now = base::to_unix_seconds(clock.wall());
  base::SystemRng rng;
  const boost::json::object head{{"alg", "ES256"}, {"kid", terms_.key_id}, {"typ", "JWT"}};
  const boost::json::object claims{{"iss", terms_.issuer},
                                   {"aud", terms_.audience},
                                   {"sub", name},
                                   {"sans", boost::json::array{name}},
                                   {"jti", rng.hex(16)},
                                   {"iat", now - kTokenBeforeSeconds},
                                   {"nbf", now - kTokenBeforeSeconds},
                                   {"exp", now + kTokenSeconds}};
  const std::string signed_text = url_base64(as_bytes(boost::json::serialize(head))) + "." +
                                  url_base64(as_bytes(boost::json::serialize(claims)));
  BERTH_TRY(const Bytes signature, sign_es256(key_.get(), signed_text));
  return signed_text + "." + url_base64(signature);
}

}  // namespace berth::fleet
