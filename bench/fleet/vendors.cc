#include "bench/fleet/vendors.h"

#include "base/codec.h"
#include "bench/fleet/messages.h"
#include "bench/fleet/one_request.h"
#include "crypto/cbc.h"
#include "crypto/derived_password.h"
#include "crypto/hmac.h"

#include <array>
#include <utility>

namespace berth::fleet {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";  // as the C SDK says
constexpr std::size_t kAesKeyBytes = 16;
constexpr std::size_t kSecretMin = kAesKeyBytes;

// What one kind of firmware says, and how it knows that it got in.
class Firmware {
 public:
  virtual ~Firmware() = default;
  virtual std::string request(std::uint64_t device) const = 0;
  virtual bool is_in(const Answer& answer) const = 0;
};

class TencentFirmware final : public Firmware {
 public:
  static Result<std::unique_ptr<Firmware>> read(const Options& options, const Clock& clock) {
    BERTH_TRY(const std::string secret, options.first_line("product-secret-file"));
    if (secret.size() < kSecretMin) {
      return Fail(ErrorKind::kInvalid, "the product secret has fewer than 16 characters",
                  "`berth product show PRODUCT --show-keys` prints it");
    }
    auto firmware = std::make_unique<TencentFirmware>();
    BERTH_TRY(firmware->product_, options.needed("product"));
    firmware->secret_ = Secret::from_text(secret);
    firmware->prefix_ = options.text("prefix", "fleet-");
    firmware->host_ = options.text("host", "localhost");
    firmware->now_ = std::to_string(base::to_unix_seconds(clock.wall()));
    return firmware;
  }

  // tencent.md §2.2, §2.3.
  std::string request(std::uint64_t device) const override {
    const std::string name = prefix_ + std::to_string(device);
    const std::string nonce = std::to_string(device + 1);
    const std::string text =
        "deviceName=" + name + "&nonce=" + nonce + "&productId=" + product_ + "&timestamp=" + now_;
    const std::string mac = base::hex_encode(crypto::hmac_sha1(secret_.bytes(), text));
    const std::string body = "{\"deviceName\":\"" + name + "\",\"nonce\":" + nonce +
                             ",\"productId\":\"" + product_ + "\",\"timestamp\":" + now_ +
                             ",\"signature\":\"" + base::base64_encode(base::as_bytes(mac)) + "\"}";
    return to_bytes({"POST", "/register/dev", host_, {}, body, kForm});
  }

  // The secret in it can be opened with the product's.
  bool is_in(const Answer& answer) const override {
    if (answer.status != 200 || answer.body.find("\"code\":0,") == answer.body.npos) return false;
    const auto sealed = base::base64_decode(json_text(answer.body, "payload"));
    if (!sealed) return false;
    const std::array<std::uint8_t, kAesKeyBytes> zeros = [] {
      std::array<std::uint8_t, kAesKeyBytes> digits{};
      digits.fill('0');
      return digits;
    }();
    const std::optional<Secret> opened = crypto::decrypt_aes128_cbc(
        std::span<const std::uint8_t, kAesKeyBytes>(secret_.bytes().first<kAesKeyBytes>()), zeros,
        *sealed);
    return opened && opened->text().find("\"psk\":\"") != std::string_view::npos;
  }

 private:
  std::string product_;
  Secret secret_;
  std::string prefix_;
  std::string host_;
  std::string now_;
};

class CloudPlugsFirmware final : public Firmware {
 public:
  static Result<std::unique_ptr<Firmware>> read(const Options& options, const Clock&) {
    auto firmware = std::make_unique<CloudPlugsFirmware>();
    BERTH_TRY(firmware->model_, options.needed("model"));
    BERTH_TRY(const std::string secret, options.first_line("secret-file"));
    firmware->secret_ = Secret::from_text(secret);
    firmware->prefix_ = options.text("prefix", "fleet-");
    firmware->host_ = options.text("host", "localhost");
    return firmware;
  }

  std::string request(std::uint64_t device) const override {
    const std::string serial = prefix_ + std::to_string(device);
    const Secret password = crypto::derive_password(secret_.text(), serial);
    const std::string body = "{\"model\":\"" + model_ + "\",\"hwid\":\"" + serial +
                             "\",\"pass\":\"" + std::string(password.text()) + "\"}";
    return to_bytes({"POST", "/iot/device", host_, {}, body, "application/json"});
  }

  bool is_in(const Answer& answer) const override {
    return answer.status == 200 && json_text(answer.body, "id").starts_with("dev-") &&
           !json_text(answer.body, "auth").empty();
  }

 private:
  std::string model_;
  Secret secret_;
  std::string prefix_;
  std::string host_;
};

class VendorScript final : public Script {
 public:
  VendorScript(std::string request, const Firmware& firmware)
      : request_(std::move(request)), firmware_(firmware) {}

  Step begin(Tally&) override { return Step::send(std::move(request_)); }

  Step answered(const Answer& answer, Tally&) override {
    if (firmware_.is_in(answer)) return Step::done();
    return Step::fail(unexpected(answer, "200 with what lets it in"));
  }

 private:
  std::string request_;
  const Firmware& firmware_;
};

class VendorPlan final : public Plan {
 public:
  VendorPlan(std::unique_ptr<Firmware> firmware, Shape shape, bool is_looked_at)
      : firmware_(std::move(firmware)), shape_(shape), is_looked_at_(is_looked_at) {
    shape_.tls = false;
  }

  Shape shape() const override { return shape_; }

  std::unique_ptr<Script> script(std::uint64_t device) override {
    std::string request = firmware_->request(device);
    if (!is_looked_at_) return std::make_unique<OneRequest>(std::move(request), 204);
    return std::make_unique<VendorScript>(std::move(request), *firmware_);
  }

 private:
  const std::unique_ptr<Firmware> firmware_;
  Shape shape_;
  const bool is_looked_at_;
};

Result<std::unique_ptr<Plan>> plan_for(std::unique_ptr<Firmware> firmware, const Options& options) {
  BERTH_TRY(const Shape shape, counted_shape(options));
  const std::string to = options.text("to", "berth");
  if (to != "berth" && to != "nginx") {
    return Fail(ErrorKind::kInvalid, "--to cannot be `" + to + "`", "it takes berth or nginx");
  }
  return std::make_unique<VendorPlan>(std::move(firmware), shape, to == "berth");
}

}  // namespace

Result<std::unique_ptr<Plan>> make_tencent(const Options& options, const Clock& clock) {
  BERTH_TRY(std::unique_ptr<Firmware> firmware, TencentFirmware::read(options, clock));
  return plan_for(std::move(firmware), options);
}

Result<std::unique_ptr<Plan>> make_cloudplugs(const Options& options, const Clock& clock) {
  BERTH_TRY(std::unique_ptr<Firmware> firmware, CloudPlugsFirmware::read(options, clock));
  return plan_for(std::move(firmware), options);
}

}  // namespace berth::fleet
