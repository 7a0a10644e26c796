// rooms: factory
// A board's image with the linker's map or the ELF file: whatever they hold, reading them ends, and
// what is measured lies in the image where the layout says, and is what the ELF file has there.
// The input: M or E, two bytes of the image's size, the image, the map or the ELF file.
#include "factory/board_image.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace {

using berth::Result;
using berth::factory::BoardLayout;
using berth::factory::BoardRegion;
using View = std::span<const std::uint8_t>;

constexpr std::size_t kHead = 3;

void check_region(const BoardLayout& layout, const BoardRegion& region) {
  BERTH_CHECK(region.start >= layout.flash_origin);
  BERTH_CHECK(region.stop > region.start);
  BERTH_CHECK(region.stop - region.start >= berth::factory::kMeasuredBytesMin);
}

struct Part {
  const BoardRegion& region;
  View measured;
  View built;
};

void check_part(const BoardLayout& layout, View image, const Part& part) {
  BERTH_CHECK(part.measured.size() == part.region.stop - part.region.start);
  BERTH_CHECK(part.measured.data() == image.data() + (part.region.start - layout.flash_origin));
  BERTH_CHECK(part.measured.data() + part.measured.size() <= image.data() + image.size());
  BERTH_CHECK(part.built.empty() || std::ranges::equal(part.measured, part.built));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kHead) return 0;
  const View input(data, size);
  const std::size_t wanted = input[1] | static_cast<std::size_t>(input[2]) << 8U;
  const View image = input.subspan(kHead, std::min(wanted, size - kHead));
  const View rest = input.subspan(kHead + image.size());
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  const Result<BoardLayout> layout =
      input[0] == 'M' ? berth::factory::read_board_map(text) : berth::factory::read_board_elf(rest);
  if (!layout) return 0;
  check_region(*layout, layout->core);
  check_region(*layout, layout->firmware);
  const auto code = berth::factory::measured_code(*layout, image);
  if (!code) return 0;
  check_part(*layout, image, {layout->core, code->core, layout->built.core});
  check_part(*layout, image, {layout->firmware, code->firmware, layout->built.firmware});
  return 0;
}
