// The fixture of the tests about groups with passwords, those who control their members, accounts
// and records, and what these are made of.
//
// Room store/conformance. Thread rule: as the suite's.
#pragma once

#include "store/conformance/members.h"

namespace berth::store::conformance {

inline const domain::EnrollmentId kTemplate =
    domain::EnrollmentId::trusted("mod-0123456789abcdef01234567");

domain::MemberPasswords make_passwords();
domain::Enrollment make_template(const domain::EnrollmentId& id = kTemplate,
                                 const domain::ScopeId& scope = kScope);
domain::DeviceId device_id(std::string_view id);
domain::ObjectId object_id(std::uint64_t number);
provisioning::Assignment::GuessedMember guessed(
    std::string_view name, domain::PasswordUse use = domain::PasswordUse::kEnroll);
// Of a member of kTemplate that is listed already; its identity is "dev-<name>".
std::unique_ptr<provisioning::Assignment> make_thing(std::string_view name);
// Of a controller; its identity is "dev-<serial>".
std::unique_ptr<provisioning::Assignment> make_controller(std::string_view serial);
domain::Device make_prototype(std::string_view id, std::string_view serial = "");
domain::Account make_account(std::string_view email, const domain::ScopeId& scope = kScope);
domain::Record make_record(std::uint64_t number, std::string_view publisher,
                           std::string_view channel, std::int64_t seconds);

class PasswordSuite : public MemberSuite {
 protected:
  // kScope with kHub, the other hub linked too, and kTemplate, which lists "s-1" and "s-2".
  void SetUp() override;

  hub::DataRecords& records() { return store().data_records(); }
  hub::Identities& identities() { return store().identities(); }

  domain::Member line(std::string_view name);
  Result<std::vector<domain::MemberAdding>> add_lines(
      std::vector<management::MembersToAdd::Line> lines);
  Result<domain::Guesses> guess(std::string_view name, TimePoint when,
                                domain::PasswordUse use = domain::PasswordUse::kEnroll,
                                std::uint32_t guesses_max = 3);
  provisioning::Dossier control_dossier(std::string_view name, std::string_view serial,
                                        std::string_view controller = "");
  Result<void> take(std::string_view controller, std::string_view device,
                    std::string_view member = "s-1");
  std::vector<std::string> controlled(std::string_view controller,
                                      const domain::HubName& hub = kHub);
  std::optional<hub::Identity> identity(std::string_view id);

  // The ids under which they are kept.
  Result<std::vector<domain::ObjectId>> publish(std::vector<domain::Record> list,
                                                std::size_t per_publisher_max = 0);
  // Channels or data texts of what is selected.
  hub::RecordSelection of(std::vector<std::string> publishers, std::string_view mask = "#");
  std::vector<std::string> data(hub::RecordSelection selection, std::uint64_t offset = 0,
                                std::size_t count_max = 1000);
  std::vector<std::string> channels(hub::RecordSelection selection, std::uint64_t offset = 0,
                                    std::size_t count_max = 1000);
};

}  // namespace berth::store::conformance
