#include "store/sql/templates.h"

#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/paging.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::Template;

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kVersion = "SELECT version FROM templates WHERE scope = $1 AND id = $2";
constexpr Sql kInsert = R"sql(
INSERT INTO templates (scope, id, version, created_at, updated_at, body, model)
SELECT $1, $2, 1, $3, $4, $5, $6
WHERE (SELECT count(*) FROM templates WHERE scope = $1) < $7
ON CONFLICT (scope, id) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdate = R"sql(
UPDATE templates SET version = version + 1, updated_at = $3, body = $4, model = $5
WHERE scope = $1 AND id = $2 AND version = $6 RETURNING version)sql";
constexpr Sql kRemove =
    "DELETE FROM templates WHERE scope = $1 AND id = $2 AND version = $3 RETURNING version";
constexpr Sql kGet = R"sql(
SELECT scope, id, version, created_at, updated_at, body, model FROM templates
WHERE scope = $1 AND id = $2)sql";
constexpr Sql kList = R"sql(
SELECT scope, id, version, created_at, updated_at, body, model FROM templates
WHERE scope = $1 AND id > $2 ORDER BY id LIMIT $3)sql";
// Without the models, which registering does not need.
constexpr Sql kTwins = R"sql(
SELECT scope, id, version, created_at, updated_at, body, '' FROM templates
WHERE scope = $1 ORDER BY id LIMIT $2)sql";

// What names a template that goes, a part at a time.
constexpr std::uint64_t kForgottenAtOnce = 500;
constexpr Sql kRegistrationsOf = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND template_id = $2 AND template_id <> ''
ORDER BY key LIMIT $3)sql";
constexpr Sql kForgetRegistration = R"sql(
UPDATE registrations SET template_id = '', version = version + 1, body = $3
WHERE scope = $1 AND key = $2 RETURNING version)sql";
constexpr Sql kDevicesOf = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE scope = $1 AND template_id = $2 AND template_id <> '' ORDER BY id LIMIT $3)sql";
constexpr Sql kPutDeviceTemplate = R"sql(
UPDATE devices SET template_id = $3, version = version + 1, body = $4
WHERE hub = $1 AND id = $2 RETURNING version)sql";

constexpr Sql kRegistration = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key = $2)sql";
constexpr Sql kPutApproval = R"sql(
UPDATE registrations SET approval = $3, version = version + 1, updated_at = $4, body = $5
WHERE scope = $1 AND key = $2 AND version = $6 RETURNING version)sql";
constexpr Sql kIdentity = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id = $2)sql";
constexpr Sql kIdentityAndTemplate = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body,
       (SELECT count(*) FROM templates t WHERE t.scope = d.scope AND t.id = $3)
FROM devices d WHERE d.hub = $1 AND d.id = $2)sql";
constexpr int kTemplatesAt = 7;
constexpr Sql kPutIdentity = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 RETURNING version)sql";

Subject template_subject(const std::string& id) { return Subject{"template", id}; }

Result<Template> template_row(const Cursor& row, int at) {
  Template record;
  record.scope = domain::ScopeId::trusted(row.string(at));
  record.id = row.string(at + 1);
  record.version = row.count(at + 2);
  record.created_at = row.time(at + 3);
  record.updated_at = row.time(at + 4);
  record.model = row.string(at + 6);
  return read_template(row.text(at + 5), std::move(record));
}

// False: somebody has made it at the same time.
Result<bool> insert_template(Connection& connection, const Template& record) {
  const std::string& scope = record.scope.text();
  BERTH_TRY(const bool inserted,
            connection.execute(kInsert,
                               {Value(scope), Value(record.id), Value(record.created_at),
                                Value(record.updated_at), Value(template_body(record)),
                                Value(record.model), Value(std::uint64_t{domain::kTemplatesMax})}));
  if (inserted) return true;
  BERTH_TRY(const bool there, connection.execute(kVersion, {Value(scope), Value(record.id)}));
  if (there) return false;
  return Fail(ErrorKind::kTooMany,
              fmt::format("scope '{}' has {} templates already", scope, domain::kTemplatesMax),
              "delete templates that are not needed");
}

// Every change of a template alters the snapshot of its scope.
Result<std::uint64_t> with_bump(Connection& connection, const std::string& scope,
                                Result<std::uint64_t> version) {
  if (!version) return version;
  const Result<void> bumped = bump_scope(connection, scope);
  if (!bumped) return Fail(bumped.error());
  return version;
}

