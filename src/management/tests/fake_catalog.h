// A Catalog in memory, for tests of management: ordered maps and the rules of ports/catalog.h.
//
// `broken` makes every call fail with kUnavailable; `before_apply` runs ahead of each write, for
// races. Room management, tests. Thread rule: one thread.
#pragma once

#include "management/ports/catalog.h"

#include <functional>
#include <map>
#include <utility>

namespace berth::management::testing {

class FakeCatalog final : public Catalog {
 public:
  using Pair = std::pair<std::string, std::string>;
  using EnrollmentKey = std::tuple<std::string, domain::EnrollmentKind, std::string>;

  using MemberKey = std::tuple<std::string, std::string, std::string>;  // scope, group, name

  std::map<std::string, domain::Scope> scopes;
  std::map<std::string, domain::Hub> hubs;
  std::map<Pair, domain::HubLink> links;
  std::map<EnrollmentKey, domain::Enrollment> enrollments;
  std::map<Pair, domain::Registration> registrations;
  std::map<Pair, domain::Device> devices;
  std::map<MemberKey, domain::Member> members;
  std::map<Pair, domain::Account> accounts;            // scope, address in lower case
  std::map<Pair, domain::CaCertificate> cas;           // scope, name in lower case
  std::map<Pair, domain::RevokedCertificate> revoked;  // scope, SHA-256 in hex
  std::vector<domain::CertificateRecord> issued;
  std::map<std::string, domain::Trail> trails;
  std::map<std::string, domain::Token> tokens;  // also sessions
  std::map<Pair, domain::Template> templates;   // scope, id
  std::map<std::string, domain::Operator> operators;
  std::vector<domain::AuditRecord> audit;
  bool broken = false;
  std::function<void()> before_apply;
  int token_reads = 0;
  std::size_t members_max = domain::kMembersMax;

  Task<Result<std::uint64_t>> apply(std::unique_ptr<Change> change) override;
  Task<Result<std::vector<domain::MemberAdding>>> add_members(
      std::unique_ptr<MembersToAdd> given) override;
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
  Task<Result<domain::Trail>> get_trail(std::string id) override;
  Task<Result<domain::Listing<domain::Trail>>> list_trails(domain::ListTrails query) override;
  Task<Result<domain::Listing<domain::AuditRecord>>> list_audit(std::string scope,
                                                                domain::Page page) override;
  Task<Result<domain::Template>> get_template(std::string scope, std::string id) override;
  Task<Result<domain::Listing<domain::Template>>> list_templates(std::string scope,
                                                                 domain::Page page) override;
  Task<Result<domain::Operator>> get_operator(std::string name) override;
  Task<Result<domain::Listing<domain::Operator>>> list_operators(domain::Page page) override;
  Task<Result<domain::Guesses>> operator_guessed_wrong(std::string name, TimePoint at) override;
  Task<Result<domain::Token>> get_token(std::string id) override;
  Task<Result<domain::Listing<domain::Token>>> list_tokens(domain::Page page) override;
  Task<Result<domain::ServerStatus>> status() override;

 private:
  Result<std::uint64_t> write(const PutScope& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveScope& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutHub& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveHub& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutHubLink& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveHubLink& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutEnrollment& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveEnrollment& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveRegistration& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutRegistrationOwner& put, const Expectation& expectation);
  Result<std::uint64_t> write(const PutDevice& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveDevice& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutMember& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveMember& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const ResetActivation& reset, const Expectation& expectation);
  Result<std::uint64_t> write(const ForgetGuesses& forget, const Expectation& expectation);
  Result<std::uint64_t> write(const PutAccount& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveAccount& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutCa& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveCa& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutRevoked& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveRevoked& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutTemplate& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveTemplate& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutApproval& put, const Expectation& expectation);
  Result<std::uint64_t> write(const PutOperator& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveOperator& removal, const Expectation& expectation);
  Result<std::uint64_t> write(const PutToken& put, const Expectation& expectation);
  Result<std::uint64_t> write(const RemoveToken& removal, const Expectation& expectation);
  Result<void> make_way_for_session(const PutToken& change);
  void end_sessions(const std::string& operator_name, const std::string& except);
  domain::MemberView view_of(const domain::Member& member) const;
  domain::MemberAdding list(domain::Member member);
  // Lists it, or gives the one that is listed the passwords of this one.
  domain::MemberAdding add(domain::Member member);
  domain::Device* identity_of(const domain::Member& member);
  Result<void> working() const;
};

}  // namespace berth::management::testing
