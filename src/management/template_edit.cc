#include "management/template_edit.h"

#include "domain/json_text.h"
#include "domain/model_id.h"
#include "management/validation.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

namespace json = boost::json;
using domain::DtdlReport;
using domain::Template;
using domain::TemplateEdit;

bool is_urn(const std::string& id) { return id.starts_with("urn:"); }

json::object object_of(const std::string& text) {
  json::error_code error;
  json::value value = json::parse(text, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

// Without the members that are as the model before made them, so that they do not outlive it.
std::string without(const std::string& document, const std::string& from_model) {
  const json::object made = object_of(from_model);
  json::object kept;
  for (const auto& member : object_of(document)) {
    const json::value* same = made.if_contains(member.key());
    if (same == nullptr || *same != member.value()) kept.insert(member);
  }
  return domain::to_json_text(kept);
}

// The model's own, when it is fit to be one; else the id.
std::string default_name(const DtdlReport& report, const std::string& id) {
  const Result<std::string> name = display_name(report.display_name, id);
  return name ? *name : id;
}

Result<void> edit_desired(Template& record, const TemplateEdit& edit,
                          const std::string& properties_before, const DtdlReport& model) {
  if (edit.desired) {
    Result<void> fine = check_json_object("desired", *edit.desired, kDesiredBytesMax);
    if (!fine) return fine;
  }
  const std::string own =
      edit.desired ? *edit.desired : without(record.initial_twin.desired, properties_before);
  record.initial_twin.desired = domain::overlaid(model.initial_properties, own);
  return check_json_object("desired", record.initial_twin.desired, kDesiredBytesMax);
}

}  // namespace

domain::ModelCheck model_check(const DtdlReport& report) {
  const auto small = [](std::size_t count) { return static_cast<std::uint32_t>(count); };
  domain::ModelCheck check;
  check.id = report.id;
  check.display_name = report.display_name;
  check.language = report.version;
  for (const domain::DtdlProblem& each : report.problems) {
    check.problems.push_back({each.where, each.what, each.mend});
  }
  check.interfaces = small(report.counts.interfaces);
  check.telemetry = small(report.counts.telemetry);
  check.properties = small(report.counts.properties);
  check.commands = small(report.counts.commands);
  check.components = small(report.counts.components);
  check.relationships = small(report.counts.relationships);
  return check;
}

Result<DtdlReport> checked_model(const std::string& model, const std::string& id) {
  if (model.empty()) return DtdlReport();
  if (model.size() > domain::kModelBytesMax) {
    return Fail(
        ErrorKind::kTooLarge,
        fmt::format("the model has {} bytes, more than {}", model.size(), domain::kModelBytesMax),
        "divide it, or remove descriptions");
  }
  DtdlReport report = domain::check_model(model, id);
  if (!report.ok()) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("the model has {} problems: {}", report.problem_count, problems_text(report)),
        report.problems.front().mend + " All of them: berth template check");
  }
  // Devices from before the language name their model by a urn.
  if (id.empty() || is_urn(id) || report.id == id) return report;
  return Fail(ErrorKind::kInvalid,
              fmt::format("the model defines no interface '{}', but '{}'", base::printable(id, 128),
                          base::printable(report.id, 128)),
              "give the template the id of the interface that devices name");
}

Result<void> name_template(Template& record, const TemplateEdit& edit) {
  record.id = edit.id.value_or("");
  if (record.id.empty() && edit.model) {
    BERTH_TRY(const DtdlReport report, checked_model(*edit.model, ""));
    record.id = report.id;
  }
  if (record.id.empty()) {
    return Fail(ErrorKind::kInvalid, "id is missing",
                "give the model's id, such as dtmi:com:example:Thermostat;1, or the model");
  }
  return domain::check_model_id(record.id);
}

Result<Differences> edit_template(Template& record, const TemplateEdit& edit) {
  Differences changed;
  const domain::InitialTwin before = record.initial_twin;
  const std::string& text = edit.model ? *edit.model : record.model;
  BERTH_TRY(const DtdlReport model, checked_model(text, record.id));
  if (edit.display_name) {
    BERTH_TRY(std::string name, display_name(*edit.display_name, default_name(model, record.id)));
    changed.set("displayName", record.display_name, std::move(name));
  } else if (record.version == 0) {
    record.display_name = default_name(model, record.id);
  }
  if (edit.tags) {
    const Result<void> fine = check_json_object("tags", *edit.tags, kTagsBytesMax);
    if (!fine) return Fail(fine.error());
    record.initial_twin.tags = *edit.tags;
  }
  if (edit.model || edit.desired) {
    const std::string properties_before =
        record.model.empty() ? "{}"
                             : domain::check_model(record.model, record.id).initial_properties;
    const Result<void> done = edit_desired(record, edit, properties_before, model);
    if (!done) return Fail(done.error());
  }
  if (edit.model && *edit.model != record.model) {
    changed.note("model");
    record.model = *edit.model;
  }
  if (record.initial_twin.tags != before.tags) changed.note("tags");
  if (record.initial_twin.desired != before.desired) changed.note("desired");
  return changed;
}

}  // namespace berth::management
