#include "domain/mend.h"
#include "domain/reason.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace berth::domain {
namespace {

TEST(RegistrationId, FollowsTheRules) {
  for (const std::string& good :
       {std::string("a"), std::string("Device-01"), std::string("sn-007:abc.DEF_9"),
        std::string("ends-with-dash-"), std::string(128, 'x')}) {
    EXPECT_TRUE(RegistrationId::parse(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("a."), std::string("a_"), std::string("a:"),
        std::string("a b"), std::string("a/b"), std::string("a\n"), std::string("\xC3\xA9"),
        std::string("a\0b", 3), std::string(129, 'x')}) {
    const auto id = RegistrationId::parse(bad);
    ASSERT_FALSE(id) << bad;
    EXPECT_EQ(id.error().kind, ErrorKind::kInvalid);
    EXPECT_FALSE(id.error().mend.empty());
    EXPECT_EQ(id.error().what.find('\n'), std::string::npos);
  }
}

TEST(RegistrationId, KeyIsLowerCase) {
  EXPECT_EQ(RegistrationId::parse("Device-01")->key(), "device-01");
}

TEST(ScopeId, IsLettersAndDigits) {
  EXPECT_TRUE(ScopeId::parse("0ne00ABCDEF"));
  EXPECT_TRUE(ScopeId::parse(std::string(32, 'a')));
  for (const std::string& bad :
       {std::string(), std::string("0ne-1"), std::string("0ne 1"), std::string(33, 'a')}) {
    EXPECT_FALSE(ScopeId::parse(bad)) << bad;
  }
}

TEST(HubName, IsLowerCaseWithAlphanumericEnds) {
  EXPECT_TRUE(HubName::parse("hub-1"));
  for (const std::string& bad :
       {std::string("ab"), std::string("-hub"), std::string("hub-"), std::string("Hub-1"),
        std::string("hub_1"), std::string(51, 'a')}) {
    EXPECT_FALSE(HubName::parse(bad)) << bad;
  }
}

TEST(DeviceId, AllowsTheHubsPunctuation) {
  EXPECT_TRUE(DeviceId::parse("a-:.+%_#*?!(),=@$'"));
  EXPECT_TRUE(DeviceId::parse("$edge"));
  EXPECT_FALSE(DeviceId::parse("a/b"));
  EXPECT_FALSE(DeviceId::parse("a b"));
  EXPECT_FALSE(DeviceId::parse("a\"b"));
  EXPECT_FALSE(DeviceId::parse(std::string(129, 'x')));
}

TEST(Host, IsANameOrAnAddressWithoutPort) {
  EXPECT_TRUE(validate_host("hub.example.net"));
  EXPECT_TRUE(validate_host("192.0.2.1"));
  EXPECT_TRUE(validate_host("::1"));
  EXPECT_FALSE(validate_host(""));
  EXPECT_FALSE(validate_host("a b"));
  EXPECT_FALSE(validate_host(std::string(254, 'a')));
}

TEST(Reason, EachHasAWordOfItsOwnAndBack) {
  std::set<std::string_view> words;
  for (const Reason reason : kReasons) {
    EXPECT_TRUE(words.insert(to_string(reason)).second) << to_string(reason);
    EXPECT_EQ(parse_reason(to_string(reason)), reason);
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Reason::kInternal) + 1);
  EXPECT_FALSE(parse_reason("because"));
}

TEST(Cause, EachHasAWordOfItsOwnAndBack) {
  std::set<std::string_view> words;
  for (const Cause cause : kCauses) {
    EXPECT_TRUE(words.insert(to_string(cause)).second) << to_string(cause);
    EXPECT_EQ(parse_cause(to_string(cause)), cause);
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Cause::kUnexplained) + 1);
}

TEST(Names, GoBothWaysIgnoringCase) {
  EXPECT_EQ(parse_allocation_policy("HASHED"), AllocationPolicy::kHashed);
  EXPECT_EQ(parse_enrollment_kind("Group"), EnrollmentKind::kGroup);
  EXPECT_EQ(parse_role("admin"), Role::kAdmin);
  EXPECT_FALSE(parse_role("root"));
  for (const RegistrationStatus status :
       {RegistrationStatus::kUnassigned, RegistrationStatus::kAssigning,
        RegistrationStatus::kAssigned, RegistrationStatus::kFailed,
        RegistrationStatus::kDisabled}) {
    EXPECT_EQ(parse_registration_status(to_string(status)), status);
  }
  for (const Substatus substatus :
       {Substatus::kNone, Substatus::kInitialAssignment, Substatus::kDeviceDataMigrated,
        Substatus::kDeviceDataReset, Substatus::kReprovisionedToInitialAssignment}) {
    EXPECT_EQ(parse_substatus(to_string(substatus)), substatus);
  }
  EXPECT_EQ(to_string(MacAlgorithm::kHmacSha256), "HMAC-SHA256");
  EXPECT_EQ(to_string(MacAlgorithm::kHmacSha1), "HMAC-SHA1");
  EXPECT_EQ(to_string(MacAlgorithm::kHmacMd5), "HMAC-MD5");
  EXPECT_EQ(to_string(Step::kAuthorize), "authorize");
  EXPECT_EQ(to_string(TrailOutcome::kFailed), "failed");
  EXPECT_EQ(attestation_name(SymmetricKeys{}), "symmetric_key");
}

TEST(SealContext, DiffersForEveryRecord) {
  const ScopeId scope = *ScopeId::parse("0ne1");
  const ScopeId other = *ScopeId::parse("0ne2");
  const EnrollmentId id = *EnrollmentId::parse("Pump");
  const std::set<std::string> contexts = {
      key_context(scope, EnrollmentKind::kIndividual, id),
      key_context(scope, EnrollmentKind::kGroup, id),
      key_context(other, EnrollmentKind::kGroup, id),
      device_key_context(*HubName::parse("hub-1"), *DeviceId::parse("Pump")),
      device_key_context(*HubName::parse("hub-1"), *DeviceId::parse("pump")),
  };
  EXPECT_EQ(contexts.size(), 5U);
  EXPECT_EQ(key_context(scope, EnrollmentKind::kGroup, id),
            key_context(scope, EnrollmentKind::kGroup, *EnrollmentId::parse("PUMP")));
}

TEST(Mend, CommandsAreQuotedForAShell) {
  EXPECT_EQ(mend::create_individual("0ne1", "pump-1"),
            "berth enrollment create --id-scope 0ne1 --enrollment-id pump-1");
  EXPECT_EQ(mend::create_individual("0ne1; rm", "it's"),
            "berth enrollment create --id-scope '0ne1; rm' --enrollment-id 'it'\\''s'");
  EXPECT_EQ(mend::create_individual("", "a\nb"),
            "berth enrollment create --id-scope '' --enrollment-id 'a?b'");
}

TEST(Mend, GroupsAndIndividualsHaveTheirOwnNoun) {
  Enrollment enrollment;
  enrollment.scope = *ScopeId::parse("0ne1");
  enrollment.id = *EnrollmentId::parse("line-7");
  EXPECT_TRUE(mend::enable(enrollment).starts_with("berth enrollment update "));
  enrollment.kind = EnrollmentKind::kGroup;
  EXPECT_TRUE(mend::enable(enrollment).starts_with("berth enrollment-group update "));
  EXPECT_TRUE(mend::transfer("0ne1", "d", enrollment).ends_with(" --to group/line-7"));
}

}  // namespace
}  // namespace berth::domain
