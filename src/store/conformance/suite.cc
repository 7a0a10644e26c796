#include "store/conformance/suite.h"

#include "base/log.h"

#include <fmt/format.h>

#include <atomic>

namespace berth::store::conformance {
namespace {

// Ordered by time, as those of uuid_v7.
std::string next_trail_id() {
  static std::atomic<std::uint64_t> next{1};
  return fmt::format("01890000-0000-7000-8000-{:012x}", next++);
}

domain::SymmetricKeys make_keys() {
  domain::SymmetricKeys keys;
  keys.primary.bytes = {1, 2, 3, 0, 255};
  keys.secondary.bytes = {9, 8, 7};
  keys.retired.push_back({{{4, 4}}, domain::KeySlot::kSecondary, at(77)});
  return keys;
}

domain::Enrollment make_enrollment(domain::EnrollmentKind kind, std::string_view id,
                                   const domain::ScopeId& scope) {
  domain::Enrollment enrollment;
  enrollment.scope = scope;
  enrollment.kind = kind;
  enrollment.id = domain::EnrollmentId::trusted(std::string(id));
  enrollment.display_name = fmt::format("Enrollment {}", id);
  enrollment.attestation = make_keys();
  enrollment.created_at = at(100);
  enrollment.updated_at = at(100);
  return enrollment;
}

}  // namespace

TimePoint at(std::int64_t seconds) { return base::from_unix_seconds(1'700'000'000 + seconds); }

domain::Scope make_scope(const domain::ScopeId& id) {
  domain::Scope scope;
  scope.id = id;
  scope.display_name = "Scope " + id.text();
  scope.created_at = at(10);
  scope.updated_at = at(10);
  return scope;
}

domain::Hub make_hub(const domain::HubName& name) {
  domain::Hub hub;
  hub.name = name;
  hub.host = name.text() + ".example.com";
  hub.display_name = "Hub " + name.text();
  hub.created_at = at(20);
  hub.updated_at = at(20);
  return hub;
}

domain::HubLink make_link(const domain::ScopeId& scope, const domain::HubName& hub) {
  domain::HubLink link;
  link.scope = scope;
  link.hub = hub;
  return link;
}

domain::Enrollment make_individual(std::string_view id, const domain::ScopeId& scope) {
  return make_enrollment(domain::EnrollmentKind::kIndividual, id, scope);
}

domain::Enrollment make_group(std::string_view id, const domain::ScopeId& scope) {
  return make_enrollment(domain::EnrollmentKind::kGroup, id, scope);
}

domain::Registration make_registration(std::string_view id) {
  domain::Registration registration;
  registration.scope = kScope;
  registration.id = domain::RegistrationId::trusted(std::string(id));
  registration.enrollment = {domain::EnrollmentKind::kGroup,
                             domain::EnrollmentId::trusted("Line-7")};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.substatus = domain::Substatus::kInitialAssignment;
  registration.hub = kHub;
  registration.hub_host = "hub-one.example.com";
  registration.device_id = domain::DeviceId::trusted(std::string(id));
  registration.operation_id = fmt::format("5.{}", id);
  registration.payload = R"({"a":"ü"})";
  registration.created_at = at(200);
  registration.updated_at = at(200);
  return registration;
}

domain::Device make_device(const domain::Registration& registration) {
  domain::Device device;
  device.hub = registration.hub;
  device.id = registration.device_id;
  device.scope = registration.scope;
  device.registration = registration.id;
  device.display_name = "Device " + registration.device_id.text();
  device.keys = make_keys();
  device.twin = {R"({"floor":3})", R"({"interval":60})"};
  device.created_at = at(200);
  device.updated_at = at(200);
  return device;
}

domain::Device make_identity(std::string_view id, const domain::HubName& hub) {
  domain::Registration place = make_registration(id);
  place.hub = hub;
  domain::Device device = make_device(place);
  device.registration = {};
  return device;
}

domain::Twin make_twin(std::string_view device, const domain::HubName& hub) {
  domain::Twin twin;
  twin.hub = hub;
  twin.device = domain::DeviceId::trusted(std::string(device));
  twin.tags = R"({"site":"nörth"})";
  twin.desired = {R"({"interval":5})", R"({"$lastUpdated":"2026-01-01T00:00:00Z"})", 4};
  twin.reported = {R"({"fw":"1\u0000\"x"})", R"({"$lastUpdated":"2026-01-02T00:00:00Z"})", 7};
  twin.etag = 3;
  twin.updated_at = at(600);
  return twin;
}

hub::StoredSession make_session(std::string_view device, const domain::HubName& hub) {
  hub::StoredSession session;
  session.hub = hub;
  session.device = domain::DeviceId::trusted(std::string(device));
  session.subscriptions = {{domain::Channel::kMessages, 1, "devices/ü/messages/devicebound/#"},
                           {domain::Channel::kDesired, 0, ""}};
  session.updated_at = at(700);
  session.node = "node-1";
  session.epoch = 7;
  return session;
}

hub::ConnectionRecord make_connection(std::string_view device, bool connected) {
  hub::ConnectionRecord record;
  record.hub = kHub;
  record.device = domain::DeviceId::trusted(std::string(device));
  record.node = "node-a";
  record.epoch = 1;
  record.connected = connected;
  record.changed_at = at(800);
  record.dialect = "some-dialect";
  record.transport = "mqtt";
  record.source = "192.0.2.7";
  return record;
}

domain::QueuedMessage make_message(std::string_view device, std::string_view id) {
  domain::QueuedMessage queued;
  queued.hub = kHub;
  queued.device = domain::DeviceId::trusted(std::string(device));
  queued.message.id = std::string(id);
  queued.message.body = "body";
  queued.enqueued_at = at(0);
  queued.expires_at = at(3600);
  return queued;
}

domain::Trail make_trail(std::string_view registration_id, domain::TrailOutcome outcome) {
  domain::Trail trail;
  trail.id = next_trail_id();
  trail.started_at = at(300);
  trail.took = std::chrono::nanoseconds(1'234'567);
  trail.operation = "register";
  trail.scope = kScope.text();
  trail.registration_id = std::string(registration_id);
  trail.source = "192.0.2.1";
  trail.outcome = outcome;
  if (outcome != domain::TrailOutcome::kAssigned) trail.reason = domain::Reason::kProofRejected;
  domain::TrailStep step;
  step.step = domain::Step::kAttest;
  step.passed = outcome == domain::TrailOutcome::kAssigned;
  step.detail = "group 'line-7'";
  step.took = std::chrono::nanoseconds(99);
  trail.steps.push_back(step);
  return trail;
}

domain::AuditRecord make_audit(std::string_view action) {
  domain::AuditRecord audit;
  audit.at = at(400);
  audit.actor = "token:abcdefgh";
  audit.source = "192.0.2.9";
  audit.action = std::string(action);
  audit.scope = kScope.text();
  audit.target = "target";
  audit.detail = R"({"k":1})";
  return audit;
}

domain::Token make_token(std::string_view id) {
  domain::Token token;
  token.id = std::string(id);
  token.display_name = "Token";
  token.role = domain::Role::kOperator;
  token.digest = {1, 2, 3};
  token.created_at = at(500);
  return token;
}

std::unique_ptr<provisioning::Assignment> make_assignment(std::string_view id) {
  auto assignment = std::make_unique<provisioning::Assignment>();
  assignment->registration = make_registration(id);
  assignment->device = make_device(assignment->registration);
  assignment->trail = make_trail(id);
  assignment->audit = make_audit("registration.assign");
  return assignment;
}

void Suite::SetUp() {
  log::set_level(log::Level::kWarn);  // every test migrates
  count_test(GetParam().name);
  database_ = GetParam().make();
  reopen();
}

void Suite::TearDown() {
  store_.reset();
  database_.reset();
}

void Suite::reopen(StoreOptions options) {
  store_.reset();
  Result<std::unique_ptr<Store>> opened = database_->open(std::move(options), clock_);
  ASSERT_THAT(opened, Succeeds());
  store_ = *std::move(opened);
}

void Suite::create_scope_with_hub() {
  ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
  ASSERT_THAT(create(management::PutHub{make_hub()}), Succeeds());
  ASSERT_THAT(create(management::PutHubLink{make_link()}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_group("Line-7")}), Succeeds());
}

hub::Dossier Suite::device_dossier(std::string_view device, const domain::HubName& hub) {
  const auto id = domain::DeviceId::trusted(std::string(device));
  Result<hub::Dossier> dossier = wait(device_store().open_dossier(hub, id));
  EXPECT_THAT(dossier, Succeeds());
  return dossier.value_or(hub::Dossier());
}

std::vector<domain::QueuedMessage> Suite::waiting(std::string_view device, std::uint64_t after,
                                                  TimePoint now) {
  const auto id = domain::DeviceId::trusted(std::string(device));
  auto waiting = wait(device_store().waiting(kHub, id, after, now, 100));
  EXPECT_THAT(waiting, Succeeds());
  return waiting.value_or(std::vector<domain::QueuedMessage>());
}

void Suite::leave_traces(std::string_view device, const domain::HubName& hub) {
  ASSERT_THAT(put_twin(make_twin(device, hub), 0), Succeeds());
  ASSERT_THAT(wait(device_store().put_session(make_session(device, hub))), Succeeds());
  hub::ConnectionRecord connection = make_connection(device);
  connection.hub = hub;
  device_store().note_connection(std::move(connection));
  domain::QueuedMessage message = make_message(device);
  message.hub = hub;
  ASSERT_THAT(enqueue(std::move(message)), Succeeds());
  reopen();  // so that the connection record is there
}

std::string Suite::traces(std::string_view device, const domain::HubName& hub) {
  const auto id = domain::DeviceId::trusted(std::string(device));
  const hub::Dossier dossier = device_dossier(device, hub);
  const auto twin = wait(device_store().get_twin(hub, id));
  const auto connection = wait(device_store().get_connection(hub, id));
  std::string found;
  if (dossier.device) found += "device ";
  if (twin && *twin) found += "twin ";
  if (dossier.session) found += "session ";
  if (connection && *connection) found += "connection ";
  if (dossier.has_messages) found += "messages ";
  return found;
}

provisioning::Dossier Suite::dossier(const std::string& key, const std::string& scope) {
  auto opened = wait(registrations().open_dossier(scope, key));
  EXPECT_THAT(opened, Succeeds());
  return opened ? std::move(**opened) : provisioning::Dossier();
}

std::uint64_t Suite::catalog_version(const domain::ScopeId& scope) {
  return dossier("any", scope.text()).catalog_version;
}

std::vector<std::string> Suite::trail_ids(domain::ListTrails query) {
  Result<domain::Listing<domain::Trail>> listing = wait(catalog().list_trails(std::move(query)));
  EXPECT_THAT(listing, Succeeds());
  std::vector<std::string> ids;
  if (!listing) return ids;
  for (const domain::Trail& trail : listing->items) ids.push_back(trail.id);
  return ids;
}

}  // namespace berth::store::conformance
