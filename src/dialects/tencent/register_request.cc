#include "dialects/tencent/register_request.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace berth::dialects::tencent {
namespace {

constexpr std::size_t kDepthMax = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What a device sends that took the content type at its word.
bool looks_like_a_form(std::string_view body) {
  const std::size_t equals = body.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         body.substr(0, equals).find_first_of("{[\"") == std::string_view::npos;
}

}  // namespace

Result<boost::json::object> read_body(std::string_view body) {
  Result<boost::json::object> object =
      parse_json_object(body, {.bytes_max = kBodyBytesMax, .depth_max = kDepthMax});
  if (object || body.size() > kBodyBytesMax || !looks_like_a_form(body)) return object;
  return Fail(ErrorKind::kInvalid, "the body is a form; it must be JSON");
}

domain::Membership read_names(JsonFields& fields, const NameMembers& members) {
  fields.require(members.product);
  fields.require(members.device);
  domain::Membership membership;
  membership.group =
      fields.text(members.product, {.size_min = kProductIdBytes, .size_max = kProductIdBytes})
          .value_or("");
  membership.member =
      fields.text(members.device, {.size_min = 1, .size_max = kDeviceNameBytesMax}).value_or("");
  return membership;
}

RegisterRequest malformed(domain::Membership membership, const Fault& fault, std::string what) {
  return {std::move(membership), {}, domain::MalformedEvidence{std::move(what)}, fault};
}

std::string_view host_without_port(std::string_view host) {
  if (!host.starts_with('[')) return host.substr(0, host.find(':'));
  const std::size_t end = host.find(']');
  return end == std::string_view::npos ? host : host.substr(1, end - 1);
}

std::optional<std::int64_t> read_digits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace berth::dialects::tencent
