#include "factory/board_image.h"

#include "factory/tests/elf_file.h"
#include "factory/tests/riot_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using base::Bytes;
using ::testing::ElementsAreArray;
using testing::ElfFile;
using ::testing::HasSubstr;
using testing::k1_code;
using testing::k1_image;
using testing::k1_map;
using testing::kFlashOrigin;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

ElfFile elf_of(bool wide) {
  ElfFile file;
  file.wide = wide;
  file.image = k1_image();
  return file;
}

std::string map_error(const std::string& map) {
  const auto read = read_board_map(map);
  return read ? "none" : read.error().what;
}
std::string elf_error(const Bytes& elf) {
  const auto read = read_board_elf(elf);
  return read ? "none" : read.error().what;
}

TEST(BoardMap, GivesTheLastAddressOfEachName) {
  const auto layout = read_board_map(k1_map());
  ASSERT_TRUE(layout) << layout.error().what;
  EXPECT_EQ(layout->flash_origin, kFlashOrigin);
  EXPECT_EQ(layout->flash_bytes, 0xf4000U);
  EXPECT_EQ(layout->core.start, kFlashOrigin + 0x100);
  EXPECT_EQ(layout->core.stop, kFlashOrigin + 0x200);
  EXPECT_EQ(layout->firmware.start, kFlashOrigin + 0x200);
  EXPECT_EQ(layout->firmware.stop, kFlashOrigin + 0x340);
}

TEST(BoardMap, FindsFlashByItsTwelveSpacesAlone) {
  EXPECT_THAT(map_error(replaced(k1_map(), "FLASH            0x", "FLASH           0x")),
              HasSubstr("no line with `FLASH"));
  const std::string other = "FLASH 0x1\n" + k1_map() + "x FLASH           0x0000000000000001\n";
  EXPECT_EQ(read_board_map(other)->flash_origin, kFlashOrigin);
  const std::string twice = k1_map() + "FLASH            0x000000000800b000 0x1000 xr\n";
  EXPECT_EQ(read_board_map(twice)->flash_origin, 0x0800b000U);
}

TEST(BoardMap, ReadsLinesWithReturnsAndWithoutAnEnd) {
  std::string map;
  for (const char c : k1_map()) map += c == '\n' ? std::string("\r\n") : std::string(1, c);
  map.resize(map.size() - 2);
  EXPECT_TRUE(read_board_map(map));
}

TEST(BoardMap, NamesWhatIsMissing) {
  EXPECT_THAT(map_error(""), HasSubstr("`FLASH"));
  EXPECT_THAT(map_error("FLASH            0x800c000"), HasSubstr("`__start_riot_core = .`"));
  for (const char* name : {"__stop_riot_core = .", "__start_riot_fw = .", "__stop_riot_fw = ."}) {
    EXPECT_THAT(map_error(replaced(k1_map(), name, "elsewhere = .")), HasSubstr(name));
  }
  EXPECT_THAT(map_error(replaced(k1_map(), "0x000000000800c340", "0x0000000000000000")),
              HasSubstr("`__stop_riot_fw = .`"));
  EXPECT_THAT(map_error(replaced(k1_map(), "0x000000000800c340", "0x1000000000800c340")),
              HasSubstr("`__stop_riot_fw = .`"));
}

TEST(BoardMap, RefusesPartsThatCannotBe) {
  EXPECT_THAT(map_error(replaced(k1_map(), "0x000000000800c340", "0x000000000800c200")),
              HasSubstr("riot_fw ends where it begins, or before: 0x800c200 to 0x800c200"));
  EXPECT_THAT(map_error(replaced(k1_map(), "0x000000000800c340", "0x000000000800c207")),
              HasSubstr("riot_fw has 7 bytes"));
  EXPECT_EQ(map_error(replaced(k1_map(), "0x000000000800c340", "0x000000000800c208")), "none");
  EXPECT_THAT(map_error(replaced(k1_map(), "FLASH            0x000000000800c000",
                                 "FLASH            0x000000000800c101")),
              HasSubstr("riot_core is at 0x800c100 to 0x800c200, before the image"));
}

TEST(BoardElf, GivesWhatTheMapOfTheSameBuildGives) {
  for (const bool wide : {false, true}) {
    const Bytes file = elf_of(wide).bytes();
    const auto layout = read_board_elf(file);
    ASSERT_TRUE(layout) << layout.error().what;
    EXPECT_EQ(layout->flash_origin, kFlashOrigin);
    EXPECT_EQ(layout->core.start, kFlashOrigin + 0x100);
    EXPECT_EQ(layout->core.stop, kFlashOrigin + 0x200);
    EXPECT_EQ(layout->firmware.start, kFlashOrigin + 0x200);
    EXPECT_EQ(layout->firmware.stop, kFlashOrigin + 0x340);
    const Bytes image = k1_image();
    EXPECT_THAT(layout->built.core, ElementsAreArray(k1_code(image).core));
    EXPECT_THAT(layout->built.firmware, ElementsAreArray(k1_code(image).firmware));
  }
}

