// Checks device models written in the Digital Twins Definition Language, versions 2 and 3: one
// interface, or an array of interfaces that use each other. What the language says of itself is
// cited as "v2 Interface" or "v3 Command" (a section of the language's description); what differs
// from it on purpose is listed in docs/templates.md.
//
// A model comes from anybody: its bytes, nesting, interfaces and the work for it are bounded.
// Room domain. Thread rule: pure function. A large model takes some milliseconds: off the loop.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace berth::domain {

inline constexpr std::size_t kDtdlBytesMax = 512U * 1024;
inline constexpr std::size_t kDtdlDepthMax = 64;        // nested JSON values
inline constexpr std::size_t kDtdlInterfacesMax = 512;  // of one document
inline constexpr std::size_t kDtdlProblemsMax = 32;     // that are kept
inline constexpr std::size_t kDtdlMissingMax = 64;      // likewise

struct DtdlProblem {
  std::string where;  // JSON pointer (RFC 6901); empty: the whole document
  std::string what;
  std::string mend;
};

struct DtdlCounts {
  std::size_t interfaces = 0;
  std::size_t telemetry = 0;
  std::size_t properties = 0;  // of interfaces; those of relationships do not count
  std::size_t commands = 0;
  std::size_t components = 0;
  std::size_t relationships = 0;
};

struct DtdlReport {
  // The main interface: the one that was asked for, else one that no other uses, the first of
  // several. Empty if none could be read.
  std::string id = {};
  int version = 0;                         // of the language: 2, 3, or 0 when it does not say
  std::string display_name = {};           // English if there is one; may be empty
  std::vector<DtdlProblem> problems = {};  // none: the model is good
  std::size_t problem_count = 0;           // may be more than are kept
  DtdlCounts counts = {};                  // of the whole document
  // Interfaces that it uses and does not hold. No problem: devices and services know common ones.
  std::vector<std::string> missing = {};
  // JSON object text: what writable properties with an `initialValue` start with, the properties of
  // a component below its name. "{}" if there are none.
  std::string initial_properties = "{}";

  bool ok() const { return problem_count == 0; }
};

// `main` is the id of the interface that counts, if it is known and the document has it.
DtdlReport check_model(std::string_view text, std::string_view main = {});

// The first problems in a sentence: "/contents/0/name: …; /contents/1: … (and 3 more)".
std::string problems_text(const DtdlReport& report, std::size_t problems_max = 3);

}  // namespace berth::domain
