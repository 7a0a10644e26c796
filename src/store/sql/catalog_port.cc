#include "store/sql/catalog_rows.h"
#include "store/sql/certificates.h"
#include "store/sql/history.h"
#include "store/sql/ports.h"
#include "store/sql/templates.h"

namespace berth::store::sql {

using domain::AuditRecord;
using domain::Device;
using domain::Enrollment;
using domain::Hub;
using domain::HubLink;
using domain::Listing;
using domain::MemberView;
using domain::Registration;
using domain::Scope;
using domain::ServerStatus;
using domain::Token;
using domain::Trail;

Task<Result<std::uint64_t>> CatalogPort::apply(std::unique_ptr<management::Change> change) {
  const std::shared_ptr<const management::Change> input(std::move(change));
  return run<std::uint64_t>(runner_, Lane::kWriteAlone,
                            [input](Connection& c) { return apply_change(c, *input); });
}

Task<Result<std::vector<domain::MemberAdding>>> CatalogPort::add_members(
    std::unique_ptr<management::MembersToAdd> members) {
  const std::shared_ptr<const management::MembersToAdd> input(std::move(members));
  return run<std::vector<domain::MemberAdding>>(
      runner_, Lane::kWriteAlone, [input](Connection& c) { return sql::add_members(c, *input); });
}

Task<Result<void>> CatalogPort::append_audit(domain::AuditRecord record) {
  return run<void>(runner_, Lane::kWrite, [record = std::move(record)](Connection& c) {
    return sql::append_audit(c, record);
  });
}

Task<Result<Scope>> CatalogPort::get_scope(std::string id) {
  return run<Scope>(runner_, Lane::kRead,
                    [id = std::move(id)](Connection& c) { return sql::get_scope(c, id); });
}

Task<Result<Listing<Scope>>> CatalogPort::list_scopes(domain::Page page) {
  return run<Listing<Scope>>(runner_, Lane::kScan, [page = std::move(page)](Connection& c) {
    return sql::list_scopes(c, page);
  });
}

Task<Result<Hub>> CatalogPort::get_hub(std::string name) {
  return run<Hub>(runner_, Lane::kRead,
                  [name = std::move(name)](Connection& c) { return sql::get_hub(c, name); });
}

Task<Result<Listing<Hub>>> CatalogPort::list_hubs(domain::Page page) {
  return run<Listing<Hub>>(runner_, Lane::kScan, [page = std::move(page)](Connection& c) {
    return sql::list_hubs(c, page);
  });
}

Task<Result<HubLink>> CatalogPort::get_hub_link(std::string scope, std::string hub) {
  return run<HubLink>(runner_, Lane::kRead,
                      [scope = std::move(scope), hub = std::move(hub)](Connection& c) {
                        return sql::get_link(c, scope, hub);
                      });
}

Task<Result<Listing<HubLink>>> CatalogPort::list_hub_links(std::string scope) {
  return run<Listing<HubLink>>(runner_, Lane::kScan, [scope = std::move(scope)](Connection& c) {
    return sql::list_links(c, scope);
  });
}

Task<Result<Enrollment>> CatalogPort::get_enrollment(std::string scope, domain::EnrollmentKind kind,
                                                     std::string key) {
  return run<Enrollment>(runner_, Lane::kRead,
                         [scope = std::move(scope), kind, key = std::move(key)](Connection& c) {
                           return sql::get_enrollment(c, scope, kind, key);
                         });
}

Task<Result<Listing<Enrollment>>> CatalogPort::list_enrollments(std::string scope,
                                                                domain::EnrollmentKind kind,
                                                                domain::Page page) {
  return run<Listing<Enrollment>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), kind, page = std::move(page)](Connection& c) {
        return sql::list_enrollments(c, scope, kind, page);
      });
}

Task<Result<MemberView>> CatalogPort::get_member(std::string scope, std::string group,
                                                 std::string name) {
  return run<MemberView>(
      runner_, Lane::kRead,
      [scope = std::move(scope), group = std::move(group), name = std::move(name)](Connection& c) {
        return sql::get_member(c, scope, group, name);
      });
}

Task<Result<Listing<MemberView>>> CatalogPort::list_members(std::string scope, std::string group,
                                                            domain::Page page) {
  return run<Listing<MemberView>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), group = std::move(group), page = std::move(page)](Connection& c) {
        return sql::list_members(c, scope, group, page);
      });
}

Task<Result<Registration>> CatalogPort::get_registration(std::string scope, std::string key) {
  return run<Registration>(runner_, Lane::kRead,
                           [scope = std::move(scope), key = std::move(key)](Connection& c) {
                             return sql::get_registration(c, scope, key);
                           });
}

Task<Result<Listing<Registration>>> CatalogPort::list_registrations(
    std::string scope, std::optional<domain::EnrollmentRef> enrollment, domain::Page page) {
  return run<Listing<Registration>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), enrollment = std::move(enrollment), page = std::move(page)](
          Connection& c) { return sql::list_registrations(c, scope, enrollment, page); });
}

Task<Result<Device>> CatalogPort::get_device(std::string hub, std::string id) {
  return run<Device>(runner_, Lane::kRead,
                     [hub = std::move(hub), id = std::move(id)](Connection& c) {
                       return sql::get_device(c, hub, id);
                     });
}

