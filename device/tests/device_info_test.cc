#include "berth/device/device_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// As it is printed in the vendor's description.
constexpr const char* kKeyFile = R"({
    "auth_mode":"KEY",
    "productId":"S3EUVBRJLB",
    "productSecret":"8Xz56tyfgQAZEDCTUGau4snA",
    "deviceName":"device_1234",
    "key_deviceinfo":{
        "deviceSecret":"YOUR_IOT_PSK"
    }
}
)";

// In another order, with members of other programs and both kinds of credentials.
constexpr const char* kCertificateFile =
    R"({"subDev":{"sub_productId":"X", "list":[1.50,"a"]},"cert_deviceinfo":{"devPrivateKeyFile":)"
    R"("YOUR_DEVICE_NAME_private.key","devCertFile":"YOUR_DEVICE_NAME_cert.crt","x":1e2},)"
    R"("key_deviceinfo":{"deviceSecret":"YOUR_IOT_PSK"},"deviceName":"cert_dev_1","productSecret")"
    R"(:"hzvf5LF9S0isvBhDSauWMaIk","productId":"S3EUVBRJLB","auth_mode":"CERT"})";

Result<DeviceInfoFile> read(std::string_view text) {
  return DeviceInfoFile::read(Secret::from_text(text));
}

std::string mistake(std::string_view text) {
  const auto file = read(text);
  return file ? "it was accepted" : file.error().what;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  return at == text.npos ? "not found" : text.replace(at, what.size(), with);
}

TEST(DeviceInfo, TheVendorsSampleIsADeviceThatAwaitsRegistration) {
  const auto file = read(kKeyFile);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->info().mode, AuthMode::kKey);
  EXPECT_EQ(file->info().product_id, "S3EUVBRJLB");
  EXPECT_EQ(file->info().device_name, "device_1234");
  EXPECT_EQ(file->info().client_id(), "S3EUVBRJLBdevice_1234");
  EXPECT_EQ(file->info().product_secret.text(), "8Xz56tyfgQAZEDCTUGau4snA");
  EXPECT_FALSE(file->info().is_registered);
  EXPECT_TRUE(file->can_register());
  ASSERT_FALSE(file->can_connect());
  EXPECT_EQ(file->can_connect().error().what,
            "line 7, column 24: expected what registering gives, found the placeholder of the "
            "sample");
}

TEST(DeviceInfo, WritingTheSecretChangesNothingElse) {
  const auto file = read(kKeyFile);
  ASSERT_TRUE(file);
  const Secret after = file->with_device_secret(Secret::from_text("7WmFA/MEs+Fy+32QwJWtYw=="));
  EXPECT_EQ(after.text(), replaced(kKeyFile, "YOUR_IOT_PSK", "7WmFA/MEs+Fy+32QwJWtYw=="));
  const auto again = read(after.text());
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again->info().is_registered);
  EXPECT_TRUE(again->can_connect());
  EXPECT_EQ(again->info().device_secret.text(), "7WmFA/MEs+Fy+32QwJWtYw==");
}

TEST(DeviceInfo, WritingTheCertificatesNamesKeepsOrderAndUnknownMembers) {
  const auto file = read(kCertificateFile);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->info().mode, AuthMode::kCertificate);
  EXPECT_FALSE(file->info().is_registered);
  const Secret after = file->with_certificate("a\"b.crt", "a.key");
  EXPECT_EQ(after.text(),
            replaced(replaced(kCertificateFile, "YOUR_DEVICE_NAME_cert.crt", "a\\\"b.crt"),
                     "YOUR_DEVICE_NAME_private.key", "a.key"));
  const auto again = read(after.text());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->info().is_registered);
  EXPECT_EQ(again->info().certificate_file, "a\"b.crt");
  EXPECT_EQ(again->info().key_file, "a.key");
  EXPECT_TRUE(again->can_connect());
}

TEST(DeviceInfo, PlaceholdersOfSampleAndOfItsFileAreNone) {
  for (const std::string name : {"", "YOUR_DEVICE_NAME_cert.crt", "YOUR_DEVICE_CERT_FILE_NAME"}) {
    const auto file = read(replaced(replaced(kCertificateFile, "YOUR_DEVICE_NAME_cert.crt", name),
                                    "YOUR_DEVICE_NAME_private.key", "real.key"));
    ASSERT_TRUE(file) << name;
    EXPECT_FALSE(file->info().is_registered) << name;
  }
  const auto empty = read(replaced(kKeyFile, "YOUR_IOT_PSK", ""));
  ASSERT_TRUE(empty);
  EXPECT_FALSE(empty->info().is_registered);
}

