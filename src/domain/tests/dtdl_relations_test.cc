// How interfaces and schemas of a model may use each other, initial values, and every bound.
#include "domain/dtdl.h"
#include "domain/tests/dtdl_samples.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::domain {
namespace {

using namespace testing;

std::string node(int number, const std::string& extends, const std::string& contents = "") {
  const std::string members =
      (extends.empty() ? "" : R"("extends":)" + extends) +
      (contents.empty() ? "" : (extends.empty() ? "" : ",") + (R"("contents":[)" + contents + "]"));
  return interface_of(members, 3, "dtmi:n:n" + std::to_string(number) + ";1");
}
std::string id_of(int number) { return R"("dtmi:n:n)" + std::to_string(number) + R"(;1")"; }

// n1 extends n2 extends … extends n<levels>.
std::string chain(int levels) {
  std::string text = "[";
  for (int i = 1; i < levels; ++i) text += node(i, id_of(i + 1)) + ",";
  return text + node(levels, "") + "]";
}

// A schema within a schema within … a double.
std::string nested(int levels) {
  std::string schema = R"("double")";
  for (int i = 0; i < levels; ++i) schema = R"({"@type":"Array","elementSchema":)" + schema + "}";
  return schema;
}

TEST(DtdlExtends, BringsNamesAlong) {
  const std::string base = node(2, "", R"({"@type":"Telemetry","name":"a","schema":"double"})");
  const std::string again = R"({"@type":"Property","name":"a","schema":"double"})";
  const DtdlReport report = check_model("[" + node(1, id_of(2), again) + "," + base + "]");
  EXPECT_EQ(first_place(report), "/0/contents/0/name");
  // The same element that comes along two ways is one.
  EXPECT_EQ(verdict("[" + node(1, "[" + id_of(2) + "," + id_of(3) + "]") + "," + base + "," +
                    node(3, id_of(2)) + "]"),
            "ok");
  const std::string other = node(3, "", R"({"@type":"Telemetry","name":"a","schema":"double"})");
  EXPECT_NE(verdict("[" + node(1, "[" + id_of(2) + "," + id_of(3) + "]") + "," + base + "," +
                    other + "]"),
            "ok");
}

TEST(DtdlExtends, MayStandInsideTheInterface) {
  const std::string base =
      R"({"@id":"dtmi:n:base;1","@type":"Interface","contents":[
          {"@type":"Telemetry","name":"a","schema":"double"}]})";
  const DtdlReport report = check_model(node(1, base));
  EXPECT_EQ(problems_text(report), "");
  EXPECT_EQ(report.id, "dtmi:n:n1;1");
  EXPECT_EQ(report.counts.interfaces, 2U);
}

TEST(DtdlExtends, GoesTenLevelsDeep) {
  EXPECT_EQ(verdict(chain(11)), "ok");
  EXPECT_NE(verdict(chain(12)), "ok");
}

TEST(DtdlExtends, NeverComesBack) {
  EXPECT_NE(verdict(node(1, id_of(1))), "ok");
  const std::string ring =
      "[" + node(1, id_of(2)) + "," + node(2, id_of(3)) + "," + node(3, id_of(1)) + "]";
  const DtdlReport report = check_model(ring);
  EXPECT_EQ(first_place(report), "/0/extends");
  EXPECT_NE(report.problems.front().what.find("3 interfaces"), std::string::npos);
}

TEST(DtdlExtends, NamesAtMostTwoInLanguageTwo) {
  const std::string three = R"("extends":["dtmi:a;1","dtmi:b;1","dtmi:c;1"])";
  EXPECT_NE(verdict(interface_of(three, 2)), "ok");
  EXPECT_EQ(verdict(interface_of(three, 3)), "ok");
  EXPECT_NE(verdict(interface_of(R"("extends":["dtmi:a;1","dtmi:a;1"])", 3)), "ok");
}

TEST(DtdlComponents, HoldNoComponents) {
  const std::string part = R"({"@type":"Component","name":"part","schema":)";
  EXPECT_EQ(verdict("[" + node(1, "", part + id_of(2) + "}") + "," + node(2, "") + "]"), "ok");
  const DtdlReport two = check_model("[" + node(1, "", part + id_of(2) + "}") + "," +
                                     node(2, "", part + id_of(3) + "}") + "," + node(3, "") + "]");
  EXPECT_EQ(first_place(two), "/0/contents/0/schema");
  // Inherited ones count.
  EXPECT_NE(verdict("[" + node(1, "", part + id_of(2) + "}") + "," + node(2, id_of(3)) + "," +
                    node(3, "", part + id_of(4) + "}") + "," + node(4, "") + "]"),
            "ok");
}

