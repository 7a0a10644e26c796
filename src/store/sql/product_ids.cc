#include "store/sql/product_ids.h"

#include "store/sql/catalog_put.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace berth::store::sql {
namespace {

// One step in the index over products, whatever their number.
constexpr Sql kNotAfter = R"sql(
SELECT product, scope, id FROM enrollments WHERE product <> '' AND product <= $1
ORDER BY product DESC LIMIT 1)sql";
constexpr Sql kNextAfter = R"sql(
SELECT product, scope, id FROM enrollments WHERE product <> '' AND product > $1
ORDER BY product LIMIT 1)sql";

struct Product {
  std::string key;
  std::string scope;
  std::string id;
};

Result<std::optional<Product>> read_product(Connection& connection, Sql sql,
                                            const std::string& from) {
  BERTH_TRY(Cursor row, connection.run(sql, {Value(from)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<Product>();
  return std::optional<Product>({row.string(0), row.string(1), row.string(2)});
}

std::string common_beginning(const std::string& a, const std::string& b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return {a.begin(), end};
}

// The longest that `key` is or begins with. What sorts between a beginning of the key and the
// key starts with it, too; so the search goes on at what the key shares with what was found.
Result<std::optional<Product>> beginning_of(Connection& connection, const std::string& key) {
  std::string from = key;
  while (!from.empty()) {
    BERTH_TRY(std::optional<Product> found, read_product(connection, kNotAfter, from));
    if (!found || key.starts_with(found->key)) return found;
    from = common_beginning(found->key, key);
  }
  return std::optional<Product>();
}

Result<std::optional<Product>> continuation_of(Connection& connection, const std::string& key) {
  BERTH_TRY(std::optional<Product> found, read_product(connection, kNextAfter, key));
  if (found && !found->key.starts_with(key)) found.reset();
  return found;
}

// Which scope another one belongs to is nobody's business but that scope's.
std::string other_text(const Product& other, const domain::Enrollment& enrollment) {
  return other.scope == enrollment.scope.text()
             ? fmt::format("that of group '{}'", base::printable(other.id, 128))
             : std::string("that of a group of another scope");
}

auto overlap(const Product& other, const domain::Enrollment& enrollment, std::string_view how) {
  const Subject subject{"enrollment group", enrollment.id.text()};
  return Fail(
      ErrorKind::kConflict,
      fmt::format("{} cannot be made: its id {} {}, and a member of each could have the same "
                  "id, which is its group's and its name put together",
                  subject.text(), how, other_text(other, enrollment)),
      "choose an id that neither begins with another one nor is the beginning of it, such "
      "as one of the same length as the others");
}

}  // namespace

Result<void> must_overlap_nobody(Connection& connection, const std::string& key,
                                 const domain::Enrollment& enrollment) {
  BERTH_TRY(const std::optional<Product> before, beginning_of(connection, key));
  if (before && before->key == key) return {};  // it is there
  if (before) return overlap(*before, enrollment, "begins with");
  BERTH_TRY(const std::optional<Product> after, continuation_of(connection, key));
  if (after) return overlap(*after, enrollment, "is the beginning of");
  return {};
}

}  // namespace berth::store::sql
