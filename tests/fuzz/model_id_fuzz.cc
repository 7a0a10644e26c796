// rooms: domain
// Model ids: what one rule accepts, every wider rule accepts too, and nothing that could break out
// of a topic, a path or a shell is ever accepted.
#include "domain/model_id.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::domain;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool required = check_dtmi(text, {.versions = DtmiVersions::kRequired}).has_value();
  const bool minor = check_dtmi(text, {.versions = DtmiVersions::kMinor}).has_value();
  const bool any = check_dtmi(text, {}).has_value();
  const bool system = check_dtmi(text, {.system_segments = true}).has_value();
  BERTH_CHECK((!required || minor) && "a version of one part is one of two at most");
  BERTH_CHECK((!minor || any) && "a version may be there where it may be absent");
  BERTH_CHECK((!any || system) && "ids of users are among all ids");
  const bool named = check_model_id(text).has_value();
  if (named || system) {
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    BERTH_CHECK((printable) && "ids are printable ASCII without blanks");
    BERTH_CHECK((text.size() <= kElementIdSizeMax) && "and bounded");
  }
  if (named) BERTH_CHECK((text.size() <= kUrnSizeMax) && "those of templates more so");
  return 0;
}
