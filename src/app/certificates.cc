#include "app/certificates.h"

#include "app/files.h"
#include "base/codec.h"
#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::app {
namespace {

constexpr int kPublicMode = 0644;
constexpr int kPrivateMode = 0600;
constexpr std::string_view kKeyBegins = "-----BEGIN PRIVATE KEY";

std::string text_of(const Secret& file) { return std::string(file.text()); }

}  // namespace

Result<std::unique_ptr<Certificates>> Certificates::open(CertificateOptions options,
                                                         std::vector<std::string> names,
                                                         const net::Limits& limits,
                                                         const Clock& clock, Rng& rng) {
  std::unique_ptr<Certificates> made(new Certificates(std::move(options), clock, rng));
  made->names_.insert(names.begin(), names.end());
  if (made->options_.own_certificate.empty() != made->options_.own_key.empty()) {
    return Fail(ErrorKind::kInvalid, "only one of tls.certificate and tls.key is set",
                "set both, or neither to let Berth issue a certificate");
  }
  if (made->options_.own_certificate.empty()) {
    Result<void> opened = made->open_authority();
    if (!opened) return Fail(std::move(opened).error());
  }
  BERTH_TRY(net::TlsMaterial material, made->material());
  BERTH_TRY(made->tls_, net::TlsContext::create(material, limits));
  return made;
}

Result<void> Certificates::cover(const std::vector<std::string>& names) {
  names_.insert(names.begin(), names.end());
  BERTH_TRY(const net::TlsMaterial current, material());
  return tls_->replace(current);
}

Result<void> Certificates::open_authority() {
  const auto certificate_path = options_.data / "ca.pem";
  const auto key_path = options_.data / "ca.key";
  Result<Secret> certificate = read_file(certificate_path);
  if (certificate) {
    Result<void> closed = check_private(key_path);
    if (!closed) return closed;
    BERTH_TRY(const Secret key, read_file(key_path));
    Result<crypto::Authority> loaded = crypto::Authority::load(certificate->text(), key);
    if (!loaded) return Fail(std::move(loaded).error());
    authority_.emplace(*std::move(loaded));
    return {};
  }
  if (certificate.error().kind != ErrorKind::kNotFound) return Fail(std::move(certificate).error());

  Result<crypto::Authority> created = crypto::Authority::create("Berth CA", rng_, clock_);
  if (!created) return Fail(std::move(created).error());
  authority_.emplace(*std::move(created));
  BERTH_TRY(const Secret key, authority_->private_key_pem());
  // The key first: a certificate without its key would be taken for a whole CA on the next start.
  Result<void> wrote = write_file(key_path, key.text(), kPrivateMode);
  if (!wrote) return wrote;
  log::info("ca.created", {{"trust", certificate_path.string()}});
  return write_file(certificate_path, authority_->certificate_pem(), kPublicMode);
}

Result<net::TlsMaterial> Certificates::material() {
  return authority_ ? issued_material() : own_material();
}

Result<net::TlsMaterial> Certificates::own_material() const {
  Result<void> closed = check_private(options_.own_key);
  if (!closed) return Fail(std::move(closed).error());
  BERTH_TRY(const Secret certificate, read_file(options_.own_certificate));
  BERTH_TRY(Secret key, read_file(options_.own_key));
  return net::TlsMaterial{text_of(certificate), std::move(key)};
}

Result<net::TlsMaterial> Certificates::issued_material() {
  // Certificate and key share a file, so that a crash cannot leave one without the other.
  const auto path = options_.data / "server.pem";
  const std::vector<std::string> names(names_.begin(), names_.end());
  Result<Secret> stored = read_file(path);
  if (stored) {
    const std::size_t key_at = stored->text().find(kKeyBegins);
    const std::string certificate(stored->text().substr(0, key_at));
    if (key_at != std::string_view::npos &&
        !authority_->needs_reissue(certificate, names, clock_)) {
      return net::TlsMaterial{certificate, Secret::from_text(stored->text().substr(key_at))};
    }
  }
  BERTH_TRY(crypto::CertifiedKey issued, authority_->issue_server(names, rng_, clock_));
  Secret both = Secret::of_size(issued.certificate_pem.size() + issued.private_key_pem.size());
  const std::span<const std::uint8_t> certificate = base::as_bytes(issued.certificate_pem);
  const std::span<const std::uint8_t> key = issued.private_key_pem.bytes();
  std::copy(certificate.begin(), certificate.end(), both.mutable_bytes().begin());
  std::copy(key.begin(), key.end(),
            both.mutable_bytes().begin() + static_cast<std::ptrdiff_t>(certificate.size()));
  Result<void> wrote = write_file(path, both.text(), kPrivateMode);
  if (!wrote) return Fail(std::move(wrote).error());
  log::info("certificate.issued", {{"names", fmt::format("{}", fmt::join(names, ","))}});
  return net::TlsMaterial{std::move(issued.certificate_pem), std::move(issued.private_key_pem)};
}

}  // namespace berth::app
