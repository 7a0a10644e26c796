#include "cli/product_flags.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <charconv>

namespace berth::cli {
namespace {

// More pages than any list has, against a server that never comes to an end.
constexpr int kPagesMax = 10'000;
constexpr std::uint64_t kSecondsMax = std::uint64_t{366} * 24 * 60 * 60;

std::uint64_t unit_of(std::string_view suffix) {
  if (suffix.empty() || suffix == "s") return 1;
  if (suffix == "m") return 60;
  if (suffix == "h") return 60 * 60;
  return suffix == "d" ? 24 * 60 * 60 : 0;
}

}  // namespace

Flag product_flag() {
  return {"product-id",
          "ID",
          "The product; may be left out while the scope has only one.",
          FlagKind::kText,
          {"product"}};
}

Flag product_id_flag(bool required) {
  Flag flag = product_flag();
  if (required) flag.help = "Id of the product.";
  flag.required = required;
  flag.positional = true;
  return flag;
}

bool is_product(const json::value& group) {
  const json::value* attestation = member(group, "attestation");
  return attestation != nullptr && member_text(*attestation, "type") == "product_secret";
}

Try<void> read_pages(Invocation& run, const std::string& path,
                     const std::function<bool(const json::array&)>& take) {
  BERTH_TRY(Api * api, run.api());
  std::string cursor;
  for (int page = 0; page < kPagesMax; ++page) {
    const std::string target =
        with_query(path, {{"limit", std::to_string(kListLimitMax)}, {"cursor", cursor}});
    BERTH_TRY(const Answer answer, api->get(target));
    const json::value* items = member(answer.value, "items");
    if (items == nullptr || !items->is_array()) return {};
    std::string next = member_text(answer.value, "nextCursor");
    if (!take(items->get_array()) || next.empty()) return {};
    if (next == cursor) break;
    cursor = std::move(next);
  }
  return Refuse("the list at " + base::printable(path) + " does not come to an end", {},
                "check that --url is a Berth server's HTTPS port, with no proxy between");
}

Try<std::string> product_of(Invocation& run, const std::string& scope) {
  if (const auto given = run.args.text("product-id")) return *given;
  std::string found;
  int count = 0;
  BERTH_STEP(read_pages(run, path_of({"scopes", scope, "enrollment-groups"}),
                        [&](const json::array& groups) {
                          for (const json::value& group : groups) {
                            if (!is_product(group)) continue;
                            found = member_text(group, "id");
                            ++count;
                          }
                          return count < 2;
                        }));
  if (count == 1) return found;
  if (count == 0) {
    return Refuse("there is no product in scope " + base::printable(scope), {},
                  "make one with `berth product create`");
  }
  return WrongUsage("there is more than one product, so --product-id must say which",
                    "`berth product list` shows them");
}

Try<std::string> product_path(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(const std::string product, product_of(run, scope));
  return path_of({"scopes", scope, "enrollment-groups", product});
}

Try<std::uint64_t> seconds_of(const std::string& flag, const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::uint64_t unit = unit_of(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  if (error != std::errc() || unit == 0 || number > kSecondsMax / unit) {
    return WrongUsage("--" + flag + " cannot be `" + base::printable(text, 80) + "`",
                      "it takes seconds, or a time like 90m, 12h, 7d, at most 366 days");
  }
  return number * unit;
}

}  // namespace berth::cli
