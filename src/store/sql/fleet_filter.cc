#include "store/sql/fleet_filter.h"

#include "base/codec.h"
#include "store/sql/bodies.h"
#include "store/sql/rows.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

using domain::FleetRow;
using domain::FleetStatus;
using Line = std::optional<FleetRow>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `words` are lower-case; only ASCII letters have two cases here.
bool contains(std::string_view text, std::string_view words) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  return std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

// Columns of a registration's row.
constexpr int kHub = 3;
constexpr int kDeviceId = 4;
constexpr int kTemplate = 10;
constexpr int kApproval = 11;
constexpr int kEnrollmentKey = 12;
constexpr int kDeviceBody = 13;
constexpr int kChangedAt = 14;
constexpr int kLives = 15;
// Of an identity's.
constexpr int kIdentityTemplate = 7;
constexpr int kIdentityChangedAt = 8;
constexpr int kIdentityLives = 9;

FleetStatus status_of(const domain::Registration& registration) {
  if (registration.approval == domain::Approval::kWaiting) return FleetStatus::kWaiting;
  if (registration.approval == domain::Approval::kBlocked) return FleetStatus::kBlocked;
  switch (registration.status) {
    case domain::RegistrationStatus::kUnassigned:
      return FleetStatus::kUnassigned;
    case domain::RegistrationStatus::kAssigning:
      return FleetStatus::kAssigning;
    case domain::RegistrationStatus::kAssigned:
      return FleetStatus::kAssigned;
    case domain::RegistrationStatus::kFailed:
      return FleetStatus::kFailed;
    case domain::RegistrationStatus::kDisabled:
      return FleetStatus::kDisabled;
  }
  return FleetStatus::kFailed;
}

void set_connection(FleetRow& line, const Cursor& row, int changed_at, int lives) {
  if (row.is_null(changed_at)) return;
  line.connected = row.number(lives) != 0;
  line.connection_changed_at = row.time(changed_at);
}

// Devices without a name of their own are known by their ids.
void set_names(FleetRow& line, const std::string& display_name) {
  line.display_name = display_name.empty() ? line.id : display_name;
}

void set_device(FleetRow& line, const domain::Device& device) {
  line.enabled = device.enabled;
  set_names(line, device.display_name);
  if (line.template_id.empty()) line.template_id = device.template_id;
  if (line.model.empty()) line.model = device.model;
}

}  // namespace

FleetFilter::FleetFilter(const domain::FindDevices& query)
    : query_(query),
      words_(base::ascii_lower(query.query)),
      enrollment_key_(base::ascii_lower(query.enrollment)) {}

bool FleetFilter::filters() const {
  return !words_.empty() || query_.status || !query_.hub.empty() || !query_.template_id.empty() ||
         !enrollment_key_.empty() || query_.connected;
}

bool FleetFilter::reaches(FleetSource source) const {
  const bool listed = source == FleetSource::kEnrollments || source == FleetSource::kMembers;
  const bool at_hub =
      !query_.hub.empty() || !query_.template_id.empty() || query_.connected.value_or(false);
  if (listed && at_hub) return false;
  if (source == FleetSource::kIdentities && !enrollment_key_.empty()) return false;
  if (!query_.status) return true;
  if (*query_.status == FleetStatus::kRegistered) return listed;
  if (*query_.status == FleetStatus::kIdentity) return source == FleetSource::kIdentities;
  return source == FleetSource::kRegistrations;
}

std::optional<FleetStatus> FleetFilter::approval() const {
  const bool approval =
      query_.status == FleetStatus::kWaiting || query_.status == FleetStatus::kBlocked;
  return approval ? query_.status : std::nullopt;
}

bool FleetFilter::found_in(std::string_view text) const { return contains(text, words_); }

bool FleetFilter::may_be_in_body(std::string_view body) const {
  // A body is JSON, which writes these two in another way.
  return words_.find_first_of("\"\\") != std::string::npos || contains(body, words_);
}

bool FleetFilter::right_connection(bool connected) const {
  return !query_.connected || *query_.connected == connected;
}

bool FleetFilter::right_registration(const Cursor& row) const {
  if (!query_.hub.empty() && row.text(kHub) != query_.hub) return false;
  if (!query_.template_id.empty() && row.text(kTemplate) != query_.template_id) return false;
  if (!enrollment_key_.empty() && row.text(kEnrollmentKey) != enrollment_key_) return false;
  if (approval() && row.text(kApproval) != to_string(*approval())) return false;
  if (!right_connection(!row.is_null(kChangedAt) && row.number(kLives) != 0)) return false;
  if (words_.empty() || found_in(row.text(1)) || found_in(row.text(kDeviceId))) return true;
  return !row.is_null(kDeviceBody) && may_be_in_body(row.text(kDeviceBody));
}

