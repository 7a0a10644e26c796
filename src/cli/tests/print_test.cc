#include "cli/print.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace berth::cli {
namespace {

TEST(PrintTable, AlignsColumnsByCharactersNotBytes) {
  std::ostringstream out;
  print_table(out, json::parse(R"({"items":[
                {"id":"a","name":"Zürich","enabled":true,"hubs":[],"at":"2026-01-31T12:00:00.5Z"},
                {"id":"long-one","name":null,"enabled":false,"hubs":["x","y"],"at":null}]})"),
              {{"ID", "id"},
               {"NAME", "name", Show::kPlain, "none"},
               {"STATUS", "enabled", Show::kEnabled},
               {"HUBS", "hubs", Show::kList},
               {"AT", "at", Show::kTime, "never"}});
  EXPECT_EQ(out.str(),
            "ID        NAME    STATUS    HUBS  AT\n"
            "a         Zürich  enabled   all   2026-01-31 12:00:00Z\n"
            "long-one  none    disabled  x, y  never\n");
}

TEST(PrintTable, SaysWhenThereIsNothing) {
  std::ostringstream out;
  print_table(out, json::parse(R"({"items":[]})"), {{"ID", "id"}});
  EXPECT_EQ(out.str(), "(none)\n");
}

TEST(PrintCard, KeepsTheOrderOfTheAnswer) {
  std::ostringstream out;
  print_card(out, json::parse(R"({"id":"e","displayName":"","enrollment":{"kind":"group","id":"g"},
      "reprovision":{"migrateDeviceData":true},"tags":{"a":1},"createdAt":"2026-01-31T12:00:00Z",
      "hubs":["a","b"],"payload":null})"));
  EXPECT_EQ(out.str(),
            "id                                e\n"
            "display name                      -\n"
            "enrollment                        group/g\n"
            "reprovision: migrate device data  yes\n"
            "tags                              {\"a\":1}\n"
            "created at                        2026-01-31 12:00:00Z\n"
            "hubs                              a, b\n"
            "payload                           -\n");
}

TEST(PrintTimes, AreShortened) {
  EXPECT_EQ(short_time("2026-01-31T12:00:00.123456Z"), "2026-01-31 12:00:00Z");
  EXPECT_EQ(short_time("soon"), "soon");
  EXPECT_EQ(short_duration(json::value(1'234'567)), "1.235 ms");
  EXPECT_EQ(short_duration(json::value("x")), "0.000 ms");
}

}  // namespace
}  // namespace berth::cli
