// Which part of a board's image is measured: between names that the linker put into it, taken from
// the linker's map as the boards' own tool does, or from the symbols of the ELF file (dice-x509.md
// §2.2). Only riot_core and riot_fw count; the rest of an image may change freely.
//
// Room factory. All three files are anything: truncated, foreign, hostile. Thread rule: pure
// functions; what they return points into what they were given.
#pragma once

#include "base/result.h"
#include "factory/riot_identity.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace berth::factory {

inline constexpr std::size_t kImageBytesMax = 16U * 1024 * 1024;
inline constexpr std::size_t kMapBytesMax = 64U * 1024 * 1024;
inline constexpr std::size_t kElfBytesMax = 64U * 1024 * 1024;

struct BoardRegion {  // addresses, without the last
  std::uint64_t start = 0;
  std::uint64_t stop = 0;
};

struct BoardLayout {
  std::uint64_t flash_origin = 0;  // address of the image's first byte
  std::uint64_t flash_bytes = 0;   // 0: not known
  BoardRegion core;
  BoardRegion firmware;
  MeasuredCode built = {};  // the same parts in the ELF file; empty when it was a map
};

// The last line with a name wins, and the first number in it. kInvalid names what is missing or
// cannot be; kTooLarge.
Result<BoardLayout> read_board_map(std::string_view map);

// ELF of 32 or 64 bits, little-endian, with its symbols. The image begins where the first section
// that is loaded is put, as `objcopy -O binary` writes it. Errors as above.
Result<BoardLayout> read_board_elf(std::span<const std::uint8_t> elf);

// The measured parts of an image (.bin). kInvalid when the image ends before them, is larger than
// the flash, or differs from the ELF file; kTooLarge.
Result<MeasuredCode> measured_code(const BoardLayout& layout, std::span<const std::uint8_t> image);

// What the readers have in common: whether the two parts are there and in the flash.
Result<BoardLayout> checked_layout(const BoardLayout& layout);

}  // namespace berth::factory
