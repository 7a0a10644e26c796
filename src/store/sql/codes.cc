#include "store/sql/codes.h"

#include "provisioning/ports/registrations.h"
#include "store/sql/body.h"
#include "store/sql/catalog_put.h"
#include "store/sql/history.h"
#include "store/sql/paging.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace berth::store::sql {
namespace {

using domain::CredentialCode;
using domain::PickupGuard;

// No claim but its token, no other code but its pick-up.
constexpr Sql kInsert = R"sql(
INSERT INTO codes (id, scope, state, pickup, pickup_digest, token_digest, expires_at, used_at,
                   used_from, version, content, body)
SELECT $1, $2, 'active', $3, $4, $5, $6, 0, '', 1, $7, $8
WHERE EXISTS (SELECT 1 FROM scopes WHERE id = $2)
ON CONFLICT DO NOTHING RETURNING version)sql";
constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kLive = R"sql(
SELECT count(*) FROM codes WHERE scope = $1 AND state = 'active' AND expires_at > $2)sql";
constexpr Sql kLiveNumbers = R"sql(
SELECT count(*) FROM codes
WHERE pickup = 'number' AND pickup_digest <> '' AND state = 'active' AND expires_at > $1)sql";
constexpr Sql kWipeExpired = R"sql(
UPDATE codes SET content = '', pickup_digest = '' WHERE content <> '' AND expires_at <= $1)sql";
constexpr Sql kDropDead = R"sql(
DELETE FROM codes
WHERE scope = $1 AND (state <> 'active' OR expires_at <= $3)
  AND sequence <= (SELECT sequence FROM codes WHERE scope = $1
                   ORDER BY sequence DESC LIMIT 1 OFFSET $2))sql";

constexpr Sql kGet = R"sql(
SELECT sequence, id, scope, state, pickup, pickup_digest, token_digest, expires_at, used_at,
       used_from, version, content, body
FROM codes WHERE id = $1)sql";
constexpr Sql kAll = R"sql(
SELECT sequence, id, scope, state, pickup, pickup_digest, token_digest, expires_at, used_at,
       used_from, version, content, body
FROM codes WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2)sql";
constexpr Sql kOfScope = R"sql(
SELECT sequence, id, scope, state, pickup, pickup_digest, token_digest, expires_at, used_at,
       used_from, version, content, body
FROM codes WHERE scope = $3 AND sequence < $1 ORDER BY sequence DESC LIMIT $2)sql";

constexpr Sql kExists = "SELECT 1 FROM codes WHERE id = $1";
constexpr Sql kRevoke = R"sql(
UPDATE codes SET state = 'revoked', content = '', pickup_digest = '', version = version + 1
WHERE id = $1 AND state = 'active' RETURNING version)sql";
// A claim stays good for the token that it hands out.
constexpr Sql kTake = R"sql(
UPDATE codes SET state = CASE WHEN token_digest = '' THEN 'used' ELSE state END,
                 used_at = CASE WHEN token_digest = '' THEN $3 ELSE used_at END,
                 used_from = CASE WHEN token_digest = '' THEN $4 ELSE used_from END,
                 pickup_digest = '', version = version + 1
WHERE pickup = $1 AND pickup_digest = $2 AND pickup_digest <> '' AND state = 'active'
  AND expires_at > $3
RETURNING sequence, id, scope, state, pickup, pickup_digest, token_digest, expires_at, used_at,
          used_from, version, content, body)sql";
constexpr Sql kRedeem = R"sql(
UPDATE codes SET state = 'used', used_at = $3, used_from = $4, content = '', pickup_digest = '',
                 version = version + 1
WHERE id = $1 AND token_digest = $2 AND token_digest <> '' AND state = 'active' AND expires_at > $3
RETURNING version)sql";
constexpr Sql kWipe = "UPDATE codes SET content = '' WHERE id = $1";
constexpr Sql kOwner = R"sql(
SELECT enrollment_kind, enrollment_key FROM registrations WHERE scope = $1 AND key = $2)sql";

