// How many registrations one io_context takes on at a time. What arrives beyond what can be done
// soon is told when to come again, and what is taken on is done soon: a registration that waits for
// ten seconds would be given up by its device, and its work lost.
//
//   auto entry = admission.enter(scope, now);          // a Place, or Later
//   ... the six steps, while the Place lives ...
//   admission.poll_after(now);                         // for the answer
//
// What can be done soon is measured: registrations that end, per second in which there were any.
// While more wait than that, each scope may have its share of the places, so that a fleet that
// comes back after an outage does not keep out the devices of others. Who is told to come again
// gets a second of its own: as many devices for each second as the server can serve.
//
// Room provisioning. Thread rule: belongs to one io_context; a Place is given back on it and does
// not outlive the Admission.
#pragma once

#include "base/clock.h"
#include "provisioning/ports/pressure.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace berth::provisioning {

struct AdmissionSettings {
  // How long a registration may be expected to wait before others are told to come again.
  std::chrono::milliseconds wait_max{500};
  // So many are always taken on, and never more than this.
  std::uint32_t at_once_min = 256;
  std::uint32_t at_once_max = 4'000;
  // The longest that a device is told to stay away.
  std::chrono::seconds stay_away_max{60};
};

class Admission {
 public:
  // `pressure` may be null: nothing waits before it gets here.
  Admission(const AdmissionSettings& settings, const Clock& clock, const Pressure* pressure);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // One registration under way.
  class Place {
   public:
    Place(Place&& other) noexcept : admission_(other.admission_), scope_(other.scope_) {
      other.admission_ = nullptr;
    }
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (admission_ != nullptr) admission_->leave(scope_);
    }

   private:
    friend class Admission;
    Place(Admission* admission, const std::string* scope) : admission_(admission), scope_(scope) {}

    Admission* admission_;
    const std::string* scope_;  // a key of scopes_, which stay where they are
  };

  struct Later {
    std::chrono::seconds retry_after;
    std::uint32_t under_way;  // how many there were
    bool worth_a_trail;       // one in a second, so that recording them is no load of its own
  };

  // `scope` as sent; not looked up, and bounded by the dialect.
  std::variant<Place, Later> enter(const std::string& scope);

  // What a device is told to wait before it asks for the result; 0 while nothing is busy.
  std::chrono::seconds poll_after();

  // For tests and metrics.
  std::uint32_t under_way() const { return under_way_; }
  double per_second() const { return per_second_; }

 private:
  void leave(const std::string* scope);
  void measure(Instant now);
  // How long a registration that is taken on now would wait.
  std::chrono::nanoseconds expected_wait() const;
  std::uint32_t places() const;
  std::chrono::seconds come_again(Instant now);

  const AdmissionSettings settings_;
  const Clock& clock_;
  const Pressure* const pressure_;

  std::uint32_t under_way_ = 0;
  std::unordered_map<std::string, std::uint32_t> scopes_;  // with one under way at least

  // Since when there has been any under way, in the present piece of time.
  Instant busy_since_{};
  std::chrono::nanoseconds busy_{0};
  std::uint32_t ended_ = 0;
  double per_second_ = 0;  // 0: not known yet

  Instant next_return_{};  // when whoever is sent away next is to come again
  std::uint32_t spread_ = 0;
  std::optional<Instant> trail_at_;
};

}  // namespace berth::provisioning
