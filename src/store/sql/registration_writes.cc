#include "store/sql/bodies.h"
#include "store/sql/certificates.h"
#include "store/sql/challenges.h"
#include "store/sql/controls.h"
#include "store/sql/device_keys.h"
#include "store/sql/first_twins.h"
#include "store/sql/guesses.h"
#include "store/sql/history.h"
#include "store/sql/publishers.h"
#include "store/sql/registration_rows.h"
#include "store/sql/rosters.h"
#include "store/sql/templates.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;
using domain::Registration;
using provisioning::Assignment;

constexpr Sql kCurrent = R"sql(
SELECT id, hub, device_id, version, created_at FROM registrations
WHERE scope = $1 AND key = $2)sql";
// Nothing is inserted when the registration exists. When the scope has been removed since, it is no
// value for its column: an INSERT from a SELECT would say so more gently, but SQLite keeps a copy
// of each page that such a statement touches.
constexpr Sql kInsert = R"sql(
INSERT INTO registrations (scope, key, id, enrollment_kind, enrollment_key, hub, device_id, version,
                           created_at, updated_at, body, template_id, approval)
VALUES ((SELECT id FROM scopes WHERE id = $1), $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12)
ON CONFLICT (scope, key) DO NOTHING)sql";
constexpr Sql kUpdate = R"sql(
UPDATE registrations SET enrollment_kind = $3, enrollment_key = $4, hub = $5, device_id = $6,
                         version = version + 1, updated_at = $7, body = $8, template_id = $10,
                         approval = $11
WHERE scope = $1 AND key = $2 AND version = $9)sql";

// Takes a device id that is free or the registration's own. A hub that has been removed since is no
// value for its column (likewise).
constexpr Sql kPutDevice = R"sql(
INSERT INTO devices (hub, id, scope, registration_key, version, created_at, updated_at, body,
                     group_key, serial_key, template_id)
VALUES ((SELECT name FROM hubs WHERE name = $1), $2, $3, $4, 1, $5, $6, $7, $8, $9, $10)
ON CONFLICT (hub, id) DO UPDATE
  SET version = devices.version + 1, updated_at = excluded.updated_at, body = excluded.body,
      group_key = excluded.group_key, serial_key = excluded.serial_key,
      template_id = excluded.template_id
  WHERE devices.scope = excluded.scope
    AND devices.registration_key = excluded.registration_key)sql";
// Twin, session, connection, messages and control relations go with it (migrations.cc).
constexpr Sql kRemoveDevice = R"sql(
DELETE FROM devices WHERE hub = $1 AND id = $2 AND scope = $3 AND registration_key = $4
RETURNING group_key)sql";
constexpr Sql kDeviceBody = R"sql(
SELECT body FROM devices WHERE hub = $1 AND id = $2 AND scope = $3 AND registration_key = $4)sql";
constexpr Sql kRemoveTwin = "DELETE FROM twins WHERE hub = $1 AND device_id = $2";
// Not that of an identity which somebody has made by hand where the registration had its own.
constexpr Sql kMoveTwin = R"sql(
UPDATE twins SET hub = $3, device_id = $4
WHERE hub = $1 AND device_id = $2
  AND EXISTS (SELECT 1 FROM devices
              WHERE hub = $1 AND id = $2 AND scope = $5 AND registration_key = $6))sql";
// A member's identity has an id of its own among those of all hubs: the one it leaves gives it up
// before it goes.
constexpr Sql kLeaveGroup = R"sql(
UPDATE devices SET group_key = ''
WHERE id = $2 AND group_key <> '' AND hub <> $1 AND scope = $3 AND registration_key = $4)sql";
// Likewise a serial.
constexpr Sql kLeaveSerial = R"sql(
UPDATE devices SET serial_key = ''
WHERE scope = $3 AND serial_key = $5 AND serial_key <> '' AND registration_key = $4
  AND NOT (hub = $1 AND id = $2))sql";
constexpr Sql kMemberElsewhere =
    "SELECT 1 FROM devices WHERE id = $2 AND group_key <> '' AND hub <> $1";

// What the stored registration says about itself before the commit.
struct Current {
  std::string id;
  Place place;
  std::uint64_t version = 0;
  TimePoint created_at;
};

