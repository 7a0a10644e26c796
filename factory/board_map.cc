// The linker's map, line by line (dice-x509.md §2.2).
#include "factory/board_image.h"

#include <charconv>
#include <optional>
#include <string>

namespace berth::factory {
namespace {

// Twelve spaces: the line of the memory configuration, and no other that has the word.
constexpr std::string_view kFlash = "FLASH            0x";

// The number behind the first "0x" of the text, and what follows it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::size_t at = text.find("0x");
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + 2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

struct Wanted {
  std::string_view text;
  std::uint64_t* value;
  bool found = false;
};

void read_line(std::string_view line, std::span<Wanted> wanted, std::uint64_t& flash_bytes) {
  for (Wanted& each : wanted) {
    if (line.find(each.text) == line.npos) continue;
    std::string_view rest = line;
    const std::optional<std::uint64_t> number = take_number(rest);
    if (!number) continue;
    *each.value = *number;
    each.found = true;
    if (each.text == kFlash) flash_bytes = take_number(rest).value_or(0);
  }
}

}  // namespace

Result<BoardLayout> read_board_map(std::string_view map) {
  if (map.size() > kMapBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the map has " + std::to_string(map.size()) + " bytes; at most " +
                    std::to_string(kMapBytesMax) + " are read",
                "give the .map file of the linker");
  }
  BoardLayout layout;
  Wanted wanted[] = {{kFlash, &layout.flash_origin},
                     {"__start_riot_core = .", &layout.core.start},
                     {"__stop_riot_core = .", &layout.core.stop},
                     {"__start_riot_fw = .", &layout.firmware.start},
                     {"__stop_riot_fw = .", &layout.firmware.stop}};
  while (!map.empty()) {
    const std::size_t end = map.find('\n');
    read_line(map.substr(0, end), wanted, layout.flash_bytes);
    map = end == map.npos ? std::string_view() : map.substr(end + 1);
  }
  for (const Wanted& each : wanted) {
    if (each.found && *each.value != 0) continue;
    return Fail(ErrorKind::kInvalid,
                "the map has no line with `" + std::string(each.text) + "` and an address",
                "give the .map file that the linker wrote for this board; another board's or an "
                "unfinished one does not have it");
  }
  return checked_layout(layout);
}

}  // namespace berth::factory
