// Pieces of device models for tests: an interface around contents, and the words of a report.
//
// Room domain, tests. Thread rule: pure functions.
#pragma once

#include "domain/dtdl.h"

#include <string>

namespace berth::domain::testing {

inline std::string interface_of(const std::string& members, int version = 2,
                                const std::string& id = "dtmi:com:example:Thermostat;1") {
  return R"({"@context":"dtmi:dtdl:context;)" + std::to_string(version) + R"(","@id":")" + id +
         R"(","@type":"Interface")" + (members.empty() ? "" : "," + members) + "}";
}

inline std::string with_contents(const std::string& contents, int version = 2) {
  return interface_of(R"("contents":[)" + contents + "]", version);
}

inline std::string with_schema(const std::string& schema, int version = 2,
                               const std::string& type = "Telemetry") {
  return with_contents(R"({"@type":")" + type + R"(","name":"value","schema":)" + schema + "}",
                       version);
}

// "/contents/0/name" of the first problem; "" for none, which is no place of a problem inside.
inline std::string first_place(const DtdlReport& report) {
  return report.ok() ? "" : report.problems.front().where;
}

// "ok", or every place with what is wrong there.
inline std::string verdict(const std::string& model) {
  const DtdlReport report = check_model(model);
  return report.ok() ? "ok" : problems_text(report, kDtdlProblemsMax);
}

}  // namespace berth::domain::testing
