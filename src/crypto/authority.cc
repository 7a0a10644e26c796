#include "crypto/authority.h"

#include "base/codec.h"
#include "crypto/authority_parts.h"
#include "crypto/certificate.h"
#include "crypto/chain.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace berth::crypto {

namespace {

using NamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using NamePtr = std::unique_ptr<GENERAL_NAME, Deleter<GENERAL_NAME_free>>;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// RFC 1123 host name in lower case, at most 253 characters; "*." may lead.
bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// 4 or 16 bytes in network order; empty when `text` is no numeric address.
std::string address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  if (text.find('\0') != std::string::npos) return {};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

// A name as it stands in a certificate: addresses as IP entries, the rest as lower-case DNS
// entries.
Result<NamePtr> alternative_name(const std::string& text) {
  std::string value = address_bytes(text);
  const bool is_address = !value.empty();
  if (!is_address) value = base::ascii_lower(text);
  if (!is_address && !is_dns_name(value)) {
    return Fail(ErrorKind::kInvalid,
                "\"" + base::printable(text, 300) + "\" is neither a host name nor an IP address",
                "give names like device.example.com, *.example.com, 192.0.2.7 or 2001:db8::7");
  }
  NamePtr name(GENERAL_NAME_new());
  ASN1_STRING* string = is_address ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
  if (!name || string == nullptr ||
      ASN1_STRING_set(string, value.data(), static_cast<int>(value.size())) != 1) {
    ASN1_STRING_free(string);
    return Fail(openssl_error("encode a name"));
  }
  GENERAL_NAME_set0_value(name.get(), is_address ? GEN_IPADD : GEN_DNS, string);
  return name;
}

Result<NamesPtr> alternative_names(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > Authority::kNamesMax) {
    return Fail(ErrorKind::kInvalid, "a server certificate needs 1 to " +
                                         std::to_string(Authority::kNamesMax) + " names, got " +
                                         std::to_string(names.size()));
  }
  NamesPtr all(GENERAL_NAMES_new());
  for (const std::string& text : names) {
    BERTH_TRY(NamePtr name, alternative_name(text));
    if (!all || sk_GENERAL_NAME_push(all.get(), name.get()) <= 0)
      return Fail(openssl_error("add a name"));
    (void)name.release();
  }
  return all;
}

bool add_alternatives(X509* certificate, GENERAL_NAMES* names) {
  return names == nullptr || X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1;
}

bool covers(X509* certificate, const std::string& name) {
  const std::string address = address_bytes(name);
  if (!address.empty()) {
    return X509_check_ip(certificate, reinterpret_cast<const unsigned char*>(address.data()),
                         address.size(), 0) == 1;
  }
  // The name itself must be listed: a wildcard is covered by the same wildcard only.
  const NamesPtr listed(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const std::string wanted = base::ascii_lower(name);
  for (int i = 0; i < sk_GENERAL_NAME_num(listed.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(listed.get(), i), &type));
    if (type != GEN_DNS) continue;
    const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (text == wanted) return true;
  }
  return false;
}

}  // namespace

Authority::Authority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

Result<Authority> Authority::create(std::string_view common_name, Rng& rng, const Clock& clock,
                                    int authorities_below) {
  if (!is_common_name(common_name)) {
    return Fail(ErrorKind::kInvalid, "the name of a CA must have 1 to 64 printable characters");
  }
  auto impl = std::make_unique<Impl>();
  impl->key.reset(EVP_EC_gen("P-256"));
  if (!impl->key) return Fail(openssl_error("make the CA's key"));
  const TimePoint now = clock.wall();
  impl->certificate = new_certificate(impl->key.get(), rng, now - kBackdate, now + kLifetime);
  X509* certificate = impl->certificate.get();
  if (certificate == nullptr) return Fail(openssl_error("make the CA certificate"));
  const std::string constraints =
      "critical,CA:TRUE,pathlen:" + std::to_string(std::clamp(authorities_below, 0, kBelowMax));
  X509_NAME* name = X509_get_subject_name(certificate);
  const bool made =
      set_common_name(name, common_name) && X509_set_issuer_name(certificate, name) == 1 &&
      add_extension(certificate, certificate, NID_basic_constraints, constraints.c_str()) &&
      add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
      add_extension(certificate, certificate, NID_authority_key_identifier, "keyid:always") &&
      sign_with(certificate, impl->key.get());
  if (!made) return Fail(openssl_error("sign the CA certificate"));
  BERTH_TRY(impl->pem, certificate_text(certificate));
  impl->chain.push_back(encoded(i2d_X509, certificate));
  impl->writer = LeafWriter::make(certificate, impl->key.get());
  return Authority(std::move(impl));
}

