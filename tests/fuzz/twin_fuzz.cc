// rooms: hub
// Writes of twins: the first byte says which section and whether it is replaced, every line after
// it is one write of the same section, one after the other. Each is refused whole, or makes a
// section within its limits, one version higher, with metadata that mirrors it; and whoever holds
// the section as it was and merges what was told holds it as it is.
#include "base/check.h"
#include "hub/json_text.h"
#include "hub/twin_document.h"
#include "hub/twin_rules.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

namespace json = boost::json;
using berth::domain::TwinSection;
using berth::hub::Section;
using berth::hub::SectionWrite;

const berth::TimePoint kNow = berth::base::from_unix_micros(1'767'225'600'000'000);

json::object object_of(std::string_view text) {
  const auto value = berth::hub::read_json(text, {.bytes_max = text.size(), .any_integer = true});
  BERTH_CHECK(value && value->is_object() && "what is kept can be read");
  return value->get_object();
}

void check_mirror(const json::object& document, const json::object& metadata) {
  BERTH_CHECK(metadata.contains("$lastUpdated") && "every node is stamped");
  std::size_t stamps = metadata.contains("$lastUpdatedVersion") ? 2 : 1;
  BERTH_CHECK((metadata.size() == document.size() + stamps) && "metadata has the same members");
  for (const auto& member : document) {
    const json::value* node = metadata.if_contains(member.key());
    BERTH_CHECK((node != nullptr && node->is_object()) && "every member has metadata");
    const json::object none;
    const json::object* inside = member.value().if_object();
    check_mirror(inside != nullptr ? *inside : none, node->get_object());
  }
}

void check_written(const TwinSection& before, const berth::hub::SectionWritten& written,
                   Section section) {
  const TwinSection& after = written.section;
  const json::object document = object_of(after.document);
  BERTH_CHECK((after.version == before.version + 1) && "the version grows by one");
  BERTH_CHECK((after.document.size() <= berth::hub::kTwinTextBytesMax) && "the text is bounded");
  BERTH_CHECK(berth::hub::check_size(section, document).has_value() && "the size is bounded");
  if (section != Section::kTags) check_mirror(document, object_of(after.metadata));

  const auto heard = berth::hub::write_section(before, {section, written.told, false, kNow});
  BERTH_CHECK(heard.has_value() && "what is told can be merged");
  BERTH_CHECK((object_of(heard->section.document) == document) && "and tells everything");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto section = static_cast<Section>(data[0] % 3);
  const bool replaces = data[0] % 2 != 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  TwinSection current = berth::hub::first_section(section, "{}", kNow);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const auto written = berth::hub::write_section(current, {section, line, replaces, kNow});
    if (!written) {
      BERTH_CHECK((!written.error().detail.empty()) && "a refusal says why");
      continue;
    }
    check_written(current, *written, section);
    current = written->section;
  }
  return 0;
}
