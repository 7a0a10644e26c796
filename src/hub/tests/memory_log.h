// A telemetry log in memory, which tests fill up and look into.
//
// Room hub, tests. Thread rule: appends from any thread; the rest between them.
#pragma once

#include "hub/ports/telemetry_log.h"

#include <functional>
#include <mutex>

namespace berth::hub {

class MemoryLog final : public TelemetryLog {
 public:
  Task<Result<domain::EventPosition>> append(std::unique_ptr<domain::Event> event) override {
    const std::lock_guard lock(mutex);
    if (full || events.size() >= room) co_return Fail(ErrorKind::kUnavailable, "the disk is full");
    events.push_back(*std::move(event));
    co_return domain::EventPosition{0, events.size()};
  }
  Task<std::vector<Result<domain::EventPosition>>> append_all(
      std::vector<domain::Event> all) override {
    ++appends_together;
    if (on_append_all) on_append_all();
    std::vector<Result<domain::EventPosition>> positions;
    for (domain::Event& each : all) {
      Result<domain::EventPosition> position =
          co_await append(std::make_unique<domain::Event>(std::move(each)));
      positions.push_back(std::move(position));
    }
    co_return positions;
  }
  void append_detached(std::unique_ptr<domain::Event> event) override {
    const std::lock_guard lock(mutex);
    events.push_back(*std::move(event));
  }
  Task<Result<EventBatch>> read(EventQuery query) override {
    EventBatch batch;
    batch.cursor = query.hub.text();
    co_return batch;
  }
  Task<Result<void>> forget(domain::HubName hub) override {
    forgotten.push_back(hub.text());
    co_return Result<void>();
  }

  std::mutex mutex;
  bool full = false;
  std::size_t room = 1'000'000;      // events
  std::size_t appends_together = 0;  // calls of append_all
  std::function<void()> on_append_all;
  std::vector<domain::Event> events;
  std::vector<std::string> forgotten;
};

}  // namespace berth::hub
