#include "store/rocksdb/wal_reader.h"

#include <boost/crc.hpp>

#include <optional>
#include <string_view>

namespace berth::store::rocksdb {
namespace {

constexpr std::size_t kBlockBytes = 32 * 1024;
constexpr std::size_t kHeaderBytes = 7;           // CRC 4, length 2, type 1
constexpr std::size_t kRecycledHeaderBytes = 11;  // and the number of the log, 4
constexpr std::size_t kRecordBytesLimit = 256 * 1024 * 1024;

enum Type : std::uint8_t { kZero = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };
constexpr std::uint8_t kRecycled = 4;  // what the types of a recycled log are higher
constexpr std::uint8_t kTypeMax = 8;

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

// CRCs are stored rotated, because CRCs of data with CRCs in it are weak.
std::uint32_t stored_form(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  }
  return value;
}

struct Fragment {
  std::uint8_t type = kZero;
  std::string_view payload;
  std::size_t size = 0;  // with its header
};

// Nothing when there is no whole fragment at the beginning of `block`.
std::optional<Fragment> read_fragment(std::string_view block) {
  if (block.size() < kHeaderBytes) return std::nullopt;
  Fragment fragment;
  fragment.type = static_cast<std::uint8_t>(block[6]);
  const std::size_t length = little_endian(block.substr(4, 2));
  if (fragment.type == kZero || fragment.type > kTypeMax) return std::nullopt;
  const bool recycled = fragment.type > kRecycled;
  const std::size_t header = recycled ? kRecycledHeaderBytes : kHeaderBytes;
  fragment.size = header + length;
  if (fragment.size > block.size()) return std::nullopt;
  Crc32c crc;
  crc.process_bytes(block.data() + 6, fragment.size - 6);
  if (stored_form(crc.checksum()) != little_endian(block.substr(0, 4))) return std::nullopt;
  if (recycled) fragment.type = static_cast<std::uint8_t>(fragment.type - kRecycled);
  fragment.payload = block.substr(header, length);
  return fragment;
}

bool is_blank(std::string_view block) { return block.find_first_not_of('\0') == block.npos; }

class Assembly {
 public:
  explicit Assembly(const std::function<bool(const std::string&)>& each) : each_(each) {}

  // False when the reader wants no more.
  bool add(const Fragment& fragment) {
    const bool begins = fragment.type == kFull || fragment.type == kFirst;
    if (begins == open_) ++left_out_;  // one without an end, or one without a beginning
    if (!begins && !open_) return true;
    if (begins) record_.clear();
    record_.append(fragment.payload);
    open_ = fragment.type == kFirst || fragment.type == kMiddle;
    if (record_.size() > kRecordBytesLimit) lose();
    return open_ || each_(record_);
  }
  void lose() {
    open_ = false;
    record_.clear();
    ++left_out_;
  }
  std::uint64_t left_out() const { return left_out_; }

 private:
  const std::function<bool(const std::string&)>& each_;
  std::string record_;
  bool open_ = false;
  std::uint64_t left_out_ = 0;
};

}  // namespace

std::uint64_t read_wal(std::istream& in,
                       const std::function<bool(const std::string& record)>& each) {
  Assembly assembly(each);
  std::string buffer(kBlockBytes, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    std::string_view block(buffer.data(), static_cast<std::size_t>(in.gcount()));
    const bool last = block.size() < kBlockBytes;
    while (const std::optional<Fragment> fragment = read_fragment(block)) {
      if (!assembly.add(*fragment)) return assembly.left_out();
      block.remove_prefix(fragment->size);
    }
    const bool is_trailer = block.size() < kHeaderBytes || is_blank(block);
    const bool torn_end = last;
    if (!is_trailer && !torn_end) assembly.lose();
  }
  return assembly.left_out();
}

}  // namespace berth::store::rocksdb
