// What net counts, for metrics. Each core has its own Counters, written with relaxed atomics by
// that core alone, so counting costs no cache line traffic; Server::counters() adds them up.
//
// Room net. Thread rule: Counters are written by their core and read by anyone.
#pragma once

#include "wire/peer.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace berth::net {

enum class Refusal : std::uint8_t {
  kConnectionsTotal,      // Limits::connections_total
  kConnectionsPerSource,  // Limits::connections_per_source
  kNoDescriptors,         // accept() had no file descriptor left; accepting paused
  kFirstByteTimeout,
  kHandshakeTimeout,
  kAuthenticateTimeout,
  kRequestTimeout,
  kWriteStall,
  kMalformed,  // not HTTP, not MQTT, or against their rules
  kHeaderTooLarge,
  kBodyTooLarge,
  kPacketTooLarge,
  kOverloaded,  // Limits::in_flight_per_core
  kQueueFull,   // Limits::outgoing_queue_count
  kKeepAlive,   // MQTT client silent for 1.5 times its keep-alive
};
inline constexpr std::size_t kRefusalCount = 15;
inline constexpr std::size_t kTransportCount = 5;

// Lower-case words with underscores, for metric labels: "connections_total".
std::string_view to_string(Refusal refusal);

template <class Number>
struct CounterSet {
  std::array<Number, kTransportCount> open{};      // connections now, by wire::Transport
  std::array<Number, kTransportCount> accepted{};  // ever; an upgrade counts in both transports
  std::array<Number, kRefusalCount> refused{};     // by Refusal
  Number handshakes{};                             // completed
  Number handshake_failures{};  // TLS refused or the peer left; time-outs are under refused
  Number requests{};            // handed to the Handler
  Number in_flight{};           // inside the Handler now
  Number streams{};             // answers without an end that are under way now
  Number bytes_in{};            // application bytes, inside TLS
  Number bytes_out{};
};

using CounterValues = CounterSet<std::uint64_t>;

// Modulo 2^64: `open` of one core never goes below zero because a connection stays on its core.
struct alignas(64) Counters : CounterSet<std::atomic<std::uint64_t>> {
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
  }
  static void subtract(std::atomic<std::uint64_t>& counter) {
    counter.fetch_sub(1, std::memory_order_relaxed);
  }
  void refuse(Refusal why) { add(refused[static_cast<std::size_t>(why)]); }
  void opened(wire::Transport transport);
  void closed(wire::Transport transport);

  void add_to(CounterValues& sum) const;
};

}  // namespace berth::net
