#include "store/sql/rows.h"

#include "store/sql/bodies.h"

namespace berth::store::sql {
namespace {

// version, created_at, updated_at, as every versioned record has them.
template <class Record>
void read_stamps(const Cursor& row, int at, Record& record) {
  record.version = row.count(at);
  record.created_at = row.time(at + 1);
  record.updated_at = row.time(at + 2);
}

domain::EnrollmentKind kind_of(std::string_view word) {
  return domain::parse_enrollment_kind(word).value_or(domain::EnrollmentKind::kIndividual);
}

// A digest is kept as hex digits.
Result<base::Bytes> digest_of(const Cursor& row, int at, const domain::Member& member) {
  std::optional<base::Bytes> digest = base::hex_decode(row.text(at));
  if (digest) return *std::move(digest);
  return Fail(ErrorKind::kInternal,
              "the store's record of member " + member.name.text() + " has a broken digest",
              "the database was changed from outside or is damaged; restore a backup");
}

}  // namespace

domain::Guesses guesses_of(const Cursor& row, int at) {
  domain::Guesses guesses;
  guesses.wrong = static_cast<std::uint32_t>(row.number(at));
  if (row.number(at + 1) != 0) guesses.locked_until = row.time(at + 1);
  return guesses;
}

Result<domain::Scope> scope_row(const Cursor& row, int at) {
  domain::Scope scope;
  scope.id = domain::ScopeId::trusted(row.string(at));
  read_stamps(row, at + 1, scope);
  return read_scope(row.text(at + 4), std::move(scope));
}

Result<domain::Hub> hub_row(const Cursor& row, int at) {
  domain::Hub hub;
  hub.name = domain::HubName::trusted(row.string(at));
  read_stamps(row, at + 1, hub);
  return read_hub(row.text(at + 4), std::move(hub));
}

Result<domain::HubLink> link_row(const Cursor& row, int at) {
  domain::HubLink link;
  link.scope = domain::ScopeId::trusted(row.string(at));
  link.hub = domain::HubName::trusted(row.string(at + 1));
  link.version = row.count(at + 2);
  return read_link(row.text(at + 3), std::move(link));
}

Result<domain::Enrollment> enrollment_row(const Cursor& row, int at) {
  domain::Enrollment enrollment;
  enrollment.scope = domain::ScopeId::trusted(row.string(at));
  enrollment.kind = kind_of(row.text(at + 1));
  enrollment.id = domain::EnrollmentId::trusted(row.string(at + 2));
  read_stamps(row, at + 3, enrollment);
  return read_enrollment(row.text(at + 6), std::move(enrollment));
}

Result<domain::Member> member_row(const Cursor& row, int at) {
  domain::Member member;
  member.scope = domain::ScopeId::trusted(row.string(at));
  member.group = domain::EnrollmentId::trusted(row.string(at + 1));
  member.name = domain::MemberName::trusted(row.string(at + 2));
  member.enabled = row.number(at + 3) != 0;
  member.requested = row.number(at + 4) != 0;
  read_stamps(row, at + 5, member);
  BERTH_TRY(member.enroll_password, digest_of(row, at + 8, member));
  member.enroll_guesses = guesses_of(row, at + 9);
  BERTH_TRY(member.control_password, digest_of(row, at + 11, member));
  member.control_guesses = guesses_of(row, at + 12);
  return member;
}

Result<domain::Registration> registration_row(const Cursor& row, int at) {
  domain::Registration registration;
  registration.scope = domain::ScopeId::trusted(row.string(at));
  registration.id = domain::RegistrationId::trusted(row.string(at + 1));
  registration.enrollment.kind = kind_of(row.text(at + 2));
  registration.hub = domain::HubName::trusted(row.string(at + 3));
  registration.device_id = domain::DeviceId::trusted(row.string(at + 4));
  read_stamps(row, at + 5, registration);
  return read_registration(row.text(at + 8), std::move(registration));
}

Result<domain::Device> device_row(const Cursor& row, int at) {
  domain::Device device;
  device.hub = domain::HubName::trusted(row.string(at));
  device.id = domain::DeviceId::trusted(row.string(at + 1));
  device.scope = domain::ScopeId::trusted(row.string(at + 2));
  read_stamps(row, at + 3, device);
  return read_device(row.text(at + 6), std::move(device));
}

Result<domain::Trail> trail_row(const Cursor& row, int at) {
  domain::Trail trail;
  trail.id = row.string(at);
  trail.scope = row.string(at + 1);
  trail.started_at = row.time(at + 2);
  return read_trail(row.text(at + 3), std::move(trail));
}

Result<domain::AuditRecord> audit_row(const Cursor& row, int at) {
  domain::AuditRecord record;
  record.sequence = row.count(at);
  record.at = row.time(at + 1);
  record.scope = row.string(at + 2);
  return read_audit(row.text(at + 3), std::move(record));
}

Result<domain::Token> token_row(const Cursor& row, int at) {
  domain::Token token;
  token.id = row.string(at);
  if (!row.text(at + 1).empty()) token.scope = domain::ScopeId::trusted(row.string(at + 1));
  token.version = row.count(at + 2);
  token.created_at = row.time(at + 3);
  token.operator_name = row.string(at + 4);
  return read_token(row.text(at + 5), std::move(token));
}

}  // namespace berth::store::sql
