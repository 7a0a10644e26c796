#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

domain::Sealed sealed() {
  domain::Sealed sealed;
  const auto bytes = base::as_bytes("SEALED");
  sealed.bytes.assign(bytes.begin(), bytes.end());
  return sealed;
}

domain::SymmetricKeys sample_keys() {
  domain::SymmetricKeys keys;
  keys.primary = sealed();
  keys.secondary = sealed();
  keys.retired.push_back({sealed(), domain::KeySlot::kSecondary, sample_time()});
  return keys;
}

}  // namespace

TimePoint sample_time() { return base::from_unix_seconds(1'767'225'600); }

domain::Scope sample_scope() {
  domain::Scope scope;
  scope.id = domain::ScopeId::trusted("0ne1");
  scope.display_name = "Plant";
  scope.created_at = scope.updated_at = sample_time();
  scope.version = 3;
  return scope;
}

domain::Hub sample_hub() {
  domain::Hub hub;
  hub.name = domain::HubName::trusted("hub-1");
  hub.host = "berth.example.net";
  hub.display_name = "Hub";
  hub.policies.push_back({"service", {domain::HubPermission::kServiceConnect}, sample_keys()});
  hub.created_at = hub.updated_at = sample_time();
  hub.version = 1;
  return hub;
}

domain::HubLink sample_link() {
  domain::HubLink link;
  link.scope = sample_scope().id;
  link.hub = sample_hub().name;
  link.version = 2;
  return link;
}

domain::Enrollment sample_enrollment() {
  domain::Enrollment enrollment;
  enrollment.scope = sample_scope().id;
  enrollment.kind = domain::EnrollmentKind::kGroup;
  enrollment.id = domain::EnrollmentId::trusted("line:7");
  enrollment.display_name = "Line 7";
  enrollment.attestation = sample_keys();
  enrollment.hubs.push_back(sample_hub().name);
  enrollment.initial_twin.tags = R"({"floor":2})";
  enrollment.created_at = enrollment.updated_at = sample_time();
  enrollment.version = 4;
  return enrollment;
}

domain::Enrollment sample_product_group() {
  domain::Enrollment group = sample_enrollment();
  group.id = domain::EnrollmentId::trusted("PUMPS7");
  domain::ProductSecret product;
  product.current = sealed();
  product.previous = sealed();
  product.previous_until = sample_time();
  product.retired.push_back({sealed(), domain::KeySlot::kPrimary, sample_time()});
  product.admits = domain::Admits::kListed;
  product.clock_window = std::chrono::seconds(300);
  group.attestation = std::move(product);
  group.topics = {{"event", true, false}};
  return group;
}

domain::ProductKeys sample_product_keys() {
  domain::ProductKeys keys;
  keys.current = Secret::from_text("fedcba9876543210");
  keys.previous = Secret::from_text("0123456789abcdef");
  keys.previous_until = sample_time();
  return keys;
}

domain::Enrollment sample_password_group() {
  domain::Enrollment group = sample_enrollment();
  group.id = domain::EnrollmentId::trusted("mod-0123456789abcdef01234567");
  domain::MemberPasswords passwords;
  passwords.derivation_secret = sealed();
  passwords.order = domain::DerivationOrder::kNameFirst;
  group.attestation = std::move(passwords);
  return group;
}

domain::DerivationKeys sample_derivation_keys() {
  domain::DerivationKeys keys;
  keys.secret = Secret::from_text("s3cr3t");
  return keys;
}

domain::Account sample_account() {
  domain::Account account;
  account.scope = sample_scope().id;
  account.email = "owner@example.com";
  account.id = domain::ObjectId::trusted("0123456789abcdef01234567");
  account.argon2id = "$argon2id$SEALED";
  account.guesses = {3, sample_time()};
  account.created_at = account.updated_at = sample_time();
  account.version = 2;
  return account;
}

domain::Certificate sample_certificate() {
  domain::Certificate certificate;
  certificate.der = base::Bytes(100, 7);
  certificate.sha256 = base::Bytes(32, 7);
  certificate.sha1 = base::Bytes(20, 7);
  certificate.spki_sha256 = base::Bytes(32, 8);
  certificate.common_name = "root";
  certificate.subject = "CN=root";
  certificate.issuer = "CN=root";
  certificate.serial = "01";
  certificate.not_before = certificate.not_after = sample_time();
  certificate.is_ca = true;
  return certificate;
}

domain::Enrollment sample_trust_group() {
  domain::Enrollment group = sample_enrollment();
  domain::CertificateTrust trust;
  trust.primary = domain::TrustSlot{sample_certificate()};
  trust.secondary = domain::TrustSlot{std::nullopt, "root"};
  domain::DicePolicy dice{{std::string(64, 'a')}};
  dice.version_min = "1.2.0";
  dice.svn_min = 3;
  trust.dice = dice;
  group.attestation = std::move(trust);
  group.issuance = domain::CertificateIssuance{std::chrono::days(30)};
  group.warnings = {"no verified CA"};
  return group;
}

domain::Enrollment sample_tpm_enrollment() {
  domain::Enrollment enrollment = sample_enrollment();
  enrollment.kind = domain::EnrollmentKind::kIndividual;
  enrollment.attestation = domain::TpmKeys{{1, 2, 3}, {}};
  return enrollment;
}

domain::CaCertificate sample_ca() {
  domain::CaCertificate ca;
  ca.scope = sample_scope().id;
  ca.name = "root";
  ca.certificate = sample_certificate();
  ca.verification_code = std::string(48, 'A');
  ca.created_at = ca.updated_at = sample_time();
  ca.version = 2;
  return ca;
}

domain::RevokedCertificate sample_revoked() {
  domain::RevokedCertificate revoked;
  revoked.scope = sample_scope().id;
  revoked.sha256 = base::Bytes(32, 7);
  revoked.reason = "stolen";
  revoked.at = sample_time();
  return revoked;
}

domain::CertificateRecord sample_issued() {
  domain::CertificateRecord issued;
  issued.scope = sample_scope().id;
  issued.sha256 = base::Bytes(32, 7);
  issued.serial = "01";
  issued.subject = "pump-1";
  issued.registration = sample_registration().id;
  issued.not_before = issued.not_after = issued.issued_at = sample_time();
  issued.revoked_at = sample_time();
  return issued;
}

domain::MemberView sample_password_member() {
  domain::MemberView view = sample_member();
  view.member.group = sample_password_group().id;
  view.member.name = domain::MemberName::trusted("SN0001");
  view.member.requested = false;
  view.member.enroll_password = base::Bytes(32, 7);
  view.member.enroll_guesses = {10, sample_time()};
  view.registration->member = view.member.name;
  view.registration->device_id = domain::DeviceId::trusted("dev-0123456789abcdef01234567");
  view.has_passwords = true;
  return view;
}

domain::MemberView sample_member() {
  domain::MemberView view;
  view.member.scope = sample_scope().id;
  view.member.group = sample_product_group().id;
  view.member.name = domain::MemberName::trusted("dev1");
  view.member.requested = true;
  view.member.created_at = view.member.updated_at = sample_time();
  view.member.version = 5;
  view.registration = sample_registration();
  view.registration->member = view.member.name;
  view.registration->activated_at = sample_time();
  return view;
}

domain::MembersAdded sample_added() {
  using domain::MemberAdding;
  return {
      {{"dev1", MemberAdding::kAdded, ""}, {"dev 2", MemberAdding::kInvalid, "it has a blank"}}};
}

domain::Registration sample_registration() {
  domain::Registration registration;
  registration.scope = sample_scope().id;
  registration.id = domain::RegistrationId::trusted("pump-1");
  registration.enrollment = {domain::EnrollmentKind::kGroup, sample_enrollment().id};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.substatus = domain::Substatus::kInitialAssignment;
  registration.hub = sample_hub().name;
  registration.hub_host = sample_hub().host;
  registration.device_id = domain::DeviceId::trusted("pump-1");
  registration.operation_id = "4.abc.def";
  registration.payload = R"({"a":1})";
  registration.attestation = "x509";
  registration.measured = {std::string(64, 'a')};
  registration.issued_chain = {{1, 2, 3}};
  registration.created_at = registration.updated_at = sample_time();
  registration.version = 2;
  return registration;
}

domain::Device sample_device() {
  domain::Device device;
  device.hub = sample_hub().name;
  device.id = domain::DeviceId::trusted("pump-1");
  device.scope = sample_scope().id;
  device.registration = sample_registration().id;
  device.display_name = "Pump 1";
  device.keys = sample_keys();
  device.created_at = device.updated_at = sample_time();
  device.version = 1;
  return device;
}

domain::DeviceView sample_device_view() {
  domain::DeviceConnection connection;
  connection.connected = true;
  connection.changed_at = sample_time();
  connection.dialect = "some-vendor";
  connection.transport = "mqtt";
  connection.source = "192.0.2.7";
  connection.node = "n1";
  return {sample_device(), connection};
}

domain::HubKeys sample_hub_keys() {
  domain::PolicyKeys policy;
  policy.policy = "service";
  policy.permissions = {domain::HubPermission::kServiceConnect};
  policy.keys.primary = Secret::from_text("0123456789abcdef");
  policy.keys.secondary = Secret::from_text("fedcba9876543210");
  domain::HubKeys keys;
  keys.hub = sample_hub().name;
  keys.host = sample_hub().host;
  keys.policies.push_back(std::move(policy));
  return keys;
}

domain::Twin sample_twin() {
  domain::Twin twin;
  twin.hub = sample_hub().name;
  twin.device = sample_device().id;
  twin.tags = R"({"floor":2})";
  twin.desired = {R"({"interval":5})", R"({"$lastUpdatedVersion":4})", 4};
  twin.reported = {R"({"fw":"1"})", R"({"$lastUpdated":"now"})", 7};
  twin.etag = 9;
  twin.updated_at = sample_time();
  twin.version = 12;
  return twin;
}

domain::QueuedMessage sample_queued() {
  domain::QueuedMessage queued;
  queued.hub = sample_hub().name;
  queued.device = sample_device().id;
  queued.sequence = 3;
  queued.message.id = "m-1";
  queued.feedback = domain::FeedbackWanted::kFull;
  queued.enqueued_at = queued.expires_at = sample_time();
  return queued;
}

domain::EventPage sample_events() {
  domain::StoredEvent stored;
  stored.position = {2, 41};
  domain::Event& event = stored.event;
  event.hub = sample_hub().name;
  event.device = sample_device().id;
  event.enqueued_at = sample_time();
  event.model_id = "dtmi:x;1";
  event.message.id = "m-1";
  event.message.properties = {{"alert", "true"}, {"flag", std::nullopt}};
  event.message.body = R"({"t":21.5})";
  return {{stored}, "c-1", true};
}

domain::Trail sample_trail() {
  domain::Trail trail;
  trail.id = "t-1";
  trail.started_at = sample_time();
  trail.took = std::chrono::microseconds(90);
  trail.operation = "register";
  trail.scope = "0ne1";
  trail.registration_id = "pump-1";
  trail.dialect = "some-vendor";
  trail.transport = "mqtt";
  trail.source = "192.0.2.7";
  trail.host = "berth.example.net";
  trail.client = "sdk/1.0";
  trail.reason = domain::Reason::kProofRejected;
  trail.enrollment = "group/line-7";
  domain::TrailStep identify;
  identify.passed = true;
  identify.detail = "group 'line-7'";
  domain::TrailStep attest;
  attest.step = domain::Step::kAttest;
  attest.expected = "key 1234";
  attest.received = "key 5678";
  attest.took = std::chrono::nanoseconds(1500);
  trail.steps = {identify, attest};
  domain::Finding finding;
  finding.cause = domain::Cause::kGroupKeyUnderived;
  finding.proven = true;
  finding.text = "it signs with the group key itself";
  finding.mend = "derive the device's own key";
  trail.findings = {finding};
  return trail;
}

domain::FleetRow sample_fleet_row() {
  domain::FleetRow row;
  row.scope = domain::ScopeId::trusted("0ne1");
  row.id = "pump-1";
  row.display_name = "Pump 1";
  row.enrollment = domain::EnrollmentRef{domain::EnrollmentKind::kGroup,
                                         domain::EnrollmentId::trusted("line-7")};
  row.status = domain::FleetStatus::kAssigned;
  row.hub = domain::HubName::trusted("hub-1");
  row.device_id = domain::DeviceId::trusted("pump-1");
  row.connected = true;
  row.connection_changed_at = sample_time();
  row.registered_at = sample_time();
  row.updated_at = sample_time();
  return row;
}

domain::Overview sample_overview() {
  domain::Overview overview;
  overview.from = sample_time();
  overview.to = sample_time() + std::chrono::minutes(3);
  overview.attempts.push_back({sample_time(), 3, 2, 1});
  overview.reasons.push_back({domain::Reason::kProofRejected, 2});
  overview.device_count = 3;
  return overview;
}

domain::AuditRecord sample_audit() {
  domain::AuditRecord record;
  record.sequence = 7;
  record.at = sample_time();
  record.actor = "token:abcdef0123";
  record.source = "192.0.2.1";
  record.action = "scope.update";
  record.scope = "0ne1";
  record.target = "0ne1";
  record.detail = R"({"enabled":{"from":"true","to":"false"}})";
  return record;
}

domain::Operator sample_operator() {
  domain::Operator who;
  who.name = "ada";
  who.display_name = "Ada";
  who.role = domain::Role::kOperator;
  who.scope = sample_scope().id;
  who.argon2id = "SEALED";
  who.guesses = {10, sample_time()};
  who.created_at = who.updated_at = sample_time();
  who.version = 3;
  return who;
}

domain::SessionView sample_session() {
  domain::SessionView view;
  view.who = sample_operator();
  view.expires_at = sample_time();
  return view;
}

domain::Template sample_template() {
  domain::Template record;
  record.scope = sample_scope().id;
  record.id = "dtmi:com:example:Thermostat;1";
  record.display_name = "Thermostat";
  record.model = R"({"@id":"dtmi:com:example:Thermostat;1"})";
  record.initial_twin = {R"({"site":"a"})", R"({"target":21})"};
  record.created_at = record.updated_at = sample_time();
  record.version = 4;
  return record;
}

domain::ModelCheck sample_check() {
  domain::ModelCheck check;
  check.id = sample_template().id;
  check.display_name = "Thermostat";
  check.language = 2;
  check.problems.push_back({"/contents/0/name", "this cannot be a name", "Rename it."});
  check.interfaces = 1;
  check.telemetry = 2;
  check.properties = 3;
  check.commands = 4;
  check.components = 5;
  check.relationships = 6;
  return check;
}

domain::CredentialCode sample_code() {
  domain::CredentialCode code;
  code.id = "00112233445566778899aabbccddeeff";
  code.scope = domain::ScopeId::trusted("0ne1");
  code.mode = domain::CodeMode::kCompatible;
  code.device = domain::RegistrationId::trusted("dev-1");
  code.model = "dtmi:com:example:Thermostat;1";
  code.enrollment = domain::EnrollmentRef{domain::EnrollmentKind::kGroup,
                                          domain::EnrollmentId::trusted("line-7")};
  code.content.bytes = {'S', 'E', 'A', 'L', 'E', 'D'};
  code.pickup = domain::PickupKind::kNumber;
  code.pickup_digest = {'S', 'E', 'A', 'L', 'E', 'D'};
  code.token_digest = {'S', 'E', 'A', 'L', 'E', 'D'};
  code.state = domain::CodeState::kUsed;
  code.created_by = "token:abcdef0123";
  code.created_at = sample_time();
  code.expires_at = sample_time() + std::chrono::seconds(600);
  code.used_at = sample_time() + std::chrono::seconds(60);
  code.used_from = "192.0.2.7";
  code.version = 2;
  return code;
}

domain::NewCode sample_new_code() {
  domain::NewCode made;
  made.code = sample_code();
  made.text = Secret::from_text("U2FsdGVkX1");
  made.pickup = Secret::from_text("7K2M-9QRT-XC");
  made.number = Secret::from_text("42");
  made.png = Secret::from_text("data:image/png;base64,AAAA");
  made.svg = Secret::from_text("<svg/>");
  made.warnings = {"it is weak"};
  return made;
}

domain::Token sample_token() {
  domain::Token token;
  token.id = "abcdef0123";
  token.display_name = "CI";
  token.role = domain::Role::kOperator;
  token.scope = sample_scope().id;
  token.digest = base::Bytes(32, 7);
  token.expires_at = sample_time();
  token.created_at = sample_time();
  token.version = 1;
  return token;
}

domain::ServerStatus sample_status() {
  domain::ServerStatus status;
  status.version = "0.1.0";
  status.store = "sqlite";
  status.now = status.started_at = sample_time();
  status.scope_count = 1;
  status.hub_count = 2;
  status.warnings = {"a warning"};
  return status;
}

}  // namespace berth::dialects::admin::testing
