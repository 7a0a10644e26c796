// What is revoked in a scope, and the certificates that were issued to its devices.
#include "store/sql/catalog_put.h"
#include "store/sql/certificate_bodies.h"
#include "store/sql/certificates.h"
#include "store/sql/paging.h"
#include "store/sql/rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace berth::store::sql {
namespace {

using domain::CertificateRecord;
using domain::RevokedCertificate;

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
// A revocation is made or lifted, never changed by two at once for different ends: its version is
// always 1.
constexpr Sql kVersion = "SELECT 1 FROM revoked_certificates WHERE scope = $1 AND sha256 = $2";
constexpr Sql kInsert = R"sql(
INSERT INTO revoked_certificates (scope, sha256, at, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (scope, sha256) DO NOTHING RETURNING at)sql";
constexpr Sql kUpdate = R"sql(
UPDATE revoked_certificates SET at = $3, body = $4 WHERE scope = $1 AND sha256 = $2
RETURNING at)sql";
constexpr Sql kRemove =
    "DELETE FROM revoked_certificates WHERE scope = $1 AND sha256 = $2 RETURNING at";
constexpr Sql kMark = R"sql(
UPDATE issued_certificates SET revoked_at = $3 WHERE scope = $1 AND sha256 = $2)sql";

// One look into the primary key for each; a place that is not needed is empty.
constexpr Sql kFind = R"sql(
SELECT scope, sha256, at, body FROM revoked_certificates
WHERE scope = $1 AND sha256 IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))sql";
constexpr std::size_t kFindAtOnce = 12;
constexpr Sql kList = R"sql(
SELECT scope, sha256, at, body FROM revoked_certificates
WHERE scope = $1 AND (at, sha256) < ($2, $3) ORDER BY at DESC, sha256 DESC LIMIT $4)sql";

constexpr Sql kAppend = R"sql(
INSERT INTO issued_certificates (scope, sha256, registration_key, issued_at, not_after, revoked_at,
                                 body)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope, sha256) DO NOTHING)sql";
constexpr Sql kIssued = R"sql(
SELECT sequence, scope, sha256, issued_at, not_after, revoked_at, body FROM issued_certificates
WHERE scope = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3)sql";
constexpr Sql kIssuedTo = R"sql(
SELECT sequence, scope, sha256, issued_at, not_after, revoked_at, body FROM issued_certificates
WHERE scope = $1 AND registration_key = $4 AND sequence < $2 ORDER BY sequence DESC LIMIT $3)sql";

// Sorts after every fingerprint.
constexpr std::string_view kAfterAll = "~";

Result<base::Bytes> fingerprint(const Cursor& row, int at) {
  std::optional<base::Bytes> sha256 = base::hex_decode(row.text(at));
  if (sha256) return *std::move(sha256);
  return Fail(ErrorKind::kInternal, "the store's record of a certificate has a broken fingerprint",
              "the database was changed from outside or is damaged; restore a backup");
}

Result<RevokedCertificate> revoked_row(const Cursor& row, int at) {
  RevokedCertificate revoked;
  revoked.scope = domain::ScopeId::trusted(row.string(at));
  BERTH_TRY(revoked.sha256, fingerprint(row, at + 1));
  revoked.at = row.time(at + 2);
  return read_revoked(row.text(at + 3), std::move(revoked));
}

// With its number, which is its place in the order.
struct Numbered {
  std::uint64_t sequence = 0;
  CertificateRecord record;
};

Result<Numbered> issued_row(const Cursor& row, int at) {
  Numbered numbered;
  numbered.sequence = row.count(at);
  CertificateRecord& record = numbered.record;
  record.scope = domain::ScopeId::trusted(row.string(at + 1));
  BERTH_TRY(record.sha256, fingerprint(row, at + 2));
  record.issued_at = row.time(at + 3);
  record.not_after = row.time(at + 4);
  if (row.number(at + 5) != 0) record.revoked_at = row.time(at + 5);
  BERTH_TRY(numbered.record, read_issued(row.text(at + 6), std::move(record)));
  return numbered;
}

// `at`: Unix microseconds, 0: it is good again.
Result<void> mark_issued(Connection& connection, const domain::ScopeId& scope,
                         const std::string& sha256, std::int64_t at) {
  Result<bool> marked = connection.execute(kMark, {Value(scope.text()), Value(sha256), Value(at)});
  if (!marked) return Fail(std::move(marked).error());
  return {};
}

Result<std::vector<RevokedCertificate>> read_revoked_among(
    Connection& connection, const domain::ScopeId& scope,
    std::span<const base::Bytes> certificates) {
  std::array<std::string, kFindAtOnce> hex;
  for (std::size_t i = 0; i < certificates.size(); ++i) hex[i] = base::hex_encode(certificates[i]);
  BERTH_TRY(Cursor rows,
            connection.run(
                kFind, {Value(scope.text()), Value(hex[0]), Value(hex[1]), Value(hex[2]),
                        Value(hex[3]), Value(hex[4]), Value(hex[5]), Value(hex[6]), Value(hex[7]),
                        Value(hex[8]), Value(hex[9]), Value(hex[10]), Value(hex[11])}));
  return all_rows(rows, revoked_row);
}