TEST(DeviceInfo, WhatIsMissingIsNamed) {
  EXPECT_EQ(mistake("{\n}"),
            "line 2, column 1: expected `auth_mode`, `productId`, `deviceName` somewhere before "
            "this `}`, found no such member");
  EXPECT_EQ(mistake(R"({"auth_mode":"KEY","deviceName":"d"})"),
            "line 1, column 36: expected `productId`, `key_deviceinfo.deviceSecret` somewhere "
            "before this `}`, found no such member");
  EXPECT_THAT(mistake(R"({"auth_mode":"CERT","productId":"S3EUVBRJLB","deviceName":"d"})"),
              HasSubstr("`cert_deviceinfo.devCertFile`, `cert_deviceinfo.devPrivateKeyFile`"));
  const auto file = read(replaced(kKeyFile, "productSecret", "product_secret"));
  ASSERT_TRUE(file) << "connecting needs no product secret";
  ASSERT_FALSE(file->can_register());
  EXPECT_EQ(file->can_register().error().what,
            "line 9, column 1: expected `productSecret` somewhere before this `}`, found no such "
            "member");
}

TEST(DeviceInfo, ValuesThatAreNoneAreNamedWithTheirPlace) {
  EXPECT_EQ(mistake(replaced(kKeyFile, "\"KEY\"", "\"PSK\"")),
            "line 2, column 17: expected \"KEY\" or \"CERT\", found \"PSK\"");
  EXPECT_EQ(mistake(replaced(kKeyFile, "\"S3EUVBRJLB\"", "12")),
            "line 3, column 17: expected text in quotes for `productId`");
  EXPECT_EQ(mistake(replaced(kKeyFile, "S3EUVBRJLB", "PRODUCT_ID")),
            "line 3, column 17: expected the product's id, ten letters and digits, found "
            "\"PRODUCT_ID\"");
  EXPECT_THAT(mistake(replaced(kKeyFile, "device_1234", "../../etc/x")),
              HasSubstr("line 5, column 18: expected the device's name, 1 to 48 letters, digits"));
  EXPECT_THAT(mistake(replaced(kKeyFile, "device_1234", std::string(49, 'd'))),
              HasSubstr("1 to 48"));
  EXPECT_THAT(mistake(replaced(kKeyFile, "device_1234", "")), HasSubstr("1 to 48"));
  EXPECT_EQ(mistake(replaced(kKeyFile, "\"deviceName\":\"device_1234\"", "\"productId\":\"x\"")),
            "line 9, column 1: expected `deviceName` somewhere before this `}`, found no such "
            "member");
  EXPECT_EQ(mistake(replaced(kKeyFile, "\"productSecret\"", "\"productId\"")),
            "line 4, column 5: expected `productId` once, found it again");
  EXPECT_EQ(mistake(replaced(kKeyFile, "\"S3EUVBRJLB\"", "\"\\ud800\"")),
            "line 3, column 17: expected whole characters in `productId`");
}

TEST(DeviceInfo, ProductSecretsThatCannotBeOneAreNotTried) {
  const std::string real = "8Xz56tyfgQAZEDCTUGau4snA";
  for (const std::string& wrong :
       {std::string("YOUR_PRODUCT_SECRET"), std::string(15, 's'), std::string(257, 's'),
        std::string("has a blank in the middle")}) {
    const auto file = read(replaced(kKeyFile, real, wrong));
    ASSERT_TRUE(file) << wrong;
    ASSERT_FALSE(file->can_register()) << wrong;
    EXPECT_THAT(file->can_register().error().what,
                HasSubstr("line 4, column 21: expected the product's secret"));
    EXPECT_THAT(file->can_register().error().what, Not(HasSubstr("blank")));
  }
  EXPECT_TRUE(read(replaced(kKeyFile, real, std::string(16, 's')))->can_register());
}

TEST(DeviceInfo, ADeviceSecretThatIsNotBase64IsNotTried) {
  const auto file = read(replaced(kKeyFile, "YOUR_IOT_PSK", "7WmFArtyFGH5632QwJWtYwio!"));
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->info().is_registered);
  ASSERT_FALSE(file->can_connect());
  EXPECT_EQ(file->can_connect().error().what,
            "line 7, column 24: expected the device's secret, Base64 of 1 to 64 bytes");
}

}  // namespace
}  // namespace berth::device
