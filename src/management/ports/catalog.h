// What management needs of the store: typed reads, keyset pages, and one atomic write that carries
// its audit record with it. Implemented in store/.
//
// Room management/ports. Errors: kNotFound (get_*), kConflict (creating what exists, deleting what
// is in use: `what` says by what), kPreconditionFailed (version is not current), kUnavailable.
// Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/operations.h"

#include <memory>
#include <string>
#include <variant>

namespace berth::management {

// The write side. In Put*, record.version is ignored; the store sets version and keeps created_at
// of an existing record.
struct PutScope {
  domain::Scope record;
};
struct RemoveScope {
  domain::ScopeId id;
};  // kConflict while it has enrollments, registrations or devices; takes links, tokens and
    // accounts along
struct PutHub {
  domain::Hub record;
};
struct RemoveHub {
  domain::HubName name;
};  // kConflict while it has devices; takes its links along
struct PutHubLink {
  domain::HubLink record;
};
struct RemoveHubLink {
  domain::ScopeId scope;
  domain::HubName hub;
};
// kConflict when it has a product secret or member passwords and another scope has a group of that
// id that has one; or when it is new, and its id is the beginning of that of such a group of any
// scope, or the other way round.
struct PutEnrollment {
  domain::Enrollment record;
};
struct RemoveEnrollment {
  domain::ScopeId scope;
  domain::EnrollmentRef ref;
};  // with its roster
struct RemoveRegistration {
  domain::ScopeId scope;
  domain::RegistrationId id;
};  // and its device
struct PutRegistrationOwner {
  domain::ScopeId scope;
  domain::RegistrationId id;
  domain::EnrollmentRef owner;
};
// An identity made or changed by an operator: no registration gets or loses it. Tags and desired of
// `record.twin` count on creation only; later they belong to the twin.
struct PutDevice {
  domain::Device record;
  std::optional<domain::Member> new_member = {};  // of record.group; made unless it is there
};
struct RemoveDevice {
  domain::HubName hub;
  domain::DeviceId id;
};  // with its twin, session, waiting messages, records and control relations; its registration
    // stays
// Enabled or not: the member, and the identity it registered, if it has one, in one transaction.
struct PutMember {
  domain::Member record;
};
struct RemoveMember {
  domain::ScopeId scope;
  domain::EnrollmentId group;
  domain::MemberName name;
};  // with its registration and identity
// Forgets activated_at and the requests that were answered. kNotFound without the registration.
struct ResetActivation {
  domain::ScopeId scope;
  domain::RegistrationId id;
  bool voids_password = false;  // sets Registration::reset and voids the identity's password, which
                                // is retired as of the audit record's time
};
// kNotFound without the member.
struct ForgetGuesses {
  domain::ScopeId scope;
  domain::EnrollmentId group;
  domain::MemberName name;
};
// kConflict when another scope has an account of that address, kTooMany beyond kAccountsMax. Id and
// spelling of the address stay; wrong guesses are forgotten when the record has none, and otherwise
// stay as they are stored.
struct PutAccount {
  domain::Account record;
};
struct RemoveAccount {
  domain::ScopeId scope;
  std::string email;
};  // with what it has published
// kTooMany beyond kCaCertificatesMax.
struct PutCa {
  domain::CaCertificate record;
};
struct RemoveCa {
  domain::ScopeId scope;
  std::string name;
};
// Also marks the issued certificate of that fingerprint, if there is one.
struct PutRevoked {
  domain::RevokedCertificate record;
};
struct RemoveRevoked {
  domain::ScopeId scope;
  base::Bytes sha256;
};
// kTooMany beyond kTemplatesMax.
struct PutTemplate {
  domain::Template record;
};
struct RemoveTemplate {
  domain::ScopeId scope;
  std::string id;
};  // its devices and registrations name no template any more
// Blocking also disables its identity, and approving enables it again. kNotFound without the
// registration.
struct PutApproval {
  domain::ScopeId scope;
  domain::RegistrationId id;
  domain::Approval approval = domain::Approval::kApproved;
  TimePoint at;
};
// kConflict with MustNotExist when the name is taken; kTooMany beyond kOperatorsMax. Wrong guesses
// are forgotten when the record has none, and otherwise stay as they are stored.
struct PutOperator {
  domain::Operator record;
  bool ends_sessions = false;
  std::string except_token = {};  // a session that goes on
};
struct RemoveOperator {
  std::string name;
};  // and its sessions
// A session is made only while its operator has `operator_version` (kPreconditionFailed) and is not
// locked at record.created_at (kTooMany); then wrong guesses are forgotten, the sessions that are
// over go, and the oldest beyond kSessionsMax.
struct PutToken {
  domain::Token record;
  std::uint64_t operator_version = 0;  // of a session
  std::string in_place_of = {};        // a session of anybody that ends with this
};
struct RemoveToken {
  std::string id;
};

// What must hold of the existing record for the change to be made.
struct MustNotExist {};
struct MustExist {};  // any version
struct MustBeVersion {
  std::uint64_t version = 0;
};
struct Whatever {};  // create or replace
using Expectation = std::variant<MustNotExist, MustExist, MustBeVersion, Whatever>;

struct Change {
  std::variant<PutScope, RemoveScope, PutHub, RemoveHub, PutHubLink, RemoveHubLink, PutEnrollment,
               RemoveEnrollment, RemoveRegistration, PutRegistrationOwner, PutDevice, RemoveDevice,
               PutMember, RemoveMember, ResetActivation, ForgetGuesses, PutAccount, RemoveAccount,
               PutCa, RemoveCa, PutRevoked, RemoveRevoked, PutTemplate, RemoveTemplate, PutApproval,
               PutOperator, RemoveOperator, PutToken, RemoveToken>
      what;
  Expectation expectation = MustExist{};
  domain::AuditRecord audit;
};

struct MembersToAdd {
  domain::ScopeId scope;
  domain::EnrollmentId group;
  struct Line {
    domain::MemberName name;
    // Keyed digests; empty: none given.
    base::Bytes enroll_password = {};
    base::Bytes control_password = {};
  };
  std::vector<Line> lines;
  TimePoint at;
  domain::AuditRecord audit;
};

class Catalog {
 public:
  virtual ~Catalog() = default;

