#include "management/validation.h"

#include "domain/ids.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace berth::management {
namespace {

namespace json = boost::json;

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

}  // namespace

Result<std::string> display_name(std::string_view given, std::string_view otherwise) {
  if (given.empty()) return std::string(otherwise);
  if (given.size() > kDisplayNameBytesMax) {
    return Fail(invalid(fmt::format("displayName has {} bytes", given.size()),
                        fmt::format("use at most {}", kDisplayNameBytesMax)));
  }
  if (base::printable(given, kDisplayNameBytesMax) != given) {
    return Fail(invalid("displayName has control characters or is not UTF-8",
                        "use letters, digits, blanks and punctuation"));
  }
  return std::string(given);
}

Result<std::string> host_name(std::string_view member, std::string_view given) {
  std::string host = base::ascii_lower(given);
  if (host.empty()) return host;
  Result<void> valid = domain::validate_host(host);
  if (valid) return host;
  Error error = std::move(valid).error();
  error.what = fmt::format("{}: {}", member, error.what);
  return Fail(std::move(error));
}

Result<void> check_key(std::string_view member, const Secret& key) {
  if (key.size() >= kKeyBytesMin && key.size() <= kKeyBytesMax) return {};
  return Fail(invalid(fmt::format("{} has {} bytes once decoded", member, key.size()),
                      fmt::format("give base64 of {} to {} bytes, or leave it out to have one made",
                                  kKeyBytesMin, kKeyBytesMax)));
}

Result<void> check_json_object(std::string_view member, std::string_view text,
                               std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return Fail(invalid(fmt::format("{} has {} bytes", member, text.size()),
                        fmt::format("use at most {} bytes of JSON", bytes_max)));
  }
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error == json::error::too_deep) {
    return Fail(invalid(fmt::format("{} is nested too deeply", member),
                        fmt::format("use at most {} levels", kJsonDepthMax)));
  }
  if (error || !value.is_object()) {
    return Fail(
        invalid(fmt::format("{} is not a JSON object", member), "write it as {\"name\": value}"));
  }
  return {};
}

Result<domain::Page> checked_page(domain::Page page, const Settings& settings) {
  if (page.cursor.size() > kCursorBytesMax) {
    return Fail(invalid("the cursor is too long to be one of ours",
                        "use nextCursor of the page before, unchanged"));
  }
  if (page.limit > settings.page_limit_max) {
    return Fail(invalid(fmt::format("limit is {}", page.limit),
                        fmt::format("use 1 to {}", settings.page_limit_max)));
  }
  if (page.limit == 0) page.limit = settings.page_limit_default;
  return page;
}

}  // namespace berth::management
