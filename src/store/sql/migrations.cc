#include "store/sql/migrations.h"

#include "base/log.h"
#include "store/sql/console_schema.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

// Columns hold what is looked up, ordered or checked; the rest of a record is JSON text in `body`.
// A registration touches three pages at random (the key indexes of registrations and devices, and
// trails by registration id); everything else is appended. There are no foreign keys from
// registrations and devices: in PostgreSQL each insert would lock, and so rewrite, the one row of
// its scope and hub. A commit checks for them instead (registration_writes.cc).
constexpr std::string_view kFoundation = R"sql(
CREATE TABLE berth_counters (name {{text}} PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO berth_counters (name, value) VALUES ('catalog', 0);

CREATE TABLE scopes (
  id {{text}} PRIMARY KEY,
  catalog_version BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL);

CREATE TABLE hubs (
  name {{text}} PRIMARY KEY,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL);

CREATE TABLE hub_links (
  scope {{text}} NOT NULL REFERENCES scopes (id),
  hub {{text}} NOT NULL REFERENCES hubs (name),
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, hub));
CREATE INDEX hub_links_by_hub ON hub_links (hub);

CREATE TABLE enrollments (
  scope {{text}} NOT NULL REFERENCES scopes (id),
  kind {{text}} NOT NULL,
  key {{text}} NOT NULL,
  id {{text}} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, kind, key));

CREATE TABLE registrations (
  scope {{text}} NOT NULL,
  key {{text}} NOT NULL,
  id {{text}} NOT NULL,
  enrollment_kind {{text}} NOT NULL,
  enrollment_key {{text}} NOT NULL,
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, key));
CREATE INDEX registrations_by_group
  ON registrations (scope, enrollment_key, created_at, key) WHERE enrollment_kind = 'group';

CREATE TABLE devices (
  hub {{text}} NOT NULL,
  id {{text}} NOT NULL,
  scope {{text}} NOT NULL,
  registration_key {{text}} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hub, id));

CREATE TABLE trails (
  id {{text}} PRIMARY KEY,
  scope {{text}} NOT NULL,
  registration_key {{text}} NOT NULL,
  failed BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX trails_by_registration ON trails (registration_key, id);
CREATE INDEX trails_by_outcome ON trails (failed, id);

CREATE TABLE audit (
  sequence {{serial}},
  at BIGINT NOT NULL,
  scope {{text}} NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX audit_by_scope ON audit (scope, sequence);

CREATE TABLE tokens (
  id {{text}} PRIMARY KEY,
  scope {{text}} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  body TEXT NOT NULL);
)sql";

// What a device that connects leaves behind. There is no row for a device that has never connected
// or been written to, so a registration costs what it did before. The foreign keys to devices lock
// the device's own row, not one that all share: they take everything along when an identity goes,
// and nothing can be written for one that is gone. A twin's documents are columns of their own,
// because JSON within JSON would double their quotes. A sequence is never given out twice, so that
// "after that one" means the same for ever.
constexpr std::string_view kConnectedDevices = R"sql(
CREATE TABLE twins (
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  etag BIGINT NOT NULL,
  desired_version BIGINT NOT NULL,
  reported_version BIGINT NOT NULL,
  tags TEXT NOT NULL,
  desired TEXT NOT NULL,
  desired_metadata TEXT NOT NULL,
  reported TEXT NOT NULL,
  reported_metadata TEXT NOT NULL,
  PRIMARY KEY (hub, device_id),
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE);

CREATE TABLE device_sessions (
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hub, device_id),
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE){{clustered}};

CREATE TABLE device_connections (
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  node {{text}} NOT NULL,
  epoch BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (hub, device_id),
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE){{clustered}};

CREATE TABLE device_messages (
  sequence {{lasting_serial}},
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  enqueued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE);
CREATE INDEX device_messages_by_device ON device_messages (hub, device_id, sequence);
CREATE INDEX device_messages_by_expiry ON device_messages (expires_at);

CREATE TABLE nodes (
  name {{text}} PRIMARY KEY,
  epoch BIGINT NOT NULL){{clustered}};

CREATE INDEX devices_made_by_hand ON devices (scope) WHERE registration_key = '';
)sql";

// Groups whose members hold one secret, and their rosters. `product` is the key of such a group, so
// that it is found, and is there once, whatever its scope. A roster counts its lines: nobody counts
// 200,000 rows to see whether there is room for one more, and those who add take turns at its row.
// The index over members' identities holds nothing else, so that other identities cost what they
// did.
constexpr std::string_view kRosters = R"sql(
ALTER TABLE enrollments ADD COLUMN product {{text}} NOT NULL DEFAULT '';
CREATE UNIQUE INDEX enrollments_by_product ON enrollments (product) WHERE product <> '';

CREATE TABLE rosters (
  scope {{text}} NOT NULL,
  group_key {{text}} NOT NULL,
  listed BIGINT NOT NULL,
  requested BIGINT NOT NULL,
  PRIMARY KEY (scope, group_key)){{clustered}};

