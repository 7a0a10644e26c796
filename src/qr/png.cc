#include "qr/symbol.h"

#include <png.h>

#include <algorithm>

namespace berth::qr {
namespace {

constexpr unsigned kPixelsMax = 32;
constexpr unsigned kQuietMax = 16;
constexpr std::uint8_t kBlack = 0;
constexpr std::uint8_t kWhite = 255;

// One byte a pixel.
base::Bytes pixels_of(const Symbol& symbol, const PictureSize& size, unsigned side) {
  base::Bytes pixels(static_cast<std::size_t>(side) * side, kWhite);
  const unsigned scale = size.pixels_per_module;
  for (unsigned row = 0; row < symbol.size * scale; ++row) {
    const std::size_t line = static_cast<std::size_t>(row + size.quiet_modules * scale) * side +
                             static_cast<std::size_t>(size.quiet_modules) * scale;
    for (unsigned column = 0; column < symbol.size * scale; ++column) {
      if (symbol.is_dark(row / scale, column / scale)) pixels[line + column] = kBlack;
    }
  }
  return pixels;
}

}  // namespace

Result<base::Bytes> to_png(const Symbol& symbol, const PictureSize& size) {
  if (size.pixels_per_module < 1 || size.pixels_per_module > kPixelsMax ||
      size.quiet_modules > kQuietMax) {
    return Fail(ErrorKind::kInvalid, "a picture of a QR code cannot have this size",
                "use 1 to 32 pixels a module and a quiet zone of at most 16 modules");
  }
  const unsigned side = (symbol.size + 2 * size.quiet_modules) * size.pixels_per_module;
  const base::Bytes pixels = pixels_of(symbol, size, side);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = side;
  image.height = side;
  image.format = PNG_FORMAT_GRAY;
  base::Bytes png(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t written = png.size();
  if (png_image_write_to_memory(&image, png.data(), &written, 0, pixels.data(), 0, nullptr) == 0) {
    return Fail(ErrorKind::kInternal,
                "the picture could not be written: " + std::string(image.message), "report this");
  }
  png.resize(written);
  return png;
}

std::string data_url(const base::Bytes& png) {
  return "data:image/png;base64," + base::base64_encode(png);
}

}  // namespace berth::qr
