#include "berth/device/device_info.h"

#include "base/codec.h"
#include "device/json_members.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr std::string_view kMode = "auth_mode";
constexpr std::string_view kProductId = "productId";
constexpr std::string_view kProductSecret = "productSecret";
constexpr std::string_view kDeviceName = "deviceName";
constexpr std::string_view kDeviceSecret = "key_deviceinfo.deviceSecret";
constexpr std::string_view kCertificateFile = "cert_deviceinfo.devCertFile";
constexpr std::string_view kKeyFile = "cert_deviceinfo.devPrivateKeyFile";

// What stands for "none yet": in the sample's source, and in the file that comes with it.
constexpr std::array<std::string_view, 6> kPlaceholders{"",
                                                        "YOUR_IOT_PSK",
                                                        "YOUR_DEVICE_NAME_cert.crt",
                                                        "YOUR_DEVICE_NAME_private.key",
                                                        "YOUR_DEVICE_CERT_FILE_NAME",
                                                        "YOUR_DEVICE_PRIVATE_KEY_FILE_NAME"};
constexpr std::string_view kProductSecretPlaceholder = "YOUR_PRODUCT_SECRET";

constexpr std::size_t kProductIdSize = 10;
constexpr std::size_t kDeviceNameMax = 48;
constexpr std::size_t kProductSecretMin = 16;  // the cipher's key is made of so many characters
constexpr std::size_t kProductSecretMax = 256;
constexpr std::size_t kDeviceKeyMax = 64;  // bytes, decoded

bool is_placeholder(std::string_view text) {
  return std::find(kPlaceholders.begin(), kPlaceholders.end(), text) != kPlaceholders.end();
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_product_id(std::string_view text) {
  return text.size() == kProductIdSize && std::all_of(text.begin(), text.end(), is_alphanumeric);
}

bool is_device_name(std::string_view text) {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == ':' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kDeviceNameMax &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_product_secret(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c <= '~'; };
  return text.size() >= kProductSecretMin && text.size() <= kProductSecretMax &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_device_key(std::string_view base64) {
  const std::optional<Secret> key = base::base64_decode_secret(base64);
  return key && !key->empty() && key->size() <= kDeviceKeyMax;
}

struct Edit {
  const JsonMember* member = nullptr;
  std::string_view value;
};

}  // namespace

struct DeviceInfoFile::Parts {
  Secret text;
  JsonDocument document;
  DeviceInfo info;

  auto expected(std::size_t at, const std::string& what) const {
    return Fail(ErrorKind::kInvalid, place_in(text.text(), at) + ": expected " + what);
  }
  // "" when it is not there.
  Result<std::string> text_at(std::string_view path) const;
  Result<void> needs(const std::vector<std::string_view>& paths) const;
  Result<void> read();
  Result<void> read_credential();
  Secret edited(std::vector<Edit> edits) const;
};

Result<std::string> DeviceInfoFile::Parts::text_at(std::string_view path) const {
  const JsonMember* member = document.find(path);
  if (member == nullptr) return std::string();
  const std::string name(path);
  if (const JsonMember* again = document.find_again(path)) {
    return expected(again->name_at, "`" + name + "` once, found it again");
  }
  if (member->kind != JsonKind::kText)
    return expected(member->begin, "text in quotes for `" + name + "`");
  std::optional<std::string> found = text_of(text.text(), *member);
  if (!found) return expected(member->begin, "whole characters in `" + name + "`");
  return *std::move(found);
}

// Names all that are missing, at the place where they could stand.
Result<void> DeviceInfoFile::Parts::needs(const std::vector<std::string_view>& paths) const {
  std::string missing;
  for (const std::string_view path : paths) {
    if (document.find(path) != nullptr) continue;
    missing += (missing.empty() ? "`" : ", `") + std::string(path) + "`";
  }
  if (missing.empty()) return {};
  return expected(document.end, missing + " somewhere before this `}`, found no such member");
}

Result<void> DeviceInfoFile::Parts::read() {
  BERTH_TRY(document, read_json(text.text()));
  BERTH_TRY(const std::string mode, text_at(kMode));
  const bool is_key = base::equals_ignoring_case(mode, "KEY");
  const bool is_certificate = base::equals_ignoring_case(mode, "CERT");
  const JsonMember* at = document.find(kMode);
  if (at != nullptr && !is_key && !is_certificate) {
    return expected(at->begin, "\"KEY\" or \"CERT\", found \"" + base::printable(mode, 40) + "\"");
  }
  info.mode = is_certificate ? AuthMode::kCertificate : AuthMode::kKey;
  std::vector<std::string_view> needed{kMode, kProductId, kDeviceName};
  if (is_key) needed.push_back(kDeviceSecret);
  if (is_certificate) needed.insert(needed.end(), {kCertificateFile, kKeyFile});
  Result<void> whole = needs(needed);
  if (!whole) return whole;
  BERTH_TRY(info.product_id, text_at(kProductId));
  if (!is_product_id(info.product_id)) {
    return expected(document.find(kProductId)->begin,
                    "the product's id, ten letters and digits, found \"" +
                        base::printable(info.product_id, 60) + "\"");
  }
  BERTH_TRY(info.device_name, text_at(kDeviceName));
  if (!is_device_name(info.device_name)) {
    return expected(document.find(kDeviceName)->begin,
                    "the device's name, 1 to 48 letters, digits, `:`, `_` and `-`, found \"" +
                        base::printable(info.device_name, 60) + "\"");
  }
  BERTH_TRY(const std::string product_secret, text_at(kProductSecret));
  info.product_secret = Secret::from_text(product_secret);
  return read_credential();
}

Result<void> DeviceInfoFile::Parts::read_credential() {
  if (info.mode == AuthMode::kKey) {
    BERTH_TRY(const std::string secret, text_at(kDeviceSecret));
    info.is_registered = !is_placeholder(secret);
    info.device_secret = Secret::from_text(secret);
    return {};
  }
  BERTH_TRY(info.certificate_file, text_at(kCertificateFile));
  BERTH_TRY(info.key_file, text_at(kKeyFile));
  info.is_registered = !is_placeholder(info.certificate_file) && !is_placeholder(info.key_file);
  return {};
}

Secret DeviceInfoFile::Parts::edited(std::vector<Edit> edits) const {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.member->begin < b.member->begin; });
  const std::string_view whole = text.text();
  std::vector<std::string> pieces;
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    pieces.emplace_back(whole.substr(done, edit.member->begin - done));
    pieces.push_back(json::serialize(json::string(edit.value)));
    done = edit.member->end;
  }
  pieces.emplace_back(whole.substr(done));
  std::size_t size = 0;
  for (const std::string& piece : pieces) size += piece.size();
  Secret result = Secret::of_size(size);
  auto out = result.mutable_bytes().begin();
  for (const std::string& piece : pieces) out = std::copy(piece.begin(), piece.end(), out);
  return result;
}

