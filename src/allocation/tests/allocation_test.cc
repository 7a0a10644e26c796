#include "allocation/hashed.h"
#include "allocation/static.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace berth::allocation {
namespace {

using provisioning::HubCandidate;

std::vector<HubCandidate> hubs(const std::vector<std::pair<std::string, std::uint32_t>>& weights) {
  std::vector<HubCandidate> candidates;
  for (const auto& [name, weight] : weights) {
    HubCandidate candidate;
    candidate.hub.name = domain::HubName::trusted(name);
    candidate.link.hub = candidate.hub.name;
    candidate.link.weight = weight;
    candidates.push_back(candidate);
  }
  return candidates;
}

domain::RegistrationId id(int i) {
  return domain::RegistrationId::trusted("device-" + std::to_string(i));
}

std::map<std::string, int> spread(const std::vector<HubCandidate>& candidates, int devices) {
  const Hashed hashed;
  std::map<std::string, int> counts;
  for (int i = 0; i < devices; ++i) {
    const auto chosen = hashed.choose(id(i), {}, candidates);
    ++counts[candidates[*chosen].hub.name.text()];
  }
  return counts;
}

TEST(Hashed, WeightsSetTheShares) {
  std::map<std::string, int> counts = spread(hubs({{"hub-a", 1}, {"hub-b", 3}}), 8000);
  EXPECT_NEAR(counts["hub-a"], 2000, 200);
  EXPECT_NEAR(counts["hub-b"], 6000, 200);
}

TEST(Hashed, SpellingOfTheIdDoesNotMatter) {
  const auto candidates = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 1}});
  const Hashed hashed;
  for (int i = 0; i < 50; ++i) {
    const auto upper = domain::RegistrationId::trusted("DEVICE-" + std::to_string(i));
    EXPECT_EQ(*hashed.choose(id(i), {}, candidates), *hashed.choose(upper, {}, candidates));
  }
}

TEST(Hashed, ANewHubTakesItsShareAndMovesNobodyElse) {
  const auto before = hubs({{"hub-a", 1}, {"hub-b", 1}});
  const auto after = hubs({{"hub-a", 1}, {"hub-b", 1}, {"hub-c", 1}});
  const Hashed hashed;
  int moved = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string old_hub = before[*hashed.choose(id(i), {}, before)].hub.name.text();
    const std::string new_hub = after[*hashed.choose(id(i), {}, after)].hub.name.text();
    if (old_hub == new_hub) continue;
    EXPECT_EQ(new_hub, "hub-c");
    ++moved;
  }
  EXPECT_NEAR(moved, 1000, 120);
}

TEST(Static, TakesTheOneHubNamed) {
  domain::Enrollment enrollment;
  enrollment.hubs = {domain::HubName::trusted("hub-b")};
  const auto candidates = hubs({{"hub-a", 1}, {"hub-b", 1}});
  EXPECT_EQ(*Static().choose(id(1), enrollment, candidates), 1U);
}

TEST(Static, RefusesNoneSeveralAndAbsentHubs) {
  const auto candidates = hubs({{"hub-a", 1}, {"hub-b", 1}});
  domain::Enrollment enrollment;
  EXPECT_EQ(Static().choose(id(1), enrollment, candidates).error().reason, domain::Reason::kNoHub);
  enrollment.hubs = {domain::HubName::trusted("hub-a"), domain::HubName::trusted("hub-b")};
  EXPECT_EQ(Static().choose(id(1), enrollment, candidates).error().received, "2 hubs");
  enrollment.hubs = {domain::HubName::trusted("hub-z")};
  EXPECT_FALSE(Static().choose(id(1), enrollment, candidates));
}

}  // namespace
}  // namespace berth::allocation
