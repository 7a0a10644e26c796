// The three ports over a runner: each method names its unit of work and its lane, and no more.
//
// Room store/sql. Thread rule: as the runner's; the runner outlives the ports.
#pragma once

#include "hub/ports/device_store.h"
#include "management/ports/catalog.h"
#include "provisioning/ports/registrations.h"
#include "store/sql/runner.h"
#include "store/sql/trimmer.h"

#include <atomic>

namespace berth::store::sql {

class RegistrationPort final : public provisioning::RegistrationStore {
 public:
  RegistrationPort(Runner& runner, Trimmer& trimmer) : runner_(runner), trimmer_(trimmer) {}

  Task<Result<std::unique_ptr<provisioning::Dossier>>> open_dossier(
      std::string scope, std::string registration_key) override;
  Task<Result<std::unique_ptr<provisioning::Dossier>>> open_member_dossier(
      std::string group_key, std::string member) override;
  Task<Result<std::unique_ptr<provisioning::Dossier>>> open_control_dossier(
      std::string group_key, std::string member, std::string registration_key,
      std::string controller) override;
  Task<Result<provisioning::ScopeSnapshot>> scope_snapshot(domain::ScopeId scope) override;
  Task<Result<domain::Registration>> commit(
      std::unique_ptr<provisioning::Assignment> assignment) override;
  Task<Result<void>> take_control(std::unique_ptr<provisioning::ControlTaken> taken) override;
  Task<Result<domain::Guesses>> guessed_wrong(provisioning::WrongGuess guess) override;
  Task<Result<void>> put_challenge(domain::TpmChallenge challenge) override;
  Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) override;
  Task<Result<void>> record_refusals(std::vector<domain::Trail> trails) override;
  Task<Result<std::vector<domain::Scope>>> all_scopes(std::size_t count_max) override;
  Task<Result<std::vector<domain::Enrollment>>> individuals_anywhere(
      std::string registration_key, std::size_t count_max) override;
  Task<Result<std::vector<domain::Enrollment>>> individuals(domain::ScopeId scope,
                                                            std::string after,
                                                            std::size_t count_max) override;
  Task<Result<std::optional<domain::Device>>> find_device(domain::HubName hub,
                                                          domain::DeviceId id) override;
  Task<Result<std::vector<domain::Enrollment>>> product_groups(std::string after,
                                                               std::size_t count_max) override;
  Task<Result<std::vector<domain::Member>>> roster(domain::ScopeId scope,
                                                   domain::EnrollmentId group, std::string after,
                                                   std::size_t count_max) override;
  Task<Result<std::vector<domain::Hub>>> all_hubs(std::size_t count_max) override;
  Task<Result<std::vector<domain::CaCertificate>>> all_authorities(domain::ScopeId first,
                                                                   std::size_t count_max) override;
  Task<Result<std::optional<domain::TpmChallenge>>> find_challenge(
      domain::ScopeId scope, domain::RegistrationId id) override;
  Task<Result<std::vector<domain::Device>>> devices_of(domain::HubName hub, std::string after,
                                                       std::size_t count_max) override;

 private:
  Runner& runner_;
  Trimmer& trimmer_;
};

class CatalogPort final : public management::Catalog {
 public:
  explicit CatalogPort(Runner& runner) : runner_(runner) {}

