#include "bench/fleet/engine.h"

#include "bench/fleet/messages.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <sys/epoll.h>
#include <unistd.h>

namespace berth::fleet {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;

constexpr int kAnswersAtATime = 256;
constexpr int kOpeningsAtATime = 8;
constexpr nanoseconds kSweepEvery = std::chrono::milliseconds(200);
// The event of the opening set inside the open set.
constexpr std::uint64_t kOpeningSet = ~std::uint64_t{0};

nanoseconds as_time(double seconds) {
  return duration_cast<nanoseconds>(duration<double>(seconds));
}

}  // namespace

Engine::Engine(Plan& plan, const Common& common, const Clock& clock, Tally& tally)
    : plan_(plan), common_(common), clock_(clock), tally_(tally), shape_(plan.shape()) {}

Engine::~Engine() {
  slots_.clear();
  if (open_set_ >= 0) ::close(open_set_);
  if (opening_set_ >= 0) ::close(opening_set_);
}

Result<void> Engine::prepare() {
  if (shape_.tls) {
    BERTH_TRY(tls_, make_tls_context());
  }
  open_set_ = ::epoll_create1(EPOLL_CLOEXEC);
  opening_set_ = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kOpeningSet;
  if (open_set_ < 0 || ::epoll_ctl(open_set_, EPOLL_CTL_ADD, opening_set_, &event) != 0) {
    return Fail(ErrorKind::kInternal, "epoll cannot be used here");
  }
  pids_ = with_children(common_.pids);
  const bool holds = shape_.hold != Shape::Hold::kNone;
  const std::uint64_t count =
      holds ? shape_.scripts : std::min(common_.concurrency, shape_.scripts);
  for (std::uint32_t index = 0; index < count; ++index) slots_.emplace_back().index = index;
  return {};
}

Result<Window> Engine::run() {
  if (Result<void> ready = prepare(); !ready) return Fail(std::move(ready).error());
  Window window;
  measure(window);
  window.rss_peak = std::max(rss_peak_, window.after.rss);
  window.lost_while_held = lost_while_held_;
  window.sockets_peak = sockets_peak_;
  return window;
}

void Engine::measure(Window& window) {
  window.before = usage_of(pids_, Detail::kWithPss);
  Instant started = clock_.monotonic();
  last_finish_ = started;
  ends_ = started + as_time(common_.max_seconds);
  begin_first();
  pump_until([this] { return active_ == held_ && !has_more(); });
  if (shape_.hold == Shape::Hold::kBefore) {
    window.seconds = duration<double>(last_finish_ - started).count();
    pump_for(common_.settle_seconds);
    window.after = usage_of(pids_, Detail::kWithPss);
  }
  if (shape_.hold == Shape::Hold::kAfter) {
    pump_for(common_.settle_seconds);
    window.before = usage_of(pids_, Detail::kWithPss);
    started = clock_.monotonic();
  }
  release_all();
  pump_until([this] { return active_ == 0; });
  if (shape_.hold == Shape::Hold::kBefore) return;
  window.seconds = duration<double>(last_finish_ - started).count();
  // What the server still does for the connections that have just ended is part of the cost.
  pump_for(common_.settle_seconds);
  window.after = usage_of(pids_, Detail::kWithPss);
}

void Engine::begin_first() {
  const std::uint64_t first = std::min<std::uint64_t>(common_.concurrency, slots_.size());
  for (std::uint64_t index = 0; index < first; ++index) begin_next(slots_[index]);
}

void Engine::begin_next(Slot& slot) {
  if (!has_more()) {
    slot.phase = Phase::kIdle;
    slot.script.reset();
    slot.connection.close();
    return;
  }
  slot.device = next_++;
  slot.script = plan_.script(slot.device);
  slot.began = tally_.now = clock_.monotonic();
  slot.awaits = false;
  ++slot.turns;
  ++active_;
  execute(slot, slot.script->begin(tally_));
}

void Engine::execute(Slot& slot, Step step) {
  switch (step.kind) {
    case Step::Kind::kSend:
      return send(slot, std::move(step.bytes));
    case Step::Kind::kHear:
      slot.connection.put(step.bytes);
      return;
    case Step::Kind::kPause:
      return pause(slot, step);
    case Step::Kind::kHold:
      slot.phase = Phase::kHeld;
      ++held_;
      last_finish_ = tally_.now;
      if (shape_.hold == Shape::Hold::kBefore) {
        tally_.operation.push_back(micros(tally_.now - slot.began));
      }
      if (has_more() && !releasing_) begin_next(slots_[next_]);
      return;
    case Step::Kind::kDone:
      slot.connection.put(step.bytes);
      slot.connection.flush();
      return finish(slot, true, {});
    case Step::Kind::kFail:
      return finish(slot, false, step.why);
  }
}

