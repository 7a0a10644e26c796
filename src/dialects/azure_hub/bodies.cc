#include "dialects/azure_hub/bodies.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace berth::dialects::azure_hub {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Between the braces, without blanks at the ends; empty when it is no object.
std::string_view members_of(std::string_view object) {
  const std::size_t first = object.find_first_not_of(kBlanks);
  const std::size_t last = object.find_last_not_of(kBlanks);
  if (first == last || first == std::string_view::npos) return {};
  if (object[first] != '{' || object[last] != '}') return {};
  const std::string_view inside = object.substr(first + 1, last - first - 1);
  const std::size_t begin = inside.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return inside.substr(begin, inside.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::string with_version(std::string_view object, std::uint64_t version) {
  const std::string_view members = members_of(object);
  return fmt::format("{{{}{}\"$version\":{}}}", members, members.empty() ? "" : ",", version);
}

std::string twin_body(const domain::Twin& twin) {
  return fmt::format("{{\"desired\":{},\"reported\":{}}}",
                     with_version(twin.desired.document, twin.desired.version),
                     with_version(twin.reported.document, twin.reported.version));
}

std::string error_body(const ErrorBody& error) {
  boost::json::object body;
  body["errorCode"] = error.code;
  body["trackingId"] = error.tracking_id;
  body["message"] = error.message;
  body["info"] = boost::json::object();
  body["timestampUtc"] = base::format_utc(error.at, 3);
  return boost::json::serialize(body);
}

}  // namespace berth::dialects::azure_hub
