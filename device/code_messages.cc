#include "device/code_messages.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <charconv>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownMax = 200;
constexpr std::size_t kTextMax = 512;
constexpr unsigned kDepthMax = 8;

std::string request(const HttpTarget& target, std::string_view line, std::string_view headers,
                    std::string_view body) {
  std::string whole(line);
  whole += " HTTP/1.1\r\nHost: " + host_and_port(target) + "\r\nUser-Agent: berth-device\r\n";
  whole.append("Accept: application/json, text/plain, text/html\r\n").append(headers);
  if (!body.empty()) {
    whole += "Content-Type: application/json\r\n";
    whole += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return whole.append("\r\n").append(body);
}

std::string claim_request(const HttpTarget& target, const Claim& claim, std::string_view body) {
  const std::string headers = "Authorization: Bearer " + std::string(claim.token.text()) + "\r\n";
  return request(target, "POST /claim/" + std::string(claim.id), headers, body);
}

// Nothing: the body is no JSON object.
std::optional<json::object> object_of(std::string_view body) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// Empty: there is no such text, or it is too long to be one.
std::string text(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  const json::string* const found = value == nullptr ? nullptr : value->if_string();
  if (found == nullptr || found->size() > kTextMax) return {};
  return std::string(*found);
}

// What the server says of it, in its own words.
std::string said(const HttpReply& reply) {
  const std::optional<json::object> problem = object_of(reply.body);
  if (!problem) return {};
  const std::string detail = text(*problem, "detail");
  return base::printable(detail.empty() ? text(*problem, "title") : detail, kShownMax);
}

}  // namespace

std::string pickup_request(const HttpTarget& target, const Secret& pickup) {
  return request(target, "POST /pickup", "", R"({"pickup":")" + std::string(pickup.text()) + "\"}");
}

std::string number_request(const HttpTarget& target, std::uint32_t number) {
  return request(target, "GET /numeric?numeric=" + std::to_string(number), "", "");
}

std::string claim_request_with_csr(const HttpTarget& target, const Claim& claim,
                                   std::string_view csr_pem) {
  return claim_request(target, claim, json::serialize(json::object{{"csr", csr_pem}}));
}

std::string claim_request_with_key(const HttpTarget& target, const Claim& claim,
                                   const Secret& key_base64) {
  return claim_request(target, claim,
                       R"({"symmetricKey":")" + std::string(key_base64.text()) + "\"}");
}

Error refused(const HttpTarget& target, const HttpReply& reply) {
  const std::string where = host_and_port(target);
  const std::string words = said(reply);
  const std::string behind = words.empty() ? "" : ": " + words;
  switch (reply.status) {
    case 404:
      return {ErrorKind::kNotFound,
              where + " knows no such code: it was mistyped, used before, or has expired",
              "ask for a new code"};
    case 429:
      return {ErrorKind::kTooMany, where + " takes no more tries for now" + behind,
              "wait a few minutes"};
    case 400:
    case 422:
      return {ErrorKind::kInvalid, where + " did not accept the request" + behind,
              "ask for a new code"};
    case 401:
    case 403:
    case 409:
      return {ErrorKind::kForbidden, where + " refused the code" + behind, "ask for a new code"};
    default:
      return {ErrorKind::kUnavailable,
              where + " answered HTTP " + std::to_string(reply.status) + behind,
              "check that this server gives out codes"};
  }
}

Error unreachable(const HttpTarget& target, const RegistrationError& error) {
  return {ErrorKind::kUnavailable,
          "asking " + host_and_port(target) + " failed: " + base::printable(error.what, kShownMax),
          error.trouble == Trouble::kTls ? "name the server's CA with --ca"
                                         : "check that the server runs, and that host and port "
                                           "are its"};
}

Result<Secret> picked_up_code(std::string_view body) {
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  const std::optional<json::object> object = object_of(body);
  if (object && object->contains("code")) {
    const json::string* const code = object->at("code").if_string();
    if (code != nullptr) return Secret::from_text({code->data(), code->size()});
  }
  if (body.empty()) {
    return Fail(ErrorKind::kUnavailable, "the server's answer is empty", "ask for a new code");
  }
  return Secret::from_text(body);
}

Result<RedeemedDevice> read_claim_answer(std::string_view body, const CodeServer& from) {
  const std::optional<json::object> object = object_of(body);
  RedeemedDevice device;
  if (object) {
    device.device_id = text(*object, "registrationId");
    if (device.device_id.empty()) device.device_id = text(*object, "deviceId");
    device.id_scope = text(*object, "scopeId");
    device.model_id = text(*object, "modelId");
    device.hub_hint = text(*object, "hubHint");
  }
  if (device.device_id.empty() || device.id_scope.empty()) {
    return Fail(ErrorKind::kUnavailable,
                "the server's answer to the claim names no device and scope",
                "look for the device at the server: the claim is used up");
  }
  device.service = from;
  const std::string endpoint = text(*object, "endpoint");
  if (!endpoint.empty()) {
    BERTH_TRY(device.service, read_code_server(endpoint));
  }
  return device;
}

Result<CodeServer> read_code_server(std::string_view endpoint) {
  CodeServer server;
  std::string_view host = endpoint;
  const std::size_t colon = endpoint.rfind(':');
  const bool is_bare_address = !endpoint.starts_with('[') && endpoint.find(':') != colon;
  const bool has_port =
      colon != endpoint.npos && endpoint.find(']', colon) == endpoint.npos && !is_bare_address;
  bool is_well = true;
  if (has_port) {
    const std::string_view digits = endpoint.substr(colon + 1);
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, server.port);
    is_well = read.ec == std::errc() && read.ptr == end && server.port != 0;
    host = endpoint.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  for (const char c : host) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_word && c != '-' && c != '.' && c != ':') is_well = false;
  }
  if (!is_well || host.empty() || host.size() > 253) {
    return Fail(ErrorKind::kInvalid,
                "'" + base::printable(endpoint, kShownMax) + "' names no server",
                "write it as host or host:port");
  }
  server.host = host;
  return server;
}

std::string to_string(const CodeServer& server) {
  return host_and_port({server.host, server.port, false, {}});
}

}  // namespace berth::device
