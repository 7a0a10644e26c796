// A device template: a device model (DTDL) that devices are assigned to by the model they name, and
// the twin they start with.
//
// Room domain. Ids: domain/model_id.h. Thread rule: plain values.
#pragma once

#include "domain/paging.h"
#include "domain/records.h"

#include <string>
#include <vector>

namespace berth::domain {

struct Template {
  ScopeId scope;
  std::string id;  // a DTMI, or an older "urn:" id; capitals count
  std::string display_name;
  std::string model = {};  // DTDL as JSON text that was checked; empty: only the id is known
  // What new devices start with, below what their enrollment says of the same members.
  InitialTwin initial_twin;
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};
inline constexpr std::size_t kTemplatesMax = 1'000;  // of one scope
inline constexpr std::size_t kModelBytesMax = std::size_t{512} * 1024;

// What registering needs of a template.
struct TemplateTwin {
  std::string id;
  InitialTwin initial_twin;
};

// Two JSON object texts as one: members of `above` win, objects are put together at any depth.
std::string overlaid(const std::string& below, const std::string& above);
InitialTwin overlaid(const InitialTwin& below, const InitialTwin& above);

struct TemplateEdit {
  std::optional<std::string> id;            // creation only; default: the model's own @id
  std::optional<std::string> display_name;  // empty or never given: the model's, else the id
  std::optional<std::string> model;         // JSON text; empty: none
  std::optional<std::string> tags;          // JSON object text
  std::optional<std::string> desired;       // JSON object text
};
struct CreateTemplate {
  std::string scope;
  TemplateEdit edit;
};
struct GetTemplate {
  std::string scope;
  std::string id;
};
struct ListTemplates {
  std::string scope;
  Page page;  // ordered by id
};
struct UpdateTemplate {
  std::string scope;
  std::string id;
  TemplateEdit edit;
  Precondition precondition;
};
// Its devices stay, unassigned.
struct DeleteTemplate {
  std::string scope;
  std::string id;
  Precondition precondition;
};
// What is wrong with a model, without keeping it.
struct CheckModel {
  std::string model;  // JSON text
};
struct ModelProblem {
  std::string where;  // JSON pointer
  std::string what;
  std::string mend;
};
struct ModelCheck {
  std::string id;
  std::string display_name;
  int language = 0;  // DTDL 2 or 3; 0: unknown
  std::vector<ModelProblem> problems;
  std::uint32_t interfaces = 0;
  std::uint32_t telemetry = 0;
  std::uint32_t properties = 0;
  std::uint32_t commands = 0;
  std::uint32_t components = 0;
  std::uint32_t relationships = 0;
};

// What an operator says of a device (by its registration id): it may come in, or it may not.
struct DecideApproval {
  std::string scope;
  std::string registration;
  bool blocks = false;
  Precondition precondition;
};

}  // namespace berth::domain