void Engine::send(Slot& slot, std::string bytes) {
  slot.awaits = true;
  if (slot.connection.state() == Connection::State::kOpen) {
    slot.phase = Phase::kWorking;
    slot.asked = tally_.now;
    slot.connection.put(bytes);
    slot.connection.flush();
    return;
  }
  slot.first = std::move(bytes);
  connect(slot);
}

void Engine::connect(Slot& slot) {
  slot.phase = Phase::kOpening;
  slot.server_closes = false;
  slot.opened = tally_.now;
  if (openings_ >= common_.opening) {
    waiting_.push_back({tally_.now, slot.index, slot.turns});
    return;
  }
  open(slot);
}

void Engine::open(Slot& slot) {
  Address address{common_.port};
  if (common_.sources > 1) {
    address.source = static_cast<std::uint32_t>(1 + connects_begun_ % common_.sources);
  }
  ++connects_begun_;
  ++slot.connections;
  ++openings_;
  slot.opens = true;
  slot.connection.open(address, tls_.get(), common_.host, plan_.paper(slot.device));
  if (slot.connection.state() == Connection::State::kEnded) {
    // From the timers, not from here: a script that tries again would call itself.
    timers_.push({tally_.now, slot.index, slot.turns});
    return;
  }
  move(slot, -1, opening_set_);
}

// The slot's connection is open or has failed: one that waits for its turn may open.
void Engine::opening_ended(Slot& slot) {
  if (!slot.opens) return;
  slot.opens = false;
  --openings_;
  while (!waiting_.empty() && openings_ < common_.opening) {
    const Timer next = waiting_.front();
    waiting_.pop_front();
    Slot& other = slots_[next.slot];
    const bool still_waits = other.turns == next.turn && other.phase == Phase::kOpening;
    if (still_waits && !other.opens) open(other);
  }
}

void Engine::move(Slot& slot, int from, int to) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (static_cast<std::uint64_t>(slot.index) << 32) | slot.connections;
  if (from >= 0) ::epoll_ctl(from, EPOLL_CTL_DEL, slot.connection.fd(), nullptr);
  ::epoll_ctl(to, EPOLL_CTL_ADD, slot.connection.fd(), &event);
}

void Engine::pause(Slot& slot, const Step& step) {
  if (step.fresh || slot.server_closes) slot.connection.close();
  slot.phase = Phase::kPaused;
  slot.awaits = false;
  ++slot.turns;
  timers_.push({tally_.now + as_time(step.seconds), slot.index, slot.turns});
}

void Engine::finish(Slot& slot, bool succeeded, const std::string& why) {
  if (!succeeded) {
    ++tally_.failed;
    if (tally_.why.empty()) {
      tally_.why = "device " + std::to_string(slot.device) + ": " + why;
    }
  } else if (!shape_.counts_itself) {
    ++tally_.done;
    if (shape_.hold == Shape::Hold::kNone) {
      tally_.operation.push_back(micros(tally_.now - slot.began));
    }
  }
  last_finish_ = tally_.now;
  --active_;
  ++slot.turns;
  opening_ended(slot);
  if (!shape_.kept || !succeeded || slot.server_closes) slot.connection.close();
  if (shape_.hold == Shape::Hold::kNone) return begin_next(slot);
  slot.phase = Phase::kIdle;
  slot.script.reset();
  slot.connection.close();
  if (has_more() && !releasing_) begin_next(slots_[next_]);
}

// The connection may have become ready, for whatever it waits.
void Engine::advance(Slot& slot) {
  tally_.now = clock_.monotonic();
  if (slot.phase == Phase::kOpening && !opened(slot)) return;
  hear(slot);
}

bool Engine::opened(Slot& slot) {
  const Connection::State state = slot.connection.go_on();
  if (state == Connection::State::kEnded) lost(slot);
  if (state != Connection::State::kOpen) return false;
  tally_.now = clock_.monotonic();
  ++tally_.connects;
  if (slot.connection.resumed()) ++tally_.resumed;
  tally_.handshake.push_back(micros(tally_.now - slot.opened));
  slot.phase = Phase::kWorking;
  opening_ended(slot);
  slot.asked = tally_.now;
  slot.connection.put(slot.first);
  slot.first.clear();
  slot.connection.flush();
  move(slot, opening_set_, open_set_);
  return true;
}

