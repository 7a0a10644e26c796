// The rosters of groups with a product secret or with passwords.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <fmt/format.h>

#include <string.h>

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kMembersMax = 1000;
// A name that is no name is told in its row and stops no other.
constexpr TextRule kAnyName{0, kBodyBytesMax, true};

std::string_view state_of(const domain::MemberView& view) {
  if (!view.member.enabled) return "disabled";
  if (!view.registration || view.registration->hub.empty()) return "expected";
  if (view.registration->reset) return "reset";
  return view.registration->activated_at ? "activated" : "registered";
}

domain::NewMember read_member(const boost::json::object& given,
                              std::vector<JsonProblem>& problems) {
  domain::NewMember member;
  JsonFields fields(given, JsonPolicy(), problems);
  fields.require("name");
  member.name = fields.text("name", kAnyName).value_or("");
  member.enroll_password = read_secret_text(fields, "enrollPassword");
  member.control_password = read_secret_text(fields, "controlPassword");
  fields.finish();
  return member;
}

// The list under "members"; nothing when there is none, or none that can be read.
std::vector<domain::NewMember> read_members(Body& body) {
  std::vector<domain::NewMember> members;
  std::optional<std::string> given = body.fields.value_text("members");
  if (!given) return members;
  const boost::json::value value = document(*given);
  ::explicit_bzero(given->data(), given->size());
  const boost::json::array* list = value.if_array();
  if (list == nullptr || list->size() > kMembersMax) {
    body.fields.problem("members",
                        fmt::format("expected a list of at most {} objects", kMembersMax));
    return members;
  }
  std::vector<JsonProblem> problems;
  for (const boost::json::value& each : *list) {
    if (const boost::json::object* object = each.if_object()) {
      members.push_back(read_member(*object, problems));
    } else {
      problems.push_back({"", fmt::format("expected an object, found {}", json_type(each))});
    }
    if (problems.empty()) continue;
    const JsonProblem& first = problems.front();
    body.fields.problem(
        "members", fmt::format("entry {}{}: {}", &each - list->data(), first.path, first.what));
    return {};
  }
  return members;
}

boost::json::value own_passwords_json(const domain::MemberView& view) {
  if (!view.has_passwords) return nullptr;
  boost::json::object out;
  out["enroll"] = !view.member.enroll_password.empty();
  out["control"] = !view.member.control_password.empty();
  return out;
}

boost::json::value member_guesses_json(const domain::MemberView& view) {
  if (!view.has_passwords) return nullptr;
  boost::json::object out;
  out["enroll"] = guesses_json(view.member.enroll_guesses);
  out["control"] = guesses_json(view.member.control_guesses);
  return out;
}

// Made of the group's id and the name; made up when it registers, in a group with passwords.
boost::json::value device_id_json(const domain::MemberView& view) {
  if (!view.has_passwords) return text(member_device_id(view.member.group, view.member.name));
  return text_or_null(view.registration ? view.registration->device_id.text() : "");
}

}  // namespace

domain::ManagementCommand add_members(Incoming& in) {
  domain::AddMembers command;
  command.scope = in.path("scope");
  command.group = in.path("enrollment");
  Body& body = in.body();
  command.members = read_members(body);
  auto names = body.fields.texts("names", kMembersMax, kAnyName);
  if (body.fields.has("names") == body.fields.has("members")) {
    body.fields.problem("", "expected one of names and members");
  }
  if (!names) return command;
  for (std::string& name : *names) command.members.push_back({std::move(name)});
  return command;
}

domain::ManagementCommand get_member(Incoming& in) {
  return domain::GetMember{in.path("scope"), in.path("enrollment"), in.path("member")};
}

domain::ManagementCommand list_members(Incoming& in) {
  return domain::ListMembers{in.path("scope"), in.path("enrollment"), in.page()};
}

domain::ManagementCommand update_member(Incoming& in) {
  domain::UpdateMember command;
  command.scope = in.path("scope");
  command.group = in.path("enrollment");
  command.name = in.path("member");
  command.precondition = in.precondition();
  command.enabled = in.body().fields.flag("enabled");
  return command;
}

domain::ManagementCommand delete_member(Incoming& in) {
  return domain::DeleteMember{in.path("scope"), in.path("enrollment"), in.path("member"),
                              in.precondition()};
}

domain::ManagementCommand reset_member(Incoming& in) {
  return domain::ResetMember{in.path("scope"), in.path("enrollment"), in.path("member")};
}

domain::ManagementCommand unlock_member(Incoming& in) {
  return domain::UnlockMember{in.path("scope"), in.path("enrollment"), in.path("member")};
}

boost::json::object to_json(const domain::MemberView& view) {
  const domain::Member& member = view.member;
  boost::json::object out;
  out["name"] = text(member.name.text());
  out["deviceId"] = device_id_json(view);
  out["state"] = text(state_of(view));
  out["enabled"] = member.enabled;
  out["requested"] = member.requested;
  out["ownPasswords"] = own_passwords_json(view);
  out["guesses"] = member_guesses_json(view);
  out["createdAt"] = time(member.created_at);
  out["updatedAt"] = time(member.updated_at);
  out["etag"] = member.version;
  out["registration"] = nullptr;
  if (view.registration) out["registration"] = to_json(*view.registration);
  return out;
}

boost::json::object to_json(const domain::MembersAdded& added) {
  boost::json::array rows;
  for (const domain::MemberAdded& each : added.rows) {
    boost::json::object row;
    row["name"] = text(each.name);
    row["result"] = text(to_string(each.result));
    row["what"] = text_or_null(each.what);
    rows.push_back(std::move(row));
  }
  boost::json::object out;
  out["rows"] = std::move(rows);
  return out;
}

}  // namespace berth::dialects::admin