// Whether there were any.
Result<bool> forget_registrations(Connection& connection, const std::string& scope,
                                  const std::string& id) {
  std::vector<domain::Registration> registrations;
  {
    BERTH_TRY(Cursor rows,
              connection.run(kRegistrationsOf, {Value(scope), Value(id), Value(kForgottenAtOnce)}));
    BERTH_TRY(registrations, all_rows(rows, registration_row));
  }
  for (domain::Registration& each : registrations) {
    each.template_id.clear();
    BERTH_TRY(const bool written,
              connection.execute(kForgetRegistration, {Value(scope), Value(each.id.key()),
                                                       Value(registration_body(each))}));
    static_cast<void>(written);  // it may have been deleted meanwhile
  }
  return !registrations.empty();
}

Result<void> put_device_template(Connection& connection, const domain::Device& device) {
  Result<bool> written = connection.execute(
      kPutDeviceTemplate, {Value(device.hub.text()), Value(device.id.text()),
                           Value(device.template_id), Value(device_body(device))});
  if (!written) return Fail(std::move(written).error());
  return {};
}

Result<bool> forget_devices(Connection& connection, const std::string& scope,
                            const std::string& id) {
  std::vector<domain::Device> devices;
  {
    BERTH_TRY(Cursor rows,
              connection.run(kDevicesOf, {Value(scope), Value(id), Value(kForgottenAtOnce)}));
    BERTH_TRY(devices, all_rows(rows, device_row));
  }
  for (domain::Device& each : devices) {
    each.template_id.clear();
    const Result<void> written = put_device_template(connection, each);
    if (!written) return Fail(written.error());
  }
  return !devices.empty();
}

Result<std::optional<domain::Device>> read_identity_of(Connection& connection,
                                                       const std::string& hub,
                                                       const std::string& id) {
  BERTH_TRY(Cursor row, connection.run(kIdentity, {Value(hub), Value(id)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<domain::Device>();
  BERTH_TRY(domain::Device device, device_row(row, 0));
  return std::optional<domain::Device>(std::move(device));
}

// Its identity, unless an operator has deleted it and somebody made another of that id.
Result<void> switch_identity(Connection& connection, const domain::Registration& owner,
                             bool enabled, TimePoint at) {
  if (owner.hub.empty() || owner.device_id.empty()) return {};
  BERTH_TRY(std::optional<domain::Device> device,
            read_identity_of(connection, owner.hub.text(), owner.device_id.text()));
  const bool own = device && device->scope == owner.scope &&
                   device->registration.key() == owner.id.key() && device->enabled != enabled;
  if (!own) return {};
  device->enabled = enabled;
  Result<bool> written =
      connection.execute(kPutIdentity, {Value(device->hub.text()), Value(device->id.text()),
                                        Value(at), Value(device_body(*device))});
  if (!written) return Fail(std::move(written).error());
  return {};
}

struct NamedModel {
  const domain::HubName& hub;
  const domain::DeviceId& device;
  const std::string& model;
};

// The device as it must become; none when it is that already, or not there.
Result<std::optional<domain::Device>> device_with_model(Connection& connection,
                                                        const NamedModel& named) {
  if (!can_be_stored(named.model)) return std::optional<domain::Device>();
  BERTH_TRY(Cursor row,
            connection.run(kIdentityAndTemplate, {Value(named.hub.text()),
                                                  Value(named.device.text()), Value(named.model)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<domain::Device>();
  BERTH_TRY(domain::Device device, device_row(row, 0));
  const std::string assigned = row.number(kTemplatesAt) > 0 ? named.model : std::string();
  if (device.model == named.model && device.template_id == assigned) {
    return std::optional<domain::Device>();
  }
  device.model = named.model;
  device.template_id = assigned;
  return std::optional<domain::Device>(std::move(device));
}

// What an operator says of a registration is told by its state too.
void decide(domain::Registration& registration, domain::Approval approval) {
  const bool blocks = approval == domain::Approval::kBlocked;
  const bool was_blocked = registration.approval == domain::Approval::kBlocked;
  registration.approval = approval;
  if (blocks) {
    registration.status = domain::RegistrationStatus::kDisabled;
    registration.reason = domain::Reason::kDeviceBlocked;
  } else if (was_blocked && !registration.hub.empty()) {
    registration.status = domain::RegistrationStatus::kAssigned;
    registration.reason = domain::Reason::kNone;
  }
}

}  // namespace

std::string_view approval_text(domain::Approval approval) {
  return approval == domain::Approval::kNone ? std::string_view() : domain::to_string(approval);
}

// Those who change the templates of one scope take turns, so that its bound holds.
Result<std::uint64_t> apply(Connection& connection, const management::PutTemplate& put,
                            const Expectation& expectation) {
  const Template& record = put.record;
  const std::string& scope = record.scope.text();
  const Result<void> turn = connection.lock("templates/" + scope);
  if (!turn) return Fail(turn.error());
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(record.id)}));
  };
  const auto insert = [&] { return insert_template(connection, record); };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdate,
                              {Value(scope), Value(record.id), Value(record.updated_at),
                               Value(template_body(record)), Value(record.model), Value(version)});
  };
  return with_bump(connection, scope,
                   put_record(expectation, template_subject(record.id), read, insert, update));
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveTemplate& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(removal.id)}));
  };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    for (const Table table : {Table::kRegistrations, Table::kDevices}) {
      const Result<void> frozen = connection.freeze(table);
      if (!frozen) return Fail(frozen.error());
    }
    for (bool more = true; more;) {
      BERTH_TRY(more, forget_registrations(connection, scope, removal.id));
    }
    for (bool more = true; more;) {
      BERTH_TRY(more, forget_devices(connection, scope, removal.id));
    }
    return connection.execute(kRemove, {Value(scope), Value(removal.id), Value(version)});
  };
  return with_bump(connection, scope,
                   remove_record(expectation, template_subject(removal.id), read, remove));
}

