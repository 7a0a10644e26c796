// The fleet: its list, what happened lately, and the start of a stream of what happens now.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

constexpr std::uint32_t kHoursMax = 168;

// A word of the query; none when it is not given.
template <class Word>
std::optional<Word> query_word(Incoming& in, std::string_view name,
                               std::optional<Word> (*parse)(std::string_view),
                               std::string_view words) {
  const std::string given = in.query(name);
  if (given.empty()) return std::nullopt;
  const std::optional<Word> word = parse(given);
  if (!word) {
    in.problem("query parameter '" + std::string(name) + "': expected " + std::string(words));
  }
  return word;
}

std::optional<bool> parse_bool(std::string_view given) {
  if (given == "true") return true;
  if (given == "false") return false;
  return std::nullopt;
}

template <class Value>
boost::json::value time_or_null(const Value& at) {
  if (!at) return nullptr;
  return time(*at);
}

}  // namespace

domain::ManagementCommand find_devices(Incoming& in) {
  domain::FindDevices command;
  command.scope = in.query("scope");
  command.query = in.query("query");
  command.status = query_word(in, "status", domain::parse_fleet_status,
                              "registered, waiting, blocked, unassigned, assigning, assigned, "
                              "failed, disabled or identity");
  command.hub = in.query("hub");
  command.template_id = in.query("template");
  command.enrollment = in.query("enrollment");
  command.connected = query_word(in, "connected", parse_bool, "true or false");
  command.order =
      query_word(in, "sort", domain::parse_fleet_order, "id, -id, updatedAt or -updatedAt")
          .value_or(command.order);
  command.page = in.page();
  return command;
}

domain::ManagementCommand get_overview(Incoming& in) {
  domain::GetOverview command;
  command.scope = in.query("scope");
  const std::uint32_t hours = in.query_number("hours", 1, kHoursMax);
  if (hours != 0) command.hours = hours;
  return command;
}

domain::ManagementCommand follow_live(Incoming& in) {
  domain::FollowLive command;
  command.scope = in.query("scope");
  command.hub = in.query("hub");
  command.device = in.query("device");
  return command;
}

boost::json::object to_json(const domain::FleetRow& row) {
  boost::json::object out;
  out["scope"] = text(row.scope.text());
  out["id"] = text(row.id);
  out["deviceId"] = text_or_null(row.device_id.text());
  out["displayName"] = text(row.display_name);
  if (row.enrollment) {
    boost::json::object enrollment;
    enrollment["kind"] = text(to_string(row.enrollment->kind));
    enrollment["id"] = text(row.enrollment->id.text());
    out["enrollment"] = std::move(enrollment);
  } else {
    out["enrollment"] = nullptr;
  }
  const bool fine = row.reason == domain::Reason::kNone;
  out["status"] = text(to_string(row.status));
  out["reason"] = text_or_null(fine ? "" : to_string(row.reason));
  out["hub"] = text_or_null(row.hub.text());
  out["template"] = text_or_null(row.template_id);
  out["model"] = text_or_null(row.model);
  if (row.connected) {
    out["connected"] = *row.connected;
  } else {
    out["connected"] = nullptr;
  }
  out["connectionChangedAt"] = time_or_null(row.connection_changed_at);
  out["enabled"] = row.enabled;
  out["registeredAt"] = time_or_null(row.registered_at);
  out["updatedAt"] = time(row.updated_at);
  return out;
}

boost::json::object to_json(const domain::Overview& overview) {
  boost::json::array attempts;
  for (const domain::AttemptsAt& each : overview.attempts) {
    boost::json::object bucket;
    bucket["at"] = time(each.at);
    bucket["assigned"] = each.assigned;
    bucket["refused"] = each.refused;
    bucket["failed"] = each.failed;
    attempts.push_back(std::move(bucket));
  }
  boost::json::array reasons;
  for (const domain::ReasonCount& each : overview.reasons) {
    boost::json::object reason;
    reason["reason"] = text(to_string(each.reason));
    reason["count"] = each.count;
    reasons.push_back(std::move(reason));
  }
  boost::json::object devices;
  devices["total"] = overview.device_count;
  devices["connected"] = overview.connected_count;
  devices["waiting"] = overview.waiting_count;

  boost::json::object out;
  out["from"] = time(overview.from);
  out["to"] = time(overview.to);
  out["bucketSeconds"] = overview.bucket.count();
  out["attempts"] = std::move(attempts);
  out["reasons"] = std::move(reasons);
  out["devices"] = std::move(devices);
  return out;
}

}  // namespace berth::dialects::admin
