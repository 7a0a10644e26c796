#include "dialects/admin/incoming.h"

#include "base/check.h"
#include "base/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string.h>

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kQueryParametersMax = 16;
constexpr std::uint32_t kPageLimitMax = 1000;

// The version in `"3"`, without its quotes.
std::optional<std::uint64_t> version_of(std::string_view etag) {
  if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') return std::nullopt;
  etag = etag.substr(1, etag.size() - 2);
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), version);
  if (error != std::errc() || end != etag.data() + etag.size()) return std::nullopt;
  return version;
}

}  // namespace

bool Body::is_null(std::string_view name) const {
  const boost::json::value* value = object_.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_null();
}

std::optional<std::string> Body::text_or_cleared(std::string_view name, const TextRule& rule) {
  std::optional<std::string> given = fields.text(name, rule);
  if (is_null(name)) return std::string();
  return given;
}

std::optional<std::string> Body::object_or_cleared(std::string_view name) {
  std::optional<std::string> given = fields.object_text(name);
  if (is_null(name)) return "{}";
  return given;
}

Incoming::Incoming(wire::HttpRequest request, PathParameters parameters, std::size_t body_bytes_max)
    : request_(std::move(request)), path_(std::move(parameters)), body_bytes_max_(body_bytes_max) {
  read_query(request_.query);
}

void Incoming::read_query(std::string_view raw) {
  const auto pairs = wire::split_query(raw);
  if (pairs.size() > kQueryParametersMax) {
    problem(fmt::format("the query has {} parameters; at most {} are read", pairs.size(),
                        kQueryParametersMax));
    return;
  }
  for (const auto& [raw_name, raw_value] : pairs) {
    std::optional<std::string> name = base::percent_decode(raw_name);
    std::optional<std::string> value = base::percent_decode(raw_value);
    if (!name || !value || value->size() > kQueryValueBytesMax || !base::is_utf8(*value)) {
      problem(fmt::format("query parameter '{}' is not percent-encoded UTF-8 of at most {} bytes",
                          base::printable(raw_name, 64), kQueryValueBytesMax));
      continue;
    }
    const bool repeated = std::any_of(query_.begin(), query_.end(),
                                      [&](const auto& each) { return each.first == *name; });
    if (repeated) {
      problem(fmt::format("query parameter '{}' is given twice", base::printable(*name, 64)));
      continue;
    }
    query_.emplace_back(*std::move(name), *std::move(value));
  }
}

const std::string& Incoming::path(std::string_view name) const {
  const auto found = std::find_if(path_.begin(), path_.end(),
                                  [&](const auto& each) { return each.first == name; });
  BERTH_CHECK(found != path_.end());  // the route's pattern and its reader disagree
  return found->second;
}

std::string Incoming::query(std::string_view name) {
  query_known_.emplace_back(name);
  for (const auto& [each, value] : query_) {
    if (each == name) return value;
  }
  return {};
}

bool Incoming::query_flag(std::string_view name) {
  const std::string value = query(name);
  if (value.empty() || value == "false") return false;
  if (value == "true") return true;
  problem(fmt::format("query parameter '{}': expected true or false", name));
  return false;
}

std::uint32_t Incoming::query_number(std::string_view name, std::uint32_t min, std::uint32_t max) {
  const std::string text = query(name);
  if (text.empty()) return 0;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number < min || number > max) {
    problem(
        fmt::format("query parameter '{}': expected a whole number from {} to {}", name, min, max));
  }
  return number;
}

domain::Page Incoming::page() {
  domain::Page page;
  page.cursor = query("cursor");
  page.limit = query_number("limit", 1, kPageLimitMax);
  return page;
}

domain::Precondition Incoming::precondition() {
  if_match_read_ = true;
  const std::string* header = request_.header("if-match");
  if (header == nullptr || *header == "*") return std::nullopt;
  const std::optional<std::uint64_t> version = version_of(*header);
  if (!version) problem("If-Match: expected one ETag as it was answered, such as \"3\", or *");
  return version;
}

void Incoming::parse_body() {
  if (request_.body.empty()) {
    fatal_ = Error{ErrorKind::kInvalid, "the body is empty", "send a JSON object, such as {}"};
    return;
  }
  JsonLimits limits;
  limits.bytes_max = body_bytes_max_;
  Result<boost::json::object> object = parse_json_object(request_.body, limits);
  ::explicit_bzero(request_.body.data(), request_.body.size());  // it may have held keys
  request_.body.clear();
  if (object) {
    object_ = *std::move(object);
  } else {
    fatal_ = std::move(object).error();
  }
}

Body& Incoming::body() {
  if (!body_) {
    parse_body();
    body_.emplace(object_, problems_);
  }
  return *body_;
}

Result<void> Incoming::finish() {
  if (fatal_) return Fail(*std::move(fatal_));
  if (body_) body_->fields.finish();
  if (!body_ && !request_.body.empty()) problem("this route takes no body");
  if (!if_match_read_ && request_.header("if-match") != nullptr) {
    problem("this route takes no If-Match");
  }
  for (const auto& [name, value] : query_) {
    const auto known = std::find(query_known_.begin(), query_known_.end(), name);
    if (known != query_known_.end()) continue;
    std::string hint;
    if (query_known_.empty()) {
      hint = "this route takes none";
    } else if (const auto near = base::nearest(name, query_known_)) {
      hint = fmt::format("did you mean '{}'?", *near);
    } else {
      hint = fmt::format("known: {}", fmt::join(query_known_, ", "));
    }
    problem(fmt::format("unknown query parameter '{}'; {}", base::printable(name, 64), hint));
  }
  if (!problems_.empty()) return Fail(to_error(problems_));
  return {};
}

}  // namespace berth::dialects::admin