Result<Authority> Authority::load(std::string_view certificate_pem, const Secret& private_key_pem) {
  auto impl = std::make_unique<Impl>();
  Result<std::vector<base::Bytes>> chain = certificates_der(certificate_pem, kChainMax);
  if (!chain) {
    return Fail(ErrorKind::kInvalid, "the CA certificate is not PEM: " + chain.error().what);
  }
  impl->chain = *std::move(chain);
  BERTH_TRY(impl->certificate, parse_der(impl->chain.front()));
  impl->key = parse_key(private_key_pem);
  if (!impl->key) {
    return Fail(ErrorKind::kInvalid, "the CA's private key cannot be read: " + openssl_reason(),
                "it must be an unencrypted PEM file");
  }
  if (X509_check_private_key(impl->certificate.get(), impl->key.get()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid, "the CA certificate and the private key are not a pair",
                "restore both from the same backup, or remove both to make a new CA");
  }
  if (X509_check_ca(impl->certificate.get()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid, "the certificate is not one of a CA (CA:TRUE is missing)");
  }
  for (std::size_t i = 0; i + 1 < impl->chain.size(); ++i) {
    const Result<void> linked = check_signed_by(impl->chain[i], impl->chain[i + 1]);
    if (linked) continue;
    return Fail(ErrorKind::kInvalid,
                "certificate " + std::to_string(i + 2) +
                    " of the CA's chain did not sign the one before: " + linked.error().what,
                "put the CA's own certificate first, then its issuer's, up to the root");
  }
  BERTH_TRY(impl->pem, certificate_text(impl->certificate.get()));
  impl->writer = LeafWriter::make(impl->certificate.get(), impl->key.get());
  return Authority(std::move(impl));
}

const std::string& Authority::certificate_pem() const { return impl_->pem; }

const std::vector<base::Bytes>& Authority::chain() const { return impl_->chain; }

Result<Secret> Authority::private_key_pem() const { return private_key_text(impl_->key.get()); }

Result<Authority::Validity> Authority::validity(std::chrono::hours lifetime,
                                                const Clock& clock) const {
  const TimePoint now = clock.wall();
  const TimePoint until = std::min<TimePoint>(now + lifetime, end_of(impl_->certificate.get()));
  if (until <= now) {
    return Fail(ErrorKind::kPreconditionFailed,
                "the CA certificate expired at " + base::format_utc(until, 0),
                "make a new CA and give its certificate to the devices");
  }
  return Validity{now - kBackdate, until};
}

Result<base::Bytes> Authority::sign(EVP_PKEY* key, const Subject& subject, Rng& rng,
                                    const Clock& clock) const {
  BERTH_TRY(const Validity times, validity(subject.lifetime, clock));
  const CertificatePtr certificate = new_certificate(key, rng, times.from, times.until);
  X509* issuer = impl_->certificate.get();
  X509* made = certificate.get();
  const bool is_good =
      made != nullptr && set_common_name(X509_get_subject_name(made), subject.common_name) &&
      X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
      add_extension(made, issuer, NID_basic_constraints, subject.constraints) &&
      add_extension(made, issuer, NID_key_usage, subject.key_usage) &&
      (subject.usage == nullptr || add_extension(made, issuer, NID_ext_key_usage, subject.usage)) &&
      add_extension(made, issuer, NID_subject_key_identifier, "hash") &&
      // A CA that somebody else made may have no identifier to point to.
      (X509_get0_subject_key_id(issuer) == nullptr ||
       add_extension(made, issuer, NID_authority_key_identifier, "keyid:always")) &&
      add_alternatives(made, subject.names) && sign_with(made, impl_->key.get());
  if (!is_good) return Fail(openssl_error("sign the certificate"));
  return encoded(i2d_X509, made);
}

Result<CertifiedKey> Authority::issue(const Subject& subject, Rng& rng, const Clock& clock) const {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Fail(openssl_error("make the key"));
  BERTH_TRY(const base::Bytes der, sign(key.get(), subject, rng, clock));
  CertifiedKey issued;
  issued.certificate_pem = berth::crypto::certificate_pem(der);
  BERTH_TRY(issued.private_key_pem, private_key_text(key.get()));
  return issued;
}

Result<CertifiedKey> Authority::issue_server(const std::vector<std::string>& names, Rng& rng,
                                             const Clock& clock) const {
  BERTH_TRY(const NamesPtr alternatives, alternative_names(names));
  Subject subject;
  // The subject is for people; a name over 64 characters only fits the alternative names.
  subject.common_name = "berth";
  if (names.front().size() <= kCommonNameMax) subject.common_name = names.front();
  subject.usage = "serverAuth";
  subject.names = alternatives.get();
  subject.lifetime = kServerLifetime;
  return issue(subject, rng, clock);
}

bool Authority::needs_reissue(std::string_view certificate_pem,
                              const std::vector<std::string>& names, const Clock& clock) const {
  const CertificatePtr certificate = parse_certificate(certificate_pem);
  if (!certificate || X509_verify(certificate.get(), impl_->key.get()) != 1) {
    ERR_clear_error();
    return true;
  }
  if (end_of(certificate.get()) <= clock.wall() + kRenewBefore) return true;
  return !std::all_of(names.begin(), names.end(),
                      [&](const std::string& name) { return covers(certificate.get(), name); });
}

}  // namespace berth::crypto
