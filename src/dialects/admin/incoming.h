// One request of the admin API while it is being read: path parameters, query, ETag and body, each
// checked as it is taken. What is wrong is collected, and what nobody took is refused at the end,
// so that a misspelled parameter or member never passes in silence.
//
// Room dialects. Holds the request's body only as long as it is being read. Thread rule: one owner.
#pragma once

#include "dialects/json_fields.h"
#include "domain/operations.h"
#include "wire/http.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::dialects::admin {

inline constexpr std::size_t kBodyBytesMax = 96 * 1024;
inline constexpr std::size_t kQueryValueBytesMax = 2048;

// {"scope", "0ne00112233"}, decoded.
using PathParameters = std::vector<std::pair<std::string_view, std::string>>;

// The members of a body. null is told apart from absence: it restores a default.
class Body {
 public:
  Body(const boost::json::object& object, std::vector<JsonProblem>& problems)
      : object_(object), fields(object, JsonPolicy(), problems) {}

  bool is_null(std::string_view name) const;
  // Text; the empty text for null.
  std::optional<std::string> text_or_cleared(std::string_view name, const TextRule& rule = {});
  // An object as JSON text; "{}" for null.
  std::optional<std::string> object_or_cleared(std::string_view name);

 private:
  const boost::json::object& object_;

 public:
  JsonFields fields;
};

class Incoming {
 public:
  Incoming(wire::HttpRequest request, PathParameters parameters,
           std::size_t body_bytes_max = kBodyBytesMax);
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  // A parameter of the route's pattern.
  const std::string& path(std::string_view name) const;

  // Query parameters, percent-decoded; empty or false when absent.
  std::string query(std::string_view name);
  bool query_flag(std::string_view name);
  // 0 when absent.
  std::uint32_t query_number(std::string_view name, std::uint32_t min, std::uint32_t max);
  domain::Page page();

  // From If-Match: one strong ETag, or `*` or no header for none.
  domain::Precondition precondition();

  bool has_body() const { return body_.has_value() || !request_.body.empty(); }
  // The body as a JSON object; an empty one, with a problem noted, when it is something else.
  Body& body();

  void problem(std::string what) { problems_.push_back({"", std::move(what)}); }
  // Everything that was wrong, or that nobody asked for. Call after reading.
  Result<void> finish();

 private:
  void read_query(std::string_view raw);
  void parse_body();

  wire::HttpRequest request_;
  PathParameters path_;
  std::size_t body_bytes_max_;
  std::vector<std::pair<std::string, std::string>> query_;
  std::vector<std::string> query_known_;
  bool if_match_read_ = false;
  boost::json::object object_;
  std::optional<Body> body_;
  std::optional<base::Error> fatal_;  // the body cannot be read at all
  std::vector<JsonProblem> problems_;
};

}  // namespace berth::dialects::admin
