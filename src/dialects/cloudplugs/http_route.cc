#include "dialects/cloudplugs/http_route.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/record_filter.h"

#include <optional>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::string_view kRoot = "/iot";
constexpr std::string_view kDevice = "/iot/device";
constexpr std::string_view kData = "/iot/data";
constexpr std::string_view kChannel = "/iot/channel";

// The path itself or something below it.
bool is_at(std::string_view path, std::string_view place) {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

// A POST says here what it is, because its client cannot send that method, or not with a body.
std::string_view method_of(const wire::HttpRequest& request) {
  if (request.method != "POST") return request.method;
  const std::string* override_with = request.header("x-http-method-override");
  if (override_with == nullptr) return request.method;
  if (base::equals_ignoring_case(*override_with, "PATCH")) return "PATCH";
  if (base::equals_ignoring_case(*override_with, "DELETE")) return "DELETE";
  return request.method;
}

std::optional<std::string> decoded(std::string_view raw) {
  std::optional<std::string> text = base::percent_decode(raw);
  if (!text || !base::is_utf8(*text) || text->find('\0') != std::string::npos) return std::nullopt;
  return text;
}

Route wrong_method(std::string_view allow) {
  Route route;
  route.operation = Operation::kWrongMethod;
  route.allow = allow;
  return route;
}

Route malformed(std::string_view what) {
  Route route;
  route.operation = Operation::kMalformedPath;
  route.what = what;
  return route;
}

Route to(Operation operation) {
  Route route;
  route.operation = operation;
  return route;
}

Route devices_route(std::string_view method) {
  if (method == "POST") return to(Operation::kEnrollByPost);
  if (method == "PUT") return to(Operation::kEnrollController);
  if (method == "DELETE") return to(Operation::kUnenroll);
  return wrong_method("POST, PUT, DELETE");
}

Operation device_operation(std::string_view method) {
  if (method == "GET") return Operation::kReadDevice;
  if (method == "PATCH") return Operation::kEditDevice;
  if (method == "DELETE") return Operation::kReleaseControl;
  return Operation::kWrongMethod;
}

Operation properties_operation(std::string_view method) {
  if (method == "GET") return Operation::kReadProperties;
  if (method == "PATCH") return Operation::kEditProperties;
  return Operation::kWrongMethod;
}

Operation property_operation(std::string_view method) {
  if (method == "GET") return Operation::kReadProperty;
  if (method == "PATCH") return Operation::kWriteProperty;
  if (method == "DELETE") return Operation::kDeleteProperty;
  return Operation::kWrongMethod;
}

// `rest` is what follows "/iot/device/". Names of properties may have slashes that nobody escaped.
Route device_route(std::string_view method, std::string_view rest) {
  const std::size_t slash = rest.find('/');
  const std::optional<std::string> id = decoded(rest.substr(0, slash));
  std::optional<std::string> device = parse_device_id(id.value_or(""));
  if (!device) return malformed("expected a Plug-ID: dev- and 24 hex digits");
  Route route;
  route.device = *std::move(device);
  if (slash == std::string_view::npos) {
    route.operation = device_operation(method);
    if (route.operation == Operation::kWrongMethod) return wrong_method("GET, PATCH, DELETE");
    return route;
  }
  std::optional<std::string> name = decoded(rest.substr(slash + 1));
  if (!name) return malformed("the property's name is not percent-encoded UTF-8");
  const bool all = name->empty();
  route.operation = all ? properties_operation(method) : property_operation(method);
  if (route.operation == Operation::kWrongMethod) {
    return wrong_method(all ? "GET, PATCH" : "GET, PATCH, DELETE");
  }
  route.name = *std::move(name);
  return route;
}

Operation data_operation(std::string_view method) {
  if (method == "PUT") return Operation::kPublish;
  if (method == "GET") return Operation::kReadRecords;
  if (method == "DELETE") return Operation::kDeleteRecords;
  return Operation::kWrongMethod;
}

// `rest` is what follows "/iot/data" or "/iot/channel", with its slash.
Route records_route(Operation operation, std::string_view rest) {
  std::optional<std::string> mask = decoded(rest.empty() ? rest : rest.substr(1));
  if (!mask) return malformed("the channel is not percent-encoded UTF-8");
  Route route = to(operation);
  const bool reads = operation == Operation::kReadRecords || operation == Operation::kListChannels;
  route.mask = reads ? lenient_mask(*std::move(mask)) : *std::move(mask);
  return route;
}

}  // namespace

bool is_our_path(std::string_view path) { return is_at(path, kRoot); }

wire::BodyRules body_rules_of(const wire::HttpRequest& header) {
  wire::BodyRules rules;
  const bool data = is_at(header.path, kData);
  if (header.method == "PUT" && data) rules.bytes_max = kBodyBytesMax;
  rules.unframed_delete = header.method == "DELETE" && (data || is_at(header.path, kDevice));
  return rules;
}

Route route_of(const wire::HttpRequest& request) {
  const std::string_view method = method_of(request);
  const std::string_view path = request.path;
  if (path == kDevice || path == "/iot/device/") return devices_route(method);
  if (is_at(path, kDevice)) return device_route(method, path.substr(kDevice.size() + 1));
  if (is_at(path, kData)) {
    const Operation operation = data_operation(method);
    if (operation == Operation::kWrongMethod) return wrong_method("PUT, GET, DELETE");
    return records_route(operation, path.substr(kData.size()));
  }
  if (is_at(path, kChannel)) {
    if (method != "GET") return wrong_method("GET");
    return records_route(Operation::kListChannels, path.substr(kChannel.size()));
  }
  return {};
}

}  // namespace berth::dialects::cloudplugs
