#include "app/certificates.h"

#include "app/files.h"
#include "base/codec.h"
#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::app {
namespace {

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
  BERTH_TRY(net::TlsMaterial material, made->material());
  BERTH_TRY(made->tls_, net::TlsContext::create(material, limits, made->options_.unasked));
  return made;
}

Result<void> Certificates::cover(const std::vector<std::string>& names) {
  names_.insert(names.begin(), names.end());
  BERTH_TRY(const net::TlsMaterial current, material());
  return tls_->replace(current);
}

Result<net::TlsMaterial> Certificates::material() {
  return options_.own_certificate.empty() ? issued_material() : own_material();
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
        !options_.authority->needs_reissue(certificate, names, clock_)) {
      return net::TlsMaterial{certificate, Secret::from_text(stored->text().substr(key_at))};
    }
  }
  BERTH_TRY(crypto::CertifiedKey issued, options_.authority->issue_server(names, rng_, clock_));
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
