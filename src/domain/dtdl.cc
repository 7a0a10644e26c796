#include "domain/dtdl.h"

#include "base/codec.h"
#include "domain/dtdl_reader.h"

#include <boost/json/parse.hpp>

namespace berth::domain {
namespace dtdl {
namespace {

constexpr std::size_t kQuotedMax = 60;
constexpr std::size_t kPointerMax = 512;

void append_escaped(std::string_view member, std::string& out) {
  for (const char c : member) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string quoted(std::string_view text) { return "'" + base::printable(text, kQuotedMax) + "'"; }

std::string Place::pointer() const {
  std::vector<const Place*> steps;
  for (const Place* step = this; step->around_ != nullptr; step = step->around_) {
    steps.push_back(step);
  }
  std::string text;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    text += '/';
    if ((*step)->in_array_) {
      text += std::to_string((*step)->index_);
    } else {
      append_escaped((*step)->member_, text);
    }
  }
  return text;
}

void Problems::add(std::string where, std::string what, std::string mend) {
  ++report_.problem_count;
  if (report_.problems.size() >= kDtdlProblemsMax) return;
  report_.problems.push_back(
      {base::printable(where, kPointerMax), std::move(what), std::move(mend)});
}

}  // namespace dtdl

DtdlReport check_model(std::string_view text, std::string_view main) {
  DtdlReport report;
  dtdl::Problems problems(report);
  if (text.size() > kDtdlBytesMax) {
    problems.add(std::string(),
                 "the model has " + std::to_string(text.size()) + " bytes, more than " +
                     std::to_string(kDtdlBytesMax),
                 "Divide it, or remove descriptions.");
    return report;
  }
  boost::json::parse_options options;
  options.max_depth = kDtdlDepthMax;
  boost::json::error_code error;
  const boost::json::value document = boost::json::parse(text, error, {}, options);
  if (error) {
    problems.add(std::string(), "this is not JSON: " + error.message(),
                 "Write the model as JSON, nested at most " + std::to_string(kDtdlDepthMax) +
                     " levels deep.");
    return report;
  }
  dtdl::Model model;
  dtdl::Reader(model, problems).read_document(document);
  dtdl::check_relations(model, main, report);
  return report;
}

std::string problems_text(const DtdlReport& report, std::size_t problems_max) {
  std::string text;
  std::size_t shown = 0;
  for (const DtdlProblem& each : report.problems) {
    if (shown == problems_max) break;
    if (shown++ > 0) text += "; ";
    text += (each.where.empty() ? "the model" : each.where) + ": " + each.what;
  }
  if (report.problem_count > shown) {
    text += " (and " + std::to_string(report.problem_count - shown) + " more)";
  }
  return text;
}

}  // namespace berth::domain
