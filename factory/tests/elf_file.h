// ELF files for tests, of either class: headers, one segment with an image, one section of it, and
// symbols. The segment begins with the file's own headers, as linkers like to do it.
//
// Room factory, tests. Thread rule: plain values.
#pragma once

#include "base/codec.h"

#include <string>
#include <utility>
#include <vector>

namespace berth::factory::testing {

struct ElfFile {
  bool wide = false;
  std::uint64_t origin = 0x0800C000;
  base::Bytes image;
  std::vector<std::pair<std::string, std::uint64_t>> symbols = {{"__start_riot_core", 0x0800C100},
                                                                {"__stop_riot_core", 0x0800C200},
                                                                {"__start_riot_fw", 0x0800C200},
                                                                {"__stop_riot_fw", 0x0800C340}};

  base::Bytes bytes() const;
};

namespace elf {

inline void put(base::Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// A number and its size.
using Fields = std::vector<std::pair<std::uint64_t, std::size_t>>;
inline void put(base::Bytes& out, const Fields& fields) {
  for (const auto& [value, size] : fields) put(out, value, size);
}

struct Section {
  std::uint64_t type, flags, address, offset, bytes, link, entry_bytes;
};
inline void put(base::Bytes& out, const Section& s, std::size_t word) {
  put(out, {{0, 4}, {s.type, 4}, {s.flags, word}, {s.address, word}, {s.offset, word}});
  put(out, {{s.bytes, word}, {s.link, 4}, {0, 4}, {1, word}, {s.entry_bytes, word}});
}

}  // namespace elf

inline base::Bytes ElfFile::bytes() const {
  const std::size_t word = wide ? 8 : 4;
  const std::size_t header = wide ? 64 : 52;
  const std::size_t segment = wide ? 56 : 32;
  const std::size_t section = wide ? 64 : 40;
  const std::size_t symbol = wide ? 24 : 16;
  constexpr std::uint64_t kImageAt = 0x200;
  std::string names(1, '\0');
  base::Bytes table(symbol, 0);
  for (const auto& [name, value] : symbols) {
    const elf::Fields narrow{{names.size(), 4}, {value, 4}, {0, 4}, {0x10, 2}, {1, 2}};
    const elf::Fields broad{{names.size(), 4}, {0x10, 2}, {1, 2}, {value, 8}, {0, 8}};
    elf::put(table, wide ? broad : narrow);
    names.append(name).append(1, '\0');
  }
  const std::uint64_t table_at = kImageAt + image.size();
  const std::uint64_t names_at = table_at + table.size();
  const std::uint64_t sections_at = names_at + names.size();
  base::Bytes out{0x7f, 'E', 'L', 'F', static_cast<std::uint8_t>(wide ? 2 : 1), 1, 1};
  out.resize(16);
  elf::put(out, {{2, 2}, {wide ? 62U : 40U, 2}, {1, 4}, {origin, word}, {header, word}});
  elf::put(out, {{sections_at, word}, {0, 4}, {header, 2}, {segment, 2}, {1, 2}, {section, 2}});
  elf::put(out, {{4, 2}, {3, 2}});
  const std::uint64_t load = origin - kImageAt;
  const std::uint64_t loaded = kImageAt + image.size();
  elf::put(out, wide ? elf::Fields{{1, 4}, {5, 4}, {0, 8}, {load, 8}, {load, 8}, {loaded, 8}}
                     : elf::Fields{{1, 4}, {0, 4}, {load, 4}, {load, 4}, {loaded, 4}});
  elf::put(out, wide ? elf::Fields{{loaded, 8}, {0x1000, 8}}
                     : elf::Fields{{loaded, 4}, {5, 4}, {0x1000, 4}});
  out.resize(kImageAt);
  out.insert(out.end(), image.begin(), image.end());
  out.insert(out.end(), table.begin(), table.end());
  out.insert(out.end(), names.begin(), names.end());
  elf::put(out, elf::Section{}, word);
  elf::put(out, elf::Section{1, 6, origin, kImageAt, image.size(), 0, 0}, word);
  elf::put(out, elf::Section{2, 0, 0, table_at, table.size(), 3, symbol}, word);
  elf::put(out, elf::Section{3, 0, 0, names_at, names.size(), 0, 0}, word);
  return out;
}

}  // namespace berth::factory::testing
