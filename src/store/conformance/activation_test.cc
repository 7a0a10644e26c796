// How members of groups connect: found without a hub, activated once, speaking for others.
#include "store/conformance/members.h"

#include <fmt/format.h>

namespace berth::store::conformance {
namespace {

using management::MustExist;
using testing::ElementsAre;
using testing::StartsWith;

class Activation : public MemberSuite {
 protected:
  static hub::Binding binding(std::string_view device, std::string_view gateway) {
    return {kHub, member_id(gateway), kHub, member_id(device)};
  }
  Result<void> bind(std::string_view device, std::string_view gateway) {
    return wait(device_store().bind(binding(device, gateway)));
  }
  Result<void> unbind(std::string_view device, std::string_view gateway) {
    return wait(device_store().unbind(binding(device, gateway)));
  }
  std::vector<std::string> bound_to(std::string_view gateway) {
    const auto bound = wait(device_store().bound_to(kHub, member_id(gateway)));
    EXPECT_THAT(bound, Succeeds());
    std::vector<std::string> names;
    if (!bound) return names;
    for (const hub::Binding& each : *bound) {
      EXPECT_EQ(each.gateway_hub, kHub);
      EXPECT_EQ(each.gateway, member_id(gateway));
      names.push_back(each.hub.text() + "/" + each.device.text().substr(kProduct.text().size()));
    }
    return names;
  }
};

TEST_P(Activation, MemberIsFoundWithoutAHub) {
  register_member("dev-1");
  leave_traces(member_id("dev-1").text());
  const hub::Dossier found = connecting("dev-1");
  ASSERT_TRUE(found.device && found.session && found.group);
  EXPECT_EQ(found.device->hub, kHub);
  EXPECT_EQ(found.device->id, member_id("dev-1"));
  EXPECT_EQ(found.session->hub, kHub);
  EXPECT_EQ(found.session->device, member_id("dev-1"));
  EXPECT_TRUE(found.has_messages);
  EXPECT_EQ(found.group->id, kProduct);
  EXPECT_EQ(found.group->topics.size(), 3U);
}

TEST_P(Activation, GroupIsTheOneThatIsThereNow) {
  register_member("dev-1");
  const hub::Dossier before = connecting("dev-1");
  domain::Enrollment group = make_product();
  group.topics.resize(1);
  ASSERT_THAT(apply(management::PutEnrollment{group}, MustExist{}), Succeeds());
  const hub::Dossier after = connecting("dev-1");
  ASSERT_TRUE(before.group && after.group);
  EXPECT_EQ(before.group->topics.size(), 3U);
  EXPECT_EQ(after.group->topics.size(), 1U);
  EXPECT_EQ(after.group->version, before.group->version + 1);
}

TEST_P(Activation, OthersAreNotFoundWithoutTheirHub) {
  ASSERT_THAT(commit(make_assignment("plain")), Succeeds());
  for (const std::string& id : {std::string("plain"), std::string(), std::string("\xff\xfe"),
                                std::string("a\0b", 3), kProduct.text(), std::string(4000, 'x')}) {
    const auto found = wait(device_store().open_member_dossier(domain::DeviceId::trusted(id)));
    ASSERT_THAT(found, Succeeds());
    EXPECT_FALSE(found->device || found->session || found->group || found->has_messages);
  }
  register_member("dev-1");
  EXPECT_FALSE(connecting("DEV-1").device);
}

TEST_P(Activation, MemberOfAGroupThatIsGoneIsFoundWithoutIt) {
  register_member("dev-1");
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, kProduct};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_product(kProduct, kOtherScope)}), Succeeds());
  const hub::Dossier found = connecting("dev-1");
  EXPECT_TRUE(found.device);
  EXPECT_FALSE(found.group);
}

TEST_P(Activation, EndsTheWaitAndIsNotedAtTheRegistration) {
  register_member("dev-1");
  const auto activated = activate("dev-1", 1, at(900));
  ASSERT_THAT(activated, Succeeds());
  EXPECT_TRUE(*activated);
  const hub::Dossier found = connecting("dev-1");
  EXPECT_FALSE(found.device->awaits_activation);
  EXPECT_EQ(found.device->version, 2U);
  EXPECT_EQ(found.device->updated_at, at(900));
  EXPECT_EQ(found.device->group, kProduct);
  EXPECT_TRUE(found.device->keys);
  const auto current = member_dossier("dev-1").current;
  EXPECT_EQ(current->activated_at, at(900));
  EXPECT_EQ(current->version, 2U);
  EXPECT_EQ(current->status, domain::RegistrationStatus::kAssigned);
}

TEST_P(Activation, OfAnotherVersionWritesNothing) {
  register_member("dev-1");
  for (const std::uint64_t version : {0U, 2U}) {
    const auto activated = activate("dev-1", version);
    ASSERT_THAT(activated, Succeeds());
    EXPECT_FALSE(*activated);
  }
  EXPECT_TRUE(connecting("dev-1").device->awaits_activation);
  EXPECT_FALSE(member_dossier("dev-1").current->activated_at);
  EXPECT_EQ(member_dossier("dev-1").current->version, 1U);
  const auto unknown = activate("dev-2", 1);
  ASSERT_THAT(unknown, Succeeds());
  EXPECT_FALSE(*unknown);
}

TEST_P(Activation, OfADeviceMadeByHandNeedsNoRegistration) {
  domain::Device device = make_identity(member_id("dev-1").text());
  device.group = kProduct;
  device.awaits_activation = true;
  ASSERT_THAT(create(management::PutDevice{device, make_member("dev-1")}), Succeeds());
  EXPECT_TRUE(activate("dev-1", 1).value_or(false));
  EXPECT_FALSE(connecting("dev-1").device->awaits_activation);
}