Task<Result<Listing<Device>>> CatalogPort::list_devices(std::string hub, domain::Page page) {
  return run<Listing<Device>>(runner_, Lane::kScan,
                              [hub = std::move(hub), page = std::move(page)](Connection& c) {
                                return sql::list_devices(c, hub, page);
                              });
}

Task<Result<domain::Account>> CatalogPort::get_account(std::string scope, std::string email) {
  return run<domain::Account>(runner_, Lane::kRead,
                              [scope = std::move(scope), email = std::move(email)](Connection& c) {
                                return sql::get_account(c, scope, email);
                              });
}

Task<Result<Listing<domain::Account>>> CatalogPort::list_accounts(std::string scope) {
  return run<Listing<domain::Account>>(
      runner_, Lane::kScan,
      [scope = std::move(scope)](Connection& c) { return sql::list_accounts(c, scope); });
}

Task<Result<domain::CaCertificate>> CatalogPort::get_ca(std::string scope, std::string name) {
  return run<domain::CaCertificate>(
      runner_, Lane::kRead, [scope = std::move(scope), name = std::move(name)](Connection& c) {
        return sql::get_ca(c, scope, name);
      });
}

Task<Result<Listing<domain::CaCertificate>>> CatalogPort::list_cas(std::string scope) {
  return run<Listing<domain::CaCertificate>>(
      runner_, Lane::kScan,
      [scope = std::move(scope)](Connection& c) { return sql::list_cas(c, scope); });
}

Task<Result<Listing<domain::RevokedCertificate>>> CatalogPort::list_revoked(std::string scope,
                                                                            domain::Page page) {
  return run<Listing<domain::RevokedCertificate>>(
      runner_, Lane::kScan, [scope = std::move(scope), page = std::move(page)](Connection& c) {
        return sql::list_revoked(c, scope, page);
      });
}

Task<Result<Listing<domain::CertificateRecord>>> CatalogPort::list_issued(
    std::string scope, std::string registration_key, domain::Page page) {
  return run<Listing<domain::CertificateRecord>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), key = std::move(registration_key),
       page = std::move(page)](Connection& c) { return sql::list_issued(c, scope, key, page); });
}

Task<Result<domain::Template>> CatalogPort::get_template(std::string scope, std::string id) {
  return run<domain::Template>(runner_, Lane::kRead,
                               [scope = std::move(scope), id = std::move(id)](Connection& c) {
                                 return sql::get_template(c, scope, id);
                               });
}

Task<Result<Listing<domain::Template>>> CatalogPort::list_templates(std::string scope,
                                                                    domain::Page page) {
  return run<Listing<domain::Template>>(
      runner_, Lane::kScan, [scope = std::move(scope), page = std::move(page)](Connection& c) {
        return sql::list_templates(c, scope, page);
      });
}

Task<Result<Trail>> CatalogPort::get_trail(std::string id) {
  return run<Trail>(runner_, Lane::kRead,
                    [id = std::move(id)](Connection& c) { return sql::read_trail_by_id(c, id); });
}

Task<Result<Listing<Trail>>> CatalogPort::list_trails(domain::ListTrails query) {
  return run<Listing<Trail>>(runner_, Lane::kScan, [query = std::move(query)](Connection& c) {
    return sql::list_trails(c, query);
  });
}

Task<Result<Listing<AuditRecord>>> CatalogPort::list_audit(std::string scope, domain::Page page) {
  return run<Listing<AuditRecord>>(
      runner_, Lane::kScan, [scope = std::move(scope), page = std::move(page)](Connection& c) {
        return sql::list_audit(c, scope, page);
      });
}

Task<Result<domain::Operator>> CatalogPort::get_operator(std::string name) {
  return run<domain::Operator>(runner_, Lane::kRead, [name = std::move(name)](Connection& c) {
    return sql::get_operator(c, name);
  });
}

Task<Result<Listing<domain::Operator>>> CatalogPort::list_operators(domain::Page page) {
  return run<Listing<domain::Operator>>(
      runner_, Lane::kScan,
      [page = std::move(page)](Connection& c) { return sql::list_operators(c, page); });
}

Task<Result<domain::Guesses>> CatalogPort::operator_guessed_wrong(std::string name, TimePoint at) {
  return run<domain::Guesses>(runner_, Lane::kWrite, [name = std::move(name), at](Connection& c) {
    return sql::operator_guessed_wrong(c, name, at);
  });
}

Task<Result<Token>> CatalogPort::get_token(std::string id) {
  return run<Token>(runner_, Lane::kRead,
                    [id = std::move(id)](Connection& c) { return sql::get_token(c, id); });
}

Task<Result<Listing<Token>>> CatalogPort::list_tokens(domain::Page page) {
  return run<Listing<Token>>(runner_, Lane::kScan, [page = std::move(page)](Connection& c) {
    return sql::list_tokens(c, page);
  });
}

Task<Result<ServerStatus>> CatalogPort::status() {
  return run<ServerStatus>(runner_, Lane::kScan, [](Connection& c) { return sql::read_status(c); });
}

}  // namespace berth::store::sql