DeviceInfoFile::DeviceInfoFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DeviceInfoFile::DeviceInfoFile(DeviceInfoFile&&) noexcept = default;
DeviceInfoFile& DeviceInfoFile::operator=(DeviceInfoFile&&) noexcept = default;
DeviceInfoFile::~DeviceInfoFile() = default;

std::string_view to_string(AuthMode mode) { return mode == AuthMode::kKey ? "KEY" : "CERT"; }

Result<DeviceInfoFile> DeviceInfoFile::read(Secret text) {
  auto parts = std::make_unique<Parts>();
  parts->text = std::move(text);
  Result<void> done = parts->read();
  if (!done) return Fail(std::move(done).error());
  return DeviceInfoFile(std::move(parts));
}

const DeviceInfo& DeviceInfoFile::info() const { return parts_->info; }

Result<void> DeviceInfoFile::can_register() const {
  Result<void> whole = parts_->needs({kProductSecret});
  if (!whole) return whole;
  const std::string_view secret = parts_->info.product_secret.text();
  const std::size_t at = parts_->document.find(kProductSecret)->begin;
  if (secret == kProductSecretPlaceholder) {
    return parts_->expected(at, "the product's secret, found the placeholder of the sample");
  }
  if (!is_product_secret(secret)) {
    return parts_->expected(at, "the product's secret, 16 to 256 visible characters, found " +
                                    std::to_string(secret.size()) + " bytes that are none");
  }
  return {};
}

Result<void> DeviceInfoFile::can_connect() const {
  const DeviceInfo& info = parts_->info;
  const std::string_view path = info.mode == AuthMode::kKey ? kDeviceSecret : kCertificateFile;
  const std::size_t at = parts_->document.find(path)->begin;
  if (!info.is_registered) {
    return parts_->expected(at, "what registering gives, found the placeholder of the sample");
  }
  if (info.mode == AuthMode::kKey && !is_device_key(info.device_secret.text())) {
    return parts_->expected(at, "the device's secret, Base64 of 1 to 64 bytes");
  }
  return {};
}

Secret DeviceInfoFile::with_device_secret(const Secret& secret) const {
  return parts_->edited({{parts_->document.find(kDeviceSecret), secret.text()}});
}

Secret DeviceInfoFile::with_certificate(std::string_view certificate_file,
                                        std::string_view key_file) const {
  return parts_->edited({{parts_->document.find(kCertificateFile), certificate_file},
                         {parts_->document.find(kKeyFile), key_file}});
}

}  // namespace berth::device
