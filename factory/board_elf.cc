// The symbols of an ELF file (System V ABI, chapter 4) in the place of the linker's map: where the
// measured parts are, where the image begins, and what was built there.
#include "factory/board_image.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace berth::factory {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kSegmentsMax = 128;
constexpr std::uint64_t kLoad = 1;       // PT_LOAD
constexpr std::uint64_t kSymbols = 2;    // SHT_SYMTAB
constexpr std::uint64_t kNoBits = 8;     // SHT_NOBITS
constexpr std::uint64_t kAllocated = 2;  // SHF_ALLOC
constexpr std::uint64_t kUndefined = 0;  // SHN_UNDEF

auto invalid(std::string what) {
  return Fail(ErrorKind::kInvalid, "the ELF file " + std::move(what),
              "give the .elf file that the linker wrote for this board, not stripped");
}

struct Segment {
  std::uint64_t offset = 0;
  std::uint64_t address = 0;  // where its code believes to be
  std::uint64_t load = 0;     // where it is put
  std::uint64_t bytes = 0;    // in the file
};

struct Section {
  std::uint64_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t link = 0;
  std::uint64_t entry_bytes = 0;
};

// Where things are in the headers of either class.
struct Shape {
  bool wide = false;  // 64 bits
  std::size_t header() const { return wide ? 64 : 52; }
  std::size_t segment() const { return wide ? 56 : 32; }
  std::size_t section() const { return wide ? 64 : 40; }
  std::size_t symbol() const { return wide ? 24 : 16; }
};

class File {
 public:
  File(View bytes, Shape shape) : bytes_(bytes), shape_(shape) {}

  const Shape& shape() const { return shape_; }
  // Nothing outside the file.
  std::optional<View> part(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return std::nullopt;
    return bytes_.subspan(at, size);
  }
  static std::uint64_t number(View bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8U | bytes[at + i - 1];
    return value;
  }
  // A field that has the width of the class, and another place in each.
  std::uint64_t word(View bytes, std::size_t narrow_at, std::size_t wide_at) const {
    return shape_.wide ? number(bytes, wide_at, 8) : number(bytes, narrow_at, 4);
  }
  std::uint64_t small(View bytes, std::size_t narrow_at, std::size_t wide_at,
                      std::size_t size) const {
    return number(bytes, shape_.wide ? wide_at : narrow_at, size);
  }

 private:
  View bytes_;
  Shape shape_;
};

struct Table {
  View bytes;
  std::size_t count = 0;
};

// One of the two tables that the file's header points to.
Result<Table> table_of(const File& file, std::uint64_t at, std::uint64_t entry_bytes,
                       std::uint64_t count, std::size_t wanted_bytes) {
  const auto bytes = file.part(at, count * wanted_bytes);
  if (count > 0 && (entry_bytes != wanted_bytes || !bytes)) {
    return invalid("is cut short, or its headers cannot be");
  }
  return Table{bytes.value_or(View()), static_cast<std::size_t>(count)};
}

Result<std::vector<Segment>> segments_of(const File& file, View header) {
  const std::size_t size = file.shape().segment();
  BERTH_TRY(const Table table,
            table_of(file, file.word(header, 28, 32), file.small(header, 42, 54, 2),
                     file.small(header, 44, 56, 2), size));
  if (table.count > kSegmentsMax) return invalid("has more segments than any board's");
  std::vector<Segment> found;
  for (std::size_t i = 0; i < table.count; ++i) {
    const View one = table.bytes.subspan(i * size, size);
    if (File::number(one, 0, 4) != kLoad) continue;
    found.push_back({file.word(one, 4, 8), file.word(one, 8, 16), file.word(one, 12, 24),
                     file.word(one, 16, 32)});
  }
  return found;
}

Result<std::vector<Section>> sections_of(const File& file, View header) {
  const std::size_t size = file.shape().section();
  BERTH_TRY(const Table table,
            table_of(file, file.word(header, 32, 40), file.small(header, 46, 58, 2),
                     file.small(header, 48, 60, 2), size));
  std::vector<Section> found;
  for (std::size_t i = 0; i < table.count; ++i) {
    const View one = table.bytes.subspan(i * size, size);
    found.push_back({File::number(one, 4, 4), file.word(one, 8, 8), file.word(one, 12, 16),
                     file.word(one, 16, 24), file.word(one, 20, 32), file.small(one, 24, 40, 4),
                     file.word(one, 36, 56)});
  }
  return found;
}

// `objcopy -O binary` begins with the lowest section that has bytes to load, at its load address.
// The segments alone would mislead: the first often begins with the file's own headers.
std::optional<std::uint64_t> image_origin(std::span<const Section> sections,
                                          std::span<const Segment> segments) {
  std::optional<std::uint64_t> lowest;
  for (const Section& section : sections) {
    const bool is_loaded =
        (section.flags & kAllocated) != 0 && section.type != kNoBits && section.bytes > 0;
    if (!is_loaded) continue;
    const auto in = std::ranges::find_if(segments, [&](const Segment& segment) {
      return section.offset >= segment.offset && section.offset - segment.offset < segment.bytes;
    });
    const std::uint64_t at =
        in == segments.end() ? section.address : in->load + (section.offset - in->offset);
    if (!lowest || at < *lowest) lowest = at;
  }
  return lowest;
}