constexpr Sql kGuard = "SELECT misses, closed_until FROM code_guards WHERE pickup = $1";
// $2: now, $3: the end of a closing that begins now, $4: how many close.
constexpr Sql kMissed = R"sql(
INSERT INTO code_guards (pickup, misses, closed_until) VALUES ($1, 1, 0)
ON CONFLICT (pickup) DO UPDATE
SET misses = CASE WHEN code_guards.closed_until > $2 THEN code_guards.misses
                  WHEN code_guards.closed_until > 0 THEN 1
                  ELSE code_guards.misses + 1 END,
    closed_until = CASE WHEN code_guards.closed_until > $2 THEN code_guards.closed_until
                        WHEN (CASE WHEN code_guards.closed_until > 0 THEN 1
                              ELSE code_guards.misses + 1 END) >= $4 THEN $3
                        ELSE 0 END
RETURNING misses, closed_until)sql";

auto unknown(const std::string& id) {
  return Fail(ErrorKind::kNotFound, fmt::format("there is no code '{}'", base::printable(id, 64)),
              "list the codes there are");
}

std::string code_body(const CredentialCode& code) {
  BodyWriter body;
  body.text("mode", domain::to_string(code.mode));
  body.text("device", code.device.text());
  body.text("model", code.model);
  if (code.enrollment) {
    BodyWriter ref;
    ref.text("kind", domain::to_string(code.enrollment->kind));
    ref.text("id", code.enrollment->id.text());
    body.object("enrollment", std::move(ref));
  }
  body.flag("encrypted", code.encrypted);
  body.text("created_by", code.created_by);
  body.time("created_at", code.created_at);
  return body.finish();
}

void read_enrollment_ref(BodyReader& body, CredentialCode& code) {
  body.within("enrollment", [&code](BodyReader& ref) {
    code.enrollment.emplace();
    code.enrollment->kind =
        ref.choice("kind", domain::parse_enrollment_kind, domain::EnrollmentKind::kIndividual);
    code.enrollment->id = domain::EnrollmentId::trusted(ref.text("id"));
  });
}

// A digest or sealed bytes as a column has them.
Result<base::Bytes> bytes_of(std::string_view hex, std::string_view id) {
  std::optional<base::Bytes> bytes = base::hex_decode(hex);
  if (bytes) return *std::move(bytes);
  return Fail(ErrorKind::kInternal, fmt::format("code {} is damaged", id),
              "the database was changed from outside; restore a backup");
}

Result<CredentialCode> code_row(const Cursor& row, int at) {
  CredentialCode code;
  code.id = row.string(at + 1);
  code.scope = domain::ScopeId::trusted(row.string(at + 2));
  code.state = domain::parse_code_state(row.text(at + 3)).value_or(domain::CodeState::kRevoked);
  code.pickup = domain::parse_pickup_kind(row.text(at + 4)).value_or(domain::PickupKind::kNone);
  BERTH_TRY(code.pickup_digest, bytes_of(row.text(at + 5), code.id));
  BERTH_TRY(code.token_digest, bytes_of(row.text(at + 6), code.id));
  code.expires_at = row.time(at + 7);
  if (row.number(at + 8) != 0) code.used_at = row.time(at + 8);
  code.used_from = row.string(at + 9);
  code.version = row.count(at + 10);
  BERTH_TRY(code.content.bytes, bytes_of(row.text(at + 11), code.id));
  BodyReader body(row.text(at + 12), "code " + code.id);
  code.mode = body.choice("mode", domain::parse_code_mode, domain::CodeMode::kClaim);
  code.device = domain::RegistrationId::trusted(body.text("device"));
  code.model = body.text("model");
  read_enrollment_ref(body, code);
  code.encrypted = body.flag("encrypted", true);
  code.created_by = body.text("created_by");
  code.created_at = body.time("created_at").value_or(TimePoint());
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return code;
}

// With its place in the order.
struct Placed {
  std::int64_t sequence = 0;
  CredentialCode code;
};
Result<Placed> placed_row(const Cursor& row, int at) {
  BERTH_TRY(CredentialCode code, code_row(row, at));
  return Placed{row.number(at), std::move(code)};
}

Result<std::uint64_t> count_of(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  return found ? row->count(0) : 0;
}

