#include "berth/device/agent_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNeeded =
    "enroll_target = thing\n"
    "enroll_model = mod-588acc123945ec8436bde3aa\n"
    "enroll_thing = SN0001\n";

Result<AgentConfigRead> read(const std::string& text) {
  return read_agent_config(Secret::from_text(text));
}

AgentConfigRead well(const std::string& text) {
  Result<AgentConfigRead> done = read(text);
  EXPECT_TRUE(done) << done.error().what;
  return done ? *std::move(done) : AgentConfigRead();
}

Error wrong(const std::string& text) {
  Result<AgentConfigRead> done = read(text);
  EXPECT_FALSE(done);
  return done ? Error() : std::move(done).error();
}

TEST(AgentConfig, TheVendorsKeysAreRead) {
  const AgentConfigRead found = well(std::string(kNeeded) +
                                     "enroll_pass = s3cr3t\n"
                                     "enroll_name = Pump in the cellar\n");
  EXPECT_EQ(found.config.model, "mod-588acc123945ec8436bde3aa");
  EXPECT_EQ(found.config.serial, "SN0001");
  EXPECT_EQ(found.config.enrolment.text(), "s3cr3t");
  EXPECT_EQ(found.config.display_name, "Pump in the cellar");
  EXPECT_EQ(found.config.server.host, "");
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(AgentConfig, TheKeysOfOurOwnAreRead) {
  const AgentConfig found = well(std::string(kNeeded) +
                                 "server = https://berth.example.net:8443\n"
                                 "ca_file = ca.pem\nstate_file=a b.state\nkey_file=/k\n")
                                .config;
  EXPECT_EQ(found.server.host, "berth.example.net");
  EXPECT_EQ(found.server.port, 8443);
  EXPECT_FALSE(found.server.plain);
  EXPECT_EQ(found.ca_file, "ca.pem");
  EXPECT_EQ(found.state_file, "a b.state");
  EXPECT_EQ(found.key_file, "/k");
}

TEST(AgentConfig, CommentsBlanksLineEndsAndAByteOrderMarkDoNotMatter) {
  const AgentConfigRead found = well(
      "\xEF\xBB\xBF# SmartPlug\r\n\r\n  ; enroll_name = commented\r\n#enroll_pass = out\r\n"
      "\tenroll_target=thing  \r\nenroll_model   =mod-588ACC123945EC8436BDE3AA\r\n"
      "enroll_thing= SN 1 \r\nenroll_pass =");
  EXPECT_EQ(found.config.model, "mod-588ACC123945EC8436BDE3AA");
  EXPECT_EQ(found.config.serial, "SN 1");
  EXPECT_TRUE(found.config.enrolment.empty());
  EXPECT_EQ(found.config.display_name, "");
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(AgentConfig, AValueRunsToTheEndOfItsLine) {
  const auto password = [](const std::string& value) {
    const AgentConfigRead found = well(kNeeded + ("enroll_pass = " + value + "\n"));
    return std::string(found.config.enrolment.text());
  };
  EXPECT_EQ(password("a=b+c/d#e;f"), "a=b+c/d#e;f");
  EXPECT_EQ(password("\"in quotes \""), "in quotes ");
  EXPECT_EQ(password("\"one side"), "\"one side");
  EXPECT_EQ(password("\""), "\"");
  EXPECT_EQ(password("\"\""), "");
  EXPECT_EQ(password("\"a\"b\""), "a\"b");
  EXPECT_EQ(password("pässword"), "pässword");
}

TEST(AgentConfig, OfAKeyThatIsThereTwiceTheLastCounts) {
  EXPECT_EQ(well(std::string(kNeeded) + "enroll_thing = SN0002\n").config.serial, "SN0002");
}

TEST(AgentConfig, UnknownKeysAreWarnedOfByLineAndNearestName) {
  const AgentConfigRead found = well(std::string(kNeeded) +
                                     "enrol_pass = s3cr3t\nwholly_else = s3cr3t\nServer = s3cr3t\n"
                                     "[s3cr3t]\n= s3cr3t\n");
  EXPECT_THAT(
      found.warnings,
      ElementsAre("line 4: unknown key `enrol_pass` is ignored; did you mean `enroll_pass`?",
                  "line 5: unknown key `wholly_else` is ignored",
                  "line 6: unknown key `Server` is ignored; did you mean `server`?",
                  "line 7: neither `key = value` nor a comment; it is ignored",
                  "line 8: neither `key = value` nor a comment; it is ignored"));
  EXPECT_TRUE(found.config.enrolment.empty());
}

TEST(AgentConfig, OnlyThingsAreEnrolled) {
  const Error error = wrong("enroll_target = controller\n");
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_EQ(error.what, "line 1: enroll_target is `controller`, and only things can be enrolled");
  EXPECT_THAT(error.mend, HasSubstr("enroll_target = thing"));
}

TEST(AgentConfig, AllMissingKeysAreNamedAtOnce) {
  EXPECT_EQ(wrong("").what,
            "the file does not set `enroll_target`, `enroll_model`, `enroll_thing`");
  EXPECT_EQ(wrong("enroll_target = thing\nenroll_thing =\nenroll_model = x\n").what,
            "the file does not set `enroll_thing`");
}

TEST(AgentConfig, ATemplateIsNamedByItsWholeId) {
  for (const char* model : {"mod-588acc123945ec8436bde3a", "mod-588acc123945ec8436bde3aaa",
                            "dev-588acc123945ec8436bde3aa", "mod-588acc123945ec8436bde3ag",
                            "mod_588acc123945ec8436bde3aa"}) {
    const Error error = wrong(std::string(kNeeded) + "enroll_model = " + model + "\n");
    EXPECT_THAT(error.what, HasSubstr(std::string("line 4: enroll_model is `") + model));
  }
}

TEST(AgentConfig, WhatIsNoTextOrTooLargeIsRefused) {
  EXPECT_THAT(wrong(std::string(kNeeded) + "enroll_pass = \xff\xfe\n").what,
              HasSubstr("line 4 is not UTF-8"));
  EXPECT_THAT(wrong(std::string(kNeeded) + std::string("enroll_name = a\0b\n", 18)).what,
              HasSubstr("line 4 is not UTF-8"));
  EXPECT_EQ(wrong(std::string(kAgentConfigBytesMax + 1, '#')).kind, ErrorKind::kTooLarge);
}

TEST(AgentConfig, AServerIsAUrlWithAHost) {
  const auto place = [](const std::string& url) -> std::string {
    const Result<AgentServer> server = read_agent_server(url);
    if (!server) return "-";
    return server->host + " " + std::to_string(server->port) + (server->plain ? " plain" : "");
  };
  EXPECT_EQ(place("https://berth.example.net"), "berth.example.net 443");
  EXPECT_EQ(place("HTTP://192.0.2.7"), "192.0.2.7 80 plain");
  EXPECT_EQ(place("https://localhost:8443/"), "localhost 8443");
  EXPECT_EQ(place("http://localhost:8080/iot"), "localhost 8080 plain");
  EXPECT_EQ(place("http://localhost:8080/iot/"), "localhost 8080 plain");
  EXPECT_EQ(place("https://[::1]:8443"), "::1 8443");
  EXPECT_EQ(place("https://[::1]"), "::1 443");
  for (const char* url :
       {"", "https://", "berth.example.net", "ftp://host", "https://host:0", "https://host:x",
        "https://host:", "https://host:70000", "https://host/other", "https://user@host",
        "https://ho st", "https://ho\r\nst", "https://host?x", "https://:443"}) {
    EXPECT_EQ(place(url), "-") << url;
  }
  const Error error = wrong(std::string(kNeeded) + "server = localhost:8443\n");
  EXPECT_THAT(error.what, HasSubstr("line 4: `localhost:8443` is not the URL of a server"));
}

TEST(AgentConfig, NoErrorQuotesWhatMayBeAPassword) {
  const Error error = wrong("enroll_pass = s3cr3t\nenroll_target thing s3cr3t\n");
  EXPECT_THAT(error.what + error.mend, Not(HasSubstr("s3cr3t")));
}

TEST(AgentConfig, OnlyIdsOfDevicesAreTakenForOne) {
  EXPECT_TRUE(is_device_plug_id("dev-588acc123945ec8436bde3C1"));
  EXPECT_FALSE(is_device_plug_id("mod-588acc123945ec8436bde3c1"));
  EXPECT_FALSE(is_device_plug_id("dev-588acc123945ec8436bde3c"));
  EXPECT_FALSE(is_device_plug_id("dev-588acc123945ec8436bde\r\n1"));
}

}  // namespace
}  // namespace berth::device
