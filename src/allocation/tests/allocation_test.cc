#include "allocation/hashed.h"
#include "allocation/static.h"

#include <gtest/gtest.h>

#include <map>

namespace berth::allocation {
namespace {

using domain::Enrollment;
using domain::HubName;
using domain::RegistrationId;
using provisioning::HubCandidate;

std::vector<HubCandidate> hubs(const std::vector<std::pair<std::string, std::uint32_t>>& weights) {
  std::vector<HubCandidate> all;
  for (const auto& [name, weight] : weights) {
    HubCandidate each;
    each.hub.name = *HubName::parse(name);
    each.link.weight = weight;
    all.push_back(each);
  }
  return all;
}

RegistrationId device(int i) { return *RegistrationId::parse("device-" + std::to_string(i)); }

Enrollment enrollment() {
  Enrollment each;
  each.scope = *domain::ScopeId::parse("0ne00ABCDEF");
  return each;
}

std::string choice(const provisioning::Allocator& policy, const RegistrationId& id,
                   const std::vector<HubCandidate>& all) {
  return all[*policy.choose(id, enrollment(), all)].hub.name.text();
}

TEST(Hashed, SpreadsDevicesByWeight) {
  const auto all = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 2}});
  std::map<std::string, int> count;
  for (int i = 0; i < 8000; ++i) ++count[choice(Hashed(), device(i), all)];
  EXPECT_NEAR(count["hub-a"], 2000, 150);
  EXPECT_NEAR(count["hub-b"], 2000, 150);
  EXPECT_NEAR(count["hub-c"], 4000, 200);
}

TEST(Hashed, NewHubTakesItsShareAndMovesNobodyElse) {
  const auto before = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 1}});
  const auto after = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 1}, {"hub-d", 1}});
  int moved = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string then = choice(Hashed(), device(i), before);
    const std::string now = choice(Hashed(), device(i), after);
    if (then == now) continue;
    EXPECT_EQ(now, "hub-d");
    ++moved;
  }
  EXPECT_NEAR(moved, 1000, 120);
}

TEST(Hashed, IgnoresOrderOfHubsAndCaseOfIds) {
  const auto one_way = hubs({{"hub-a", 3}, {"hub-b", 1}});
  const auto other_way = hubs({{"hub-b", 1}, {"hub-a", 3}});
  for (int i = 0; i < 200; ++i) {
    const RegistrationId upper = *RegistrationId::parse("DEVICE-" + std::to_string(i));
    EXPECT_EQ(choice(Hashed(), device(i), one_way), choice(Hashed(), upper, other_way));
  }
}

// Devices in the field stay where they are when the program is updated.
TEST(Hashed, ChoosesTheSameHubInEveryRelease) {
  const auto all = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 1}});
  std::string choices;
  for (int i = 0; i < 12; ++i) choices += choice(Hashed(), device(i), all).back();
  EXPECT_EQ(choices, "ccbacccabbcb");
}

TEST(Static, TakesTheHubTheEnrollmentNamesFirst) {
  Enrollment named = enrollment();
  named.hubs = {*HubName::parse("hub-c"), *HubName::parse("hub-a")};
  const auto all = hubs({{"hub-a", 1}, {"hub-c", 1}});
  EXPECT_EQ(*Static().choose(device(1), named, all), 1U);
}

TEST(Static, TakesTheFirstHubWhenNoneIsNamed) {
  const auto all = hubs({{"hub-a", 1}, {"hub-c", 1}});
  EXPECT_EQ(*Static().choose(device(1), enrollment(), all), 0U);
}

TEST(Static, RefusesAHubThatIsNotThere) {
  Enrollment named = enrollment();
  named.hubs = {*HubName::parse("hub-x"), *HubName::parse("hub-a")};
  const auto refused = Static().choose(device(1), named, hubs({{"hub-a", 1}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, domain::Reason::kHubUnknown);
  EXPECT_EQ(refused.error().received, "hub-x");
}

}  // namespace
}  // namespace berth::allocation
