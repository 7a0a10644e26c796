#include "dialects/cloudplugs/json_out.h"

#include "base/codec.h"

#include <fmt/format.h>

namespace berth::dialects::cloudplugs {

std::string quoted(std::string_view text) {
  const std::string safe = base::is_utf8(text) ? "" : base::printable(text, text.size());
  std::string out = "\"";
  for (const char c : safe.empty() ? text : std::string_view(safe)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return json(name, quoted(value));
}

JsonObject& JsonObject::json(std::string_view name, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += quoted(name);
  text_ += ':';
  text_ += json;
  return *this;
}

std::string json_array(const std::vector<std::string>& elements) {
  return fmt::format("[{}]", fmt::join(elements, ","));
}

std::string text_array(const std::vector<std::string>& texts) {
  std::vector<std::string> elements;
  elements.reserve(texts.size());
  for (const std::string& each : texts) elements.push_back(quoted(each));
  return json_array(elements);
}

}  // namespace berth::dialects::cloudplugs
