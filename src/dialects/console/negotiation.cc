#include "dialects/console/negotiation.h"

#include "base/codec.h"

#include <optional>

namespace berth::dialects::console {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the text before the next separator off the front.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trimmed(taken);
}

// q=0, q=0., q=0.000: not wanted.
bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = take(parameters, ';');
    const std::string_view name = take(value, '=');
    if (!base::equals_ignoring_case(name, "q")) continue;
    return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool accepts_gzip(std::string_view header) {
  std::optional<bool> any;
  while (!header.empty()) {
    std::string_view parameters = take(header, ',');
    const std::string_view coding = take(parameters, ';');
    if (base::equals_ignoring_case(coding, "gzip")) return !is_refused(parameters);
    if (coding == "*") any = !is_refused(parameters);
  }
  return any.value_or(false);
}

bool names_etag(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    std::string_view each = take(header, ',');
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == etag || each == "*") return true;
  }
  return false;
}

}  // namespace berth::dialects::console
