// An operator's desk for tests: Management over the fake catalog, with tokens of each role.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "base/tests/run_task.h"
#include "management/management.h"
#include "management/tests/fake_catalog.h"
#include "management/tests/fake_certificates.h"
#include "management/tests/fake_codes.h"
#include "management/tests/fake_fleet.h"
#include "management/tests/fake_hub.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace berth::management::testing {

// Seals by writing the context in front: opening under another context fails, as it must.
class FakeVault final : public provisioning::Vault {
 public:
  domain::Sealed seal(const Secret& secret, std::string_view context) override;
  Result<Secret> open(const domain::Sealed& sealed, std::string_view context) override;
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view purpose) override;
  std::string fingerprint(std::span<const std::uint8_t> bytes) override;
};

// Hashes by remembering what it was given.
class FakeHasher final : public PasswordHasher {
 public:
  std::vector<std::string> hashed;
  bool busy = false;

  Task<Result<std::string>> hash(SharedSecret password) override;
};

// Compares with what the hasher was given.
class FakePasswordCheck final : public hub::PasswordCheck {
 public:
  explicit FakePasswordCheck(const FakeHasher& hasher) : hasher_(hasher) {}
  int checks = 0;

  Task<Result<bool>> matches(SharedSecret password, std::string stored) override;

 private:
  const FakeHasher& hasher_;
};

class Desk : public ::testing::Test {
 protected:
  Desk();

  // Each caller's token text; `limited_*` are limited to kScope.
  std::string admin, operator_, viewer, limited_admin, limited_operator, limited_viewer;
  static constexpr const char* kScope = "0ne00000001";
  static constexpr const char* kOtherScope = "0ne00000002";

  // A device with keys in the catalog, of kScope unless told otherwise.
  domain::Device& add_device(const std::string& id, const std::string& scope = kScope);
  // A token of the given role made directly in the catalog; its text.
  std::string make_token(domain::Role role, const std::string& scope = {});
  Result<domain::ManagementResult> ask(const std::string& token, domain::ManagementCommand command,
                                       const std::string& source = "192.0.2.1");
  template <class T>
  T expect(Result<domain::ManagementResult> answer);
  // The error, which must be there.
  Error refused(Result<domain::ManagementResult> answer);
  domain::Enrollment make_group(const std::string& id, domain::EnrollmentEdit edit = {});
  // One with a product secret, made with what is given.
  domain::Enrollment make_product(const std::string& id, domain::ProductSecretEdit product = {});
  // One whose members have passwords; its id is made up.
  domain::Enrollment make_password_group(domain::MemberPasswordsEdit passwords = {});
  Secret key_of(const domain::Enrollment& enrollment, domain::KeySlot slot);

  base::FakeClock clock;
  base::SeededRng rng{7};
  FakeVault vault;
  FakeCatalog catalog;
  FakeHub hub;
  FakeHasher hasher;
  FakeCertificates certificates;
  FakeCodeStore codes;
  FakeCodeDesk code_desk;
  FakeFleet fleet;
  FakePasswordCheck password_check{hasher};
  std::unique_ptr<Management> management;
};

// Members without passwords.
std::vector<domain::NewMember> named(const std::vector<std::string>& names);

template <class T>
T Desk::expect(Result<domain::ManagementResult> answer) {
  EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().what);
  if (!answer) return T();
  T* value = std::get_if<T>(&*answer);
  EXPECT_NE(value, nullptr) << "another result";
  return value == nullptr ? T() : std::move(*value);
}

}  // namespace berth::management::testing
