// A database of an earlier schema, with rows in it as the Berth of that time wrote them, is read
// and written on as if nothing had happened.
#include "base/log.h"
#include "store/conformance/certificates.h"
#include "store/conformance/passwords.h"
#include "store/sql/migrations.h"

namespace berth::store::conformance {
namespace {

using management::MustExist;

// Rows of schema 1: one of everything. Never changed, as the migration is not.
constexpr std::string_view kRowsOfSchema1 = R"sql(
UPDATE berth_counters SET value = 41 WHERE name = 'catalog';
INSERT INTO scopes VALUES ('0ne000000A1', 41, 3, 1700000010000000, 1700000011000000,
  '{"display_name":"Plant","allocation_policy":"static","enabled":true}');
INSERT INTO hubs VALUES ('hub-one', 2, 1700000020000000, 1700000021000000,
  '{"host":"hub-one.example.com","display_name":"Hub"}');
INSERT INTO hubs VALUES ('hub-two', 1, 1700000020000000, 1700000020000000,
  '{"host":"hub-two.example.com"}');
INSERT INTO hub_links VALUES ('0ne000000A1', 'hub-one', 1, '{"weight":5,"apply_allocation":true}');
INSERT INTO enrollments VALUES ('0ne000000A1', 'group', 'line-7', 'Line-7', 2, 1700000100000000,
  1700000101000000, '{"enabled":true,"symmetric_key":{"primary":"AQIDAP8=","secondary":"CQgH",
  "retired":[{"key":"BAQ=","slot":"secondary","retired_at":1700000077000000}]},
  "update_hub_assignment":true,"migrate_device_data":true,"tags":"{\"floor\":3}"}');
INSERT INTO registrations VALUES ('0ne000000A1', 'dev-1', 'Dev-1', 'group', 'line-7', 'hub-one',
  'Dev-1', 4, 1700000200000000, 1700000201000000, '{"enrollment":"Line-7","status":"assigned",
  "substatus":"initial_assignment","hub_host":"hub-one.example.com","operation_id":"5.x"}');
INSERT INTO devices VALUES ('hub-one', 'Dev-1', '0ne000000A1', 'dev-1', 4, 1700000200000000,
  1700000201000000, '{"registration":"Dev-1","display_name":"Dev-1","enabled":true,"keys":
  {"primary":"AQIDAP8=","secondary":"CQgH"},"tags":"{\"floor\":3}",
  "desired":"{\"interval\":60}"}');
INSERT INTO trails VALUES ('01890000-0000-7000-8000-000000000001', '0ne000000A1', 'dev-1', 0,
  1700000200000000, '{"operation":"register","registration_id":"Dev-1","outcome":"assigned"}');
INSERT INTO audit (at, scope, body) VALUES (1700000200000000, '0ne000000A1',
  '{"actor":"device:0ne000000A1/Dev-1","action":"registration.assign","target":"Dev-1"}');
INSERT INTO tokens VALUES ('tok-12345', '', 1, 1700000500000000,
  '{"role":"admin","digest":"AQID"}');
)sql";

// What schema 2 had besides: what a device that connected has left behind.
constexpr std::string_view kRowsOfSchema2 = R"sql(
INSERT INTO twins VALUES ('hub-one', 'Dev-1', 3, 1700000600000000, 3, 4, 7, '{"floor":3}',
  '{"interval":5}', '{"$lastUpdated":"2026-01-01T00:00:00Z"}', '{"fw":"1"}', '{}');
INSERT INTO device_sessions VALUES ('hub-one', 'Dev-1', 1700000700000000,
  '{"subscriptions":[{"channel":"messages","qos":1,"filter":"a/#"}]}');
INSERT INTO device_connections VALUES ('hub-one', 'Dev-1', 'node-a', 1, 1, 1700000800000000,
  '{"connected":true}');
INSERT INTO device_messages (hub, device_id, enqueued_at, expires_at, body)
  VALUES ('hub-one', 'Dev-1', 1700000000000000, 1700003600000000, '{"id":"m-1","body":"Ym9keQ=="}');
INSERT INTO nodes VALUES ('node-a', 4);
INSERT INTO devices VALUES ('hub-one', 'by-hand', '0ne000000A1', '', 1, 1700000200000000,
  1700000200000000, '{"enabled":true}');
)sql";

// What schema 3 had besides: a group with a product secret, its roster, and a member's identity.
constexpr std::string_view kRowsOfSchema3 = R"sql(
INSERT INTO enrollments VALUES ('0ne000000A1', 'group', 's3euvbrjlb', 'S3EUVBRJLB', 1,
  1700000100000000, 1700000100000000, '{"enabled":true,"product_secret":{"current":"BwcA/w==",
  "admits":"listed"}}', 's3euvbrjlb');
