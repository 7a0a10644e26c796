#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

class DeviceCertificateTest : public Desk {
 protected:
  static domain::DeviceEdit thumbprint(const std::string& primary) {
    domain::DeviceEdit edit;
    edit.primary_thumbprint = primary;
    return edit;
  }
  Result<domain::ManagementResult> create(domain::DeviceEdit edit) {
    edit.id = "pump-1";
    edit.scope = kScope;
    return ask(operator_, domain::CreateDevice{"hub-1", std::move(edit)});
  }
  Result<domain::ManagementResult> update(domain::DeviceEdit edit) {
    return ask(operator_, domain::UpdateDevice{"hub-1", "pump-1", std::move(edit), {}});
  }
  domain::Device device(Result<domain::ManagementResult> answer) {
    return expect<domain::DeviceView>(std::move(answer)).device;
  }
};

TEST_F(DeviceCertificateTest, AThumbprintTakesThePlaceOfKeys) {
  const domain::Device made = device(create(thumbprint(std::string(64, 'A'))));
  EXPECT_FALSE(made.keys);
  ASSERT_TRUE(made.certificate);
  EXPECT_EQ(base::hex_encode(made.certificate->sha256), std::string(64, 'a'));
  EXPECT_LT(made.certificate->not_before, clock.wall());
  EXPECT_GT(made.certificate->not_after, clock.wall() + std::chrono::hours(24 * 365 * 1000));
}

TEST_F(DeviceCertificateTest, ASha1ThumbprintIsRefusedWithAReason) {
  const Error error = refused(create(thumbprint(std::string(40, 'A'))));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("SHA-1"), std::string::npos) << error.what;
}

TEST_F(DeviceCertificateTest, OneWayToProveItself) {
  domain::DeviceEdit keys = thumbprint(std::string(64, 'a'));
  keys.primary_key = Secret::from_text("0123456789abcdef");
  EXPECT_EQ(refused(create(std::move(keys))).kind, ErrorKind::kInvalid);
  domain::DeviceEdit both = thumbprint(std::string(64, 'a'));
  both.ca_signed = true;
  EXPECT_EQ(refused(create(std::move(both))).kind, ErrorKind::kInvalid);
}

TEST_F(DeviceCertificateTest, ADeviceWithKeysGetsACertificateInstead_AndKnowsThoseBefore) {
  device(create({}));
  const domain::Device first = device(update(thumbprint(std::string(64, 'a'))));
  EXPECT_FALSE(first.keys);
  const domain::Device second = device(update(thumbprint(std::string(64, 'b'))));
  ASSERT_EQ(second.retired_certificates.size(), 1u);
  EXPECT_EQ(base::hex_encode(second.retired_certificates[0].sha256), std::string(64, 'a'));
  EXPECT_EQ(hub.changed_identities.size(), 3u);
}

TEST_F(DeviceCertificateTest, SignedByACaOfTheScope_PinsNothing) {
  device(create(thumbprint(std::string(64, 'a'))));
  domain::DeviceEdit edit;
  edit.ca_signed = true;
  const domain::Device signed_by_ca = device(update(std::move(edit)));
  EXPECT_TRUE(signed_by_ca.ca_signed);
  EXPECT_FALSE(signed_by_ca.certificate);
  const domain::Device pinned = device(update(thumbprint(std::string(64, 'b'))));
  EXPECT_FALSE(pinned.ca_signed);
}

TEST_F(DeviceCertificateTest, TheLastProofCannotBeTakenAway) {
  device(create(thumbprint(std::string(64, 'a'))));
  EXPECT_EQ(refused(update(thumbprint(""))).kind, ErrorKind::kInvalid);
  domain::DeviceEdit other = thumbprint("");
  other.secondary_thumbprint = std::string(64, 'b');
  const domain::Device moved = device(update(std::move(other)));
  EXPECT_FALSE(moved.certificate);
  EXPECT_TRUE(moved.secondary_certificate);
}

}  // namespace
}  // namespace berth::management::testing
