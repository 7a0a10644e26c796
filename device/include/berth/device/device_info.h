// The JSON file in which a device keeps what it is: its product, its name, the product's secret,
// and what dynamic registration gave it. The format of the vendor's samples:
//
//   {"auth_mode":"KEY","productId":"S3EUVBRJLB","productSecret":"…","deviceName":"device_1234",
//    "key_deviceinfo":{"deviceSecret":"YOUR_IOT_PSK"},
//    "cert_deviceinfo":{"devCertFile":"…","devPrivateKeyFile":"…"}}
//
// Members may come in any order. Those this program does not know, and white space, are kept.
//
// Room device. Thread rule: plain value. Reads and writes no files.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <memory>
#include <string>
#include <string_view>

namespace berth::device {

// How a product's devices prove who they are.
enum class AuthMode { kKey, kCertificate };
std::string_view to_string(AuthMode mode);  // as in the file: "KEY", "CERT"

struct DeviceInfo {
  AuthMode mode = AuthMode::kKey;
  std::string product_id;
  std::string device_name;
  Secret product_secret;         // empty: the file has none
  Secret device_secret;          // kKey, as text: Base64
  std::string certificate_file;  // kCertificate, as the file names them
  std::string key_file;
  bool is_registered = false;  // the above are no placeholders

  // What the device is called on connections.
  std::string client_id() const { return product_id + device_name; }
};

// What a device connects with.
struct DeviceCredential {
  Secret device_secret;  // of AuthMode::kKey, as text: Base64
  std::string certificate_pem;
  Secret key_pem;
};

class DeviceInfoFile {
 public:
  // kInvalid: "line 3, column 7: expected …", never with a value of the file but ids and names.
  static Result<DeviceInfoFile> read(Secret text);
  DeviceInfoFile(DeviceInfoFile&&) noexcept;
  DeviceInfoFile& operator=(DeviceInfoFile&&) noexcept;
  ~DeviceInfoFile();

  const DeviceInfo& info() const;
  // Whether it holds what registering needs. Else as read().
  Result<void> can_register() const;
  // Whether it holds what connecting needs. Else as read().
  Result<void> can_connect() const;

  // The whole text with these values and all else as it was.
  Secret with_device_secret(const Secret& secret) const;
  Secret with_certificate(std::string_view certificate_file, std::string_view key_file) const;

 private:
  struct Parts;
  explicit DeviceInfoFile(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace berth::device
