#include "bench/fleet/logins.h"

#include "base/codec.h"
#include "bench/fleet/messages.h"
#include "crypto/device_key.h"
#include "crypto/hmac.h"

namespace berth::fleet {
namespace {

constexpr std::string_view kVersion = "2021-04-12";
constexpr std::chrono::hours kTokenLife{12};

}  // namespace

Result<Logins> Logins::read(const Options& options, const Clock& clock) {
  const std::string to = options.text("to", "berth");
  if (to == "mosquitto") return of_broker(options);
  if (to != "berth") {
    return Fail(ErrorKind::kInvalid, "--to cannot be `" + to + "`", "it is berth or mosquitto");
  }
  Logins logins;
  logins.is_berth_ = true;
  BERTH_TRY(logins.hub_, options.needed("hub"));
  logins.prefix_ = options.text("prefix", "fleet-");
  BERTH_TRY(const std::string key, options.first_line("group-key-file"));
  std::optional<Secret> decoded = base::base64_decode_secret(key);
  if (!decoded) return Fail(ErrorKind::kInvalid, "the group key is not base64");
  logins.secret_ = *std::move(decoded);
  logins.expiry_ = std::to_string(base::to_unix_seconds(clock.wall() + kTokenLife));
  return logins;
}

Result<Logins> Logins::of_broker(const Options& options) {
  Logins logins;
  logins.prefix_ = options.text("prefix", "fleet-");
  BERTH_TRY(logins.user_prefix_, options.needed("user-prefix"));
  BERTH_TRY(logins.users_, options.number("users", 1, 1, 1'000'000));
  BERTH_TRY(const std::string text, options.first_line("password-file"));
  logins.secret_ = Secret::from_text(text);
  return logins;
}

std::string Logins::client_id(std::uint64_t device) const {
  return prefix_ + std::to_string(device);
}

std::string Logins::connect(std::uint64_t device) const {
  const std::string id = client_id(device);
  if (!is_berth_) {
    const std::string user = user_prefix_ + std::to_string(device % users_);
    return mqtt_connect({id, user, secret_.text()});
  }
  const std::string resource = base::percent_encode(hub_ + "/devices/" + id);
  const Secret key = crypto::derive_device_key(secret_.bytes(), id);
  const auto mac = crypto::hmac_sha256(key.bytes(), resource + "\n" + expiry_);
  const std::string token = "SharedAccessSignature sr=" + resource +
                            "&sig=" + base::percent_encode(base::base64_encode(mac)) +
                            "&se=" + expiry_;
  const std::string user = hub_ + "/" + id + "/?api-version=" + std::string(kVersion);
  return mqtt_connect({id, user, token});
}

}  // namespace berth::fleet
