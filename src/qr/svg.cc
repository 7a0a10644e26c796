#include "qr/symbol.h"

namespace berth::qr {
namespace {

constexpr unsigned kQuietMax = 16;

// Each run of dark modules of a row as one rectangle of a path: "M4 5h7v1h-7z".
std::string path_of(const Symbol& symbol, unsigned quiet) {
  std::string path;
  for (unsigned row = 0; row < symbol.size; ++row) {
    for (unsigned column = 0; column < symbol.size; ++column) {
      if (!symbol.is_dark(row, column)) continue;
      const unsigned start = column;
      while (column < symbol.size && symbol.is_dark(row, column)) ++column;
      const std::string run = std::to_string(column - start);
      path += "M" + std::to_string(start + quiet) + " " + std::to_string(row + quiet) + "h" + run +
              "v1h-" + run + "z";
    }
  }
  return path;
}

}  // namespace

Result<std::string> to_svg(const Symbol& symbol, unsigned quiet_modules) {
  if (quiet_modules > kQuietMax) {
    return Fail(ErrorKind::kInvalid, "the quiet zone of a QR code is too wide",
                "use at most 16 modules");
  }
  const std::string side = std::to_string(symbol.size + 2 * quiet_modules);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
         "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
         "H0z\"/><path fill=\"#000\" d=\"" + path_of(symbol, quiet_modules) + "\"/></svg>\n";
}

}  // namespace berth::qr
