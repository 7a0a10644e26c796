#include "dialects/admin/live_events.h"

#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

#include <algorithm>

namespace berth::dialects::admin::testing {
namespace {

std::string said(const domain::LiveNews& news) {
  const StepResult result = live_news(news);
  const auto* piece = std::get_if<wire::HttpPiece>(&result.actions.at(0));
  EXPECT_NE(piece, nullptr);
  return piece == nullptr ? std::string() : piece->bytes;
}

domain::StoredEvent stored(std::string body) {
  domain::StoredEvent event;
  event.position = {2, 41};
  event.event.hub = domain::HubName::trusted("hub-1");
  event.event.device = domain::DeviceId::trusted("pump-1");
  event.event.message.body = std::move(body);
  return event;
}

TEST(LiveEvents, AnAttemptIsAnEventOfOneLineWithItsTrailsId) {
  domain::Trail trail = sample_trail();
  trail.registration_id = "pump\n\nevent: bye";
  const std::string text = said(domain::LiveEvent{trail});
  EXPECT_TRUE(text.starts_with("event: attempt\nid: t-1\ndata: {")) << text;
  EXPECT_TRUE(text.ends_with("}\n\n")) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
  EXPECT_NE(text.find("\"reason\":\"proof_rejected\""), std::string::npos) << text;
}

TEST(LiveEvents, WhatADeviceSendsCannotEndItsLine) {
  const std::string text = said(domain::LiveEvent{stored("a\n\nevent: bye\ndata: {}\n\r\n")});
  EXPECT_TRUE(text.starts_with("event: telemetry\nid: 2-41\ndata: {")) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos) << text;
}

TEST(LiveEvents, AConnectionHasNoIdAndABeatIsAComment) {
  domain::ConnectionNews news;
  news.device = domain::DeviceId::trusted("pump-1");
  news.connected = true;
  EXPECT_TRUE(said(domain::LiveEvent{news}).starts_with("event: connection\ndata: {"));
  EXPECT_EQ(said(domain::LiveBeat{}), ": beat\n\n");
}

TEST(LiveEvents, TheEndSaysWhyAndCloses) {
  const StepResult result = live_news(domain::LiveEnd{"slow"});
  ASSERT_EQ(result.actions.size(), 2U);
  EXPECT_EQ(std::get<wire::HttpPiece>(result.actions[0]).bytes,
            "event: bye\ndata: {\"reason\":\"slow\"}\n\n");
  EXPECT_TRUE(std::holds_alternative<wire::Close>(result.actions[1]));
}

TEST(LiveEvents, FollowingIsAnsweredWithAStream) {
  Clerk clerk;
  const auto asked = clerk.operation<domain::FollowLive>({"GET /api/v1/live?scope=0ne1&device=a"});
  EXPECT_EQ(asked.scope, "0ne1");
  EXPECT_EQ(asked.device, "a");
  Command made = clerk.command({"GET /api/v1/live"});
  const StepResult begun =
      clerk.answer(std::move(made), Result<domain::ManagementResult>(domain::Following{}));
  ASSERT_EQ(begun.actions.size(), 1U);
  const auto& stream = std::get<wire::HttpStream>(begun.actions[0]);
  EXPECT_EQ(header_of(stream.header, "Content-Type"), "text/event-stream");
  EXPECT_EQ(header_of(stream.header, "Cache-Control"), "no-store");
}

TEST(FleetRoutes, FiltersAndOrderAreReadAndWrongWordsRefused) {
  Clerk clerk;
  const auto find = clerk.operation<domain::FindDevices>(
      {"GET /api/v1/fleet?query=pu%20mp&status=waiting&connected=false&sort=-updatedAt&limit=7"});
  EXPECT_EQ(find.query, "pu mp");
  EXPECT_EQ(find.status, domain::FleetStatus::kWaiting);
  EXPECT_EQ(find.connected, std::optional(false));
  EXPECT_EQ(find.order, domain::FleetOrder::kUpdatedDown);
  EXPECT_EQ(find.page.limit, 7U);
  for (const char* line : {"GET /api/v1/fleet?status=happy", "GET /api/v1/fleet?sort=name",
                           "GET /api/v1/fleet?connected=maybe", "GET /api/v1/overview?hours=169",
                           "GET /api/v1/live?hours=1"}) {
    EXPECT_EQ(clerk.refused({line}).status, 400) << line;
  }
}

}  // namespace
}  // namespace berth::dialects::admin::testing
