// The admin API as verbs see it: paths and JSON in, JSON out, refusals as Failures that carry the
// server's own words.
//
// Room cli. Thread rule: belongs to one run.
#pragma once

#include "cli/failure.h"
#include "cli/transport.h"

#include <boost/json/value.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::cli {

namespace json = boost::json;

// "/api/v1/a/b%20c" of {"a", "b c"}.
std::string path_of(std::initializer_list<std::string_view> parts);

// Adds "?a=b&c=d", encoded; empty values are left out.
std::string with_query(std::string path,
                       const std::vector<std::pair<std::string, std::string>>& query);

struct Answer {
  std::string text;  // exactly as sent
  json::value value;
};

class Api {
 public:
  Api(std::unique_ptr<Transport> transport, std::string url)
      : transport_(std::move(transport)), url_(std::move(url)) {}

  Try<Answer> get(const std::string& target);
  Try<Answer> post(const std::string& target, const json::value& body,
                   std::optional<std::string> etag = {});
  Try<Answer> patch(const std::string& target, const json::value& body,
                    std::optional<std::string> etag);
  Try<Answer> put(const std::string& target, const json::value& body,
                  std::optional<std::string> etag);
  Try<void> remove(const std::string& target, std::optional<std::string> etag);
  // The body of the answer piece by piece, until it ends or `pieces` says so.
  Try<void> follow(const std::string& target, std::function<bool(std::string_view)> pieces);
  // A POST without a body.
  Try<Answer> act(const std::string& target, std::optional<std::string> etag);

  Transport& transport() { return *transport_; }
  const std::string& url() const { return url_; }

 private:
  Try<Answer> call(HttpCall call);

  std::unique_ptr<Transport> transport_;
  std::string url_;
};

// Reading answers: the member as text, "" when it is absent or null.
std::string member_text(const json::value& value, std::string_view name);
const json::value* member(const json::value& value, std::string_view name);

}  // namespace berth::cli
