// rooms: store
//
// How fast events become durable, and what one costs in processor time, by the number of devices
// that send at the same time; beside it the least a log can do: the same bytes written to a file by
// one thread, as many at once, with one fdatasync for all.
//
//   log_bench DIRECTORY [seconds=2] [body_bytes=200]
//
// The directory should be on the disk that matters. Wall-clock figures depend on it and on
// neighbours; processor time does less so.
#include "base/log.h"
#include "base/rng.h"
#include "store/rocksdb/open.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace berth::bench {
namespace {

struct Figures {
  double per_second = 0;
  double micros = 0;  // of processor time, each
  double group = 0;   // events that shared a sync
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The peer: a queue, a thread, write and fdatasync.
class PlainFile {
 public:
  explicit PlainFile(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)),
        thread_([this] { loop(); }) {}
  ~PlainFile() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      wake_.notify_one();
    }
    thread_.join();
    ::close(file_);
  }

  using Done = std::function<void()>;
  void push(std::string record, Done done) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(record), std::move(done)});
    if (waiting_.size() == 1) wake_.notify_one();
  }
  std::uint64_t syncs() const { return syncs_; }

 private:
  using Waiting = std::deque<std::pair<std::string, Done>>;

  void loop() {
    std::string bytes;
    while (true) {
      Waiting group;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !waiting_.empty() || closed_; });
        if (waiting_.empty()) return;
        group.swap(waiting_);
      }
      bytes.clear();
      for (const auto& each : group) bytes += each.first;
      if (::write(file_, bytes.data(), bytes.size()) < 0 || ::fdatasync(file_) != 0) std::abort();
      ++syncs_;
      for (const auto& each : group) each.second();
    }
  }

  int file_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Waiting waiting_;
  bool closed_ = false;
  std::atomic<std::uint64_t> syncs_{0};
  std::thread thread_;
};

struct Run {
  const Clock& clock;
  Instant until;
  std::string body;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
};

std::unique_ptr<domain::Event> make_event(const Run& run, int device) {
  auto event = std::make_unique<domain::Event>();
  event->hub = domain::HubName::trusted("hub-1");
  event->device = domain::DeviceId::trusted(fmt::format("sn-{:08}", device));
  event->enqueued_at = run.clock.wall();
  event->message.id = fmt::format("{}", run.done);
  event->message.content_type = "application/json";
  event->message.properties = {{"alert", "false"}};
  event->message.body = run.body;
  return event;
}

Task<void> log_loop(store::rocksdb::Log& log, Run& run, int device) {
  while (run.clock.monotonic() < run.until) {
    std::unique_ptr<domain::Event> event = make_event(run, device);
    const Result<domain::EventPosition> position = co_await log.append(std::move(event));
    ++(position ? run.done : run.failed);
  }
}

struct Plain {
  boost::asio::io_context& context;
  PlainFile& file;
  Run& run;
};

// The same hops as above: the writer's thread, then back to the caller's.
void plain_next(Plain& plain, int device) {
  const std::unique_ptr<domain::Event> event = make_event(plain.run, device);
  std::string record =
      event->device.text() + event->message.id + event->message.content_type + event->message.body;
  const auto work = boost::asio::make_work_guard(plain.context);
  plain.file.push(std::move(record), [&plain, device, work] {
    boost::asio::post(plain.context, [&plain, device] {
      ++plain.run.done;
      if (plain.run.clock.monotonic() < plain.run.until) plain_next(plain, device);
    });
  });
}

template <class Go, class Syncs>
Figures measure(Run& run, const Go& go, const Syncs& syncs, int seconds) {
  const double cpu = cpu_seconds();
  const std::uint64_t synced = syncs();
  const Instant begun = run.clock.monotonic();
  run.until = begun + std::chrono::seconds(seconds);
  go();
  const std::chrono::duration<double> took = run.clock.monotonic() - begun;
  const auto count = static_cast<double>(run.done);
  return {count / took.count(), (cpu_seconds() - cpu) / count * 1e6,
          count / static_cast<double>(syncs() - synced)};
}

void print(const char* what, int devices, const Figures& figures) {
  std::printf(
      "%4d devices at once, %-16s %8.0f events/s, %6.1f us processor time each, "
      "%5.1f to a sync\n",
      devices, what, figures.per_second, figures.micros, figures.group);
}

void measure_log(store::rocksdb::Log& log, Run run, int devices, int seconds) {
  const auto go = [&] {
    boost::asio::io_context context(1);
    for (int i = 0; i < devices; ++i) {
      boost::asio::co_spawn(context, log_loop(log, run, i), boost::asio::detached);
    }
    context.run();
  };
  print("telemetry log:", devices,
        measure(
            run, go, [&] { return log.stats().syncs; }, seconds));
  if (run.failed > 0) std::printf("%llu failed\n", static_cast<unsigned long long>(run.failed));
}

void measure_plain(const std::string& path, Run run, int devices, int seconds) {
  PlainFile file(path);
  const auto go = [&] {
    boost::asio::io_context context(1);
    Plain plain{context, file, run};
    for (int i = 0; i < devices; ++i) plain_next(plain, i);
    context.run();
  };
  print("write+fdatasync:", devices,
        measure(
            run, go, [&] { return file.syncs(); }, seconds));
}

Task<void> read_all(store::rocksdb::Log& log, std::uint64_t& count) {
  hub::EventQuery query;
  query.hub = domain::HubName::trusted("hub-1");
  query.count_max = 1000;
  while (true) {
    Result<hub::EventBatch> batch = co_await log.read(query);
    if (!batch || batch->events.empty()) co_return;
    count += batch->events.size();
    query.cursor = batch->cursor;
  }
}

void measure_reading(store::rocksdb::Log& log, const Clock& clock) {
  boost::asio::io_context context(1);
  std::uint64_t count = 0;
  const double cpu = cpu_seconds();
  const Instant begun = clock.monotonic();
  boost::asio::co_spawn(context, read_all(log, count), boost::asio::detached);
  context.run();
  const std::chrono::duration<double> took = clock.monotonic() - begun;
  const auto events = static_cast<double>(count);
  std::printf("one reader, 1000 at a time:   %8.0f events/s, %6.1f us processor time each\n",
              events / took.count(), (cpu_seconds() - cpu) / events * 1e6);
}

}  // namespace
}  // namespace berth::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::printf("usage: log_bench DIRECTORY [seconds=2] [body_bytes=200]\n");
    return 2;
  }
  const std::string directory = argv[1];
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 2;
  const std::size_t bytes = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 200;
  berth::log::set_level(berth::log::Level::kWarn);
  berth::base::SystemClock clock;
  berth::base::SeededRng rng(1);
  berth::bench::Run run{clock, {}, rng.hex(bytes / 2)};
  berth::store::rocksdb::LogOptions options;
  options.directory = directory + "/telemetry";
  auto log = berth::store::rocksdb::open(options, clock);
  if (!log) {
    std::printf("%s\n", log.error().what.c_str());
    return 1;
  }
  const std::string plain = directory + "/plain";
  for (int round = 0; round < 3; ++round) {
    for (const int devices : {1, 32, 128}) {
      berth::bench::measure_log(**log, run, devices, seconds);
      berth::bench::measure_plain(plain, run, devices, seconds);
    }
  }
  berth::bench::measure_reading(**log, clock);
  std::error_code ignored;
  std::filesystem::remove(plain, ignored);
  return 0;
}