TEST_P(Activation, AttemptThatWasDecidedBeforeItLoses) {
  register_member("dev-1");
  auto late = again("dev-1");
  ASSERT_TRUE(activate("dev-1", 1).value_or(false));
  const auto lost = commit(std::move(late));
  EXPECT_THAT(error_of(lost).what, StartsWith(provisioning::kLostRaceWord));
  EXPECT_FALSE(connecting("dev-1").device->awaits_activation);
}

TEST_P(Activation, LosesToAnAttemptThatWasCommittedBeforeIt) {
  register_member("dev-1");
  ASSERT_THAT(commit(again("dev-1")), Succeeds());
  EXPECT_FALSE(activate("dev-1", 1).value_or(true));
  EXPECT_FALSE(member_dossier("dev-1").current->activated_at);
}

TEST_P(Activation, AndAnAttemptAtTheSameTimeNeverBothWin) {
  for (int round = 0; round < 30; ++round) {
    const std::string name = fmt::format("dev-{}", round);
    register_member(name);
    auto attempt = again(name);
    Result<bool> activated = false;
    Result<domain::Registration> stored = Fail(ErrorKind::kInternal, "not run");
    together(
        {[&] { stored = commit(std::move(attempt)); }, [&] { activated = activate(name, 1); }});
    ASSERT_THAT(activated, Succeeds());
    EXPECT_NE(*activated, stored.has_value());
    const auto current = member_dossier(name).current;
    ASSERT_TRUE(current);
    EXPECT_EQ(current->activated_at.has_value(), *activated);
    EXPECT_EQ(connecting(name).device->awaits_activation, !*activated);
    EXPECT_EQ(current->version, 2U);
  }
}

TEST_P(Activation, BoundDevicesAreListedInOrder) {
  for (const char* name : {"gate", "b", "a"}) register_member(name);
  ASSERT_THAT(bind("b", "gate"), Succeeds());
  ASSERT_THAT(bind("a", "gate"), Succeeds());
  ASSERT_THAT(bind("a", "gate"), Succeeds());
  reopen();
  EXPECT_THAT(bound_to("gate"), ElementsAre("hub-one/a", "hub-one/b"));
  EXPECT_THAT(bound_to("a"), ElementsAre());
}

TEST_P(Activation, DeviceIsBoundToTheLatestGatewayOnly) {
  for (const char* name : {"gate-1", "gate-2", "a"}) register_member(name);
  ASSERT_THAT(bind("a", "gate-1"), Succeeds());
  ASSERT_THAT(bind("a", "gate-2"), Succeeds());
  EXPECT_THAT(bound_to("gate-1"), ElementsAre());
  EXPECT_THAT(unbind("a", "gate-1"), Succeeds());
  EXPECT_THAT(bound_to("gate-2"), ElementsAre("hub-one/a"));
  EXPECT_THAT(unbind("a", "gate-2"), Succeeds());
  EXPECT_THAT(unbind("a", "gate-2"), Succeeds());
  EXPECT_THAT(bound_to("gate-2"), ElementsAre());
}

TEST_P(Activation, BindingNeedsBothAndGoesWithEither) {
  for (const char* name : {"gate", "a", "b"}) register_member(name);
  EXPECT_THAT(bind("nobody", "gate"), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(bind("a", "nobody"), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(bind("a", "gate"), Succeeds());
  ASSERT_THAT(bind("b", "gate"), Succeeds());
  ASSERT_THAT(remove_member("a"), Succeeds());
  EXPECT_THAT(bound_to("gate"), ElementsAre("hub-one/b"));
  ASSERT_THAT(apply(management::RemoveDevice{kHub, member_id("gate")}, MustExist{}), Succeeds());
  EXPECT_THAT(bound_to("gate"), ElementsAre());
}

TEST_P(Activation, GatewayIsBoundToNoMoreThanItsBound) {
  for (const char* name : {"gate", "a", "b"}) register_member(name);
  ASSERT_THAT(bind("a", "gate"), Succeeds());
  script(fmt::format(
      "INSERT INTO devices (hub, id, scope, registration_key, version, created_at, updated_at, "
      "body) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) "
      "SELECT 'hub-one', 'x' || i, '0ne000000A1', '', 1, 0, 0, '{{}}' FROM n;"
      "INSERT INTO device_bindings (hub, device_id, gateway_hub, gateway_id) "
      "SELECT 'hub-one', id, 'hub-one', '{1}' FROM devices WHERE id LIKE 'x%'",
      hub::kBoundMax - 1, member_id("gate").text()));
  EXPECT_THAT(bind("b", "gate"), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(bind("a", "gate"), Succeeds());
  ASSERT_THAT(unbind("a", "gate"), Succeeds());
  EXPECT_THAT(bind("b", "gate"), Succeeds());
  const auto bound = wait(device_store().bound_to(kHub, member_id("gate")));
  ASSERT_THAT(bound, Succeeds());
  EXPECT_EQ(bound->size(), hub::kBoundMax);
}

TEST_P(Activation, BindingStaysWhenADeviceRegistersAgain) {
  for (const char* name : {"gate", "a"}) register_member(name);
  ASSERT_THAT(bind("a", "gate"), Succeeds());
  ASSERT_THAT(commit(again("a")), Succeeds());
  ASSERT_THAT(commit(again("gate")), Succeeds());
  EXPECT_THAT(bound_to("gate"), ElementsAre("hub-one/a"));
}

BERTH_CONFORMANCE(Activation);

}  // namespace
}  // namespace berth::store::conformance
