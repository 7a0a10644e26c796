// A file of events, one JSON object (domain/event_json.h) a line, for programs that follow a file.
//
// It never delays devices: events wait in a bounded queue for a thread of its own, and one that
// finds no room is dropped and counted (the telemetry log still has it). What has gathered is
// written at once, by one call, without a sync: the file is a copy, the log is what is durable.
// When the next lines would not fit into bytes_max, FILE becomes FILE.1, FILE.1 becomes FILE.2, and
// the oldest of files_max goes. There is never half a line in the file: one that did not fit on the
// disk is taken back and dropped, one that a crash cut off is removed at the next start.
//
// Room sinks. Ownership: outlives the log that calls it. Thread rule: any thread.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "hub/ports/telemetry_log.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace berth::sinks::json_lines {

struct Options {
  std::string path;
  std::uint64_t bytes_max = 64 * 1024 * 1024;  // of one file
  std::uint32_t files_max = 8;                 // the one that is written included
  std::size_t queue_events_max = 16'384;
  std::size_t queue_bytes_max = 32 * 1024 * 1024;
};

// Counts since the start.
struct Stats {
  std::uint64_t queue_events = 0;  // waiting now
  std::uint64_t written = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped = 0;  // no room in the queue, or the disk did not take them
  std::uint64_t rotations = 0;
};

class JsonLines final : public hub::EventSink {
 public:
  // Errors: kInvalid (options), kUnavailable (the file cannot be opened). `clock` outlives the
  // sink.
  static Result<std::unique_ptr<JsonLines>> open(Options options, const Clock& clock);
  ~JsonLines() override;
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void stored(const hub::LoggedEvent& event) override;
  Stats stats() const;
  // Writes what waits, syncs the file and ends the thread. Blocks; a second call does nothing. The
  // destructor calls it.
  void close();

 private:
  using Events = std::vector<hub::LoggedEvent>;

  JsonLines(Options options, const Clock& clock);
  Result<void> open_file();
  void cut_torn_line();
  bool reopen_if_closed();
  bool make_room(std::size_t bytes);
  void rotate();
  void write_loop();
  bool pop_all(Events& events);
  void write_events(const Events& events);
  bool write(const std::string& lines);
  void drop(std::uint64_t count, const std::string& why);

  const Options options_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Events queue_;
  std::size_t queued_bytes_ = 0;
  bool closed_ = false;

  // The thread's own.
  int file_ = -1;
  std::uint64_t size_ = 0;

  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> rotations_{0};
  std::atomic<Instant> told_at_{Instant::min()};

  std::thread thread_;
};

}  // namespace berth::sinks::json_lines
