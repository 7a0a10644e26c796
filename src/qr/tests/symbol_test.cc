// QR symbols and their pictures. That real readers read them is what tests/interop shows; here:
// sizes, limits, and that each picture shows the same modules.
#include "qr/symbol.h"

#include <gtest/gtest.h>
#include <png.h>

namespace berth::qr {
namespace {

// The finder pattern at the corner: seven modules dark, light, three dark, light, dark.
bool has_finder(const Symbol& symbol, unsigned row, unsigned column) {
  for (unsigned i = 0; i < 7; ++i) {
    const bool middle = i != 1 && i != 5;
    if (!symbol.is_dark(row, column + i) || !symbol.is_dark(row + 6, column + i)) return false;
    if (symbol.is_dark(row + 3, column + i) != middle) return false;
  }
  return true;
}

TEST(Symbol, HasTheVersionThatTheStandardGivesTheText) {
  struct Case {
    std::size_t bytes;
    unsigned version;
  };
  // Capacities of byte mode at level M.
  for (const Case& each :
       {Case{14, 1}, Case{15, 2}, Case{213, 10}, Case{214, 11}, Case{408, 15}, Case{412, 15},
        Case{666, 20}, Case{997, 25}, Case{1370, 30}, Case{2331, 40}}) {
    const Result<Symbol> symbol = encode(std::string(each.bytes, 'x'));
    ASSERT_TRUE(symbol) << symbol.error().what;
    EXPECT_EQ(symbol->version, each.version) << each.bytes;
    EXPECT_EQ(symbol->size, 17 + 4 * each.version);
    EXPECT_EQ(symbol->dark.size(), std::size_t{symbol->size} * symbol->size);
    EXPECT_TRUE(has_finder(*symbol, 0, 0));
    EXPECT_TRUE(has_finder(*symbol, 0, symbol->size - 7));
    EXPECT_TRUE(has_finder(*symbol, symbol->size - 7, 0));
  }
}

TEST(Symbol, DigitsAreBytesToo) {  // else 20 digits would fit into version 1
  EXPECT_EQ(encode(std::string(20, '7'))->version, 2U);
}

TEST(Symbol, RefusesWhatDoesNotFit) {
  EXPECT_EQ(encode("").error().kind, ErrorKind::kInvalid);
  const Result<Symbol> refused = encode(std::string(kTextBytesMax + 1, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
  EXPECT_NE(refused.error().what.find("2332"), std::string::npos);
  EXPECT_NE(refused.error().what.find("2331"), std::string::npos);
}

struct Pixels {
  unsigned side = 0;
  std::vector<std::uint8_t> gray = {};
};

Pixels read_png(const base::Bytes& png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  Pixels pixels;
  if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0) return pixels;
  image.format = PNG_FORMAT_GRAY;
  pixels.side = image.width;
  pixels.gray.resize(PNG_IMAGE_SIZE(image));
  EXPECT_EQ(png_image_finish_read(&image, nullptr, pixels.gray.data(), 0, nullptr), 1);
  EXPECT_EQ(image.width, image.height);
  return pixels;
}

TEST(Png, ShowsEachModuleWithAQuietZone) {
  const Symbol symbol = encode("hello").value();
  const Pixels pixels = read_png(to_png(symbol).value());
  ASSERT_EQ(pixels.side, (symbol.size + 8) * 4);
  for (unsigned y = 0; y < pixels.side; ++y) {
    for (unsigned x = 0; x < pixels.side; ++x) {
      const unsigned row = y / 4;
      const unsigned column = x / 4;
      const bool inside =
          row >= 4 && column >= 4 && row < symbol.size + 4 && column < symbol.size + 4;
      const bool dark = inside && symbol.is_dark(row - 4, column - 4);
      ASSERT_EQ(pixels.gray[y * pixels.side + x], dark ? 0 : 255) << x << " " << y;
    }
  }
}

TEST(Png, HasTheSizeThatIsAskedFor) {
  const Symbol symbol = encode("hello").value();
  EXPECT_EQ(read_png(to_png(symbol, {1, 0}).value()).side, symbol.size);
  EXPECT_EQ(read_png(to_png(symbol, {32, 16}).value()).side, (symbol.size + 32) * 32);
  EXPECT_FALSE(to_png(symbol, {0, 4}));
  EXPECT_FALSE(to_png(symbol, {33, 4}));
  EXPECT_FALSE(to_png(symbol, {4, 17}));
  EXPECT_TRUE(data_url(to_png(symbol).value()).starts_with("data:image/png;base64,iVBORw0KGgo"));
}

// The modules that the path of the SVG fills.
std::vector<bool> filled(const std::string& svg, unsigned side) {
  std::vector<bool> dark(std::size_t{side} * side);
  std::size_t at = svg.find("d=\"M", svg.find("#000")) + 3;
  while (svg[at] == 'M') {
    std::size_t used = 0;
    const unsigned long x = std::stoul(svg.substr(at + 1), &used);
    at += 1 + used;
    const unsigned long y = std::stoul(svg.substr(at), &used);
    at += used + 1;  // h
    const unsigned long width = std::stoul(svg.substr(at), &used);
    for (unsigned long i = 0; i < width; ++i) dark.at(y * side + x + i) = true;
    at = svg.find('z', at) + 1;
  }
  return dark;
}

TEST(Svg, ShowsTheSameModules) {
  const Symbol symbol = encode("hello").value();
  const std::string svg = to_svg(symbol).value();
  const unsigned side = symbol.size + 8;
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
  const std::vector<bool> dark = filled(svg, side);
  unsigned count = 0;
  for (unsigned row = 0; row < symbol.size; ++row) {
    for (unsigned column = 0; column < symbol.size; ++column) {
      ASSERT_EQ(dark[(row + 4) * side + column + 4], symbol.is_dark(row, column));
      count += symbol.is_dark(row, column) ? 1 : 0;
    }
  }
  EXPECT_EQ(count, std::count(dark.begin(), dark.end(), true));
  EXPECT_FALSE(to_svg(symbol, 17));
}

TEST(Svg, BringsNoScriptAndNoStyle) {
  const std::string svg = to_svg(encode("<script>").value()).value();
  for (const std::string_view word : {"script", "style", "href"}) {
    EXPECT_EQ(svg.find(word), std::string::npos) << word;
  }
}

// Half blocks back to lines of drawn and empty modules.
std::vector<std::vector<bool>> drawn(const std::string& text) {
  std::vector<std::vector<bool>> rows;
  std::vector<bool> upper;
  std::vector<bool> lower;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.front() == '\x1b') {
      at += rest.find('m') + 1;
      continue;
    }
    if (rest.front() == '\n') {
      rows.push_back(std::exchange(upper, {}));
      rows.push_back(std::exchange(lower, {}));
      at += 1;
      continue;
    }
    const bool full = rest.starts_with("█");
    upper.push_back(full || rest.starts_with("▀"));
    lower.push_back(full || rest.starts_with("▄"));
    at += rest.front() == ' ' ? 1 : 3;
  }
  return rows;
}

TEST(Terminal, ShowsTheSameModulesInEachStyle) {
  const Symbol symbol = encode("hello").value();
  const unsigned side = symbol.size + 8;
  for (const TerminalStyle style :
       {TerminalStyle::kColoured, TerminalStyle::kDark, TerminalStyle::kLight}) {
    const auto rows = drawn(to_terminal(symbol, style));
    ASSERT_EQ(rows.size(), side + side % 2);
    const bool draws_dark = style != TerminalStyle::kDark;
    for (unsigned row = 0; row < rows.size(); ++row) {
      ASSERT_EQ(rows[row].size(), side);
      for (unsigned column = 0; column < side; ++column) {
        const bool inside =
            row >= 4 && column >= 4 && row < symbol.size + 4 && column < symbol.size + 4;
        const bool dark = inside && symbol.is_dark(row - 4, column - 4);
        ASSERT_EQ(rows[row][column], dark == draws_dark) << row << " " << column;
      }
    }
  }
}

TEST(Terminal, SetsAndResetsColoursOnEachLineOnlyWhenAsked) {
  const Symbol symbol = encode("hello").value();
  EXPECT_TRUE(to_terminal(symbol).starts_with("\x1b[30;107m "));
  EXPECT_TRUE(to_terminal(symbol).ends_with("\x1b[0m\n"));
  EXPECT_EQ(to_terminal(symbol, TerminalStyle::kDark).find('\x1b'), std::string::npos);
  EXPECT_EQ(to_terminal(symbol, TerminalStyle::kLight).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace berth::qr