CREATE TABLE members (
  scope {{text}} NOT NULL,
  group_key {{text}} NOT NULL,
  name {{text}} NOT NULL,
  enabled BIGINT NOT NULL,
  requested BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (scope, group_key, name)){{clustered}};

ALTER TABLE devices ADD COLUMN group_key {{text}} NOT NULL DEFAULT '';
CREATE UNIQUE INDEX devices_of_members ON devices (id) WHERE group_key <> '';

CREATE TABLE device_bindings (
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  gateway_hub {{text}} NOT NULL,
  gateway_id {{text}} NOT NULL,
  PRIMARY KEY (hub, device_id),
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE,
  FOREIGN KEY (gateway_hub, gateway_id) REFERENCES devices (hub, id) ON DELETE CASCADE)
  {{clustered}};
CREATE INDEX device_bindings_by_gateway
  ON device_bindings (gateway_hub, gateway_id, device_id, hub);
)sql";

// Groups whose members have passwords, the devices of such members and of those who control them,
// the accounts of scopes, and the records that devices publish. `devices.group_key` of a device
// that is of no group but connects without naming a hub is a word that no group's key can be, so
// the index of schema 3 has it too. Wrong guesses have columns of their own: one statement counts
// them. A publisher counts its records, as a roster does its lines.
constexpr std::string_view kPasswordsAndRecords = R"sql(
ALTER TABLE members ADD COLUMN enroll_password {{text}} NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN control_password {{text}} NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN enroll_wrong BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN enroll_locked_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN control_wrong BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN control_locked_until BIGINT NOT NULL DEFAULT 0;

ALTER TABLE devices ADD COLUMN serial_key {{text}} NOT NULL DEFAULT '';
CREATE UNIQUE INDEX devices_by_serial ON devices (scope, serial_key) WHERE serial_key <> '';

CREATE TABLE device_controls (
  controller_hub {{text}} NOT NULL,
  controller_id {{text}} NOT NULL,
  hub {{text}} NOT NULL,
  device_id {{text}} NOT NULL,
  PRIMARY KEY (controller_hub, controller_id, device_id, hub),
  FOREIGN KEY (controller_hub, controller_id) REFERENCES devices (hub, id) ON DELETE CASCADE,
  FOREIGN KEY (hub, device_id) REFERENCES devices (hub, id) ON DELETE CASCADE){{clustered}};
CREATE INDEX device_controls_by_device
  ON device_controls (hub, device_id, controller_id, controller_hub);

CREATE TABLE accounts (
  key {{text}} PRIMARY KEY,
  scope {{text}} NOT NULL REFERENCES scopes (id),
  email {{text}} NOT NULL,
  id {{text}} NOT NULL,
  wrong BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX accounts_by_scope ON accounts (scope, key);
CREATE UNIQUE INDEX accounts_by_id ON accounts (id);

CREATE TABLE data_publishers (
  scope {{text}} NOT NULL,
  publisher {{text}} NOT NULL,
  records BIGINT NOT NULL,
  PRIMARY KEY (scope, publisher)){{clustered}};

CREATE TABLE data_records (
  id {{text}} PRIMARY KEY,
  scope {{text}} NOT NULL,
  publisher {{text}} NOT NULL,
  channel {{text}} NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  private BIGINT NOT NULL,
  data TEXT NOT NULL);
CREATE UNIQUE INDEX data_records_by_channel ON data_records (scope, publisher, channel, at);
CREATE INDEX data_records_by_time ON data_records (scope, publisher, at, id);
CREATE INDEX data_records_of_scope ON data_records (scope, at, id);
CREATE INDEX data_records_by_expiry ON data_records (expires_at)
  WHERE expires_at < 9223372036854775807;
)sql";

// The CAs of scopes, what is revoked, what was issued to devices, and what their TPMs are to
// answer. Fingerprints are hex digits. What registrations write (issued, challenges) has no foreign
// key to the scope, for the reason given above. Numbers of issued certificates ascend, so that the
// newest come first whatever the clocks said.
constexpr std::string_view kCertificates = R"sql(
CREATE TABLE ca_certificates (
  scope {{text}} NOT NULL REFERENCES scopes (id),
  name_key {{text}} NOT NULL,
  name {{text}} NOT NULL,
  verified BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, name_key));

CREATE TABLE revoked_certificates (
  scope {{text}} NOT NULL REFERENCES scopes (id),
  sha256 {{text}} NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, sha256)){{clustered}};
CREATE INDEX revoked_certificates_by_time ON revoked_certificates (scope, at, sha256);

CREATE TABLE issued_certificates (
  sequence {{serial}},
  scope {{text}} NOT NULL,
  sha256 {{text}} NOT NULL,
  registration_key {{text}} NOT NULL,
  issued_at BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  body TEXT NOT NULL);
CREATE UNIQUE INDEX issued_certificates_by_sha256 ON issued_certificates (scope, sha256);
CREATE INDEX issued_certificates_of_scope ON issued_certificates (scope, sequence);
CREATE INDEX issued_certificates_by_registration
  ON issued_certificates (scope, registration_key, sequence);

