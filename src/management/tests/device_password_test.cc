// Devices that connect with a password: they have no keys, and get none.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::KeySlot;

class PasswordDevices : public Desk {
 protected:
  PasswordDevices() {
    domain::Device& device = add_device("dev-1");
    device.keys.reset();
    device.password = domain::DevicePassword{base::Bytes(32, 1), {}};
  }
};

TEST_F(PasswordDevices, HaveNoKeysToShowOrRegenerate) {
  const Error shown = refused(ask(operator_, domain::GetDeviceKeys{"hub-1", "dev-1"}));
  EXPECT_EQ(shown.kind, ErrorKind::kNotFound);
  EXPECT_EQ(shown.what, "device 'dev-1' has a password, and no symmetric keys");
  const domain::RegenerateDeviceKey regenerate{"hub-1", "dev-1", KeySlot::kPrimary, {}};
  EXPECT_EQ(refused(ask(operator_, regenerate)).kind, ErrorKind::kNotFound);
}

TEST_F(PasswordDevices, GetNoneEitherButCanBeDisabled) {
  domain::DeviceEdit keyed;
  keyed.primary_key = Secret::from_text("0123456789abcdef");
  const Error error =
      refused(ask(operator_, domain::UpdateDevice{"hub-1", "dev-1", std::move(keyed), {}}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("has a password"), std::string::npos) << error.what;
  domain::DeviceEdit off;
  off.enabled = false;
  EXPECT_TRUE(ask(operator_, domain::UpdateDevice{"hub-1", "dev-1", std::move(off), {}}));
  const domain::Device& device = catalog.devices.at({"hub-1", "dev-1"});
  EXPECT_FALSE(device.enabled);
  EXPECT_FALSE(device.keys.has_value());
}

}  // namespace
}  // namespace berth::management::testing
