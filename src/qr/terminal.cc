#include "qr/symbol.h"

#include <algorithm>

namespace berth::qr {
namespace {

constexpr unsigned kQuietMax = 16;
constexpr std::string_view kBlackOnWhite = "\x1b[30;107m";
constexpr std::string_view kPlain = "\x1b[0m";

// Drawn are the parts that the text colour fills.
std::string_view block(bool upper_drawn, bool lower_drawn) {
  if (upper_drawn) return lower_drawn ? "█" : "▀";
  return lower_drawn ? "▄" : " ";
}

}  // namespace

std::string to_terminal(const Symbol& symbol, TerminalStyle style, unsigned quiet_modules) {
  const unsigned quiet = std::min(quiet_modules, kQuietMax);
  const unsigned side = symbol.size + 2 * quiet;
  const auto is_dark = [&](unsigned row, unsigned column) {
    const bool inside = row >= quiet && row < quiet + symbol.size && column >= quiet &&
                        column < quiet + symbol.size;
    return inside && symbol.is_dark(row - quiet, column - quiet);
  };
  const bool draws_dark = style != TerminalStyle::kDark;
  std::string text;
  for (unsigned row = 0; row < side; row += 2) {
    if (style == TerminalStyle::kColoured) text += kBlackOnWhite;
    for (unsigned column = 0; column < side; ++column) {
      text += block(is_dark(row, column) == draws_dark, is_dark(row + 1, column) == draws_dark);
    }
    if (style == TerminalStyle::kColoured) text += kPlain;
    text += '\n';
  }
  return text;
}

}  // namespace berth::qr
