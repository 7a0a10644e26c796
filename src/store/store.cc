#include "store/store.h"

#include "store/postgres/open.h"
#include "store/sqlite/open.h"

#include <fmt/format.h>

namespace berth::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresSchemes[] = {"postgresql://", "postgres://"};

std::string_view postgres_scheme(std::string_view url) {
  for (const std::string_view scheme : kPostgresSchemes) {
    if (url.starts_with(scheme)) return scheme;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock) {
  const std::string_view url = options.url;
  if (url.starts_with(kSqlite)) {
    return sqlite::open(url.substr(kSqlite.size()), options, clock);
  }
  if (!postgres_scheme(url).empty()) return postgres::open(options, clock);
  return Fail(ErrorKind::kInvalid, "the store URL names no database Berth knows",
              "write sqlite:PATH or postgresql://USER@HOST/DATABASE");
}

// Errs on the side of leaving out: a password with an unescaped '@' or '?' must not show either.
std::string describe(std::string_view url) {
  if (url.starts_with(kSqlite)) return std::string(url);
  const std::string_view scheme = postgres_scheme(url);
  if (scheme.empty()) return "unknown";
  const std::string_view rest = url.substr(scheme.size());
  const std::size_t query = rest.find('?');
  const std::string_view place = rest.substr(0, query);
  const std::size_t at = place.rfind('@');
  if (at == std::string_view::npos) {
    const bool hidden = rest.find('@') != std::string_view::npos;
    return fmt::format("{}{}", scheme, hidden ? "…" : place);
  }
  const std::string_view user = place.substr(0, std::min(place.find(':'), at));
  return fmt::format("{}{}@{}", scheme, user, place.substr(at + 1));
}

}  // namespace berth::store
