#include "store/conformance/passwords.h"

#include <fmt/format.h>

namespace berth::store::conformance {

using domain::PasswordUse;

domain::MemberPasswords make_passwords() {
  domain::MemberPasswords passwords;
  passwords.derivation_secret = domain::Sealed{{5, 0, 255}};
  return passwords;
}

domain::Enrollment make_template(const domain::EnrollmentId& id, const domain::ScopeId& scope) {
  domain::Enrollment enrollment = make_group(id.text(), scope);
  enrollment.attestation = make_passwords();
  return enrollment;
}

domain::DeviceId device_id(std::string_view id) {
  return domain::DeviceId::trusted(std::string(id));
}

domain::ObjectId object_id(std::uint64_t number) {
  return domain::ObjectId::trusted(fmt::format("{:024x}", number));
}

provisioning::Assignment::GuessedMember guessed(std::string_view name, PasswordUse use) {
  return {kScope, kTemplate, domain::MemberName::trusted(std::string(name)), use};
}

std::unique_ptr<provisioning::Assignment> make_thing(std::string_view name) {
  auto assignment = make_assignment(kTemplate.text() + std::string(name));
  domain::Registration& registration = assignment->registration;
  registration.enrollment.id = kTemplate;
  registration.member = domain::MemberName::trusted(std::string(name));
  registration.device_id = device_id("dev-" + std::string(name));
  domain::Device& device = assignment->device.emplace(make_device(registration));
  device.keys.reset();
  device.group = kTemplate;
  device.password = domain::DevicePassword{{1, 2, 3}, {}};
  return assignment;
}

std::unique_ptr<provisioning::Assignment> make_controller(std::string_view serial) {
  auto assignment = make_assignment(domain::controller_registration_id(serial));
  domain::Registration& registration = assignment->registration;
  registration.enrollment.id = kTemplate;
  registration.device_id = device_id("dev-" + std::string(serial));
  domain::Device& device = assignment->device.emplace(make_device(registration));
  device.keys.reset();
  device.role = domain::DeviceRole::kController;
  device.serial = std::string(serial);
  device.password = domain::DevicePassword{{4, 5, 6}, {}};
  return assignment;
}

domain::Device make_prototype(std::string_view id, std::string_view serial) {
  domain::Device device = make_identity(id);
  device.keys.reset();
  device.role = domain::DeviceRole::kPrototype;
  device.serial = std::string(serial);
  device.password = domain::DevicePassword{{7, 7}, {}};
  return device;
}

domain::Account make_account(std::string_view email, const domain::ScopeId& scope) {
  domain::Account account;
  account.scope = scope;
  account.email = std::string(email);
  account.id = object_id(std::hash<std::string_view>()(email));
  account.argon2id = "$argon2id$v=19$some";
  account.created_at = at(160);
  account.updated_at = at(160);
  return account;
}

domain::Record make_record(std::uint64_t number, std::string_view publisher,
                           std::string_view channel, std::int64_t seconds) {
  domain::Record record;
  record.id = object_id(number);
  record.scope = kScope;
  record.publisher = std::string(publisher);
  record.channel = std::string(channel);
  record.data = std::to_string(number);
  record.at = at(seconds);
  return record;
}

void PasswordSuite::SetUp() {
  MemberSuite::SetUp();
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  ASSERT_THAT(create(management::PutHubLink{make_link(kScope, kOtherHub)}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_template()}), Succeeds());
  ASSERT_THAT(add({"s-1", "s-2"}, kTemplate), Succeeds());
}

domain::Member PasswordSuite::line(std::string_view name) {
  const auto view = wait(catalog().get_member(kScope.text(), kTemplate.key(), std::string(name)));
  EXPECT_THAT(view, Succeeds());
  return view ? view->member : domain::Member();
}

