#include "device/progress.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <array>

namespace berth::device {
namespace {

namespace json = boost::json;

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

}  // namespace

std::optional<Progress> read_state(const std::string& body) {
  std::array<unsigned char, 4096> memory{};
  json::monotonic_resource resource(memory.data(), memory.size());
  boost::system::error_code bad;
  const json::value value = json::parse(body, bad, &resource);
  const json::object* object = bad ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  Progress state;
  state.operation_id = text_member(*object, "operationId");
  state.status = text_member(*object, "status");
  const json::value* inner = object->if_contains("registrationState");
  if (inner != nullptr && inner->is_object()) {
    const json::object& registration = inner->get_object();
    state.hub = text_member(registration, "assignedHub");
    state.device_id = text_member(registration, "deviceId");
    state.error = text_member(registration, "errorMessage");
  }
  return state;
}

std::string error_text(const std::string& body) {
  boost::system::error_code bad;
  const json::value value = json::parse(body, bad);
  const json::object* object = bad ? nullptr : value.if_object();
  return base::printable(object == nullptr ? body : text_member(*object, "message"));
}

}  // namespace berth::device
