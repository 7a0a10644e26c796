// QR symbols (ISO/IEC 18004) of texts, and pictures of them: PNG, SVG, and blocks for a terminal.
//
//   Result<qr::Symbol> symbol = qr::encode(code);
//   base::Bytes png = qr::to_png(*symbol);
//
// A picture of a code that holds a key is as secret as the key: who makes one decides where it
// goes.
//
// Room qr. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::qr {

inline constexpr std::size_t kTextBytesMax = 2331;  // version 40, level M, byte mode
inline constexpr unsigned kQuietModules = 4;        // that the standard asks for on each side
inline constexpr unsigned kPixelsPerModule = 4;

// Square; `dark` has size*size entries, row by row.
struct Symbol {
  unsigned version = 1;  // 1 to 40
  unsigned size = 21;    // modules on a side, without the quiet zone
  std::vector<bool> dark = {};

  bool is_dark(unsigned row, unsigned column) const { return dark[row * size + column]; }
};

// Byte mode, error correction level M, the smallest version that fits. kInvalid for an empty text,
// kTooLarge above kTextBytesMax bytes, which the error names.
Result<Symbol> encode(std::string_view text);

struct PictureSize {
  unsigned pixels_per_module = kPixelsPerModule;  // 1 to 32
  unsigned quiet_modules = kQuietModules;         // 0 to 16
};

// Black on white, 8-bit gray. kInvalid for a size out of bounds.
Result<base::Bytes> to_png(const Symbol& symbol, const PictureSize& size = {});
// "data:image/png;base64,…"
std::string data_url(const base::Bytes& png);

// A document of its own with a viewBox and without width or height; black on white, no scripts, no
// styles, so that it may stand in a page under a strict policy.
Result<std::string> to_svg(const Symbol& symbol, unsigned quiet_modules = kQuietModules);

// How a terminal shows it. Readers want dark on light.
enum class TerminalStyle {
  kColoured,  // sets black on white by itself, so it is right on any terminal that knows colours
  kDark,      // only blocks, light ones drawn: for terminals with a dark background
  kLight,     // only blocks, dark ones drawn: for terminals with a light background
};

// Two modules a character, upper and lower half; each line ends with a newline.
std::string to_terminal(const Symbol& symbol, TerminalStyle style = TerminalStyle::kColoured,
                        unsigned quiet_modules = kQuietModules);

}  // namespace berth::qr