// Whether there is room for it, and nothing of what is over is in its way.
Result<void> make_room(Connection& connection, const CredentialCode& code) {
  Result<bool> wiped = connection.execute(kWipeExpired, {Value(code.created_at)});
  if (!wiped) return Fail(std::move(wiped).error());
  const std::string& scope = code.scope.text();
  BERTH_TRY(const std::uint64_t live,
            count_of(connection.run(kLive, {Value(scope), Value(code.created_at)})));
  if (live >= domain::kCodesMax) {
    return Fail(ErrorKind::kTooMany, fmt::format("scope '{}' has {} live codes", scope, live),
                "wait until some are over, or revoke those that nobody needs");
  }
  if (code.pickup == domain::PickupKind::kNumber) {
    BERTH_TRY(const std::uint64_t numbers,
              count_of(connection.run(kLiveNumbers, {Value(code.created_at)})));
    if (numbers >= domain::kNumbersMax) {
      return Fail(
          ErrorKind::kTooMany,
          fmt::format("{} numbers are live, and with more of them a guess would hit one too "
                      "easily",
                      numbers),
          "wait until some are used or over, or make the code without a number");
    }
  }
  Result<bool> dropped = connection.execute(
      kDropDead, {Value(scope), Value(std::uint64_t{domain::kCodesMax}), Value(code.created_at)});
  if (!dropped) return Fail(std::move(dropped).error());
  return {};
}

Result<PickupGuard> guard_row(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  PickupGuard guard;
  if (!found) return guard;
  guard.misses = static_cast<std::uint32_t>(row->count(0));
  if (row->number(1) != 0) guard.closed_until = row->time(1);
  return guard;
}

