// The rosters of groups with a product secret.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kNamesMax = 1000;
// A name that is no name is told in its row and stops no other.
constexpr TextRule kAnyName{0, kBodyBytesMax, true};

std::string_view state_of(const domain::MemberView& view) {
  if (!view.member.enabled) return "disabled";
  if (!view.registration || view.registration->hub.empty()) return "expected";
  return view.registration->activated_at ? "activated" : "registered";
}

}  // namespace

domain::ManagementCommand add_members(Incoming& in) {
  domain::AddMembers command;
  command.scope = in.path("scope");
  command.group = in.path("enrollment");
  JsonFields& fields = in.body().fields;
  fields.require("names");
  if (auto names = fields.texts("names", kNamesMax, kAnyName)) command.names = *std::move(names);
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

boost::json::object to_json(const domain::MemberView& view) {
  const domain::Member& member = view.member;
  boost::json::object out;
  out["name"] = text(member.name.text());
  out["deviceId"] = text(member_device_id(member.group, member.name));
  out["state"] = text(state_of(view));
  out["enabled"] = member.enabled;
  out["requested"] = member.requested;
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
