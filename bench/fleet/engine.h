// Runs the scripts of a plan against a server: one thread, two epoll sets, as many connections at
// once as it is allowed.
//
// Answers on open connections come first: a handshake costs a client several hundred microseconds,
// and thousands of them before an answer is looked at would be measured as the server's delay. So
// connections that are still opening wait in an epoll set of their own, and few of them are served
// at a time.
// Thread rule: one thread. Owns connections and scripts; plan and tally must outlive it.
#pragma once

#include "bench/fleet/connection.h"
#include "bench/fleet/plan.h"
#include "bench/fleet/process_usage.h"

#include <deque>
#include <functional>
#include <memory>
#include <queue>

namespace berth::fleet {

// The load window and what the server's processes cost in it.
struct Window {
  double seconds = 0;
  Usage before = {};
  Usage after = {};
  std::uint64_t rss_peak = 0;
  std::uint64_t lost_while_held = 0;
  std::uint64_t sockets_peak = 0;  // as often as memory is looked at
};

class Engine {
 public:
  Engine(Plan& plan, const Common& common, const Clock& clock, Tally& tally);
  ~Engine();

  Result<Window> run();

 private:
  enum class Phase { kIdle, kOpening, kWorking, kPaused, kHeld };

  struct Slot {
    std::uint32_t index = 0;
    Phase phase = Phase::kIdle;
    std::unique_ptr<Script> script = {};
    std::uint64_t device = 0;
    Connection connection = {};
    std::string first = {};         // to be sent once the connection is open
    std::uint32_t connections = 0;  // opened so far; tells a stale event
    std::uint32_t turns = 0;        // scripts and pauses so far; tells a stale timer
    Instant began = {};
    Instant opened = {};
    Instant asked = {};
    bool opens = false;  // counted in openings_
    bool awaits = false;
    bool server_closes = false;
  };

  struct Timer {
    Instant at = {};
    std::uint32_t slot = 0;
    std::uint32_t turn = 0;
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  Result<void> prepare();
  void measure(Window& window);
  bool has_more() const { return next_ < shape_.scripts && !stopped_; }
  void begin_next(Slot& slot);
  void begin_first();
  void execute(Slot& slot, Step step);
  void send(Slot& slot, std::string bytes);
  void connect(Slot& slot);
  void open(Slot& slot);
  void opening_ended(Slot& slot);
  void pause(Slot& slot, const Step& step);
  void finish(Slot& slot, bool succeeded, const std::string& why);
  void advance(Slot& slot);
  bool opened(Slot& slot);
  void hear(Slot& slot);
  void lost(Slot& slot);
  void release_all();

  void pump_until(const std::function<bool()>& done);
  void pump_for(double seconds);
  void pump_once();
  void serve(int set, int at_most, int timeout_ms);
  void run_timers();
  void sweep();
  void move(Slot& slot, int from, int to);

  Plan& plan_;
  const Common& common_;
  const Clock& clock_;
  Tally& tally_;
  const Shape shape_;
  SslContext tls_;
  std::vector<int> pids_;
  std::deque<Slot> slots_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::deque<Timer> waiting_;  // for their turn to open a connection
  std::string scratch_;
  int open_set_ = -1;
  int opening_set_ = -1;
  std::uint64_t next_ = 0;  // the device that begins next
  std::uint64_t active_ = 0;
  std::uint64_t held_ = 0;
  std::uint64_t openings_ = 0;
  std::uint64_t connects_begun_ = 0;
  std::uint64_t rss_peak_ = 0;
  std::uint64_t sockets_peak_ = 0;
  std::uint64_t lost_while_held_ = 0;
  bool stopped_ = false;
  bool releasing_ = false;
  Instant ends_ = {};
  Instant next_sweep_ = {};
  Instant last_finish_ = {};
};

}  // namespace berth::fleet