INSERT INTO rosters VALUES ('0ne000000A1', 's3euvbrjlb', 1, 0);
INSERT INTO members VALUES ('0ne000000A1', 's3euvbrjlb', 'dev-1', 1, 0, 2, 1700000150000000,
  1700000151000000);
INSERT INTO registrations VALUES ('0ne000000A1', 's3euvbrjlbdev-1', 'S3EUVBRJLBdev-1', 'group',
  's3euvbrjlb', 'hub-one', 'S3EUVBRJLBdev-1', 1, 1700000200000000, 1700000200000000,
  '{"enrollment":"S3EUVBRJLB","status":"assigned","member":"dev-1"}');
INSERT INTO devices VALUES ('hub-one', 'S3EUVBRJLBdev-1', '0ne000000A1', 's3euvbrjlbdev-1', 1,
  1700000200000000, 1700000200000000, '{"registration":"S3EUVBRJLBdev-1","group":"S3EUVBRJLB",
  "awaits_activation":true}', 's3euvbrjlb');
)sql";

// What schema 4 had besides: a group with passwords, an account with a record, and a device that
// was issued a certificate.
constexpr std::string_view kRowsOfSchema4 = R"sql(
INSERT INTO enrollments VALUES ('0ne000000A1', 'group', 'mod-0123456789abcdef01234567',
  'mod-0123456789abcdef01234567', 1, 1700000100000000, 1700000100000000,
  '{"enabled":true,"member_passwords":{"order":"secret_first"}}', 'mod-0123456789abcdef01234567');
INSERT INTO accounts VALUES ('a@x.de', '0ne000000A1', 'A@x.de', '0123456789abcdef01234567', 2, 0, 1,
  1700000100000000, 1700000100000000, '{"password":"$argon2id$x","enabled":true}');
INSERT INTO registrations VALUES ('0ne000000A1', 'cert-1', 'cert-1', 'group', 'line-7', 'hub-one',
  'cert-1', 1, 1700000200000000, 1700000200000000, '{"enrollment":"Line-7","status":"assigned"}');
INSERT INTO devices VALUES ('hub-one', 'cert-1', '0ne000000A1', 'cert-1', 1, 1700000200000000,
  1700000200000000, '{"registration":"cert-1","enabled":true,"certificate":{"sha256":"AQIDBA==",
  "subject":"cert-1","not_before":1700000000000000,"not_after":1800000000000000}}', '', '');
)sql";

class Upgrade : public Suite {
 protected:
  void SetUp() override {
    log::set_level(log::Level::kWarn);
    count_test(GetParam().name);
    database_ = GetParam().make();
    make_schema(1, kRowsOfSchema1);
    if (!HasFatalFailure()) go_on();
  }
  virtual void go_on() { reopen(); }
  void make_schema(std::size_t number, std::string_view rows) {
    auto connection = database_->connect();
    ASSERT_THAT(connection, Succeeds());
    ASSERT_THAT(sql::migrate(**connection, sql::migrations().first(number)), Succeeds());
    ASSERT_THAT((*connection)->script(rows), Succeeds());
    ASSERT_EQ(sql::schema_version(**connection).value_or(0), static_cast<std::int64_t>(number));
  }
  std::unique_ptr<provisioning::Assignment> again() {
    auto assignment = make_assignment("Dev-1");
    assignment->expected_version = dossier("dev-1").current->version;
    return assignment;
  }
};

TEST_P(Upgrade, ReachesTheNewestSchemaOnce) {
  reopen();
  auto connection = database_->connect();
  ASSERT_THAT(connection, Succeeds());
  EXPECT_EQ(sql::schema_version(**connection).value_or(0), sql::migrations().back().number);
}

TEST_P(Upgrade, EveryRowIsReadAsBefore) {
  EXPECT_EQ(wait(catalog().get_scope(kScope.text()))->display_name, "Plant");
  const auto hub = wait(catalog().get_hub(kHub.text()));
  ASSERT_THAT(hub, Succeeds());
  EXPECT_EQ(hub->host, "hub-one.example.com");
  EXPECT_TRUE(hub->policies.empty());
  EXPECT_EQ(wait(catalog().get_hub_link(kScope.text(), kHub.text()))->weight, 5U);
  const provisioning::Dossier found = dossier("dev-1");
  EXPECT_EQ(found.catalog_version, 41U);
  ASSERT_TRUE(found.current && found.owner_group);
  EXPECT_EQ(found.current->version, 4U);
  EXPECT_EQ(found.current->device_id.text(), "Dev-1");
  EXPECT_EQ(std::get<domain::SymmetricKeys>(found.owner_group->attestation).retired.size(), 1U);
  const auto device = wait(catalog().get_device(kHub.text(), "Dev-1"));
  ASSERT_THAT(device, Succeeds());
  EXPECT_EQ(device->keys->primary.bytes, (base::Bytes{1, 2, 3, 0, 255}));
  EXPECT_TRUE(device->keys->retired.empty());
  EXPECT_EQ(device->twin.desired, R"({"interval":60})");
  EXPECT_EQ(trail_ids().size(), 1U);
  EXPECT_EQ(wait(catalog().list_audit(kScope.text(), {}))->items.size(), 1U);
  EXPECT_EQ(wait(catalog().get_token("tok-12345"))->role, domain::Role::kAdmin);
}

