#include "sinks/json_lines/json_lines.h"

#include "base/log.h"
#include "domain/event_json.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace berth::sinks::json_lines {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteBytes = 256 * 1024;       // about, in one call
constexpr std::uint64_t kFileBytesMin = 1024 * 1024;  // a longer line has a file of its own
constexpr std::uint32_t kFilesMax = 10'000;
constexpr std::uint64_t kLineBytesMax = 2 * 1024 * 1024;
constexpr std::chrono::seconds kTellEvery{10};

Error file_error(const std::string& path, int code) {
  return {ErrorKind::kUnavailable,
          fmt::format("JSON lines: cannot write '{}': {}", path, ::strerror(code)),
          "let the server's user write there, or name another file"};
}

Result<void> check(const Options& options) {
  if (options.path.empty()) {
    return Fail(ErrorKind::kInvalid, "JSON lines: no file is named", "name one");
  }
  if (options.bytes_max < kFileBytesMin) {
    return Fail(ErrorKind::kInvalid, "JSON lines: the file has no room",
                fmt::format("give it {} bytes at least", kFileBytesMin));
  }
  if (options.files_max == 0 || options.files_max > kFilesMax) {
    return Fail(ErrorKind::kInvalid, fmt::format("JSON lines: {} files", options.files_max),
                fmt::format("choose 1 to {}", kFilesMax));
  }
  return {};
}

std::size_t weight(const hub::LoggedEvent& event) {
  return domain::size_of(event.event.message) + event.event.message.properties.size() * 64 + 512;
}

}  // namespace

Result<std::unique_ptr<JsonLines>> JsonLines::open(Options options, const Clock& clock) {
  Result<void> done = check(options);
  if (!done) return Fail(std::move(done).error());
  std::unique_ptr<JsonLines> sink(new JsonLines(std::move(options), clock));
  done = sink->open_file();
  if (!done) return Fail(std::move(done).error());
  sink->cut_torn_line();
  sink->thread_ = std::thread(&JsonLines::write_loop, sink.get());
  return sink;
}

JsonLines::JsonLines(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

JsonLines::~JsonLines() { close(); }

void JsonLines::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (file_ < 0) return;
  [[maybe_unused]] const int ignored = ::fdatasync(file_);
  ::close(std::exchange(file_, -1));
}

Stats JsonLines::stats() const {
  Stats stats;
  {
    const std::lock_guard lock(mutex_);
    stats.queue_events = queue_.size();
  }
  stats.written = written_.load(std::memory_order_relaxed);
  stats.bytes = bytes_.load(std::memory_order_relaxed);
  stats.dropped = dropped_.load(std::memory_order_relaxed);
  stats.rotations = rotations_.load(std::memory_order_relaxed);
  return stats;
}

// ---- the file

Result<void> JsonLines::open_file() {
  file_ = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) return Fail(file_error(options_.path, errno));
  struct stat status {};
  size_ = ::fstat(file_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  return {};
}

void JsonLines::cut_torn_line() {
  const std::uint64_t from = size_ - std::min(size_, kLineBytesMax);
  std::string tail(size_ - from, '\0');
  const ssize_t got = ::pread(file_, tail.data(), tail.size(), static_cast<off_t>(from));
  if (got != static_cast<ssize_t>(tail.size()) || tail.empty() || tail.back() == '\n') return;
  const std::size_t end = tail.rfind('\n');
  if (end == tail.npos && from > 0) return;  // not a file of ours
  const std::uint64_t whole = end == tail.npos ? 0 : from + end + 1;
  if (::ftruncate(file_, static_cast<off_t>(whole)) == 0) size_ = whole;
}

bool JsonLines::reopen_if_closed() {
  if (file_ >= 0) return true;
  return open_file().has_value();
}

bool JsonLines::make_room(std::size_t bytes) {
  if (!reopen_if_closed()) return false;
  if (size_ > 0 && size_ + bytes > options_.bytes_max) rotate();
  return reopen_if_closed();
}

void JsonLines::rotate() {
  [[maybe_unused]] const int ignored = ::fdatasync(file_);
  ::close(std::exchange(file_, -1));
  std::error_code error;
  const auto name = [this](std::uint32_t number) {
    return number == 0 ? options_.path : fmt::format("{}.{}", options_.path, number);
  };
  fs::remove(name(options_.files_max - 1), error);
  for (std::uint32_t number = options_.files_max - 1; number > 0; --number) {
    if (fs::exists(name(number - 1), error)) fs::rename(name(number - 1), name(number), error);
  }
  rotations_.fetch_add(1, std::memory_order_relaxed);
}

// ---- the queue

void JsonLines::stored(const hub::LoggedEvent& event) {
  const std::size_t bytes = weight(event);
  {
    const std::lock_guard lock(mutex_);
    const bool full = queue_.size() >= options_.queue_events_max ||
                      queued_bytes_ + bytes > options_.queue_bytes_max;
    if (!closed_ && !full) {
      queued_bytes_ += bytes;
      queue_.push_back(event);
      if (queue_.size() == 1) wake_.notify_one();
      return;
    }
  }
  drop(1, "it cannot be written as fast as events come");
}

void JsonLines::drop(std::uint64_t count, const std::string& why) {
  const std::uint64_t dropped = dropped_.fetch_add(count, std::memory_order_relaxed) + count;
  const Instant now = clock_.monotonic();
  Instant told_at = told_at_.load(std::memory_order_relaxed);
  if (told_at != Instant::min() && now - told_at < kTellEvery) return;
  if (!told_at_.compare_exchange_strong(told_at, now, std::memory_order_relaxed)) return;
  log::warn("json_lines.dropped", {{"file", options_.path},
                                   {"events_so_far", fmt::format("{}", dropped)},
                                   {"error", why},
                                   {"mend", "read the missing events from the telemetry log"}});
}

bool JsonLines::pop_all(Events& events) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !queue_.empty() || closed_; });
  events.clear();
  events.swap(queue_);
  queued_bytes_ = 0;
  return !events.empty();
}

// ---- the thread

void JsonLines::write_loop() {
  Events events;
  while (pop_all(events)) write_events(events);
}

void JsonLines::write_events(const Events& events) {
  std::string lines;
  std::uint64_t count = 0;
  for (const hub::LoggedEvent& each : events) {
    lines += boost::json::serialize(domain::event_json(each.event, each.position));
    lines += '\n';
    ++count;
    if (lines.size() < kWriteBytes && &each != &events.back()) continue;
    if (write(lines)) {
      written_.fetch_add(count, std::memory_order_relaxed);
      bytes_.fetch_add(lines.size(), std::memory_order_relaxed);
    } else {
      drop(count, ::strerror(errno));
    }
    lines.clear();
    count = 0;
  }
}

// All of it, or nothing.
bool JsonLines::write(const std::string& lines) {
  if (!make_room(lines.size())) return false;
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t size = ::write(file_, lines.data() + done, lines.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    done += static_cast<std::size_t>(size);
  }
  if (done == lines.size()) {
    size_ += done;
    return true;
  }
  const int why = errno;
  if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) size_ += done;
  errno = why;
  return false;
}

}  // namespace berth::sinks::json_lines
