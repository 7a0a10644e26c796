// What the check of device models accepts and refuses, and what it says.
#include "domain/dtdl.h"

#include "domain/tests/dtdl_samples.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::domain {
namespace {

using namespace testing;

constexpr std::string_view kThermostat = R"({
  "@context": ["dtmi:dtdl:context;2"],
  "@id": "dtmi:com:example:Thermostat;1",
  "@type": "Interface",
  "displayName": {"de": "Temperaturregler", "en": "Thermostat"},
  "description": "Measures and sets a temperature.",
  "comment": "For tests.",
  "contents": [
    {"@type": ["Telemetry", "Temperature"], "name": "temperature", "schema": "double",
     "unit": "degreeCelsius"},
    {"@type": "Property", "name": "target", "schema": "double", "writable": true},
    {"@type": "Property", "name": "serial", "schema": "string"},
    {"@type": "Command", "name": "reboot",
     "request": {"name": "delay", "schema": "integer"},
     "response": {"name": "at", "schema": "dateTime"}},
    {"@type": "Relationship", "name": "room", "target": "dtmi:com:example:Room;1",
     "maxMultiplicity": 1},
    {"@type": "Component", "name": "info", "schema": "dtmi:example:DeviceInformation;1"}
  ]})";

TEST(Dtdl, ReportsWhatAGoodModelHolds) {
  const DtdlReport report = check_model(kThermostat);
  EXPECT_EQ(problems_text(report), "");
  EXPECT_EQ(report.id, "dtmi:com:example:Thermostat;1");
  EXPECT_EQ(report.version, 2);
  EXPECT_EQ(report.display_name, "Thermostat");
  EXPECT_EQ(report.counts.interfaces, 1U);
  EXPECT_EQ(report.counts.telemetry, 1U);
  EXPECT_EQ(report.counts.properties, 2U);
  EXPECT_EQ(report.counts.commands, 1U);
  EXPECT_EQ(report.counts.components, 1U);
  EXPECT_EQ(report.counts.relationships, 1U);
  ASSERT_EQ(report.missing.size(), 1U);
  EXPECT_EQ(report.missing.front(), "dtmi:example:DeviceInformation;1");
  EXPECT_EQ(report.initial_properties, "{}");
}

TEST(Dtdl, RefusesWhatIsNoModel) {
  for (const char* text : {"", "{", "7", "\"x\"", "[]", "{}", "[7]", "[[]]", "null",
                           R"({"@id":"dtmi:a;1"})", R"({"@type":"Interface"})",
                           R"({"@context":"dtmi:dtdl:context;2","@type":"Telemetry","name":"a",
                               "schema":"double"})"}) {
    const DtdlReport report = check_model(text);
    ASSERT_FALSE(report.ok()) << text;
    EXPECT_FALSE(report.problems.front().what.empty());
    EXPECT_FALSE(report.problems.front().mend.empty());
  }
}

TEST(Dtdl, SaysWhereWhatAndHowToMend) {
  const DtdlReport report =
      check_model(with_contents(R"({"@type":"Property","name":"9lives","schema":"doubl"})"));
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems[0].where, "/contents/0/name");
  EXPECT_EQ(report.problems[1].where, "/contents/0/schema");
  EXPECT_EQ(report.problems[1].what, "there is no schema 'doubl'");
  EXPECT_NE(report.problems[1].mend.find("double"), std::string::npos);
}

TEST(Dtdl, EscapesPointers) {
  const DtdlReport report = check_model(interface_of(R"("a/b~c":1)"));
  EXPECT_EQ(first_place(report), "/a~1b~0c");
}