TEST_P(Upgrade, DeviceOfThenConnectsAndLeavesTraces) {
  const hub::Dossier found = device_dossier("Dev-1");
  ASSERT_TRUE(found.device);
  EXPECT_FALSE(found.session);
  EXPECT_FALSE(found.has_messages);
  EXPECT_EQ(traces("Dev-1"), "device ");
  leave_traces("Dev-1");
  EXPECT_EQ(traces("Dev-1"), "device twin session connection messages ");
  EXPECT_EQ(wait(device_store().begin_epoch("node-a")).value_or(0), 1U);
}

TEST_P(Upgrade, RegistrationOfThenGoesOn) {
  leave_traces("Dev-1");
  auto same = again();
  same->keeps_twin = true;
  const auto stored = commit(std::move(same));
  ASSERT_THAT(stored, Succeeds());
  EXPECT_EQ(stored->version, 5U);
  EXPECT_EQ(traces("Dev-1"), "device twin session connection messages ");
  auto move = again();
  move->keeps_twin = true;
  move->registration.hub = kOtherHub;
  move->device = make_device(move->registration);
  ASSERT_THAT(commit(std::move(move)), Succeeds());
  EXPECT_EQ(traces("Dev-1"), "");
  EXPECT_EQ(traces("Dev-1", kOtherHub), "device twin ");
}

TEST_P(Upgrade, DeviceOfThenIsRemovedWithItsTraces) {
  leave_traces("Dev-1");
  const auto id = domain::RegistrationId::trusted("dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_EQ(traces("Dev-1"), "");
  EXPECT_THAT(apply(management::RemoveHub{kHub}, MustExist{}), Succeeds());
}

class UpgradeFrom2 : public Upgrade {
 protected:
  void go_on() override {
    make_schema(2, kRowsOfSchema2);
    if (!HasFatalFailure()) reopen();
  }
};

TEST_P(UpgradeFrom2, WhatDevicesLeftBehindIsStillThere) {
  EXPECT_EQ(traces("Dev-1"), "device twin session connection messages ");
  const hub::Dossier found = device_dossier("Dev-1");
  EXPECT_EQ(found.device->version, 4U);
  EXPECT_FALSE(found.device->group || found.device->certificate || found.device->awaits_activation);
  EXPECT_EQ(wait(device_store().begin_epoch("node-a")).value_or(0), 5U);
  EXPECT_TRUE(device_dossier("by-hand").device->enabled);
  const auto current = dossier("dev-1").current;
  ASSERT_TRUE(current);
  EXPECT_FALSE(current->member || current->activated_at);
  EXPECT_TRUE(current->answered.empty());
}

TEST_P(UpgradeFrom2, DevicesOfThenAreMembersOfNothing) {
  const auto found = wait(device_store().open_member_dossier(domain::DeviceId::trusted("Dev-1")));
  ASSERT_THAT(found, Succeeds());
  EXPECT_FALSE(found->device);
  EXPECT_TRUE(wait(registrations().product_groups("", 10))->empty());
  EXPECT_FALSE((*wait(registrations().open_member_dossier("line-7", "x")))->scope);
}

TEST_P(UpgradeFrom2, RegistrationOfThenGoesOn) {
  auto assignment = again();
  assignment->keeps_twin = true;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  EXPECT_EQ(traces("Dev-1"), "device twin session connection messages ");
}

TEST_P(UpgradeFrom2, GroupsOfThenCanBeChangedAndNewOnesHaveMembers) {
  ASSERT_THAT(apply(management::PutEnrollment{make_group("Line-7")}, MustExist{}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_product()}), Succeeds());
  ASSERT_THAT(commit(make_request("dev-1")), Succeeds());
  const auto found = wait(device_store().open_member_dossier(member_id("dev-1")));
  ASSERT_THAT(found, Succeeds());
  EXPECT_TRUE(found->device && found->group);
}

class UpgradeFrom3 : public Upgrade {
 protected:
  void go_on() override {
    make_schema(2, kRowsOfSchema2);
    if (!HasFatalFailure()) make_schema(3, kRowsOfSchema3);
    if (!HasFatalFailure()) reopen();
  }
};

