// Device templates, the check of a model, and devices that wait for an operator or are kept out.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

constexpr std::size_t kModelBytesMax =
    std::size_t{512} * 1024 + 1;  // the server says what is too large

const std::vector<Column> kColumns{
    {"TEMPLATE", "id"}, {"NAME", "displayName"}, {"UPDATED", "updatedAt", Show::kTime}};

std::string id_of(const Invocation& run) { return run.args.text_or("template-id", ""); }

Try<std::string> target(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  return path_of({"scopes", scope, "templates", id_of(run)});
}

Try<void> put_model(json::object& body, Invocation& run) {
  const auto path = run.args.text("model-file");
  if (!path) return {};
  if (path->empty()) {
    body["model"] = nullptr;
    return {};
  }
  // As a text: the server reads it, and says where it is wrong.
  BERTH_TRY(std::string model, read_input(run, *path, kModelBytesMax));
  body["model"] = std::move(model);
  return {};
}

Try<json::object> body_of(Invocation& run) {
  json::object body;
  put_text(body, "displayName", run.args, "display-name");
  BERTH_STEP(put_model(body, run));
  json::object twin;
  BERTH_STEP(put_json_object(twin, "tags", run, "tags"));
  json::object properties;
  BERTH_STEP(put_json_object(properties, "desired", run, "desired"));
  // What null restores is the empty object.
  for (json::object* each : {&twin, &properties}) {
    for (auto& member : *each) {
      if (member.value().is_null()) member.value() = json::object();
    }
  }
  if (!properties.empty()) twin["properties"] = std::move(properties);
  if (!twin.empty()) body["initialTwin"] = std::move(twin);
  return body;
}

Try<int> create(Invocation& run) {
  BERTH_TRY(json::object body, body_of(run));
  if (const auto id = run.args.text("template-id")) body["id"] = *id;
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes", scope, "templates"}), body));
  run.say("created template " + member_text(answer.value, "id") + " in scope " + scope);
  return run.show(answer);
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = with_query(path_of({"scopes", scope, "templates"}), query);
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show(answer);
}

Try<int> update(Invocation& run) {
  BERTH_TRY(const json::object body, body_of(run));
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path, body, run.etag()));
  run.say("updated template " + id_of(run));
  return run.show(answer);
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  if (!run.confirmed("Delete template " + id_of(run) + "? Its devices stay, unassigned.")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted template " + id_of(run));
  return kDone;
}

// Fails when the model has problems, so that a script can stop there.
Try<int> check(Invocation& run) {
  json::object body;
  BERTH_STEP(put_model(body, run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"templates", "check"}), body));
  const json::value* problems = member(answer.value, "problems");
  const bool good = problems != nullptr && problems->is_array() && problems->get_array().empty();
  if (run.wants_json()) {
    run.show(answer);
    return good ? kDone : kFailed;
  }
  if (good) return run.show(answer);
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : problems->as_array()) {
    const std::string where = member_text(each, "where");
    rows.push_back({where.empty() ? "(the model)" : base::printable(where, 200),
                    base::printable(member_text(each, "what"), 200),
                    base::printable(member_text(each, "mend"), 200)});
  }
  print_rows(run.world.out, {"WHERE", "WHAT IS WRONG", "HOW TO MEND IT"}, rows);
  return kFailed;
}

// What a device must send to get the template.
Try<int> identity(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  json::object payload;
  payload["modelId"] = member_text(answer.value, "id");
  json::object out;
  out["modelId"] = payload["modelId"];
  out["registrationPayload"] = payload;
  if (run.wants_json()) {
    run.world.out << json::serialize(out) << '\n';
    return kDone;
  }
  out["registrationPayload"] = json::serialize(payload);
  print_card(run.world.out, out);
  return kDone;
}

// approve, block
Try<int> decide(Invocation& run, std::string_view verb, const std::string& said) {
  const std::string id = run.args.text_or("registration-id", "");
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, "registrations", id, verb});
  BERTH_TRY(const Answer answer, api->act(path, run.etag()));
  run.say("device " + id + said);
  return run.show(answer);
}

Try<int> approve(Invocation& run) {
  return decide(run, "approve", " is approved; it gets in with its next attempt");
}

Try<int> block(Invocation& run) {
  const std::string id = run.args.text_or("registration-id", "");
  if (!run.confirmed("Block device " + id + "? It is cut off, and refused from now on.")) {
    return kFailed;
  }
  return decide(run, "block", " is blocked");
}

Flag template_flag(std::string help, bool required) {
  return {"template-id",       "ID", std::move(help), FlagKind::kText,
          {"model-id", "mid"}, {},   required,        true};
}

Flag model_flag(std::string help, bool required) {
  return {"model-file", "FILE", std::move(help), FlagKind::kText, {"model"}, {}, required};
}

std::vector<Flag> edit_flags() {
  return {
      display_name_flag(),
      model_flag("The DTDL model, version 2 or 3; - for standard input, empty for none.", false),
      {"tags", "JSON", "Tags that new devices start with, or @FILE."},
      {"desired",
       "JSON",
       "Desired properties that they start with, or @FILE.",
       FlagKind::kText,
       {"props"}}};
}

Flag registration_flag() {
  return {"registration-id",
          "ID",
          "Its registration id, in any spelling of its case.",
          FlagKind::kText,
          {"rid"},
          {},
          true,
          true};
}

}  // namespace

std::vector<Verb> template_verbs() {
  const Flag id = template_flag("The template: a DTMI, or an older urn.", true);
  return {
      {"template create", "Makes a device template: a model that devices are assigned to.",
       flags_of({{template_flag("The id that devices name; the model's own when left out.", false),
                  scope_flag()},
                 edit_flags()}),
       "berth template create urn:example:Smart_Knee_Brace:1 --desired '{\"interval\": 5}'",
       &create},
      {"template list", "Lists the device templates of a scope.",
       flags_of({{scope_flag()}, page_flags()}), "berth template list", &list},
      {"template show",
       "Shows one template with its model.",
       {id, scope_flag()},
       "berth template show urn:example:Smart_Knee_Brace:1",
       &show},
      {"template identity",
       "Shows what a device must send to be assigned to the template.",
       {id, scope_flag()},
       "berth template identity urn:example:Smart_Knee_Brace:1",
       &identity},
      {"template check",
       "Checks a DTDL model without keeping it; fails when it has problems.",
       {[] {
         Flag model = model_flag("The model; - for standard input.", true);
         model.positional = true;
         return model;
       }()},
       "berth template check thermostat.json",
       &check,
       true,
       "it needs a file"},
      {"template update", "Changes what the flags name and leaves the rest.",
       flags_of({{id, scope_flag()}, edit_flags(), {etag_flag()}}),
       "berth template update urn:example:Smart_Knee_Brace:1 --display-name \"Knee brace\"",
       &update},
      {"template delete",
       "Deletes a template; its devices stay, unassigned.",
       {id, scope_flag(), etag_flag(), yes_flag()},
       "berth template delete urn:example:Smart_Knee_Brace:1 --yes",
       &remove}};
}

std::vector<Verb> approval_verbs() {
  return {{"device block",
           "Keeps a device out: it is refused from now on, and its identity is disabled.",
           {registration_flag(), scope_flag(), etag_flag(), yes_flag()},
           "berth device block sn-7001 --yes",
           &block},
          {"device approve",
           "Lets a device in that waits for an operator, or that was blocked.",
           {registration_flag(), scope_flag(), etag_flag()},
           "berth device approve sn-7001",
           &approve}};
}

}  // namespace berth::cli