auto lost_race(const Registration& registration) {
  return Fail(ErrorKind::kConflict,
              fmt::format("{}: registration '{}' was changed by another attempt",
                          provisioning::kLostRaceWord, registration.id.text()),
              "read it again and decide again");
}

auto device_id_taken(const domain::Device& device) {
  return Fail(ErrorKind::kConflict,
              fmt::format("{}: '{}' at hub '{}' belongs to another registration",
                          provisioning::kDeviceIdTakenWord, device.id.text(), device.hub.text()),
              "give the enrollment another device id, or delete the registration that has it");
}

auto members_exhausted(const domain::Member& member, std::uint32_t created_max) {
  return Fail(ErrorKind::kConflict,
              fmt::format("{}: group '{}' lists {} members by their own request, or {} in all",
                          provisioning::kMembersExhaustedWord, member.group.text(), created_max,
                          domain::kMembersMax),
              "raise the group's bound, list the device, or delete members that are not needed");
}

Result<std::optional<Current>> read_current(Connection& connection,
                                            const Registration& registration) {
  BERTH_TRY(Cursor row, connection.run(kCurrent, {Value(registration.scope.text()),
                                                  Value(registration.id.key())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<Current>();
  Current current;
  current.id = row.string(0);
  current.place = {HubName::trusted(row.string(1)), DeviceId::trusted(row.string(2))};
  current.version = row.count(3);
  current.created_at = row.time(4);
  return std::optional<Current>(std::move(current));
}

Result<void> insert_registration(Connection& connection, Registration& registration) {
  const domain::EnrollmentRef& owner = registration.enrollment;
  Result<bool> done = connection.change(
      kInsert, {Value(registration.scope.text()), Value(registration.id.key()),
                Value(registration.id.text()), Value(domain::to_string(owner.kind)),
                Value(owner.id.key()), Value(registration.hub.text()),
                Value(registration.device_id.text()), Value(registration.created_at),
                Value(registration.updated_at), Value(registration_body(registration)),
                Value(registration.template_id), Value(approval_text(registration.approval))});
  if (!done && done.error().kind == ErrorKind::kNotFound) return lost_race(registration);
  BERTH_TRY(const bool inserted, std::move(done));
  if (!inserted) return lost_race(registration);
  registration.version = 1;
  return {};
}

Result<void> update_registration(Connection& connection, const Current& current,
                                 Registration& registration) {
  const domain::EnrollmentRef& owner = registration.enrollment;
  registration.id = domain::RegistrationId::trusted(current.id);  // the first spelling stays
  registration.created_at = current.created_at;
  BERTH_TRY(const bool updated,
            connection.change(
                kUpdate, {Value(registration.scope.text()), Value(registration.id.key()),
                          Value(domain::to_string(owner.kind)), Value(owner.id.key()),
                          Value(registration.hub.text()), Value(registration.device_id.text()),
                          Value(registration.updated_at), Value(registration_body(registration)),
                          Value(current.version), Value(registration.template_id),
                          Value(approval_text(registration.approval))}));
  if (!updated) return lost_race(registration);
  registration.version = current.version + 1;
  return {};
}

// With its records, unless it goes on under the same id elsewhere.
Result<void> remove_device(Connection& connection, const Place& place, const Registration& owner) {
  {
    BERTH_TRY(Cursor row,
              connection.run(kRemoveDevice, {Value(place.hub.text()), Value(place.id.text()),
                                             Value(owner.scope.text()), Value(owner.id.key())}));
    BERTH_TRY(const bool removed, row.next());
    if (!removed || row.text(0).empty()) return {};
  }
  return forget_publisher(connection, owner.scope, place.id.text());
}

Result<void> remove_twin(Connection& connection, const Place& place) {
  Result<bool> removed =
      connection.execute(kRemoveTwin, {Value(place.hub.text()), Value(place.id.text())});
  if (!removed) return Fail(std::move(removed).error());
  return {};
}

// Only what belongs to another registration can still be in the way then.
Result<void> claim_member_id(Connection& connection, const domain::Device& device,
                             const Registration& owner) {
  const std::string& hub = device.hub.text();
  const std::string& id = device.id.text();
  Result<bool> left = connection.execute(
      kLeaveGroup, {Value(hub), Value(id), Value(owner.scope.text()), Value(owner.id.key())});
  if (!left) return Fail(std::move(left).error());
  BERTH_TRY(const bool taken, connection.execute(kMemberElsewhere, {Value(hub), Value(id)}));
  if (taken) return device_id_taken(device);
  const std::string serial = serial_key_of(device);
  if (serial.empty()) return {};
  left = connection.execute(kLeaveSerial, {Value(hub), Value(id), Value(owner.scope.text()),
                                           Value(owner.id.key()), Value(serial)});
  if (!left) return Fail(std::move(left).error());
  return {};
}

Result<void> put_device(Connection& connection, const domain::Device& device,
                        const Registration& owner) {
  const std::string group = group_key_of(device);
  if (!group.empty()) {
    Result<void> claimed = claim_member_id(connection, device, owner);
    if (!claimed) return claimed;
  }
  Result<bool> put = connection.change(
      kPutDevice, {Value(device.hub.text()), Value(device.id.text()), Value(owner.scope.text()),
                   Value(owner.id.key()), Value(device.created_at), Value(device.updated_at),
                   Value(device_body(device)), Value(group), Value(serial_key_of(device)),
                   Value(device.template_id)});
  if (!put && put.error().kind == ErrorKind::kNotFound) return lost_race(owner);
  // Another server has given the id, or the serial, to another one at the same time.
  if (!put && put.error().kind == ErrorKind::kConflict) return device_id_taken(device);
  BERTH_TRY(const bool written, std::move(put));
  if (!written) return device_id_taken(device);
  return {};
}

// What outlives a re-registration (Assignment::keeps_twin): the twin, the capabilities, the name,
// what others may do to it, and whether an operator has switched the identity off. Nothing changes
// when there was no identity before.
Result<void> keep_what_was(Connection& connection, const Place& place, const Registration& owner,
                           domain::Device& device) {
  BERTH_TRY(Cursor row,
            connection.run(kDeviceBody, {Value(place.hub.text()), Value(place.id.text()),
                                         Value(owner.scope.text()), Value(owner.id.key())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return {};
  BERTH_TRY(domain::Device before, read_device(row.string(0), domain::Device{}));
  device.twin = std::move(before.twin);
  device.iot_edge = before.iot_edge;
  device.enabled = before.enabled;
  device.display_name = std::move(before.display_name);
  device.permissions = std::move(before.permissions);
  device.property_links = std::move(before.property_links);
  device.first_reported.clear();
  return {};
}

// What the device has written since lives in its twin, which goes where the identity goes or, when
// it starts again, nowhere. Sessions and messages belong to the identity: they stay with one that
// stays, and go with one that goes.
Result<void> place_twin(Connection& connection, const Assignment& assignment, const Place& from,
                        const Place& to) {
  const bool moves = !(from == to);
  if (!assignment.keeps_twin && moves) return {};  // the old one goes with its identity
  if (!assignment.keeps_twin) return remove_twin(connection, to);
  if (!moves) return {};
  Result<void> room = remove_twin(connection, to);
  if (!room) return room;
  const Registration& owner = assignment.registration;
  Result<bool> moved = connection.execute(
      kMoveTwin, {Value(from.hub.text()), Value(from.id.text()), Value(to.hub.text()),
                  Value(to.id.text()), Value(owner.scope.text()), Value(owner.id.key())});
  if (!moved) return Fail(std::move(moved).error());
  return {};
}

Result<void> leave(Connection& connection, const Place& place, const std::optional<Place>& stays,
                   const Registration& owner) {
  if (place.id.empty() || (stays && place == *stays)) return {};
  return remove_device(connection, place, owner);
}

// Who controls it, or whom it does, stays with a registration, whatever becomes of its twin.
Result<void> place_controls(Connection& connection, const Place& from, const Place& to,
                            const Registration& owner) {
  if (from == to) return {};
  BERTH_TRY(const bool own,
            connection.execute(kDeviceBody, {Value(from.hub.text()), Value(from.id.text()),
                                             Value(owner.scope.text()), Value(owner.id.key())}));
  if (!own) return {};
  return move_controls(connection, from, to);
}

Result<void> put_in_place(Connection& connection, const Assignment& assignment, const Place& before,
                          const domain::Device& device) {
  const Registration& owner = assignment.registration;
  const Place now{device.hub, device.id};
  Result<void> done = put_device(connection, device, owner);
  if (done && !before.id.empty()) done = place_twin(connection, assignment, before, now);
  if (done && !before.id.empty()) done = place_controls(connection, before, now, owner);
  if (done) done = leave(connection, before, now, owner);
  if (done) done = put_first_twin(connection, device);
  if (!done || !assignment.controls) return done;
  const auto& [hub, controlled] = *assignment.controls;
  done = add_control(connection, Control{device.hub, device.id, hub, controlled});
  if (!done && done.error().kind == ErrorKind::kNotFound) return lost_race(owner);
  return done;
}

// A registration has one device at most: the identity it had goes when it gets another.
Result<void> move_device(Connection& connection, const Assignment& assignment,
                         const std::optional<Current>& current, const Registration& owner) {
  const Place before = current ? current->place : Place{};
  std::optional<Place> now;
  if (assignment.device) {
    domain::Device device = *assignment.device;
    now = Place{device.hub, device.id};
    if (assignment.keeps_twin && !before.id.empty()) {
      Result<void> kept = keep_what_was(connection, before, owner, device);
      if (!kept) return kept;
    }
    Result<void> put = put_in_place(connection, assignment, before, device);
    if (!put) return put;
  }
  if (!assignment.leaves) return {};
  return leave(connection, Place{assignment.leaves->first, assignment.leaves->second}, now, owner);
}

Result<void> list_new_member(Connection& connection, const Assignment& assignment) {
  const domain::Member& member = *assignment.new_member;
  BERTH_TRY(const Listed listed, list_member(connection, member, assignment.created_max));
  switch (listed) {
    case Listed::kAdded:
      return {};
    case Listed::kFull:
      return members_exhausted(member, assignment.created_max);
    case Listed::kPresent:   // listed meanwhile
    case Listed::kNoRoster:  // the group has been removed
      break;
  }
  return lost_race(assignment.registration);
}

// What an operator did to the roster since the decision was made, or is about to do, comes before
// the commit or after it, never between its parts.
Result<void> settle_member(Connection& connection, const Assignment& assignment) {
  if (assignment.new_member) return list_new_member(connection, assignment);
  const Registration& registration = assignment.registration;
  if (!registration.member) return {};
  const std::string group = registration.enrollment.id.key();
  Result<void> turn = lock_member(connection, registration.scope, group, *registration.member);
  if (!turn) return turn;
  BERTH_TRY(const Standing standing,
            standing_of(connection, registration.scope, group, *registration.member));
  const bool may =
      standing == Standing::kEnabled || (standing == Standing::kDisabled && !assignment.device);
  if (!may) return lost_race(registration);
  return {};
}

// Whoever answers a challenge first has used it; and what was issued to the device is listed.
Result<void> settle_certificates(Connection& connection, const Assignment& assignment) {
  if (assignment.uses_challenge) {
    const Registration& registration = assignment.registration;
    BERTH_TRY(const bool first,
              use_challenge(connection, registration.scope, registration.id.key()));
    if (!first) return lost_race(registration);
  }
  if (!assignment.issued) return {};
  return append_issued(connection, *assignment.issued);
}

}  // namespace

Result<Registration> commit_assignment(Connection& connection, const Assignment& assignment) {
  Registration registration = assignment.registration;
  const Result<void> settled = settle_member(connection, assignment);
  if (!settled) return Fail(settled.error());
  std::optional<Current> current;
  if (assignment.expected_version) {
    BERTH_TRY(current, read_current(connection, registration));
    if (!current || current->version != *assignment.expected_version) {
      return lost_race(registration);
    }
  }
  const Result<void> written = current ? update_registration(connection, *current, registration)
                                       : insert_registration(connection, registration);
  if (!written) return Fail(written.error());
  const Result<void> moved = move_device(connection, assignment, current, registration);
  if (!moved) return Fail(moved.error());
  if (assignment.forgets_guesses) {
    const Result<void> forgotten = forget_guesses(connection, *assignment.forgets_guesses);
    if (!forgotten) return Fail(forgotten.error());
  }
  const Result<void> certified = settle_certificates(connection, assignment);
  if (!certified) return Fail(certified.error());
  const Result<void> trailed = append_trail(connection, assignment.trail);
  if (!trailed) return Fail(trailed.error());
  const Result<void> audited = append_audit(connection, assignment.audit);
  if (!audited) return Fail(audited.error());
  return registration;
}

}  // namespace berth::store::sql