TEST(BoardElf, RefusesWhatIsNoneOrAnotherKind) {
  EXPECT_THAT(elf_error({}), HasSubstr("no ELF file"));
  EXPECT_THAT(elf_error(k1_image()), HasSubstr("no ELF file"));
  Bytes big = elf_of(false).bytes();
  big[5] = 2;
  EXPECT_THAT(elf_error(big), HasSubstr("little-endian"));
  big[5] = 1;
  big[4] = 3;
  EXPECT_THAT(elf_error(big), HasSubstr("32 or 64 bits"));
}

TEST(BoardElf, RefusesEveryFileThatIsCutShort) {
  for (const bool wide : {false, true}) {
    const Bytes file = elf_of(wide).bytes();
    for (std::size_t size = 0; size < file.size(); size += size < 0x200 ? 1 : 37) {
      EXPECT_NE(elf_error(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))),
                "none")
          << size;
    }
  }
}

TEST(BoardElf, NamesTheSymbolThatIsMissingOrThereTwice) {
  ElfFile file = elf_of(false);
  file.symbols.pop_back();
  EXPECT_THAT(elf_error(file.bytes()), HasSubstr("has no symbol __stop_riot_fw"));
  file.symbols.emplace_back("__stop_riot_fw_", 0x0800C340);
  file.symbols.emplace_back("___stop_riot_fw", 0x0800C340);
  EXPECT_THAT(elf_error(file.bytes()), HasSubstr("has no symbol __stop_riot_fw"));
  file.symbols.emplace_back("__stop_riot_fw", 0x0800C340);
  EXPECT_EQ(elf_error(file.bytes()), "none");
  file.symbols.emplace_back("__stop_riot_fw", 0x0800C344);
  EXPECT_THAT(elf_error(file.bytes()), HasSubstr("has two symbols __stop_riot_fw"));
}

TEST(BoardElf, RefusesHeadersThatPointOutside) {
  // e_phoff, e_shoff, e_shentsize, e_shnum of the narrow class.
  const Bytes file = elf_of(false).bytes();
  for (const std::size_t at : {28U, 32U, 46U, 48U}) {
    Bytes changed = file;
    changed[at] = 0xff;
    changed[at + 1] = 0xff;
    EXPECT_THAT(elf_error(changed), HasSubstr("the ELF file")) << at;
  }
  Bytes many = file;
  many[44] = 129;
  EXPECT_THAT(elf_error(many), HasSubstr("the ELF file"));
}

TEST(MeasuredCode, IsThePartOfTheImageBetweenTheNames) {
  const Bytes image = k1_image();
  const auto code = measured_code(*read_board_map(k1_map()), image);
  ASSERT_TRUE(code) << code.error().what;
  EXPECT_THAT(code->core, ElementsAreArray(k1_code(image).core));
  EXPECT_THAT(code->firmware, ElementsAreArray(k1_code(image).firmware));
}

TEST(MeasuredCode, RefusesAnImageThatIsCutShort) {
  Bytes image = k1_image();
  image.resize(0x340);
  EXPECT_TRUE(measured_code(*read_board_map(k1_map()), image));
  image.resize(0x33f);
  const auto refused = measured_code(*read_board_map(k1_map()), image);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("the image ends at 0x800c33f"));
  EXPECT_FALSE(measured_code(*read_board_map(k1_map()), {}));
}

TEST(MeasuredCode, RefusesAnImageThatDoesNotFitTheFlash) {
  Bytes image = k1_image();
  image.resize(0xf4000);
  EXPECT_TRUE(measured_code(*read_board_map(k1_map()), image));
  image.resize(0xf4001);
  EXPECT_FALSE(measured_code(*read_board_map(k1_map()), image));
  image.resize(kImageBytesMax + 1);
  const auto huge = measured_code(*read_board_map(k1_map()), image);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().kind, ErrorKind::kTooLarge);
}

TEST(MeasuredCode, RefusesAnImageOfAnotherBuildThanTheElfFile) {
  const Bytes file = elf_of(false).bytes();
  const auto layout = read_board_elf(file);
  Bytes image = k1_image();
  EXPECT_TRUE(measured_code(*layout, image));
  image[0x33f] ^= 1U;
  const auto refused = measured_code(*layout, image);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("not that of the ELF file"));
  image[0x33f] ^= 1U;
  image[0x340] ^= 1U;  // not measured
  EXPECT_TRUE(measured_code(*layout, image));
}

TEST(MeasuredCode, SurvivesAddressesAtTheEndOfTheWorld) {
  BoardLayout layout;
  layout.core = {0xfffffffffffffff0U, 0xfffffffffffffffeU};
  layout.firmware = layout.core;
  EXPECT_FALSE(measured_code(layout, k1_image()));
  layout.flash_origin = 0xfffffffffffffff0U;
  EXPECT_TRUE(measured_code(layout, k1_image()));
}

}  // namespace
}  // namespace berth::factory
