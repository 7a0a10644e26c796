#include "issuing/derived_key.h"

#include "issuing/tests/open_vault.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::issuing {
namespace {

class DerivedKeyTest : public testing::Test {
 protected:
  domain::Enrollment enrollment(domain::EnrollmentKind kind, const Secret& primary) {
    domain::Enrollment made;
    made.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    made.kind = kind;
    made.id = domain::EnrollmentId::trusted("line-7");
    const std::string context = domain::key_context(made.scope, kind, made.id);
    domain::SymmetricKeys keys;
    keys.primary = vault_.seal(primary, context);
    keys.secondary = vault_.seal(Secret::from_text("0123456789abcdef"), context);
    made.attestation = keys;
    return made;
  }
  domain::Device device(const std::string& hub = "hub-1", std::int64_t at = 0) {
    domain::Device made;
    made.hub = domain::HubName::trusted(hub);
    made.updated_at = base::from_unix_seconds(at);
    made.id = domain::DeviceId::trusted("device-01");
    return made;
  }
  std::string opened(const domain::Sealed& sealed) {
    const Result<Secret> key = vault_.open(sealed, "device/hub-1/device-01");
    return key ? base::base64_encode(key->bytes()) : key.error().what;
  }

  Result<domain::Credential, provisioning::Refusal> issue(const domain::Enrollment& by,
                                                          const domain::Device* before,
                                                          domain::Device& made) {
    const std::string id = "device-01";
    return issuer_.issue({by, id, before, false}, made);
  }

  // What a device has that registers by individual enrollment with those keys.
  domain::Device issued(std::string_view primary, std::string_view secondary,
                        const domain::Device* before, domain::Device made) {
    domain::Enrollment by =
        enrollment(domain::EnrollmentKind::kIndividual, Secret::from_text(primary));
    std::get<domain::SymmetricKeys>(by.attestation).secondary =
        vault_.seal(Secret::from_text(secondary), domain::key_context(by.scope, by.kind, by.id));
    EXPECT_TRUE(issue(by, before, made));
    return made;
  }
  // "primary one@10, …"
  static std::string retired(const domain::Device& of) {
    std::string text;
    for (const domain::RetiredKey& each : of.keys->retired) {
      const std::string sealed(each.key.bytes.begin(), each.key.bytes.end());
      text += std::string(text.empty() ? "" : ", ") + std::string(to_string(each.slot)) + ' ' +
              sealed.substr(sealed.find('\0') + 1) + '@' +
              std::to_string(base::to_unix_seconds(each.retired_at));
    }
    return text;
  }

  OpenVault vault_;
  DerivedKey issuer_{vault_};
};

TEST_F(DerivedKeyTest, GroupDevice_GetsTheDerivedPairSealedForItsIdentity) {
  // azure-dps.md §4, first vector: group key is the bytes 00..3F.
  Secret group_key = Secret::of_size(64);
  for (std::size_t i = 0; i < 64; ++i) group_key.mutable_bytes()[i] = static_cast<std::uint8_t>(i);
  domain::Device made = device();
  ASSERT_TRUE(issue(enrollment(domain::EnrollmentKind::kGroup, group_key), nullptr, made));
  EXPECT_EQ(opened(made.keys->primary), "4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  EXPECT_NE(opened(made.keys->secondary), opened(made.keys->primary));
}

TEST_F(DerivedKeyTest, IndividualDevice_GetsTheEnrollmentsOwnPair) {
  const Secret key = Secret::from_text("an individual key");
  domain::Device made = device();
  ASSERT_TRUE(issue(enrollment(domain::EnrollmentKind::kIndividual, key), nullptr, made));
  EXPECT_EQ(opened(made.keys->primary), base::base64_encode(key.bytes()));
}

TEST_F(DerivedKeyTest, Device_IsHandedNothingBecauseItHasItsKeys) {
  domain::Device made = device();
  const auto credential =
      issue(enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef")),
            nullptr, made);
  ASSERT_TRUE(credential);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*credential));
  EXPECT_FALSE(made.awaits_activation);
}

TEST_F(DerivedKeyTest, GroupsWithAProductSecret_AreNotItsOwn) {
  domain::Enrollment by =
      enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef"));
  EXPECT_TRUE(issuer_.issues_for(by, {}));
  by.attestation = domain::ProductSecret{};
  EXPECT_FALSE(issuer_.issues_for(by, {}));
}