TEST(DtdlComponents, NeverHoldThemselves) {
  const std::string part = R"({"@type":"Component","name":"part","schema":)";
  const DtdlReport self = check_model(node(1, "", part + id_of(1) + "}"));
  ASSERT_FALSE(self.ok());
  EXPECT_EQ(self.problems.front().what, "the interface is a component of itself");
  EXPECT_NE(verdict("[" + node(1, "", part + id_of(2) + "}") + "," +
                    node(2, "", part + id_of(1) + "}") + "]"),
            "ok");
}

TEST(DtdlSchemas, TakeEveryKind) {
  const char* const schemas[] = {
      R"("boolean")",
      R"("date")",
      R"("dateTime")",
      R"("double")",
      R"("duration")",
      R"("float")",
      R"("integer")",
      R"("long")",
      R"("string")",
      R"("time")",
      R"("point")",
      R"("multiPolygon")",
      R"({"@type":"Array","elementSchema":"string"})",
      R"({"@type":"Enum","valueSchema":"integer","enumValues":[{"name":"a","enumValue":1}]})",
      R"({"@type":"Enum","valueSchema":"string","enumValues":[{"name":"a","enumValue":"x"}]})",
      R"({"@type":"Map","mapKey":{"name":"k","schema":"string"},
          "mapValue":{"name":"v","schema":"double"}})",
      (R"({"@type":"Object","fields":[{"name":"x","schema":"double"},)"
       R"({"name":"y","schema":"long"}]})"),
      R"("dtmi:dtdl:instance:Schema:double;2")",
      R"("dtmi:standard:schema:geospatial:point;2")"};
  for (const char* schema : schemas) EXPECT_EQ(verdict(with_schema(schema)), "ok") << schema;
}

TEST(DtdlSchemas, RefuseWhatDoesNotHoldTogether) {
  const char* const schemas[] = {
      R"("Double")",
      "7",
      "[]",
      "{}",
      R"({"@type":"Array"})",
      R"({"@type":"List"})",
      R"({"@type":"Enum","valueSchema":"integer","enumValues":[{"name":"a","enumValue":"1"}]})",
      R"({"@type":"Enum","valueSchema":"double","enumValues":[{"name":"a","enumValue":1}]})",
      R"({"@type":"Enum","valueSchema":"integer","enumValues":[]})",
      R"({"@type":"Enum","valueSchema":"integer","enumValues":[{"name":"a","enumValue":1},
          {"name":"a","enumValue":2}]})",
      R"({"@type":"Enum","valueSchema":"integer","enumValues":[{"name":"a","enumValue":1},
          {"name":"b","enumValue":1}]})",
      R"({"@type":"Map","mapKey":{"name":"k","schema":"integer"},
          "mapValue":{"name":"v","schema":"double"}})",
      R"({"@type":"Object","fields":[]})",
      (R"({"@type":"Object","fields":[{"name":"x","schema":"double"},)"
       R"({"name":"x","schema":"long"}]})"),
      R"("dtmi:com:example:nowhere;1")"};
  for (const char* schema : schemas) EXPECT_NE(verdict(with_schema(schema)), "ok") << schema;
}

TEST(DtdlSchemas, AreFoundByTheirId) {
  const std::string schemas = R"("schemas":[{"@id":"dtmi:com:example:vector;1","@type":"Object",
    "fields":[{"name":"x","schema":"double"}]}],)";
  const std::string use = R"("contents":[{"@type":"Telemetry","name":"a",
    "schema":"dtmi:com:example:vector;1"}])";
  EXPECT_EQ(verdict(interface_of(schemas + use)), "ok");
  EXPECT_NE(verdict(interface_of(use)), "ok");
  EXPECT_NE(verdict(interface_of(
                R"("schemas":[{"@type":"Object","fields":[{"name":"x","schema":"double"}]}])")),
            "ok");
}

TEST(DtdlSchemas, NestFiveLevelsDeep) {
  EXPECT_EQ(verdict(with_schema(nested(5))), "ok");
  EXPECT_NE(verdict(with_schema(nested(6))), "ok");
}

TEST(DtdlSchemas, NeverHoldThemselves) {
  const std::string ring = R"("schemas":[
    {"@id":"dtmi:com:example:a;1","@type":"Array","elementSchema":"dtmi:com:example:b;1"},
    {"@id":"dtmi:com:example:b;1","@type":"Array","elementSchema":"dtmi:com:example:a;1"}])";
  const DtdlReport report = check_model(interface_of(ring));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.problems.front().what, "the schema holds itself, or one that does");
}

TEST(DtdlSchemas, PropertiesHoldNoArraysInLanguageTwo) {
  for (const std::string& schema :
       {nested(1), std::string(R"("point")"),
        std::string(R"({"@type":"Object","fields":[{"name":"x","schema":)") + nested(1) + "}]}"}) {
    EXPECT_NE(verdict(with_schema(schema, 2, "Property")), "ok") << schema;
    EXPECT_EQ(verdict(with_schema(schema, 3, "Property")), "ok") << schema;
    EXPECT_EQ(verdict(with_schema(schema, 2, "Telemetry")), "ok") << schema;
  }
}

