// A telemetry log in a folder of its own, and short ways to use it from a test.
//
// Room store/rocksdb tests. Thread rule: the test's thread.
#pragma once

#include "store/rocksdb/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stdlib.h>
#include <string>
#include <vector>

namespace berth::store::rocksdb {

// The result of one task, which gets an executor of its own.
template <class T>
T wait_for(Task<T> task) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  const auto keep = [&result](const std::exception_ptr& exception, T value) {
    if (exception) std::rethrow_exception(exception);
    result.emplace(std::move(value));
  };
  boost::asio::co_spawn(context, std::move(task), keep);
  context.run();
  return *std::move(result);
}

inline const domain::HubName kHub = domain::HubName::trusted("hub-one");
inline const domain::HubName kOtherHub = domain::HubName::trusted("hub-two");

inline std::unique_ptr<domain::Event> make_event(
    const std::string& device, std::string body,
    TimePoint at = base::from_unix_seconds(1'767'225'600), const domain::HubName& hub = kHub) {
  auto event = std::make_unique<domain::Event>();
  event->hub = hub;
  event->device = domain::DeviceId::trusted(device);
  event->enqueued_at = at;
  event->message.body = std::move(body);
  return event;
}

class LogTest : public testing::Test {
 protected:
  LogTest() {
    const std::filesystem::path memory = "/dev/shm";  // no test here needs a disk of its own
    const bool has_memory = std::filesystem::is_directory(memory);
    const std::filesystem::path root = has_memory ? memory : std::filesystem::temp_directory_path();
    std::string name = (root / "berth-log-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.directory = folder_ + "/telemetry";
  }
  ~LogTest() override {
    log_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void open() {
    log_.reset();
    Result<std::unique_ptr<Log>> opened = RocksLog::open(options_, clock_, env_);
    ASSERT_TRUE(opened) << opened.error().what;
    log_ = *std::move(opened);
  }
  Result<domain::EventPosition> append(std::unique_ptr<domain::Event> event) {
    return wait_for(log_->append(std::move(event)));
  }
  Result<domain::EventPosition> append(const std::string& device, std::string body) {
    return append(make_event(device, std::move(body), clock_.wall()));
  }
  // Bodies "FIRST" .. "LAST", together.
  std::vector<Result<domain::EventPosition>> append_together(int first, int last,
                                                             const std::string& device = "d") {
    std::vector<domain::Event> events;
    for (int i = first; i <= last; ++i) {
      events.push_back(std::move(*make_event(device, std::to_string(i), clock_.wall())));
    }
    return wait_for(log_->append_all(std::move(events)));
  }
  // Bodies "FIRST" .. "LAST", each waited for.
  void append_numbers(int first, int last, const std::string& device = "d") {
    for (int i = first; i <= last; ++i) {
      const auto position = append(device, std::to_string(i));
      ASSERT_TRUE(position) << position.error().what;
    }
  }
  Result<hub::EventBatch> read(hub::EventQuery query) {
    if (query.hub.empty()) query.hub = kHub;
    return wait_for(log_->read(std::move(query)));
  }
  hub::EventBatch read_from(const std::string& cursor, std::size_t count_max = 1000) {
    hub::EventQuery query;
    query.cursor = cursor;
    query.count_max = count_max;
    Result<hub::EventBatch> batch = read(std::move(query));
    EXPECT_TRUE(batch) << batch.error().what;
    return batch.value_or(hub::EventBatch{});
  }
  static std::vector<std::string> bodies(const hub::EventBatch& batch) {
    std::vector<std::string> bodies;
    for (const hub::LoggedEvent& each : batch.events) bodies.push_back(each.event.message.body);
    return bodies;
  }

  std::string folder_;
  LogOptions options_;
  base::FakeClock clock_;
  ::rocksdb::Env* env_ = ::rocksdb::Env::Default();
  std::unique_ptr<Log> log_;
};

}  // namespace berth::store::rocksdb