bool FleetFilter::shows(const FleetRow& row) const {
  if (query_.status && row.status != *query_.status) return false;
  if (!query_.template_id.empty() && row.template_id != query_.template_id) return false;
  return found_in(row.id) || found_in(row.device_id.text()) || found_in(row.display_name);
}

Result<Line> FleetFilter::registration(const Cursor& row) const {
  if (!right_registration(row)) return Line();
  BERTH_TRY(const domain::Registration registration, registration_row(row));
  FleetRow line;
  line.scope = registration.scope;
  line.id = registration.id.text();
  line.enrollment = registration.enrollment;
  line.status = status_of(registration);
  line.reason = registration.reason;
  line.hub = registration.hub;
  line.device_id = registration.device_id;
  line.model = registration.model;
  line.template_id = registration.template_id;
  line.registered_at = registration.created_at;
  line.updated_at = registration.updated_at;
  set_names(line, {});
  if (!row.is_null(kDeviceBody)) {
    domain::Device device;
    device.hub = line.hub;
    device.id = line.device_id;
    BERTH_TRY(device, read_device(row.text(kDeviceBody), std::move(device)));
    set_device(line, device);
  }
  set_connection(line, row, kChangedAt, kLives);
  if (!shows(line)) return Line();
  return Line(std::move(line));
}

Result<Line> FleetFilter::enrollment(const Cursor& row) const {
  constexpr int kKey = 7;
  constexpr int kRegistered = 8;
  if (row.number(kRegistered) != 0) return Line();
  if (!enrollment_key_.empty() && row.text(kKey) != enrollment_key_) return Line();
  BERTH_TRY(const domain::Enrollment enrollment, enrollment_row(row));
  FleetRow line;
  line.scope = enrollment.scope;
  line.id = enrollment.id.text();
  line.enrollment = domain::EnrollmentRef{enrollment.kind, enrollment.id};
  line.enabled = enrollment.enabled;
  line.updated_at = enrollment.updated_at;
  if (enrollment.device_id) line.device_id = *enrollment.device_id;
  set_names(line, enrollment.display_name);
  if (!shows(line)) return Line();
  return Line(std::move(line));
}

Result<Line> FleetFilter::member(const Cursor& row) const {
  constexpr int kGroupKey = 6;
  constexpr int kRegistered = 7;
  if (row.number(kRegistered) != 0) return Line();
  if (!enrollment_key_.empty() && row.text(kGroupKey) != enrollment_key_) return Line();
  const bool has_group = !row.is_null(1);
  FleetRow line;
  line.scope = domain::ScopeId::trusted(row.string(0));
  const domain::EnrollmentId group =
      domain::EnrollmentId::trusted(row.string(has_group ? 1 : kGroupKey));
  line.id = domain::member_device_id(group, domain::MemberName::trusted(row.string(2)));
  line.enrollment = domain::EnrollmentRef{domain::EnrollmentKind::kGroup, group};
  line.enabled = row.number(3) != 0;
  line.updated_at = row.time(5);
  set_names(line, {});
  if (!shows(line)) return Line();
  return Line(std::move(line));
}

Result<Line> FleetFilter::identity(const Cursor& row) const {
  if (!query_.hub.empty() && row.text(0) != query_.hub) return Line();
  const bool connected = !row.is_null(kIdentityChangedAt) && row.number(kIdentityLives) != 0;
  if (!right_connection(connected)) return Line();
  if (!query_.template_id.empty() && row.text(kIdentityTemplate) != query_.template_id) {
    return Line();
  }
  if (!words_.empty() && !found_in(row.text(1)) && !may_be_in_body(row.text(6))) return Line();
  BERTH_TRY(const domain::Device device, device_row(row));
  FleetRow line;
  line.scope = device.scope;
  line.id = device.id.text();
  line.status = FleetStatus::kIdentity;
  line.hub = device.hub;
  line.device_id = device.id;
  line.updated_at = device.updated_at;
  set_device(line, device);
  set_connection(line, row, kIdentityChangedAt, kIdentityLives);
  if (!shows(line)) return Line();
  return Line(std::move(line));
}

}  // namespace berth::store::sql
