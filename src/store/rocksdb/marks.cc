#include "store/rocksdb/marks.h"

#include "store/rocksdb/bytes.h"
#include "store/rocksdb/open.h"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <utility>

namespace berth::store::rocksdb {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSlotBytes = 512;  // one sector: written whole or not at all
constexpr std::size_t kSlotsMax = 16'384;

std::uint32_t checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string encode_slot(const std::string& hub, const Marks& marks) {
  std::string body;
  ByteWriter out(body);
  out.text(hub);
  out.text(encode_marks(marks));
  std::string slot;
  ByteWriter whole(slot);
  whole.fixed(checksum(body));
  whole.text(body);
  return slot.size() <= kSlotBytes ? slot : std::string();
}

std::optional<std::pair<std::string, Marks>> decode_slot(std::string_view slot) {
  ByteReader whole(slot);
  const std::uint64_t sum = whole.fixed();
  const std::string_view body = whole.text();
  if (!whole.ok() || body.empty() || checksum(body) != sum) return std::nullopt;
  ByteReader in(body);
  const std::string_view hub = in.text();
  std::optional<Marks> marks = decode_marks(in.text());
  if (!in.done() || !marks) return std::nullopt;
  return std::pair(std::string(hub), *std::move(marks));
}

}  // namespace

std::string encode_marks(const Marks& marks) {
  std::string bytes;
  ByteWriter out(bytes);
  out.byte(kVersion);
  out.fixed(marks.generation);
  out.fixed(marks.ordinal);
  out.varint(marks.family);
  out.varint(marks.sequences.size());
  for (const std::uint64_t each : marks.sequences) out.varint(each);
  return bytes;
}

std::optional<Marks> decode_marks(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.byte() != kVersion) return std::nullopt;
  Marks marks;
  marks.generation = in.fixed();
  marks.ordinal = in.fixed();
  const std::uint64_t family = in.varint();
  marks.family = static_cast<std::uint32_t>(family);
  const std::uint64_t partitions = in.varint();
  if (!in.ok() || marks.family != family || partitions == 0 || partitions > kPartitionsMax)
    return std::nullopt;
  marks.sequences.resize(partitions);
  for (std::uint64_t& each : marks.sequences) each = in.varint();
  if (!in.done()) return std::nullopt;
  return marks;
}

void raise(Marks& marks, const Marks& by) {
  marks.ordinal = std::max(marks.ordinal, by.ordinal);
  const std::size_t count = std::min(marks.sequences.size(), by.sequences.size());
  for (std::size_t i = 0; i < count; ++i) {
    marks.sequences[i] = std::max(marks.sequences[i], by.sequences[i]);
  }
}

Result<MarksFile> MarksFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("telemetry log: cannot open '{}': {}", path, ::strerror(errno)),
                "let the server's user read and write it");
  }
  MarksFile file(descriptor);
  file.load();
  return file;
}

MarksFile::MarksFile(MarksFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      slots_(std::move(other.slots_)),
      free_(std::move(other.free_)),
      count_(other.count_) {}

MarksFile::~MarksFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void MarksFile::load() {
  std::string slot(kSlotBytes, '\0');
  while (count_ < kSlotsMax) {
    const auto offset = static_cast<off_t>(count_ * kSlotBytes);
    const ssize_t size = ::pread(descriptor_, slot.data(), slot.size(), offset);
    if (size <= 0) return;
    auto found = decode_slot(std::string_view(slot).substr(0, static_cast<std::size_t>(size)));
    if (found && !slots_.contains(found->first)) {
      slots_.emplace(std::move(found->first), Slot{count_, std::move(found->second)});
    } else {
      free_.push_back(count_);
    }
    ++count_;
  }
}

const Marks* MarksFile::find(const std::string& hub) const {
  const auto found = slots_.find(hub);
  return found == slots_.end() ? nullptr : &found->second.marks;
}

std::vector<std::string> MarksFile::hubs() const {
  std::vector<std::string> hubs;
  for (const auto& [hub, slot] : slots_) hubs.push_back(hub);
  return hubs;
}

std::size_t MarksFile::free_slot() {
  if (free_.empty()) return count_++;
  const std::size_t number = free_.back();
  free_.pop_back();
  return number;
}

void MarksFile::write(std::size_t number, const std::string& bytes) {
  const auto offset = static_cast<off_t>(number * kSlotBytes);
  [[maybe_unused]] const ssize_t ignored =
      ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
}

void MarksFile::put(const std::string& hub, const Marks& marks) {
  auto found = slots_.find(hub);
  if (found == slots_.end()) {
    if (free_.empty() && count_ >= kSlotsMax) return;
    found = slots_.emplace(hub, Slot{free_slot(), {}}).first;
  }
  found->second.marks = marks;
  std::string slot = encode_slot(hub, marks);
  slot.resize(kSlotBytes);
  write(found->second.number, slot);
}

void MarksFile::remove(const std::string& hub) {
  const auto found = slots_.find(hub);
  if (found == slots_.end()) return;
  write(found->second.number, std::string(kSlotBytes, '\0'));
  free_.push_back(found->second.number);
  slots_.erase(found);
}

void MarksFile::sync() { [[maybe_unused]] const int ignored = ::fdatasync(descriptor_); }

}  // namespace berth::store::rocksdb
