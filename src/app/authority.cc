#include "app/authority.h"

#include "app/files.h"
#include "base/log.h"

#include <utility>

namespace berth::app {
namespace {

constexpr int kPublicMode = 0644;
constexpr int kPrivateMode = 0600;

std::shared_ptr<const crypto::Authority> share(crypto::Authority authority) {
  return std::make_shared<const crypto::Authority>(std::move(authority));
}

}  // namespace

Result<std::shared_ptr<const crypto::Authority>> open_authority(const std::filesystem::path& data,
                                                                const Clock& clock, Rng& rng) {
  const auto certificate_path = data / "ca.pem";
  const auto key_path = data / "ca.key";
  Result<Secret> certificate = read_file(certificate_path);
  if (certificate) {
    Result<void> closed = check_private(key_path);
    if (!closed) return Fail(std::move(closed).error());
    BERTH_TRY(const Secret key, read_file(key_path));
    BERTH_TRY(crypto::Authority loaded, crypto::Authority::load(certificate->text(), key));
    return share(std::move(loaded));
  }
  if (certificate.error().kind != ErrorKind::kNotFound) return Fail(std::move(certificate).error());

  // One below it: each scope's issuing CA.
  BERTH_TRY(crypto::Authority created, crypto::Authority::create("Berth CA", rng, clock, 1));
  BERTH_TRY(const Secret key, created.private_key_pem());
  // The key first: a certificate without its key would be taken for a whole CA on the next start.
  Result<void> wrote = write_file(key_path, key.text(), kPrivateMode);
  if (!wrote) return Fail(std::move(wrote).error());
  log::info("ca.created", {{"trust", certificate_path.string()}});
  wrote = write_file(certificate_path, created.certificate_pem(), kPublicMode);
  if (!wrote) return Fail(std::move(wrote).error());
  return share(std::move(created));
}

}  // namespace berth::app
