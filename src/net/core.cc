#include "net/core.h"

#include "net/connection.h"
#include "net/http_codec.h"

#include <cstring>

namespace berth::net {

std::size_t Shared::Hash::operator()(const Source& source) const {
  std::uint64_t halves[2];
  std::memcpy(halves, source.data(), sizeof halves);
  // Multiplying spreads neighbours; a peer that could choose colliding addresses owns them all.
  return static_cast<std::size_t>((halves[0] ^ (halves[1] << 1)) * 0x9e3779b97f4a7c15ULL);
}

std::optional<Shared::Place> Shared::enter(const Source& source, Refusal& why) {
  const std::lock_guard lock(mutex_);
  if (total_ >= total_max_) {
    why = Refusal::kConnectionsTotal;
    return std::nullopt;
  }
  const auto found = sources_.find(source);
  if (found != sources_.end() && found->second >= per_source_max_) {
    why = Refusal::kConnectionsPerSource;
    return std::nullopt;
  }
  ++total_;
  ++sources_[source];
  return std::optional<Place>(std::in_place, shared_from_this(), source);
}

void Shared::leave(const Source& source) {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(source);
  if (--found->second == 0) sources_.erase(found);
  if (--total_ == 0) empty_.notify_all();
}

bool Shared::wait_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, patience, [this] { return total_ == 0; });
}

Core::Core(const Parts& parts)
    : executor(parts.executor),
      handler(parts.handler),
      clock(parts.clock),
      limits(parts.limits),
      rng(parts.rng),
      wheel(parts.clock),
      handshakes(parts.executor, parts.clock),
      input_(std::make_unique<std::array<std::uint8_t, kInputBytes>>()),
      tick_timer_(parts.executor) {}

std::string_view Core::http_date() {
  const std::int64_t second = base::to_unix_seconds(clock.wall());
  if (second != date_second_) {
    date_second_ = second;
    date_ = net::http_date(second);
  }
  return date_;
}

void Core::add(Connection& connection) {
  connection.set_index(connections_.size());
  connections_.push_back(&connection);
  if (!ticking_) tick();
}

void Core::remove(Connection& connection) {
  Connection* last = connections_.back();
  connections_[connection.index()] = last;
  last->set_index(connection.index());
  connections_.pop_back();
}

void Core::tick() {
  ticking_ = true;
  tick_timer_.expires_after(TimerWheel::kTick);
  tick_timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
    self->wheel.advance();
    self->ticking_ = false;
    if (!self->connections_.empty()) self->tick();
  });
}

std::vector<std::shared_ptr<Connection>> Core::snapshot() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (Connection* connection : connections_) all.push_back(connection->shared_from_this());
  return all;
}

void Core::drain_all() {
  draining = true;
  for (const auto& connection : snapshot()) connection->drain();
}

void Core::cut_all() {
  draining = true;
  for (const auto& connection : snapshot()) connection->cut();
  handshakes.let_go();
}

}  // namespace berth::net