struct Wanted {
  std::string_view name;
  std::uint64_t* value;
  bool found = false;
};

// Whether the text at `at` is exactly this name with its end.
bool is_name(View strings, std::uint64_t at, std::string_view name) {
  if (at >= strings.size() || strings.size() - at <= name.size()) return false;
  const View text = strings.subspan(at, name.size() + 1);
  return std::equal(name.begin(), name.end(), text.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }) &&
         text.back() == 0;
}

// A name with two values is refused: no map's "last line" decides here.
Result<void> note_symbol(std::span<Wanted> wanted, View strings, std::uint64_t name_at,
                         std::uint64_t value) {
  for (Wanted& each : wanted) {
    if (!is_name(strings, name_at, each.name)) continue;
    if (each.found && *each.value != value) {
      return invalid("has two symbols " + std::string(each.name));
    }
    *each.value = value;
    each.found = true;
  }
  return {};
}

Result<void> read_symbols(const File& file, std::span<const Section> sections,
                          std::span<Wanted> wanted) {
  const auto table = std::ranges::find(sections, kSymbols, &Section::type);
  if (table == sections.end()) return invalid("has no symbols");
  const std::size_t size = file.shape().symbol();
  const auto symbols = file.part(table->offset, table->bytes);
  const auto strings = table->link < sections.size()
                           ? file.part(sections[table->link].offset, sections[table->link].bytes)
                           : std::nullopt;
  if (!symbols || !strings || table->entry_bytes != size) {
    return invalid("is cut short, or its symbols cannot be");
  }
  for (std::size_t at = 0; symbols->size() - at >= size; at += size) {
    const View one = symbols->subspan(at, size);
    if (file.small(one, 14, 6, 2) == kUndefined) continue;
    auto noted = note_symbol(wanted, *strings, File::number(one, 0, 4), file.word(one, 4, 8));
    if (!noted) return noted;
  }
  for (const Wanted& each : wanted) {
    if (!each.found) return invalid("has no symbol " + std::string(each.name));
  }
  return {};
}

View built_at(const File& file, std::span<const Segment> segments, const BoardRegion& region) {
  const std::uint64_t size = region.stop - region.start;
  for (const Segment& segment : segments) {
    const bool covers = region.start >= segment.address &&
                        region.start - segment.address <= segment.bytes &&
                        size <= segment.bytes - (region.start - segment.address);
    if (!covers) continue;
    const std::uint64_t at = segment.offset + (region.start - segment.address);
    if (at < segment.offset) continue;
    return file.part(at, size).value_or(View());
  }
  return {};
}

Result<File> opened(View elf) {
  constexpr std::array<std::uint8_t, 4> kMagic{0x7f, 'E', 'L', 'F'};
  if (elf.size() > kElfBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the ELF file has " + std::to_string(elf.size()) + " bytes; at most " +
                    std::to_string(kElfBytesMax) + " are read",
                "give the .elf file of the board's project");
  }
  if (elf.size() < 16 || !std::ranges::equal(elf.first(4), kMagic)) {
    return Fail(ErrorKind::kInvalid, "this is no ELF file",
                "give the .elf file that the linker wrote for this board");
  }
  if ((elf[4] != 1 && elf[4] != 2) || elf[5] != 1) {
    return invalid("is of a kind no board has: 32 or 64 bits and little-endian are read");
  }
  return File(elf, Shape{elf[4] == 2});
}

}  // namespace

Result<BoardLayout> read_board_elf(View elf) {
  BERTH_TRY(const File file, opened(elf));
  const auto header = file.part(0, file.shape().header());
  if (!header) return invalid("is cut short");
  BERTH_TRY(const std::vector<Segment> segments, segments_of(file, *header));
  BERTH_TRY(const std::vector<Section> sections, sections_of(file, *header));
  BoardLayout layout;
  Wanted wanted[] = {{"__start_riot_core", &layout.core.start},
                     {"__stop_riot_core", &layout.core.stop},
                     {"__start_riot_fw", &layout.firmware.start},
                     {"__stop_riot_fw", &layout.firmware.stop}};
  if (auto read = read_symbols(file, sections, wanted); !read) return Fail(read.error());
  const std::optional<std::uint64_t> origin = image_origin(sections, segments);
  if (!origin) return invalid("has nothing that is loaded");
  layout.flash_origin = *origin;
  BERTH_TRY(layout, checked_layout(layout));
  layout.built.core = built_at(file, segments, layout.core);
  layout.built.firmware = built_at(file, segments, layout.firmware);
  return layout;
}

}  // namespace berth::factory
