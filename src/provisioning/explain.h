// Explains refused attempts to register and refused connections to hubs, and has them recorded, off
// the request path: gathers what the store knows around the claim, lets the attestors test rival
// hypotheses, looks for near misses, and writes the trail with its findings. Equal refusals (scope,
// hub, id, reason, source) within a window are one trail with a count.
//
// Room provisioning. How app runs it: it makes one Explainer with attestors of its own and a `wake`
// function that gets drain() going on an executor of the app's choice, for example
//
//   wake = [&] { asio::co_spawn(worker, explainer.drain(), asio::detached); };
//
// and besides calls drain() there about once a second, so that counts reach the store. stop()
// before the executor goes away. Tests run drain() themselves.
//
// Thread rule: refused(), connection_refused(), stats() and stop() from any thread, they never
// block on I/O; drain() may be started from anywhere, a second one while the first is running ends
// at once (the first takes its work). The attestors and everything drain() touches belong to the
// running drain().
//
// The claim, and so the received token, lives in the queue's memory until it is explained; neither
// is ever written anywhere.
#pragma once

#include "provisioning/provisioning.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace berth::provisioning {

struct ExplainSettings {
  std::size_t queue_count_max = 1'000;  // beyond it refusals are dropped and counted
  std::chrono::seconds window{60};      // in which equal refusals are counted as one
  std::size_t windows_max = 1'000;      // kept at once; the oldest leaves
  std::size_t tests_max = 20'000;       // hypotheses tested for one refusal, about a µs each
  // Refusals explained in a second on average; the rest say that they were not looked into.
  double explained_per_second = 20;
  double explained_burst = 200;            // and at once, after a quiet time
  std::size_t enrollments_read_max = 500;  // of the same scope, near the id
  std::size_t scopes_read_max = 50;        // other scopes whose groups are tried
  std::size_t authorities_read_max = 200;  // CAs of this scope and others
  std::size_t hubs_read_max = 100;         // for connections to hubs
  std::size_t devices_read_max = 300;      // of the same hub, near the id
};

class Explainer final : public RefusalSink {
 public:
  struct Ports {
    RegistrationStore& store;
    const Clock& clock;
    std::vector<std::unique_ptr<Attestor>> attestors;  // its own
  };
  struct Stats {
    std::uint64_t received = 0;
    std::uint64_t dropped = 0;    // the queue was full
    std::uint64_t explained = 0;  // rivals were tested
    std::uint64_t recorded = 0;   // trails handed to the store, counts of old ones included
  };

  // `wake` is called from refused(), on any thread, when there is work and drain() is not running;
  // it must not block and must not run drain() inside itself.
  Explainer(Ports ports, ExplainSettings settings, std::function<void()> wake);
  ~Explainer() override;
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  void refused(domain::Claim claim, domain::Trail trail) override;

  // What a hub refused to a device, at its connection or during it (hub/ports/refusals.h). As
  // refused(), with the same queue, windows and budget. In `claim` registration_id is the device
  // id; `device` is the identity of that id at the hub, if there is one.
  void connection_refused(domain::Claim claim, domain::Trail trail,
                          std::optional<domain::Device> device);

  // Explains and records all that waits, then ends. Trouble with the store is logged.
  Task<void> drain();

  // From now on refusals are dropped and wake is not called. drain() may still finish.
  void stop();

  Stats stats() const;

 private:
  struct State;
  void take_in(domain::Claim claim, domain::Trail trail, bool of_connection,
               std::optional<domain::Device> device);
  std::unique_ptr<State> state_;
};

}  // namespace berth::provisioning
