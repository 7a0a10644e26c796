// The models on which the check and a maintained validator must agree: tests/interop/dtdl, where
// the validator judges the same file.
#include "domain/dtdl.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace berth::domain {
namespace {

namespace json = boost::json;

TEST(DtdlModels, GetTheVerdictThatTheyAreKnownFor) {
  std::ifstream file("tests/interop/dtdl/models.json");
  std::stringstream text;
  text << file.rdbuf();
  const json::value models = json::parse(text.str());
  std::size_t count = 0;
  for (const json::value& each : models.as_array()) {
    const json::object& model = each.as_object();
    const DtdlReport report = check_model(json::serialize(model.at("model")));
    EXPECT_EQ(report.ok(), model.at("valid").as_bool())
        << model.at("name") << ": " << problems_text(report);
    ++count;
  }
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace berth::domain