TEST_P(UpgradeFrom3, MembersOfThenHaveNoPasswordsAndNoGuesses) {
  const auto opened = wait(registrations().open_member_dossier(kProduct.key(), "dev-1"));
  ASSERT_THAT(opened, Succeeds());
  const auto& found = *opened;
  ASSERT_TRUE(found->member && found->current);
  EXPECT_EQ(found->member->version, 2U);
  EXPECT_TRUE(found->member->enroll_password.empty() && found->member->control_password.empty());
  EXPECT_EQ(found->member->enroll_guesses, domain::Guesses());
  EXPECT_EQ(found->member->control_guesses, domain::Guesses());
  EXPECT_FALSE(found->current->reset);
}

TEST_P(UpgradeFrom3, DevicesOfThenHaveNoPasswordAndAreFoundAsBefore) {
  const auto found = wait(device_store().open_member_dossier(member_id("dev-1")));
  ASSERT_THAT(found, Succeeds());
  ASSERT_TRUE(found->device && found->group);
  EXPECT_FALSE(found->device->password);
  EXPECT_EQ(found->device->role, domain::DeviceRole::kDevice);
  EXPECT_EQ(found->device->permissions, domain::DevicePermissions());
  const auto identity = wait(store().identities().find(member_id("dev-1")));
  ASSERT_THAT(identity, Succeeds());
  EXPECT_FALSE(*identity);
  EXPECT_EQ(wait(device_store().activate(kHub, member_id("dev-1"), 1, at(900))).value_or(false),
            true);
}

TEST_P(UpgradeFrom3, GroupsWithPasswordsAccountsAndRecordsAreNew) {
  ASSERT_THAT(create(management::PutEnrollment{make_template()}), Succeeds());
  ASSERT_THAT(create(management::PutAccount{make_account("a@x.de")}), Succeeds());
  EXPECT_THAT(create(management::PutEnrollment{make_template(kProduct)}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(wait(store().data_records().drop_expired(at(0), 10)).value_or(9), 0U);
}

class UpgradeFrom4 : public Upgrade {
 protected:
  void go_on() override {
    make_schema(2, kRowsOfSchema2);
    if (!HasFatalFailure()) make_schema(3, kRowsOfSchema3);
    if (!HasFatalFailure()) make_schema(4, kRowsOfSchema4);
    if (!HasFatalFailure()) reopen();
  }
};

TEST_P(UpgradeFrom4, EveryRowIsReadAsBefore) {
  const auto account = wait(catalog().get_account(kScope.text(), "a@x.de"));
  ASSERT_THAT(account, Succeeds());
  EXPECT_EQ(account->guesses.wrong, 2U);
  const auto group = wait(
      catalog().get_enrollment(kScope.text(), domain::EnrollmentKind::kGroup, kTemplate.key()));
  ASSERT_THAT(group, Succeeds());
  EXPECT_TRUE(std::holds_alternative<domain::MemberPasswords>(group->attestation));
  EXPECT_FALSE(group->issuance);
  EXPECT_FALSE(wait(catalog().get_scope(kScope.text()))->issuing_authority);
  const provisioning::Dossier found = dossier("cert-1");
  ASSERT_TRUE(found.current);
  EXPECT_TRUE(found.current->attestation.empty() && found.current->activation.empty());
  EXPECT_TRUE(found.current->issued_chain.empty() && found.current->measured.empty());
  const hub::Dossier device = device_dossier("cert-1");
  ASSERT_TRUE(device.device && device.device->certificate);
  EXPECT_EQ(device.device->certificate->sha256, (base::Bytes{1, 2, 3, 4}));
  EXPECT_TRUE(device.device->certificate->spki_sha256.empty());
  EXPECT_FALSE(device.device->secondary_certificate || device.device->ca_signed);
  EXPECT_TRUE(device.enrollment_enabled);
  EXPECT_TRUE(device.authorities.empty());
}

TEST_P(UpgradeFrom4, CertificatesRevocationsAndChallengesAreNew) {
  EXPECT_TRUE(wait(registrations().scope_snapshot(kScope))->authorities.empty());
  EXPECT_FALSE(*wait(device_store().find_revoked(kScope, {sha(1)})));
  ASSERT_THAT(create(management::PutCa{make_ca("root")}), Succeeds());
  ASSERT_THAT(create(management::PutRevoked{make_revoked(1)}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_tpm("dev-9")}), Succeeds());
  ASSERT_THAT(wait(registrations().put_challenge(make_challenge("dev-9"))), Succeeds());
  EXPECT_TRUE(dossier("dev-9").challenge);
  EXPECT_TRUE(*wait(device_store().find_revoked(kScope, {sha(1)})));
}

BERTH_CONFORMANCE(Upgrade);
BERTH_CONFORMANCE(UpgradeFrom2);
BERTH_CONFORMANCE(UpgradeFrom3);
BERTH_CONFORMANCE(UpgradeFrom4);

}  // namespace
}  // namespace berth::store::conformance
