#include "net/counters.h"

namespace berth::net {

namespace {

std::uint64_t read(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

template <std::size_t N>
void add_array(const std::array<std::atomic<std::uint64_t>, N>& from,
               std::array<std::uint64_t, N>& to) {
  for (std::size_t i = 0; i < N; ++i) to[i] += read(from[i]);
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::kConnectionsTotal:
      return "connections_total";
    case Refusal::kConnectionsPerSource:
      return "connections_per_source";
    case Refusal::kNoDescriptors:
      return "no_descriptors";
    case Refusal::kFirstByteTimeout:
      return "first_byte_timeout";
    case Refusal::kHandshakeTimeout:
      return "handshake_timeout";
    case Refusal::kAuthenticateTimeout:
      return "authenticate_timeout";
    case Refusal::kRequestTimeout:
      return "request_timeout";
    case Refusal::kWriteStall:
      return "write_stall";
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kHeaderTooLarge:
      return "header_too_large";
    case Refusal::kBodyTooLarge:
      return "body_too_large";
    case Refusal::kPacketTooLarge:
      return "packet_too_large";
    case Refusal::kOverloaded:
      return "overloaded";
    case Refusal::kQueueFull:
      return "queue_full";
    case Refusal::kKeepAlive:
      return "keep_alive";
  }
  return "malformed";
}

void Counters::opened(wire::Transport transport) {
  add(open[static_cast<std::size_t>(transport)]);
  add(accepted[static_cast<std::size_t>(transport)]);
}

void Counters::closed(wire::Transport transport) {
  subtract(open[static_cast<std::size_t>(transport)]);
}

void Counters::add_to(CounterValues& sum) const {
  add_array(open, sum.open);
  add_array(accepted, sum.accepted);
  add_array(refused, sum.refused);
  sum.handshakes += read(handshakes);
  sum.handshake_failures += read(handshake_failures);
  sum.requests += read(requests);
  sum.in_flight += read(in_flight);
  sum.streams += read(streams);
  sum.bytes_in += read(bytes_in);
  sum.bytes_out += read(bytes_out);
}

}  // namespace berth::net
