// rooms: domain
// The check of device models: any bytes are judged within bounds, and what is called good can be
// relied on.
#include "domain/dtdl.h"

#include "base/check.h"
#include "base/codec.h"
#include "domain/model_id.h"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>

namespace {

using namespace berth::domain;

void check_problems(const DtdlReport& report) {
  BERTH_CHECK((report.problems.size() <= kDtdlProblemsMax) && "problems are bounded");
  BERTH_CHECK((report.problems.size() <= report.problem_count) && "and counted");
  for (const DtdlProblem& each : report.problems) {
    BERTH_CHECK((!each.what.empty() && !each.mend.empty()) && "each says what and how to mend it");
    BERTH_CHECK((each.where.empty() || each.where.front() == '/') && "and where");
    BERTH_CHECK((berth::base::is_utf8(each.what) && berth::base::is_utf8(each.where)) &&
                "in text that can be shown");
    BERTH_CHECK((each.what.size() < 1000) && "and is short");
  }
  BERTH_CHECK((problems_text(report).empty() == report.ok()) && "the sentence agrees");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const DtdlReport report = check_model(text);
  check_problems(report);
  BERTH_CHECK((report.missing.size() <= kDtdlMissingMax) && "what is missing is bounded");
  boost::json::error_code error;
  const boost::json::value initial = boost::json::parse(report.initial_properties, error);
  BERTH_CHECK((!error && initial.is_object()) && "initial properties are an object");
  if (!report.ok()) return 0;
  BERTH_CHECK((report.version == 2 || report.version == 3) && "a good model says its language");
  BERTH_CHECK((report.counts.interfaces > 0) && "and has an interface");
  BERTH_CHECK((check_model_id(report.id).has_value()) && "whose id can be a template's");
  BERTH_CHECK((check_model(text, report.id).id == report.id) && "and can be asked for");
  return 0;
}
