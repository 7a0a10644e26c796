// What a write does to one section of a twin: merge patch or whole replacement, the metadata that
// mirrors the document, the version, and every limit of azure-iot-hub.md §6.
//
// Room hub. Thread rule: pure functions over texts.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/reason.h"
#include "domain/twin.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::hub {

enum class Section { kTags, kDesired, kReported };
std::string_view to_string(Section section);  // "tags"

inline constexpr std::size_t kTagsSizeMax = std::size_t{8} * 1024;
inline constexpr std::size_t kPropertiesSizeMax = std::size_t{32} * 1024;
inline constexpr std::size_t kTwinValueSizeMax = std::size_t{4} * 1024;
inline constexpr std::size_t kTwinKeyBytesMax = 1024;
inline constexpr std::size_t kTwinDepthMax = 10;  // levels of objects below the section itself
// Of a request and of a document as text, whatever the rules of counting leave out of its size.
inline constexpr std::size_t kTwinTextBytesMax = std::size_t{256} * 1024;

// kDocumentInvalid or kDocumentTooLarge, and one sentence for the one who wrote it.
struct DocumentFault {
  domain::Reason reason = domain::Reason::kDocumentInvalid;
  std::string detail;
};

struct SectionWrite {
  Section section = Section::kReported;
  std::string_view text;  // a JSON object; "$version" and "$metadata" in it are ignored
  bool replaces = false;  // else it is merged: null deletes, arrays and scalars replace
  TimePoint at;
  bool whole_members = false;  // of what is merged, each member of the section is taken whole
};

struct SectionWritten {
  domain::TwinSection section;  // version one higher; tags have no metadata
  // What a client that merges must hear to hold the same document: the patch, or the whole new
  // document with what vanished as nulls.
  std::string told;
};

// All or nothing.
Result<SectionWritten, DocumentFault> write_section(const domain::TwinSection& current,
                                                    const SectionWrite& write);

// The section of a twin that nobody has written yet: version 1, everything stamped with `at`.
// A document that cannot be read counts as empty.
domain::TwinSection first_section(Section section, std::string_view document, TimePoint at);

}  // namespace berth::hub
