#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {

domain::ManagementCommand get_status(Incoming&) { return domain::GetServerStatus{}; }

boost::json::object to_json(const domain::ServerStatus& status) {
  boost::json::array warnings;
  for (const std::string& warning : status.warnings) warnings.push_back(text(warning));
  boost::json::object out;
  out["version"] = text(status.version);
  out["store"] = text(status.store);
  out["now"] = time(status.now);
  out["startedAt"] = time(status.started_at);
  out["scopeCount"] = status.scope_count;
  out["hubCount"] = status.hub_count;
  out["warnings"] = std::move(warnings);
  return out;
}

}  // namespace berth::dialects::admin