Result<std::uint64_t> apply(Connection& connection, const management::PutApproval& put,
                            const Expectation& expectation) {
  const std::string& scope = put.scope.text();
  std::optional<domain::Registration> stored;
  const auto read = [&]() -> Result<Version> {
    stored.reset();
    BERTH_TRY(Cursor row, connection.run(kRegistration, {Value(scope), Value(put.id.key())}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return Version();
    BERTH_TRY(stored, registration_row(row, 0));
    return Version(stored->version);
  };
  const auto insert = []() -> Result<bool> { return false; };
  const auto update = [&](std::uint64_t version) -> Result<bool> {
    decide(*stored, put.approval);
    BERTH_TRY(
        const bool written,
        connection.execute(kPutApproval,
                           {Value(scope), Value(put.id.key()), Value(approval_text(put.approval)),
                            Value(put.at), Value(registration_body(*stored)), Value(version)}));
    if (!written) return false;
    const Result<void> switched =
        switch_identity(connection, *stored, put.approval != domain::Approval::kBlocked, put.at);
    if (!switched) return Fail(switched.error());
    return true;
  };
  return put_record(expectation, Subject{"registration", put.id.text()}, read, insert, update);
}

Result<std::vector<domain::TemplateTwin>> read_template_twins(Connection& connection,
                                                              const domain::ScopeId& scope) {
  BERTH_TRY(Cursor rows, connection.run(kTwins, {Value(scope.text()),
                                                 Value(std::uint64_t{domain::kTemplatesMax})}));
  BERTH_TRY(std::vector<Template> records, all_rows(rows, template_row));
  std::vector<domain::TemplateTwin> twins;
  twins.reserve(records.size());
  for (Template& each : records) {
    twins.push_back({std::move(each.id), std::move(each.initial_twin)});
  }
  return twins;
}

Result<Template> get_template(Connection& connection, const std::string& scope,
                              const std::string& id) {
  BERTH_TRY(Cursor row, connection.run(kGet, {Value(scope), Value(id)}));
  BERTH_TRY(const bool found, row.next());
  if (found) return template_row(row, 0);
  return Fail(ErrorKind::kNotFound, "there is no " + template_subject(id).text(),
              "list the templates there are");
}

Result<domain::Listing<Template>> list_templates(Connection& connection, const std::string& scope,
                                                 const domain::Page& page) {
  BERTH_TRY(const PageStart start, read_page(page));
  BERTH_TRY(Cursor rows,
            connection.run(kList, {Value(scope), Value(start.after), Value(start.fetch)}));
  BERTH_TRY(std::vector<Template> records, all_rows(rows, template_row));
  return make_listing(std::move(records), start, [](const Template& each) { return each.id; });
}

Result<bool> is_news(Connection& connection, const domain::HubName& hub,
                     const domain::DeviceId& device, const std::string& model) {
  BERTH_TRY(const std::optional<domain::Device> changed,
            device_with_model(connection, {hub, device, model}));
  return changed.has_value();
}

Result<void> note_model(Connection& connection, const domain::HubName& hub,
                        const domain::DeviceId& device, const std::string& model) {
  BERTH_TRY(const std::optional<domain::Device> changed,
            device_with_model(connection, {hub, device, model}));
  if (!changed) return {};
  return put_device_template(connection, *changed);
}

}  // namespace berth::store::sql
