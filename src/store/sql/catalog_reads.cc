#include "store/sql/catalog_pages.h"
#include "store/sql/catalog_rows.h"

#include <limits>

namespace berth::store::sql {
namespace {

constexpr Sql kScope = "SELECT id, version, created_at, updated_at, body FROM scopes WHERE id = $1";
constexpr Sql kScopes = R"sql(
SELECT id, version, created_at, updated_at, body FROM scopes
WHERE id > $1 ORDER BY id LIMIT $2)sql";
constexpr Sql kHub = "SELECT name, version, created_at, updated_at, body FROM hubs WHERE name = $1";
constexpr Sql kHubs = R"sql(
SELECT name, version, created_at, updated_at, body FROM hubs
WHERE name > $1 ORDER BY name LIMIT $2)sql";
constexpr Sql kLink =
    "SELECT scope, hub, version, body FROM hub_links WHERE scope = $1 AND hub = $2";
constexpr Sql kLinks =
    "SELECT scope, hub, version, body FROM hub_links WHERE scope = $1 ORDER BY hub";
constexpr Sql kEnrollment = R"sql(
SELECT scope, kind, id, version, created_at, updated_at, body FROM enrollments
WHERE scope = $1 AND kind = $2 AND key = $3)sql";
constexpr Sql kEnrollments = R"sql(
SELECT scope, kind, id, version, created_at, updated_at, body FROM enrollments
WHERE scope = $1 AND kind = $2 AND key > $3 ORDER BY key LIMIT $4)sql";
constexpr Sql kRegistration = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key = $2)sql";
constexpr Sql kRegistrations = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key > $2 ORDER BY key LIMIT $3)sql";
constexpr Sql kRegistrationsOfGroup = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations
WHERE scope = $1 AND enrollment_kind = 'group' AND enrollment_key = $2
  AND (created_at, key) > ($3, $4)
ORDER BY created_at, key LIMIT $5)sql";
// An individual enrollment's id is its registration id.
constexpr Sql kRegistrationOfIndividual = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations
WHERE scope = $1 AND key = $2 AND enrollment_kind = 'individual' AND key > $3)sql";
constexpr Sql kDevice = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id = $2)sql";
constexpr Sql kDevices = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id > $2 ORDER BY id LIMIT $3)sql";
constexpr Sql kStatus = "SELECT (SELECT count(*) FROM scopes), (SELECT count(*) FROM hubs)";

// Where a page of a group's registrations begins.
std::string group_place(const domain::Registration& registration) {
  return timed_place(registration.created_at, registration.id.key());
}

}  // namespace

Result<domain::Scope> get_scope(Connection& connection, const std::string& id) {
  return one_row(connection.run(kScope, {Value(id)}), scope_row, "scope", id);
}

Result<domain::Listing<domain::Scope>> list_scopes(Connection& connection,
                                                   const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kScopes, {Value(start.after), Value(start.fetch)}), scope_row,
                 start, [](const domain::Scope& scope) { return scope.id.text(); });
}

Result<domain::Hub> get_hub(Connection& connection, const std::string& name) {
  return one_row(connection.run(kHub, {Value(name)}), hub_row, "hub", name);
}

Result<domain::Listing<domain::Hub>> list_hubs(Connection& connection, const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kHubs, {Value(start.after), Value(start.fetch)}), hub_row, start,
                 [](const domain::Hub& hub) { return hub.name.text(); });
}

Result<domain::HubLink> get_link(Connection& connection, const std::string& scope,
                                 const std::string& hub) {
  return one_row(connection.run(kLink, {Value(scope), Value(hub)}), link_row, "linked hub", hub);
}

Result<domain::Listing<domain::HubLink>> list_links(Connection& connection,
                                                    const std::string& scope) {
  BERTH_TRY(Cursor rows, connection.run(kLinks, {Value(scope)}));
  domain::Listing<domain::HubLink> listing;
  BERTH_TRY(listing.items, all_rows(rows, link_row));
  return listing;
}

Result<domain::Enrollment> get_enrollment(Connection& connection, const std::string& scope,
                                          domain::EnrollmentKind kind, const std::string& key) {
  const std::string_view noun =
      kind == domain::EnrollmentKind::kGroup ? "enrollment group" : "enrollment";
  return one_row(
      connection.run(kEnrollment, {Value(scope), Value(domain::to_string(kind)), Value(key)}),
      enrollment_row, noun, key);
}

Result<domain::Listing<domain::Enrollment>> list_enrollments(Connection& connection,
                                                             const std::string& scope,
                                                             domain::EnrollmentKind kind,
                                                             const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kEnrollments, {Value(scope), Value(domain::to_string(kind)),
                                               Value(start.after), Value(start.fetch)}),
                 enrollment_row, start,
                 [](const domain::Enrollment& enrollment) { return enrollment.id.key(); });
}

Result<domain::Registration> get_registration(Connection& connection, const std::string& scope,
                                              const std::string& key) {
  return one_row(connection.run(kRegistration, {Value(scope), Value(key)}), registration_row,
                 "registration", key);
}

Result<domain::Listing<domain::Registration>> list_registrations(
    Connection& connection, const std::string& scope,
    const std::optional<domain::EnrollmentRef>& enrollment, const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  const auto by_key = [](const domain::Registration& each) { return each.id.key(); };
  if (!enrollment) {
    return page_of(
        connection.run(kRegistrations, {Value(scope), Value(start.after), Value(start.fetch)}),
        registration_row, start, by_key);
  }
  const std::string owner = enrollment->id.key();
  if (enrollment->kind == domain::EnrollmentKind::kIndividual) {
    return page_of(
        connection.run(kRegistrationOfIndividual, {Value(scope), Value(owner), Value(start.after)}),
        registration_row, start, by_key);
  }
  const TimedPlace first{std::numeric_limits<std::int64_t>::min(), ""};
  BERTH_TRY(TimedPlace place, read_timed_place(start.after, first));
  return page_of(connection.run(kRegistrationsOfGroup, {Value(scope), Value(owner), Value(place.at),
                                                        Value(place.key), Value(start.fetch)}),
                 registration_row, start, group_place);
}

Result<domain::Device> get_device(Connection& connection, const std::string& hub,
                                  const std::string& id) {
  return one_row(connection.run(kDevice, {Value(hub), Value(id)}), device_row, "device", id);
}

Result<domain::Listing<domain::Device>> list_devices(Connection& connection, const std::string& hub,
                                                     const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kDevices, {Value(hub), Value(start.after), Value(start.fetch)}),
                 device_row, start, [](const domain::Device& device) { return device.id.text(); });
}

Result<domain::ServerStatus> read_status(Connection& connection) {
  BERTH_TRY(Cursor row, connection.run(kStatus, {}));
  BERTH_TRY(const bool found, row.next());
  domain::ServerStatus status;
  status.store = std::string(connection.kind());
  if (found) {
    status.scope_count = row.count(0);
    status.hub_count = row.count(1);
  }
  return status;
}

}  // namespace berth::store::sql