void Engine::hear(Slot& slot) {
  const std::uint32_t connection = slot.connections;
  slot.connection.read();
  tally_.now = clock_.monotonic();
  while (!slot.connection.in().empty() && slot.phase == Phase::kWorking) {
    const std::string_view in = slot.connection.in();
    Framed framed = shape_.framing == Framing::kHttp ? frame_http(in, scratch_) : frame_mqtt(in);
    if (framed.state == Framed::State::kMore) break;
    if (framed.state == Framed::State::kWrong) {
      return finish(slot, false, std::string(framed.why));
    }
    slot.server_closes = slot.server_closes || framed.answer.server_closes;
    Step step = slot.script->answered(framed.answer, tally_);
    slot.connection.consume(framed.consumed);
    if (slot.awaits && step.kind != Step::Kind::kHear) {
      slot.awaits = false;
      if (step.counts && !shape_.counts_itself)
        tally_.request.push_back(micros(tally_.now - slot.asked));
    }
    if (shape_.counts_itself) slot.began = tally_.now;
    execute(slot, std::move(step));
    if (slot.connections != connection) return;  // its bytes are gone
  }
  slot.connection.flush();
  const bool is_same = slot.connections == connection;
  if (is_same && slot.connection.state() == Connection::State::kEnded) lost(slot);
}

// The connection is over. Nothing is lost when nothing was awaited.
void Engine::lost(Slot& slot) {
  const std::string why = slot.connection.why();
  switch (slot.phase) {
    case Phase::kIdle:
    case Phase::kPaused:
      return slot.connection.close();
    case Phase::kHeld:
      if (!releasing_) ++lost_while_held_;
      --held_;
      return finish(slot, false, "while it was idle: " + why);
    case Phase::kOpening:
    case Phase::kWorking:
      slot.awaits = false;
      slot.connection.close();
      opening_ended(slot);
      return execute(slot, slot.script->closed(why, tally_));
  }
}

void Engine::release_all() {
  releasing_ = true;
  for (Slot& slot : slots_) {
    if (slot.phase != Phase::kHeld) continue;
    tally_.now = clock_.monotonic();
    --held_;
    slot.phase = Phase::kWorking;
    slot.began = tally_.now;
    execute(slot, slot.script->released(tally_));
    slot.connection.flush();
  }
}

void Engine::pump_until(const std::function<bool()>& done) {
  while (!done()) pump_once();
}

void Engine::pump_for(double seconds) {
  const Instant until = clock_.monotonic() + as_time(seconds);
  while (clock_.monotonic() < until) pump_once();
}

void Engine::pump_once() {
  const Instant now = clock_.monotonic();
  Instant wake = next_sweep_;
  if (!timers_.empty()) wake = std::min(wake, timers_.top().at);
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wake - now).count();
  serve(open_set_, kAnswersAtATime, static_cast<int>(std::clamp<std::int64_t>(wait, 0, 100)));
  run_timers();
  if (clock_.monotonic() >= next_sweep_) sweep();
}

void Engine::serve(int set, int at_most, int timeout_ms) {
  std::array<epoll_event, kAnswersAtATime> events;
  const int count = ::epoll_wait(set, events.data(), at_most, timeout_ms);
  bool is_opening = false;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
    if (data == kOpeningSet) {
      is_opening = true;
      continue;
    }
    Slot& slot = slots_[data >> 32];
    if (slot.connections == static_cast<std::uint32_t>(data) && slot.connection.fd() >= 0) {
      advance(slot);
    }
  }
  if (is_opening) serve(opening_set_, kOpeningsAtATime, 0);
}

void Engine::run_timers() {
  const Instant now = clock_.monotonic();
  while (!timers_.empty() && timers_.top().at <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    Slot& slot = slots_[timer.slot];
    if (slot.turns != timer.turn) continue;
    tally_.now = clock_.monotonic();
    if (slot.phase == Phase::kPaused) {
      // What arrived meanwhile tells whether the connection is still there.
      if (slot.connection.state() == Connection::State::kOpen) slot.connection.read();
      if (slot.connection.state() != Connection::State::kOpen) slot.connection.close();
      slot.phase = Phase::kWorking;
      execute(slot, slot.script->resumed(tally_));
    } else if (slot.connection.state() == Connection::State::kEnded) {
      lost(slot);
    }
  }
}

// Every now and then: what takes too long fails, and the server's memory is looked at.
void Engine::sweep() {
  const Instant now = clock_.monotonic();
  next_sweep_ = now + kSweepEvery;
  tally_.now = now;
  if (!pids_.empty()) rss_peak_ = std::max(rss_peak_, usage_of(pids_, Detail::kQuick).rss);
  stopped_ = stopped_ || now >= ends_;
  std::uint64_t sockets = 0;
  for (const Slot& slot : slots_) sockets += slot.connection.fd() >= 0 ? 1 : 0;
  sockets_peak_ = std::max(sockets_peak_, sockets);
  for (Slot& slot : slots_) {
    if (slot.phase == Phase::kIdle || slot.phase == Phase::kHeld) continue;
    if (now - slot.began > as_time(common_.attempt_seconds)) {
      finish(slot, false, "nothing after " + std::to_string(int(common_.attempt_seconds)) + " s");
    } else if (stopped_) {
      finish(slot, false, "the time is over");
    }
  }
}

}  // namespace berth::fleet
