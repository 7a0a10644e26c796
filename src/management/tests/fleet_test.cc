#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::FindDevices;
using domain::Following;
using domain::FollowLive;
using domain::GetOverview;

class FleetDesk : public Desk {
 protected:
  Following follow(const std::string& token, FollowLive command) {
    return expect<Following>(ask(token, std::move(command)));
  }
};

TEST_F(FleetDesk, ALimitedTokenSeesItsOwnScopeAlone) {
  FindDevices all;
  ASSERT_TRUE(ask(limited_viewer, all).has_value());
  EXPECT_EQ(fleet.finds.at(0).scope, kScope);
  ASSERT_TRUE(ask(viewer, all).has_value());
  EXPECT_EQ(fleet.finds.at(1).scope, "");
  all.scope = kOtherScope;
  EXPECT_EQ(refused(ask(limited_viewer, all)).kind, ErrorKind::kForbidden);
  GetOverview overview;
  ASSERT_TRUE(ask(limited_viewer, overview).has_value());
  EXPECT_EQ(fleet.overviews.at(0).scope, kScope);
  overview.scope = kOtherScope;
  EXPECT_EQ(refused(ask(limited_viewer, overview)).kind, ErrorKind::kForbidden);
}

TEST_F(FleetDesk, HoursAndTextsAreBounded) {
  GetOverview overview;
  overview.hours = 168;
  EXPECT_TRUE(ask(viewer, overview).has_value());
  overview.hours = 169;
  EXPECT_EQ(refused(ask(viewer, overview)).kind, ErrorKind::kInvalid);
  overview.hours = 0;
  EXPECT_EQ(refused(ask(viewer, overview)).kind, ErrorKind::kInvalid);
  FindDevices find;
  find.query = std::string(128, 'x');
  EXPECT_TRUE(ask(viewer, find).has_value());
  find.query += 'x';
  EXPECT_EQ(refused(ask(viewer, find)).kind, ErrorKind::kInvalid);
  find.query = "a\nb";
  EXPECT_EQ(refused(ask(viewer, find)).kind, ErrorKind::kInvalid);
}

TEST_F(FleetDesk, WhoFollowsIsNamedAndNarrowed) {
  const Following limited = follow(limited_viewer, {});
  EXPECT_EQ(limited.filter.scope, kScope);
  EXPECT_TRUE(limited.who.starts_with("token:"));
  const Following whole = follow(viewer, {"", "hub-1", "pump-1"});
  EXPECT_EQ(whole.filter.scope, "");
  EXPECT_EQ(whole.filter.hub, "hub-1");
  EXPECT_EQ(whole.filter.device, "pump-1");
  EXPECT_NE(whole.who, limited.who);
  EXPECT_EQ(refused(ask(limited_viewer, FollowLive{kOtherScope, "", ""})).kind,
            ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask("", FollowLive())).kind, ErrorKind::kUnauthenticated);
}

}  // namespace
}  // namespace berth::management::testing