Result<std::int64_t> read_sequence(const std::string& after) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (after.empty()) return before;
  const char* end = after.data() + after.size();
  const auto [stop, error] = std::from_chars(after.data(), end, before);
  if (error == std::errc() && stop == end) return before;
  return Fail(ErrorKind::kInvalid, "the cursor is not one of this listing",
              "start again without a cursor");
}

}  // namespace

Result<std::uint64_t> apply(Connection& connection, const management::PutRevoked& put,
                            const Expectation& expectation) {
  const RevokedCertificate& revoked = put.record;
  const std::string& scope = revoked.scope.text();
  const std::string sha256 = base::hex_encode(revoked.sha256);
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(sha256)}));
  };
  const auto insert = [&] {
    return connection.execute(
        kInsert, {Value(scope), Value(sha256), Value(revoked.at), Value(revoked_body(revoked))});
  };
  const auto update = [&](std::uint64_t) {
    return connection.execute(
        kUpdate, {Value(scope), Value(sha256), Value(revoked.at), Value(revoked_body(revoked))});
  };
  BERTH_TRY(const std::uint64_t version,
            put_record(expectation, Subject{"revoked certificate", sha256}, read, insert, update));
  static_cast<void>(version);
  const Result<void> marked =
      mark_issued(connection, revoked.scope, sha256, base::to_unix_micros(revoked.at));
  if (!marked) return Fail(marked.error());
  return std::uint64_t{1};
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveRevoked& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const std::string sha256 = base::hex_encode(removal.sha256);
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(sha256)}));
  };
  const auto remove = [&](std::uint64_t) {
    return connection.execute(kRemove, {Value(scope), Value(sha256)});
  };
  BERTH_TRY(const std::uint64_t version,
            remove_record(expectation, Subject{"revoked certificate", sha256}, read, remove));
  const Result<void> marked = mark_issued(connection, removal.scope, sha256, 0);
  if (!marked) return Fail(marked.error());
  return version;
}

Result<std::optional<RevokedCertificate>> find_revoked(
    Connection& connection, const domain::ScopeId& scope,
    const std::vector<base::Bytes>& certificates) {
  std::span<const base::Bytes> rest(certificates);
  while (!rest.empty()) {
    const std::span<const base::Bytes> some = rest.first(std::min(rest.size(), kFindAtOnce));
    BERTH_TRY(std::vector<RevokedCertificate> found, read_revoked_among(connection, scope, some));
    for (const base::Bytes& certificate : some) {
      const auto match = std::find_if(found.begin(), found.end(), [&](const auto& revoked) {
        return revoked.sha256 == certificate;
      });
      if (match != found.end()) return std::optional<RevokedCertificate>(std::move(*match));
    }
    rest = rest.subspan(some.size());
  }
  return std::optional<RevokedCertificate>();
}

Result<void> append_issued(Connection& connection, const CertificateRecord& issued) {
  const std::int64_t revoked_at = issued.revoked_at ? base::to_unix_micros(*issued.revoked_at) : 0;
  Result<bool> appended = connection.execute(
      kAppend, {Value(issued.scope.text()), Value(base::hex_encode(issued.sha256)),
                Value(issued.registration.key()), Value(issued.issued_at), Value(issued.not_after),
                Value(revoked_at), Value(issued_body(issued))});
  if (!appended) return Fail(std::move(appended).error());
  return {};
}

Result<domain::Listing<RevokedCertificate>> list_revoked(Connection& connection,
                                                         const std::string& scope,
                                                         const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  const TimedPlace newest{std::numeric_limits<std::int64_t>::max(), std::string(kAfterAll)};
  BERTH_TRY(TimedPlace place, read_timed_place(start.after, newest));
  BERTH_TRY(Cursor rows, connection.run(kList, {Value(scope), Value(place.at), Value(place.key),
                                                Value(start.fetch)}));
  BERTH_TRY(std::vector<RevokedCertificate> revoked, all_rows(rows, revoked_row));
  return make_listing(std::move(revoked), start, [](const RevokedCertificate& each) {
    return timed_place(each.at, base::hex_encode(each.sha256));
  });
}

Result<domain::Listing<CertificateRecord>> list_issued(Connection& connection,
                                                       const std::string& scope,
                                                       const std::string& registration_key,
                                                       const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  BERTH_TRY(const std::int64_t before, read_sequence(start.after));
  const auto select = [&]() -> Result<Cursor> {
    if (registration_key.empty()) {
      return connection.run(kIssued, {Value(scope), Value(before), Value(start.fetch)});
    }
    return connection.run(
        kIssuedTo, {Value(scope), Value(before), Value(start.fetch), Value(registration_key)});
  };
  BERTH_TRY(Cursor rows, select());
  BERTH_TRY(std::vector<Numbered> numbered, all_rows(rows, issued_row));
  domain::Listing<Numbered> whole =
      make_listing(std::move(numbered), start,
                   [](const Numbered& each) { return std::to_string(each.sequence); });
  domain::Listing<CertificateRecord> listing;
  listing.next_cursor = std::move(whole.next_cursor);
  for (Numbered& each : whole.items) listing.items.push_back(std::move(each.record));
  return listing;
}

}  // namespace berth::store::sql
