#include "hub/twin_rules.h"

#include "base/codec.h"
#include "hub/json_text.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace berth::hub {
namespace {

namespace json = boost::json;

// Characters of UTF-8 text, control characters (C0, DEL, C1) aside. C1 is U+0080..U+009F:
// C2 80..9F.
std::size_t text_size(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F || (byte & 0xC0) == 0x80) continue;
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (!c1) ++count;
  }
  return count;
}

std::size_t object_size(const json::object& object) {
  std::size_t size = 0;
  for (const auto& member : object) {
    size += text_size(view(member.key())) + twin_size(member.value());
  }
  return size;
}

std::size_t array_size(const json::array& array) {
  std::size_t size = 0;
  for (const json::value& element : array) size += twin_size(element);
  return size;
}

bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) return true;
  }
  return false;
}

std::string shown(std::string_view path) { return base::printable(path, 120); }

// What is wrong with a key; empty when nothing is.
std::string key_fault(std::string_view key) {
  if (key.empty()) return "an empty key";
  if (key.size() > kTwinKeyBytesMax) {
    return fmt::format("a key of {} bytes; at most {}", key.size(), kTwinKeyBytesMax);
  }
  if (has_control_character(key)) return "a key with a control character";
  if (key.find_first_of(".$ ") != std::string_view::npos) {
    return fmt::format("the key '{}': keys hold no '.', '$' or space", shown(key));
  }
  return {};
}

class Checker {
 public:
  explicit Checker(Section section) : section_(section) {}

  Result<void, DocumentFault> object(const json::object& object, const std::string& path,
                                     std::size_t depth) const {
    if (depth > kTwinDepthMax) {
      return invalid(path, fmt::format("nested deeper than {} levels", kTwinDepthMax));
    }
    for (const auto& member : object) {
      Result<void, DocumentFault> valid = this->member(member, path, depth);
      if (!valid) return valid;
    }
    return {};
  }

 private:
  Result<void, DocumentFault> member(const json::key_value_pair& member, const std::string& path,
                                     std::size_t depth) const {
    const std::string_view key = view(member.key());
    std::string fault = key_fault(key);
    if (!fault.empty()) return invalid(path, fault);
    const std::string here = path + '.' + std::string(key);
    if (member.value().is_object()) return object(member.value().get_object(), here, depth + 1);
    const std::size_t size = twin_size(member.value());
    if (size > kTwinValueSizeMax) {
      return Fail(DocumentFault{
          domain::Reason::kDocumentTooLarge,
          fmt::format("{}: a value of size {}; at most {}", shown(here), size, kTwinValueSizeMax)});
    }
    if (member.value().is_array()) return array(member.value().get_array(), here, depth);
    return {};
  }

  // Elements are no levels; objects in them are. The reader bounds how deep arrays nest.
  Result<void, DocumentFault> array(const json::array& array, const std::string& path,
                                    std::size_t depth) const {
    for (const json::value& element : array) {
      Result<void, DocumentFault> valid;
      if (element.is_object()) valid = object(element.get_object(), path, depth + 1);
      if (element.is_array()) valid = this->array(element.get_array(), path, depth);
      if (!valid) return valid;
    }
    return {};
  }

  Result<void, DocumentFault> invalid(const std::string& path, const std::string& what) const {
    return Fail(
        DocumentFault{domain::Reason::kDocumentInvalid,
                      fmt::format("{}: {}", shown(path.empty() ? section_name() : path), what)});
  }
  std::string section_name() const { return std::string(to_string(section_)); }

  const Section section_;
};

}  // namespace

std::size_t twin_size(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      return object_size(value.get_object());
    case json::kind::array:
      return array_size(value.get_array());
    case json::kind::string:
      return text_size(view(value.get_string()));
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return 8;
    case json::kind::bool_:
    case json::kind::null:
      return 4;
  }
  return 0;
}

Result<void, DocumentFault> check_members(Section section, const json::object& object) {
  return Checker(section).object(object, std::string(to_string(section)), 0);
}

Result<void, DocumentFault> check_size(Section section, const json::object& document) {
  const std::size_t size_max = section == Section::kTags ? kTagsSizeMax : kPropertiesSizeMax;
  const std::size_t size = object_size(document);
  if (size <= size_max) return {};
  return Fail(DocumentFault{
      domain::Reason::kDocumentTooLarge,
      fmt::format("{} would have a size of {}; at most {}", to_string(section), size, size_max)});
}

}  // namespace berth::hub
