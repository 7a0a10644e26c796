#include "dialects/azure_dps/http_route.h"

#include "base/codec.h"

#include <boost/container/static_vector.hpp>

#include <optional>

namespace berth::dialects::azure_dps {
namespace {

using base::equals_ignoring_case;

// Enough for an id that is too long to be refused with a trail; beyond, it is noise.
constexpr std::size_t kSegmentBytesMax = 512;
constexpr std::size_t kSegmentsMax = 8;

template <class Text>
using Segments = boost::container::static_vector<Text, kSegmentsMax>;

// Raw segments of "/a/b/c"; a trailing slash adds none. Empty when there are too many.
Segments<std::string_view> split_path(std::string_view path) {
  Segments<std::string_view> segments;
  if (path.empty() || path.front() != '/') return segments;
  path.remove_prefix(1);
  while (!path.empty()) {
    if (segments.size() == kSegmentsMax) return {};
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return segments;
}

// Every segment decoded once, or nothing when one is broken or too long.
std::optional<Segments<std::string>> decode(const Segments<std::string_view>& raw) {
  Segments<std::string> decoded;
  for (const std::string_view segment : raw) {
    std::optional<std::string> text = base::percent_decode(segment);
    if (!text || text->size() > kSegmentBytesMax) return std::nullopt;
    decoded.push_back(*std::move(text));
  }
  return decoded;
}

NoRoute not_allowed(std::string_view allow) { return {wrong_method(), allow}; }

}  // namespace

bool is_device_path(std::string_view path) {
  const Segments<std::string_view> segments = split_path(path);
  if (segments.size() < 2 || segments[0].empty()) return false;
  const std::optional<std::string> second = base::percent_decode(segments[1]);
  return second && equals_ignoring_case(*second, "registrations");
}

std::variant<Route, NoRoute> find_route(std::string_view method, std::string_view path) {
  std::optional<Segments<std::string>> segments = decode(split_path(path));
  if (!segments) return NoRoute{bad_request("Invalid request path"), ""};
  const std::size_t count = segments->size();
  // 405 is also how the service answers a missing id (§1.6).
  if (count < 3 || (*segments)[2].empty()) return not_allowed("");

  Route route;
  route.scope = std::move((*segments)[0]);
  route.registration_id = std::move((*segments)[2]);
  if (count == 3) {
    route.operation = Operation::kLookUp;
    if (method != "POST") return not_allowed("POST");
    return route;
  }
  if (count == 4 && equals_ignoring_case((*segments)[3], "register")) {
    route.operation = Operation::kRegister;
    if (method != "PUT") return not_allowed("PUT");
    return route;
  }
  if (count == 5 && equals_ignoring_case((*segments)[3], "operations")) {
    route.operation = Operation::kPoll;
    route.operation_id = std::move((*segments)[4]);
    if (method != "GET") return not_allowed("GET");
    return route;
  }
  return NoRoute{no_such_route(), ""};  // among them the device update drafts of 2026
}

}  // namespace berth::dialects::azure_dps