TEST(Dtdl, KnowsTheLanguageByItsContext) {
  const auto with = [](const std::string& context) {
    return verdict(R"({"@context":)" + context + R"(,"@id":"dtmi:a;1","@type":"Interface"})");
  };
  for (const char* good :
       {R"("dtmi:dtdl:context;2")", R"("dtmi:dtdl:context;3")",
        R"(["dtmi:dtdl:context;2","dtmi:iotcentral:context;2"])",
        R"(["dtmi:iotcentral:context;2","dtmi:dtdl:context;2"])",
        R"(["dtmi:dtdl:context;3","dtmi:dtdl:extension:quantitativeTypes;1"])"}) {
    EXPECT_EQ(with(good), "ok") << good;
  }
  for (const char* bad :
       {R"("dtmi:dtdl:context;1")", R"("dtmi:dtdl:context;4")", R"("dtmi:dtdl:context;22")", "7",
        R"({})", "[]", "null", R"("http://azureiot.com/v1/contexts/IoTModel.json")",
        R"(["dtmi:dtdl:context;2","dtmi:dtdl:context;3"])",
        R"(["dtmi:dtdl:extension:quantitativeTypes;1","dtmi:dtdl:context;3"])",
        R"(["dtmi:dtdl:context;2","no id"])", R"(["dtmi:iotcentral:context;2"])"}) {
    EXPECT_NE(with(bad), "ok") << bad;
  }
}

TEST(Dtdl, WantsNamesThatProgramsCanUse) {
  const auto named = [](const std::string& name, int version) {
    return check_model(
               with_contents(R"({"@type":"Telemetry","schema":"double","name":")" + name + "\"}",
                             version))
        .ok();
  };
  for (const char* good : {"a", "A9", "a_b", "temp__1"}) EXPECT_TRUE(named(good, 2)) << good;
  for (const char* bad : {"", "9", "_a", "a_", "a-b", "a b", "\\u00e4"}) {
    EXPECT_FALSE(named(bad, 2)) << bad;
  }
  EXPECT_TRUE(named(std::string(64, 'a'), 2));
  EXPECT_FALSE(named(std::string(65, 'a'), 2));
  EXPECT_TRUE(named(std::string(512, 'a'), 3));
  EXPECT_FALSE(named(std::string(513, 'a'), 3));
}

TEST(Dtdl, WantsEachNameOnce) {
  const char* const twice = R"({"@type":"Telemetry","name":"a","schema":"double"},
                               {"@type":"Property","name":"a","schema":"double"})";
  const DtdlReport report = check_model(with_contents(twice));
  EXPECT_EQ(first_place(report), "/contents/1/name");
  const char* const other_case = R"({"@type":"Telemetry","name":"a","schema":"double"},
                                    {"@type":"Telemetry","name":"A","schema":"double"})";
  EXPECT_EQ(verdict(with_contents(other_case)), "ok");
}

TEST(Dtdl, WantsEachIdOnce) {
  EXPECT_NE(verdict("[" + interface_of("") + "," + interface_of("") + "]"), "ok");
  const std::string with_own_id = R"({"@type":"Telemetry","name":"a","schema":"double",
                                      "@id":"dtmi:com:example:Thermostat;1"})";
  EXPECT_NE(verdict(with_contents(with_own_id)), "ok");
}

TEST(Dtdl, KeepsTheLanguagesIdsFree) {
  for (const char* id : {"dtmi:dtdl:mine;1", "dtmi:standard:mine;1", "dtmi:a:_b;1", "urn:a:1"}) {
    EXPECT_NE(verdict(interface_of("", 2, id)), "ok") << id;
  }
}

TEST(Dtdl, RefusesMembersThatNobodyDefined) {
  EXPECT_EQ(first_place(check_model(interface_of(R"("content":[])"))), "/content");
  const std::string misspelled =
      R"({"@type":"Property","name":"a","schema":"double","writeable":true})";
  EXPECT_EQ(first_place(check_model(with_contents(misspelled))), "/contents/0/writeable");
}

TEST(Dtdl, TakesMembersAlongWithTypesOfOthers) {
  const std::string branded =
      R"({"@type":["Property","Commercial"],"name":"a","schema":"double","brand":"x"})";
  EXPECT_EQ(verdict(with_contents(branded, 2)), "ok");
  EXPECT_NE(verdict(with_contents(branded, 3)), "ok");
  const std::string open = R"({"@context":["dtmi:dtdl:context;3","dtmi:com:example:context;1"],
                               "@id":"dtmi:a;1","@type":"Interface","contents":[)" +
                           branded + "]}";
  EXPECT_EQ(verdict(open), "ok");
}