Result<std::vector<domain::MemberAdding>> PasswordSuite::add_lines(
    std::vector<management::MembersToAdd::Line> lines) {
  auto members = std::make_unique<management::MembersToAdd>();
  members->scope = kScope;
  members->group = kTemplate;
  members->lines = std::move(lines);
  members->at = at(151);
  members->audit = make_audit("member.add");
  return wait(catalog().add_members(std::move(members)));
}

Result<domain::Guesses> PasswordSuite::guess(std::string_view name, TimePoint when, PasswordUse use,
                                             std::uint32_t guesses_max) {
  provisioning::WrongGuess wrong;
  wrong.member = guessed(name, use);
  wrong.guesses_max = guesses_max;
  wrong.lock_time = std::chrono::seconds(60);
  wrong.at = when;
  return wait(registrations().guessed_wrong(std::move(wrong)));
}

provisioning::Dossier PasswordSuite::control_dossier(std::string_view name, std::string_view serial,
                                                     std::string_view controller) {
  const std::string key =
      serial.empty()
          ? std::string()
          : domain::RegistrationId::trusted(domain::controller_registration_id(serial)).key();
  auto found = wait(registrations().open_control_dossier(kTemplate.key(), std::string(name), key,
                                                         std::string(controller)));
  EXPECT_THAT(found, Succeeds());
  return found ? std::move(**found) : provisioning::Dossier();
}

Result<void> PasswordSuite::take(std::string_view controller, std::string_view device,
                                 std::string_view member) {
  auto taken = std::make_unique<provisioning::ControlTaken>();
  taken->controller_hub = kHub;
  taken->controller = device_id(controller);
  taken->hub = kHub;
  taken->device = device_id(device);
  taken->member = guessed(member, PasswordUse::kControl);
  taken->trail = make_trail(controller);
  taken->audit = make_audit("control.take");
  return wait(registrations().take_control(std::move(taken)));
}

std::vector<std::string> PasswordSuite::controlled(std::string_view controller,
                                                   const domain::HubName& hub) {
  const auto devices = wait(identities().controlled_by(hub, device_id(controller)));
  EXPECT_THAT(devices, Succeeds());
  std::vector<std::string> ids;
  if (!devices) return ids;
  for (const domain::DeviceId& each : *devices) ids.push_back(each.text());
  return ids;
}

std::optional<hub::Identity> PasswordSuite::identity(std::string_view id) {
  auto found = wait(identities().find(device_id(id)));
  EXPECT_THAT(found, Succeeds());
  return found ? *std::move(found) : std::nullopt;
}

Result<std::vector<domain::ObjectId>> PasswordSuite::publish(std::vector<domain::Record> list,
                                                             std::size_t per_publisher_max) {
  auto write = std::make_unique<hub::RecordsWrite>();
  write->records = std::move(list);
  write->per_publisher_max = per_publisher_max;
  return wait(records().put(std::move(write)));
}

hub::RecordSelection PasswordSuite::of(std::vector<std::string> publishers, std::string_view mask) {
  hub::RecordSelection selection;
  selection.scope = kScope;
  selection.publishers = std::move(publishers);
  selection.mask = std::string(mask);
  selection.now = at(10'000);
  return selection;
}

std::vector<std::string> PasswordSuite::data(hub::RecordSelection selection, std::uint64_t offset,
                                             std::size_t count_max) {
  const auto found = wait(records().select(std::move(selection), offset, count_max));
  EXPECT_THAT(found, Succeeds());
  std::vector<std::string> texts;
  if (!found) return texts;
  for (const domain::Record& each : *found) texts.push_back(each.data);
  return texts;
}

std::vector<std::string> PasswordSuite::channels(hub::RecordSelection selection,
                                                 std::uint64_t offset, std::size_t count_max) {
  const auto found = wait(records().channels(std::move(selection), offset, count_max));
  EXPECT_THAT(found, Succeeds());
  return found.value_or(std::vector<std::string>());
}

}  // namespace berth::store::conformance