TEST(DtdlInitialValues, BecomePropertiesOfTheirComponents) {
  const std::string text = R"([
    {"@context":"dtmi:dtdl:context;2","@id":"dtmi:a:top;1","@type":"Interface",
     "extends":"dtmi:a:base;1","contents":[
      {"@type":["Property","Initialized"],"name":"interval","schema":"integer","writable":true,
       "initialValue":5},
      {"@type":["Property","Initialized"],"name":"serial","schema":"string","initialValue":"x"},
      {"@type":["Property","Initialized","Cloud"],"name":"owner","schema":"string",
       "writable":true,"initialValue":"x"},
      {"@type":"Component","name":"pump","schema":"dtmi:a:pump;1"}]},
    {"@context":"dtmi:dtdl:context;2","@id":"dtmi:a:base;1","@type":"Interface","contents":[
      {"@type":["Property","Initialized"],"name":"mode","writable":true,"initialValue":{"a":1},
       "schema":{"@type":"Object","fields":[{"name":"a","schema":"integer"}]}}]},
    {"@context":"dtmi:dtdl:context;2","@id":"dtmi:a:pump;1","@type":"Interface","contents":[
      {"@type":["Property","Initialized"],"name":"speed","schema":"double","writable":true,
       "initialValue":0.5}]}])";
  const DtdlReport report = check_model(text);
  EXPECT_EQ(problems_text(report), "");
  EXPECT_EQ(report.initial_properties,
            R"({"interval":5,"mode":{"a":1},"pump":{"speed":0.5,"__t":"c"}})");
}

TEST(DtdlInitialValues, FitTheirSchema) {
  const auto with = [](const std::string& schema, const std::string& value) {
    return check_model(with_contents(R"({"@type":["Property","Initialized"],"name":"a",
      "writable":true,"schema":")" + schema +
                                     R"(","initialValue":)" + value + "}"))
        .ok();
  };
  EXPECT_TRUE(with("boolean", "true"));
  EXPECT_FALSE(with("boolean", "1"));
  EXPECT_TRUE(with("integer", "2147483647"));
  EXPECT_FALSE(with("integer", "2147483648"));
  EXPECT_TRUE(with("long", "2147483648"));
  EXPECT_TRUE(with("double", "1"));
  EXPECT_FALSE(with("double", R"("1")"));
  EXPECT_FALSE(with("string", "1"));
}

TEST(DtdlBounds, HoldForBytesNestingAndInterfaces) {
  const std::string good = interface_of("");
  EXPECT_EQ(verdict(good + std::string(kDtdlBytesMax - good.size(), ' ')), "ok");
  EXPECT_NE(verdict(good + std::string(kDtdlBytesMax - good.size() + 1, ' ')), "ok");

  const std::string deep(kDtdlDepthMax + 1, '[');
  EXPECT_NE(verdict(deep + std::string(kDtdlDepthMax + 1, ']')), "ok");

  std::string many = "[" + node(0, "");
  for (std::size_t i = 1; i < kDtdlInterfacesMax; ++i) many += "," + node(static_cast<int>(i), "");
  EXPECT_EQ(verdict(many + "]"), "ok");
  EXPECT_NE(verdict(many + "," + node(static_cast<int>(kDtdlInterfacesMax), "") + "]"), "ok");
}

TEST(DtdlBounds, HoldForWhatInterfacesInherit) {
  // 300 interfaces extend one with 1,500 contents: 450,000 names.
  std::string contents;
  for (int i = 0; i < 1500; ++i) {
    contents += (i == 0 ? "" : ",") + std::string(R"({"@type":"Telemetry","name":"t)") +
                std::to_string(i) + R"(","schema":"double"})";
  }
  std::string text = "[" + node(0, "", contents);
  for (int i = 1; i <= 300; ++i) text += "," + node(i, id_of(0));
  ASSERT_LT(text.size(), kDtdlBytesMax);
  const DtdlReport report = check_model(text + "]");
  ASSERT_EQ(report.problem_count, 1U);
  EXPECT_NE(report.problems.front().what.find("too much"), std::string::npos);
}

TEST(DtdlBounds, CountContentsInLanguageTwo) {
  std::string contents;
  for (int i = 0; i < 301; ++i) {
    if (i == 300) EXPECT_EQ(verdict(with_contents(contents)), "ok");
    contents += (i == 0 ? "" : ",") + std::string(R"({"@type":"Telemetry","name":"t)") +
                std::to_string(i) + R"(","schema":"double"})";
  }
  EXPECT_NE(verdict(with_contents(contents)), "ok");
  EXPECT_EQ(verdict(with_contents(contents, 3)), "ok");
}

}  // namespace
}  // namespace berth::domain
