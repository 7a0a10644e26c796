// What operators lift or void of registrations and members, so that devices can register anew.
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/catalog_rows.h"
#include "store/sql/registration_rows.h"
#include "store/sql/rows.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

constexpr Sql kRegistration = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key = $2)sql";
constexpr Sql kUpdateRegistration = R"sql(
UPDATE registrations SET version = version + 1, body = $3
WHERE scope = $1 AND key = $2 AND version = $4 RETURNING version)sql";

constexpr Sql kUpdateDevice = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 AND version = $5 RETURNING version)sql";

constexpr Sql kMemberVersion =
    "SELECT version FROM members WHERE scope = $1 AND group_key = $2 AND name = $3";
constexpr Sql kForgetGuesses = R"sql(
UPDATE members SET enroll_wrong = 0, enroll_locked_until = 0, control_wrong = 0,
                   control_locked_until = 0, version = version + 1
WHERE scope = $1 AND group_key = $2 AND name = $3 AND version = $4 RETURNING version)sql";

Result<std::optional<domain::Device>> read_device_of(Connection& connection,
                                                     const management::ResetActivation& reset) {
  std::optional<domain::Registration> owner;
  {
    BERTH_TRY(Cursor row,
              connection.run(kRegistration, {Value(reset.scope.text()), Value(reset.id.key())}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return std::optional<domain::Device>();
    BERTH_TRY(owner, registration_row(row));
  }
  BERTH_TRY(std::optional<domain::Device> device,
            read_identity(connection, owner->hub, owner->device_id));
  const bool own =
      device && device->scope == owner->scope && device->registration.key() == owner->id.key();
  if (!own) device.reset();
  return device;
}

// Whether there is nothing left to void; false: the identity was changed at the same time.
Result<bool> try_to_void(Connection& connection, const management::ResetActivation& reset,
                         TimePoint at) {
  BERTH_TRY(std::optional<domain::Device> device, read_device_of(connection, reset));
  if (!device || !device->password || device->password->digest.empty()) return true;
  domain::DevicePassword& password = *device->password;
  password.retired.emplace(password.retired.begin(), std::move(password.digest), at);
  password.retired.resize(std::min(password.retired.size(), domain::kRetiredKeysMax));
  password.digest.clear();
  return connection.execute(kUpdateDevice,
                            {Value(device->hub.text()), Value(device->id.text()), Value(at),
                             Value(device_body(*device)), Value(device->version)});
}

}  // namespace

Result<void> void_password(Connection& connection, const management::ResetActivation& reset,
                           TimePoint at) {
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(const bool done, try_to_void(connection, reset, at));
    if (done) return {};
  }
  return Fail(too_many_races(Subject{"registration", reset.id.text()}));
}

Result<std::uint64_t> apply(Connection& connection, const management::ResetActivation& reset,
                            const Expectation& expectation) {
  const std::string& scope = reset.scope.text();
  const std::string key = reset.id.key();
  const Subject subject{"registration", reset.id.text()};
  std::optional<domain::Registration> stored;
  const auto read = [&]() -> Result<Version> {
    stored.reset();
    BERTH_TRY(Cursor row, connection.run(kRegistration, {Value(scope), Value(key)}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return Version();
    BERTH_TRY(stored, registration_row(row));
    return Version(stored->version);
  };
  const auto update = [&](std::uint64_t version) {
    stored->activated_at.reset();
    stored->answered.clear();
    if (reset.voids_password) stored->reset = true;
    return connection.execute(
        kUpdateRegistration,
        {Value(scope), Value(key), Value(registration_body(*stored)), Value(version)});
  };
  const auto insert = [&]() -> Result<bool> {  // a registration is made by registering
    return Fail(ErrorKind::kNotFound, "there is no " + subject.text(),
                "list the registrations there are");
  };
  return put_record(expectation, subject, read, insert, update);
}

Result<std::uint64_t> apply(Connection& connection, const management::ForgetGuesses& forget,
                            const Expectation& expectation) {
  const std::string& scope = forget.scope.text();
  const std::string group = forget.group.key();
  const std::string& name = forget.name.text();
  const Subject subject{"member", name};
  const auto read = [&] {
    return read_version(connection.run(kMemberVersion, {Value(scope), Value(group), Value(name)}));
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kForgetGuesses,
                              {Value(scope), Value(group), Value(name), Value(version)});
  };
  const auto insert =
      [&]() -> Result<bool> {  // there is nothing to forget of one that is not there
    return Fail(ErrorKind::kNotFound, "there is no " + subject.text(),
                "list the members there are");
  };
  return put_record(expectation, subject, read, insert, update);
}

}  // namespace berth::store::sql
