#include "factory/board_image.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace berth::factory {
namespace {

constexpr const char* kSameBuild = "give the image and the map (or ELF file) of the same build";

std::string hex(std::uint64_t number) {
  std::array<char, 18> digits{'0', 'x'};
  const auto end = std::to_chars(digits.data() + 2, digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

std::string shown(const BoardRegion& region) {
  return hex(region.start) + " to " + hex(region.stop);
}

Result<void> check_region(const BoardLayout& layout, const BoardRegion& region,
                          const std::string& name) {
  if (region.stop <= region.start) {
    return Fail(ErrorKind::kInvalid,
                "the measured part " + name + " ends where it begins, or before: " + shown(region),
                "build the board's project with its own linker script");
  }
  if (region.stop - region.start < kMeasuredBytesMin) {
    return Fail(ErrorKind::kInvalid,
                "the measured part " + name + " has " + std::to_string(region.stop - region.start) +
                    " bytes; fewer than " + std::to_string(kMeasuredBytesMin) + " identify nothing",
                "build a project that registers, so that its code is in the image");
  }
  if (region.start < layout.flash_origin) {
    return Fail(ErrorKind::kInvalid,
                "the measured part " + name + " is at " + shown(region) +
                    ", before the image, which begins at " + hex(layout.flash_origin),
                kSameBuild);
  }
  return {};
}

Result<std::span<const std::uint8_t>> part_of(const BoardLayout& layout, const BoardRegion& region,
                                              std::span<const std::uint8_t> image) {
  const std::uint64_t begin = region.start - layout.flash_origin;
  const std::uint64_t size = region.stop - region.start;
  if (begin <= image.size() && size <= image.size() - begin) return image.subspan(begin, size);
  return Fail(ErrorKind::kInvalid,
              "the image ends at " + hex(layout.flash_origin + image.size()) +
                  ", but measured code is at " + shown(region) +
                  ": it is cut short, or belongs to another build",
              kSameBuild);
}

bool differ(std::span<const std::uint8_t> image, std::span<const std::uint8_t> built) {
  return !built.empty() && !std::ranges::equal(image, built);
}

}  // namespace

Result<BoardLayout> checked_layout(const BoardLayout& layout) {
  if (auto well = check_region(layout, layout.core, "riot_core"); !well) return Fail(well.error());
  if (auto well = check_region(layout, layout.firmware, "riot_fw"); !well) {
    return Fail(well.error());
  }
  return layout;
}

Result<MeasuredCode> measured_code(const BoardLayout& layout, std::span<const std::uint8_t> image) {
  if (image.size() > kImageBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the image has " + std::to_string(image.size()) + " bytes; at most " +
                    std::to_string(kImageBytesMax) + " are read",
                "give the .bin file that is written to the board");
  }
  if (layout.flash_bytes > 0 && image.size() > layout.flash_bytes) {
    return Fail(ErrorKind::kInvalid,
                "the image has " + std::to_string(image.size()) + " bytes, more than the " +
                    std::to_string(layout.flash_bytes) + " of the flash it is linked for",
                kSameBuild);
  }
  BERTH_TRY(const BoardLayout checked, checked_layout(layout));
  MeasuredCode code;
  BERTH_TRY(code.core, part_of(checked, checked.core, image));
  BERTH_TRY(code.firmware, part_of(checked, checked.firmware, image));
  if (differ(code.core, layout.built.core) || differ(code.firmware, layout.built.firmware)) {
    return Fail(ErrorKind::kInvalid,
                "the measured code of the image is not that of the ELF file: they are of two "
                "builds, or the image was changed",
                kSameBuild);
  }
  return code;
}

}  // namespace berth::factory