Result<std::optional<CredentialCode>> take_row(Connection& connection,
                                               const management::CodeToTake& wanted) {
  BERTH_TRY(Cursor row, connection.run(kTake, {Value(domain::to_string(wanted.kind)),
                                               Value(base::hex_encode(wanted.digest)),
                                               Value(wanted.at), Value(wanted.source)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<CredentialCode>();
  BERTH_TRY(CredentialCode code, code_row(row, 0));
  return std::optional<CredentialCode>(std::move(code));
}

domain::AuditRecord audit_of(const management::CodeToTake& wanted, const CredentialCode& code) {
  domain::AuditRecord audit;
  audit.at = wanted.at;
  audit.actor = "code:" + code.id;
  audit.source = wanted.source;
  audit.action = wanted.audit_action;
  audit.scope = code.scope.text();
  audit.target = code.id;
  audit.detail = fmt::format(R"({{"device":"{}","mode":"{}","pickup":"{}"}})", code.device.text(),
                             domain::to_string(code.mode), domain::to_string(wanted.kind));
  return audit;
}

// The id must not be somebody else's by now.
Result<void> check_owner(Connection& connection, const domain::Enrollment& enrollment) {
  BERTH_TRY(Cursor row,
            connection.run(kOwner, {Value(enrollment.scope.text()), Value(enrollment.id.key())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return {};
  const bool own =
      row.text(0) == domain::to_string(enrollment.kind) && row.text(1) == enrollment.id.key();
  if (own) return {};
  return Fail(ErrorKind::kConflict,
              fmt::format("{}: another enrollment has registered '{}' meanwhile",
                          provisioning::kLostRaceWord, enrollment.id.text()),
              "read it again and decide again");
}

Result<void> put_claimed(Connection& connection, const management::ClaimToRedeem& claim) {
  const management::PutEnrollment put{claim.enrollment};
  management::Expectation expectation = management::MustNotExist{};
  if (claim.expected_version) expectation = management::MustBeVersion{*claim.expected_version};
  Result<std::uint64_t> version = apply(connection, put, expectation);
  if (version) return {};
  const ErrorKind kind = version.error().kind;
  const bool changed = kind == ErrorKind::kConflict || kind == ErrorKind::kPreconditionFailed ||
                       kind == ErrorKind::kNotFound;
  if (!changed) return Fail(std::move(version).error());
  return Fail(ErrorKind::kConflict,
              fmt::format("{}: {}", provisioning::kLostRaceWord, version.error().what),
              "read it again and decide again");
}

}  // namespace

Result<std::uint64_t> add_code(Connection& connection, const NewCodeRow& made) {
  const CredentialCode& code = made.code;
  const std::string& scope = code.scope.text();
  const Result<void> turn = connection.lock("codes");
  if (!turn) return Fail(turn.error());
  Result<void> room = make_room(connection, code);
  if (!room) return Fail(std::move(room).error());
  BERTH_TRY(const bool added,
            connection.execute(
                kInsert, {Value(code.id), Value(scope), Value(domain::to_string(code.pickup)),
                          Value(base::hex_encode(code.pickup_digest)),
                          Value(base::hex_encode(code.token_digest)), Value(code.expires_at),
                          Value(base::hex_encode(code.content.bytes)), Value(code_body(code))}));
  if (!added) {
    const Result<void> there =
        must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
    if (!there) return Fail(there.error());
    return Fail(ErrorKind::kConflict, "another live code is picked up in that way", "try again");
  }
  Result<void> audited = append_audit(connection, made.audit);
  if (!audited) return Fail(std::move(audited).error());
  return std::uint64_t{1};
}

Result<CredentialCode> get_code(Connection& connection, const std::string& id) {
  if (!can_be_stored(id)) return unknown(id);
  BERTH_TRY(Cursor row, connection.run(kGet, {Value(id)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return unknown(id);
  return code_row(row, 0);
}

Result<domain::Listing<CredentialCode>> list_codes(Connection& connection, const std::string& scope,
                                                   const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!start.after.empty()) {
    const char* end = start.after.data() + start.after.size();
    const auto [stop, error] = std::from_chars(start.after.data(), end, before);
    if (error != std::errc() || stop != end) {
      return Fail(ErrorKind::kInvalid, "the cursor is not one of the listing of codes",
                  "start again without a cursor");
    }
  }
  if (!can_be_stored(scope)) return domain::Listing<CredentialCode>();
  const auto select = [&]() -> Result<Cursor> {
    if (scope.empty()) return connection.run(kAll, {Value(before), Value(start.fetch)});
    return connection.run(kOfScope, {Value(before), Value(start.fetch), Value(scope)});
  };
  BERTH_TRY(Cursor rows, select());
  BERTH_TRY(std::vector<Placed> placed, all_rows(rows, placed_row));
  domain::Listing<Placed> listing = make_listing(
      std::move(placed), start, [](const Placed& each) { return std::to_string(each.sequence); });
  domain::Listing<CredentialCode> codes;
  codes.next_cursor = std::move(listing.next_cursor);
  for (Placed& each : listing.items) codes.items.push_back(std::move(each.code));
  return codes;
}

Result<void> revoke_code(Connection& connection, const std::string& id,
                         const domain::AuditRecord& audit) {
  BERTH_TRY(const bool revoked, connection.execute(kRevoke, {Value(id)}));
  if (!revoked) {
    BERTH_TRY(const bool exists, connection.execute(kExists, {Value(id)}));
    if (!exists) return unknown(id);
    return {};  // nothing changed, so there is nothing to tell
  }
  return append_audit(connection, audit);
}

Result<std::optional<CredentialCode>> take_code(Connection& connection,
                                                const management::CodeToTake& wanted) {
  BERTH_TRY(std::optional<CredentialCode> code, take_row(connection, wanted));
  if (!code) return code;
  Result<bool> wiped = connection.execute(kWipe, {Value(code->id)});
  if (!wiped) return Fail(std::move(wiped).error());
  domain::Trail trail = wanted.trail;
  trail.scope = code->scope.text();
  trail.registration_id = code->device.text();
  if (code->enrollment) {
    trail.enrollment = fmt::format("{}/{}", domain::to_string(code->enrollment->kind),
                                   code->enrollment->id.text());
  }
  Result<void> kept = append_trail(connection, trail);
  if (kept) kept = append_audit(connection, audit_of(wanted, *code));
  if (!kept) return Fail(std::move(kept).error());
  return code;
}

Result<void> redeem_claim(Connection& connection, const management::ClaimToRedeem& claim) {
  BERTH_TRY(
      const bool live,
      connection.execute(kRedeem, {Value(claim.id), Value(base::hex_encode(claim.token_digest)),
                                   Value(claim.at), Value(claim.source)}));
  if (!live) return unknown(claim.id);
  Result<void> done = check_owner(connection, claim.enrollment);
  if (done) done = put_claimed(connection, claim);
  if (done) done = append_trail(connection, claim.trail);
  if (done) done = append_audit(connection, claim.audit);
  return done;
}

Result<PickupGuard> read_guard(Connection& connection, domain::PickupKind kind) {
  return guard_row(connection.run(kGuard, {Value(domain::to_string(kind))}));
}

Result<PickupGuard> count_miss(Connection& connection, domain::PickupKind kind, TimePoint at) {
  return guard_row(connection.run(
      kMissed, {Value(domain::to_string(kind)), Value(at), Value(at + domain::kMissesClose),
                Value(std::uint64_t{domain::kMissesMax})}));
}

}  // namespace berth::store::sql
