// Little binary writer and reader for records of the log: varints, fixed numbers, texts with a
// length in front.
//
// Room store/rocksdb. The reader never reads past its end: the first thing that does not fit makes
// ok() false, and everything after it reads as zero or empty.
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::store::rocksdb {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void fixed(std::uint64_t value) {  // big-endian, so that keys sort as numbers
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(value >> shift));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }

 private:
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  // Whether everything was read, and nothing beyond.
  bool done() const { return ok_ && in_.empty(); }
  std::size_t left() const { return in_.size(); }

  std::uint8_t byte() {
    if (in_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  std::uint64_t fixed() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }
  // Only the shortest spelling of a number is one.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      const std::uint64_t part = next & 0x7f;
      if ((shift == 63 && part > 1) || (shift > 0 && next == 0)) return fail();
      value |= part << shift;
      if (next < 0x80) return value;
    }
    return fail();
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > in_.size()) {
      fail();
      return {};
    }
    const std::string_view value = in_.substr(0, size);
    in_.remove_prefix(size);
    return value;
  }

 private:
  std::uint8_t fail() {
    ok_ = false;
    in_ = {};
    return 0;
  }

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace berth::store::rocksdb