TEST_F(DerivedKeyTest, KeyOfAnotherRecord_IsRefusedAsInternal) {
  domain::Enrollment moved =
      enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef"));
  moved.id = domain::EnrollmentId::trusted("line-8");
  domain::Device made = device();
  const auto refused = issue(moved, nullptr, made);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, domain::Reason::kInternal);
  EXPECT_FALSE(made.keys.has_value());
}

TEST_F(DerivedKeyTest, KeysOfAGroup_AreOpenedOnceForAllItsDevices) {
  const domain::Enrollment group =
      enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef"));
  domain::Device first = device();
  ASSERT_TRUE(issue(group, nullptr, first));
  const int after_first = vault_.opened_count;
  domain::Device second = device("hub-1", 10);
  ASSERT_TRUE(issue(group, nullptr, second));
  EXPECT_EQ(vault_.opened_count, after_first);
  EXPECT_EQ(opened(second.keys->primary), opened(first.keys->primary));
}

TEST_F(DerivedKeyTest, KeysThatWereOpened_StillBelongToTheirRecordAlone) {
  domain::Enrollment group =
      enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef"));
  domain::Device first = device();
  ASSERT_TRUE(issue(group, nullptr, first));
  group.id = domain::EnrollmentId::trusted("line-8");
  domain::Device moved = device();
  EXPECT_FALSE(issue(group, nullptr, moved));
}

TEST_F(DerivedKeyTest, SameKeysAgain_RetireNothing) {
  const domain::Device first = issued("one", "two", nullptr, device());
  EXPECT_EQ(retired(first), "");
  EXPECT_EQ(retired(issued("one", "two", &first, device("hub-1", 10))), "");
}

TEST_F(DerivedKeyTest, ReplacedKeys_AreRetiredNewestFirst) {
  const domain::Device first = issued("one", "two", nullptr, device());
  const domain::Device second = issued("three", "two", &first, device("hub-1", 10));
  EXPECT_EQ(retired(second), "primary one@10");
  const domain::Device third = issued("four", "five", &second, device("hub-1", 20));
  EXPECT_EQ(retired(third), "primary three@20, secondary two@20, primary one@10");
  EXPECT_EQ(retired(issued("four", "five", &third, device("hub-1", 30))), retired(third));
}

TEST_F(DerivedKeyTest, RetiredKeys_AreBounded) {
  domain::Device last = issued("p0", "s0", nullptr, device());
  for (int i = 1; i <= 9; ++i) {
    const std::string number = std::to_string(i);
    last = issued("p" + number, "s" + number, &last, device("hub-1", i));
  }
  EXPECT_EQ(retired(last), "primary p8@9, secondary s8@9, primary p7@8, secondary s7@8");
}

TEST_F(DerivedKeyTest, KeyThatChangesItsSlotOrComesBack_IsNoRetiredKey) {
  const domain::Device first = issued("one", "two", nullptr, device());
  const domain::Device swapped = issued("two", "one", &first, device("hub-1", 10));
  EXPECT_EQ(retired(swapped), "");
  const domain::Device other = issued("three", "four", &swapped, device("hub-1", 20));
  EXPECT_EQ(retired(other), "primary two@20, secondary one@20");
  EXPECT_EQ(retired(issued("two", "four", &other, device("hub-1", 30))),
            "primary three@30, secondary one@20");
}

TEST_F(DerivedKeyTest, RetiredKeys_MoveWithTheDeviceToAnotherHub) {
  const domain::Device first = issued("one", "two", nullptr, device());
  const domain::Device second = issued("three", "two", &first, device("hub-1", 10));
  const domain::Device moved = issued("three", "two", &second, device("hub-2", 20));
  EXPECT_EQ(retired(moved), "primary one@10");
  EXPECT_TRUE(vault_.open(moved.keys->retired[0].key, "device/hub-2/device-01"));
}

TEST_F(DerivedKeyTest, OldKeyThatDoesNotOpen_IsLeftOut) {
  domain::Device first = issued("one", "two", nullptr, device());
  first.keys->primary.bytes[0] ^= 1;
  EXPECT_EQ(retired(issued("three", "four", &first, device("hub-1", 10))), "secondary two@10");
  first.keys.reset();
  EXPECT_EQ(retired(issued("three", "four", &first, device("hub-1", 10))), "");
}

}  // namespace
}  // namespace berth::issuing