TEST(Dtdl, BindsUnitsToSemanticTypes) {
  const auto with = [](const std::string& type, const std::string& rest) {
    return verdict(with_contents(R"({"@type":)" + type + R"(,"name":"a",)" + rest + "}"));
  };
  const char* const kTemperature = R"(["Telemetry","Temperature"])";
  EXPECT_EQ(with(kTemperature, R"("schema":"double","unit":"kelvin")"), "ok");
  EXPECT_NE(with(kTemperature, R"("schema":"double")"), "ok");
  EXPECT_NE(with(kTemperature, R"("schema":"double","unit":"volt")"), "ok");
  EXPECT_NE(with(kTemperature, R"("schema":"string","unit":"kelvin")"), "ok");
  EXPECT_NE(with(R"("Telemetry")", R"("schema":"double","unit":"kelvin")"), "ok");
  EXPECT_NE(with(R"(["Command","Temperature"])", R"("unit":"kelvin")"), "ok");
}

TEST(Dtdl, BoundsTexts) {
  const auto titled = [](std::size_t size, int version) {
    return check_model(interface_of(R"("displayName":")" + std::string(size, 'x') + "\"", version))
        .ok();
  };
  EXPECT_TRUE(titled(64, 2));
  EXPECT_FALSE(titled(65, 2));
  EXPECT_TRUE(titled(512, 3));
  EXPECT_FALSE(titled(513, 3));
  EXPECT_NE(verdict(interface_of(R"("comment":")" + std::string(513, 'x') + "\"")), "ok");
  EXPECT_NE(verdict(interface_of(R"("comment":7)")), "ok");
  EXPECT_NE(verdict(interface_of(R"("description":{"not a language":"x"})")), "ok");
  EXPECT_NE(verdict(interface_of(R"("description":{"en":7})")), "ok");
  // Characters count, not bytes.
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(verdict(interface_of(R"("displayName":")" + umlauts + "\"")), "ok");
}

TEST(Dtdl, ReadsTheModelInsideATemplateOfAService) {
  const std::string text = R"({"@id":"dtmi:com:example:template;1",
    "@type":["ModelDefinition","DeviceModel"],
    "@context":["dtmi:iotcentral:context;2","dtmi:dtdl:context;2"],
    "capabilityModel":{"@id":"dtmi:com:example:Thermostat;1","@type":"Interface","contents":[
      {"@type":["Property","Cloud","StringValue"],"name":"customer","schema":"string",
       "maxLength":30}]}})";
  const DtdlReport report = check_model(text);
  EXPECT_EQ(problems_text(report), "");
  EXPECT_EQ(report.id, "dtmi:com:example:Thermostat;1");
}

TEST(Dtdl, TakesTheInterfaceThatNoOtherUsesForTheMainOne) {
  const std::string base = interface_of("", 2, "dtmi:com:example:Base;1");
  const std::string top =
      interface_of(R"("extends":"dtmi:com:example:Base;1")", 2, "dtmi:com:example:Top;1");
  EXPECT_EQ(check_model("[" + base + "," + top + "]").id, "dtmi:com:example:Top;1");
  EXPECT_EQ(check_model("[" + base + "," + top + "]", "dtmi:com:example:Base;1").id,
            "dtmi:com:example:Base;1");
  EXPECT_EQ(check_model("[" + base + "," + top + "]", "dtmi:com:example:No;1").id,
            "dtmi:com:example:Top;1");
}

TEST(Dtdl, CountsProblemsThatItDoesNotKeep) {
  std::string contents;
  for (std::size_t i = 0; i < kDtdlProblemsMax + 8; ++i) {
    contents += (i == 0 ? "" : ",") + std::string(R"({"@type":"Nothing"})");
  }
  const DtdlReport report = check_model(with_contents(contents));
  EXPECT_EQ(report.problems.size(), kDtdlProblemsMax);
  EXPECT_EQ(report.problem_count, kDtdlProblemsMax + 8);
  EXPECT_NE(problems_text(report, 2).find("(and 38 more)"), std::string::npos);
}

}  // namespace
}  // namespace berth::domain