CREATE TABLE tpm_challenges (
  scope {{text}} NOT NULL,
  registration_key {{text}} NOT NULL,
  used BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, registration_key));
CREATE INDEX tpm_challenges_by_expiry ON tpm_challenges (expires_at);
)sql";

// What the list of the fleet and the overview read along. A registration pays for two more appended
// entries (registrations_by_time, trails_by_time); one that registers again moves its entry from
// wherever it was, which is one page more at random. The others are of what operators make and of
// devices that connect: device_connections_live has only those that are connected.
constexpr std::string_view kFleet = R"sql(
CREATE INDEX registrations_by_time ON registrations (scope, updated_at, key);
CREATE INDEX registrations_by_approval_time
  ON registrations (scope, approval, updated_at, key) WHERE approval <> '';
CREATE INDEX enrollments_by_time
  ON enrollments (scope, updated_at, key) WHERE kind = 'individual';
CREATE INDEX members_by_time ON members (scope, updated_at, group_key, name);
CREATE INDEX devices_made_by_hand_by_id
  ON devices (scope, id, hub) WHERE registration_key = '';
CREATE INDEX devices_made_by_hand_by_time
  ON devices (scope, updated_at, id, hub) WHERE registration_key = '';
CREATE INDEX trails_by_time ON trails (started_at, failed, scope);

ALTER TABLE device_connections ADD COLUMN connected BIGINT NOT NULL DEFAULT 0;
CREATE INDEX device_connections_live ON device_connections (node, epoch) WHERE connected = 1;
)sql";

constexpr Migration kMigrations[] = {
    {1, "foundation", kFoundation},
    {2, "connected devices", kConnectedDevices},
    {3, "rosters", kRosters},
    {4, "passwords and records", kPasswordsAndRecords},
    {5, "certificates", kCertificates},
    {6, "console", kConsole},
    {7, "fleet", kFleet},
};

constexpr std::string_view kVersionTable =
    "CREATE TABLE berth_schema (number BIGINT PRIMARY KEY, name TEXT NOT NULL)";

// Tables that a database of somebody else is likely to share with ours by name.
constexpr std::string_view kOurTables[] = {"scopes",
                                           "hubs",
                                           "enrollments",
                                           "registrations",
                                           "devices",
                                           "trails",
                                           "audit",
                                           "tokens",
                                           "twins",
                                           "device_sessions",
                                           "device_connections",
                                           "device_messages",
                                           "nodes",
                                           "rosters",
                                           "members",
                                           "device_bindings",
                                           "device_controls",
                                           "accounts",
                                           "data_publishers",
                                           "data_records",
                                           "ca_certificates",
                                           "revoked_certificates",
                                           "issued_certificates",
                                           "tpm_challenges",
                                           "templates",
                                           "codes",
                                           "code_guards",
                                           "operators"};

Result<void> refuse_foreign(Connection& connection) {
  for (const std::string_view table : kOurTables) {
    BERTH_TRY(const bool there, connection.has_table(table));
    if (!there) continue;
    return Fail(ErrorKind::kConflict,
                fmt::format("the database has a table '{}' but was not made by Berth", table),
                "give Berth a database of its own");
  }
  return {};
}

Result<void> apply_missing(Connection& connection, std::span<const Migration> steps) {
  BERTH_TRY(const std::int64_t found, schema_version(connection));
  if (found == 0) {
    Result<void> ours = refuse_foreign(connection);
    if (!ours) return ours;
    Result<void> made = connection.script(kVersionTable);
    if (!made) return made;
  }
  const std::int64_t known = steps.empty() ? 0 : steps.back().number;
  if (found > known) {
    return Fail(
        ErrorKind::kConflict,
        fmt::format("the database has schema {}, this Berth knows schemas up to {}", found, known),
        "start the newer Berth that made it, or restore a backup from before the upgrade");
  }
  for (const Migration& step : steps) {
    if (step.number <= found) continue;
    Result<void> applied = connection.script(step.script);
    if (!applied) return applied;
    Result<bool> noted =
        connection.execute("INSERT INTO berth_schema (number, name) VALUES ($1, $2)",
                           {Value(step.number), Value(step.name)});
    if (!noted) return Fail(std::move(noted).error());
    log::info("store.migrated",
              {{"schema", std::to_string(step.number)}, {"name", std::string(step.name)}});
  }
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<std::int64_t> schema_version(Connection& connection) {
  BERTH_TRY(const bool there, connection.has_table("berth_schema"));
  if (!there) return 0;
  BERTH_TRY(Cursor row, connection.run("SELECT max(number) FROM berth_schema", {}));
  BERTH_TRY(const bool found, row.next());
  return found && !row.is_null(0) ? row.number(0) : 0;
}

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  Result<void> begun = connection.begin(Access::kSchema);
  if (!begun) return begun;
  Result<void> applied = apply_missing(connection, steps);
  if (!applied) {
    connection.rollback();
    return applied;
  }
  return connection.commit();
}

}  // namespace berth::store::sql