  Task<Result<std::uint64_t>> apply(std::unique_ptr<management::Change> change) override;
  Task<Result<std::vector<domain::MemberAdding>>> add_members(
      std::unique_ptr<management::MembersToAdd> members) override;
  Task<Result<void>> append_audit(domain::AuditRecord record) override;
  Task<Result<domain::Scope>> get_scope(std::string id) override;
  Task<Result<domain::Listing<domain::Scope>>> list_scopes(domain::Page page) override;
  Task<Result<domain::Hub>> get_hub(std::string name) override;
  Task<Result<domain::Listing<domain::Hub>>> list_hubs(domain::Page page) override;
  Task<Result<domain::HubLink>> get_hub_link(std::string scope, std::string hub) override;
  Task<Result<domain::Listing<domain::HubLink>>> list_hub_links(std::string scope) override;
  Task<Result<domain::Enrollment>> get_enrollment(std::string scope, domain::EnrollmentKind kind,
                                                  std::string key) override;
  Task<Result<domain::Listing<domain::Enrollment>>> list_enrollments(std::string scope,
                                                                     domain::EnrollmentKind kind,
                                                                     domain::Page page) override;
  Task<Result<domain::MemberView>> get_member(std::string scope, std::string group,
                                              std::string name) override;
  Task<Result<domain::Listing<domain::MemberView>>> list_members(std::string scope,
                                                                 std::string group,
                                                                 domain::Page page) override;
  Task<Result<domain::Registration>> get_registration(std::string scope, std::string key) override;
  Task<Result<domain::Listing<domain::Registration>>> list_registrations(
      std::string scope, std::optional<domain::EnrollmentRef> enrollment,
      domain::Page page) override;
  Task<Result<domain::Device>> get_device(std::string hub, std::string id) override;
  Task<Result<domain::Listing<domain::Device>>> list_devices(std::string hub,
                                                             domain::Page page) override;
  Task<Result<domain::Account>> get_account(std::string scope, std::string email) override;
  Task<Result<domain::Listing<domain::Account>>> list_accounts(std::string scope) override;
  Task<Result<domain::CaCertificate>> get_ca(std::string scope, std::string name) override;
  Task<Result<domain::Listing<domain::CaCertificate>>> list_cas(std::string scope) override;
  Task<Result<domain::Listing<domain::RevokedCertificate>>> list_revoked(
      std::string scope, domain::Page page) override;
  Task<Result<domain::Listing<domain::CertificateRecord>>> list_issued(std::string scope,
                                                                       std::string registration_key,
                                                                       domain::Page page) override;
  Task<Result<domain::Template>> get_template(std::string scope, std::string id) override;
  Task<Result<domain::Listing<domain::Template>>> list_templates(std::string scope,
                                                                 domain::Page page) override;
  Task<Result<domain::Trail>> get_trail(std::string id) override;
  Task<Result<domain::Listing<domain::Trail>>> list_trails(domain::ListTrails query) override;
  Task<Result<domain::Listing<domain::AuditRecord>>> list_audit(std::string scope,
                                                                domain::Page page) override;
  Task<Result<domain::Operator>> get_operator(std::string name) override;
  Task<Result<domain::Listing<domain::Operator>>> list_operators(domain::Page page) override;
  Task<Result<domain::Guesses>> operator_guessed_wrong(std::string name, TimePoint at) override;
  Task<Result<domain::Token>> get_token(std::string id) override;
  Task<Result<domain::Listing<domain::Token>>> list_tokens(domain::Page page) override;
  Task<Result<domain::ServerStatus>> status() override;

 private:
  Runner& runner_;
};

class DevicePort final : public hub::DeviceStore {
 public:
  explicit DevicePort(Runner& runner) : runner_(runner) {}

  Task<Result<std::uint64_t>> begin_epoch(std::string node) override;
  Task<Result<std::vector<domain::Hub>>> all_hubs() override;
  Task<Result<hub::Dossier>> open_dossier(domain::HubName hub, domain::DeviceId device) override;
  Task<Result<hub::Dossier>> open_member_dossier(domain::DeviceId device) override;
  Task<Result<bool>> activate(domain::HubName hub, domain::DeviceId device, std::uint64_t version,
                              TimePoint at) override;
  Task<Result<void>> note_model(domain::HubName hub, domain::DeviceId device,
                                std::string model) override;
  Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) override;
  Task<Result<void>> bind(hub::Binding binding) override;
  Task<Result<void>> unbind(hub::Binding binding) override;
  Task<Result<std::vector<hub::Binding>>> bound_to(domain::HubName hub,
                                                   domain::DeviceId gateway) override;
  Task<Result<std::optional<domain::Twin>>> get_twin(domain::HubName hub,
                                                     domain::DeviceId device) override;
  Task<Result<std::uint64_t>> put_twin(std::unique_ptr<hub::TwinWrite> write) override;
  Task<Result<void>> put_session(hub::StoredSession session) override;
  Task<Result<void>> remove_session(domain::HubName hub, domain::DeviceId device) override;
  void note_connection(hub::ConnectionRecord record) override;
  Task<Result<std::optional<hub::ConnectionRecord>>> get_connection(
      domain::HubName hub, domain::DeviceId device) override;
  Task<Result<std::uint64_t>> enqueue(std::unique_ptr<hub::MessageWrite> write) override;
  Task<Result<std::vector<domain::QueuedMessage>>> waiting(domain::HubName hub,
                                                           domain::DeviceId device,
                                                           std::uint64_t after, TimePoint now,
                                                           std::size_t count_max) override;
  Task<Result<bool>> settle(domain::HubName hub, domain::DeviceId device,
                            std::uint64_t sequence) override;
  Task<Result<std::vector<domain::QueuedMessage>>> take_expired(TimePoint now,
                                                                std::size_t count_max) override;

 private:
  Runner& runner_;
  std::atomic<std::uint64_t> next_ordinal_{1};  // of connection records, which may overtake
};

}  // namespace berth::store::sql