  // The record's new version (0 for a removal); on disk when the Task completes.
  virtual Task<Result<std::uint64_t>> apply(std::unique_ptr<Change> change) = 0;
  // Lists the names that the group does not list yet, until kMembersMax are listed, and gives those
  // that it lists the passwords that are given (kUpdated when one changed): for each what was done,
  // in order (kInvalid does not occur). One transaction with the audit record; on disk
  // when the Task completes. kNotFound without the group.
  virtual Task<Result<std::vector<domain::MemberAdding>>> add_members(
      std::unique_ptr<MembersToAdd> members) = 0;
  // An audit record of its own, for reads worth remembering (keys shown).
  virtual Task<Result<void>> append_audit(domain::AuditRecord record) = 0;

  virtual Task<Result<domain::Scope>> get_scope(std::string id) = 0;
  virtual Task<Result<domain::Listing<domain::Scope>>> list_scopes(domain::Page page) = 0;
  virtual Task<Result<domain::Hub>> get_hub(std::string name) = 0;
  virtual Task<Result<domain::Listing<domain::Hub>>> list_hubs(domain::Page page) = 0;
  virtual Task<Result<domain::HubLink>> get_hub_link(std::string scope, std::string hub) = 0;
  virtual Task<Result<domain::Listing<domain::HubLink>>> list_hub_links(std::string scope) = 0;
  // `key` is EnrollmentId::key().
  virtual Task<Result<domain::Enrollment>> get_enrollment(std::string scope,
                                                          domain::EnrollmentKind kind,
                                                          std::string key) = 0;
  virtual Task<Result<domain::Listing<domain::Enrollment>>> list_enrollments(
      std::string scope, domain::EnrollmentKind kind, domain::Page page) = 0;
  // `group` is EnrollmentId::key().
  virtual Task<Result<domain::MemberView>> get_member(std::string scope, std::string group,
                                                      std::string name) = 0;
  virtual Task<Result<domain::Listing<domain::MemberView>>> list_members(std::string scope,
                                                                         std::string group,
                                                                         domain::Page page) = 0;
  virtual Task<Result<domain::Registration>> get_registration(std::string scope,
                                                              std::string key) = 0;
  virtual Task<Result<domain::Listing<domain::Registration>>> list_registrations(
      std::string scope, std::optional<domain::EnrollmentRef> enrollment, domain::Page page) = 0;
  virtual Task<Result<domain::Device>> get_device(std::string hub, std::string id) = 0;
  virtual Task<Result<domain::Listing<domain::Device>>> list_devices(std::string hub,
                                                                     domain::Page page) = 0;
  // `email` without case.
  virtual Task<Result<domain::Account>> get_account(std::string scope, std::string email) = 0;
  virtual Task<Result<domain::Listing<domain::Account>>> list_accounts(std::string scope) = 0;
  // `name` without case.
  virtual Task<Result<domain::CaCertificate>> get_ca(std::string scope, std::string name) = 0;
  virtual Task<Result<domain::Listing<domain::CaCertificate>>> list_cas(std::string scope) = 0;
  // Newest first.
  virtual Task<Result<domain::Listing<domain::RevokedCertificate>>> list_revoked(
      std::string scope, domain::Page page) = 0;
  // Newest first; `registration_key` empty: of all.
  virtual Task<Result<domain::Listing<domain::CertificateRecord>>> list_issued(
      std::string scope, std::string registration_key, domain::Page page) = 0;
  virtual Task<Result<domain::Trail>> get_trail(std::string id) = 0;
  virtual Task<Result<domain::Listing<domain::Trail>>> list_trails(domain::ListTrails query) = 0;
  virtual Task<Result<domain::Listing<domain::AuditRecord>>> list_audit(std::string scope,
                                                                        domain::Page page) = 0;
  virtual Task<Result<domain::Template>> get_template(std::string scope, std::string id) = 0;
  // Ordered by id.
  virtual Task<Result<domain::Listing<domain::Template>>> list_templates(std::string scope,
                                                                         domain::Page page) = 0;
  virtual Task<Result<domain::Operator>> get_operator(std::string name) = 0;
  // Ordered by name.
  virtual Task<Result<domain::Listing<domain::Operator>>> list_operators(domain::Page page) = 0;
  // Counts a wrong password, and locks at the last of kSignInGuessesMax (a lock that is over starts
  // the count anew): one atomic step. kNotFound without the operator.
  virtual Task<Result<domain::Guesses>> operator_guessed_wrong(std::string name, TimePoint at) = 0;
  // Also sessions.
  virtual Task<Result<domain::Token>> get_token(std::string id) = 0;
  // No sessions.
  virtual Task<Result<domain::Listing<domain::Token>>> list_tokens(domain::Page page) = 0;
  virtual Task<Result<domain::ServerStatus>> status() = 0;  // counts and store name only
};

}  // namespace berth::management
