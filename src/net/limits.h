// Every bound that net puts on a peer, with its default. A peer that exceeds one is refused in its
// own protocol where that is still possible and then disconnected; Counters name the reason.
//
// Room net. Times are measured on the injected clock and enforced by a coarse wheel
// (TimerWheel::kTick), so they are never early and late by up to two ticks.
// Thread rule: plain value, fixed when the Server is made.
#pragma once

#include <chrono>
#include <cstddef>

namespace berth::net {

struct Limits {
  // --- connections: counted over all cores and listeners; beyond it the socket is closed unread.
  // Server::start lowers connections_total so that kSpareDescriptors stay for store and files.
  std::size_t connections_total = 100'000;
  // Per source address (IPv4 address, IPv6 /64). Whole factories may sit behind one address.
  std::size_t connections_per_source = 10'000;

  // --- sizes, in bytes
  std::size_t header_bytes = 16 * 1024;            // request line and headers; beyond: 431
  std::size_t body_bytes = 96 * 1024 + 512;        // 96 KB and room (azure-dps.md §8); beyond: 413
  std::size_t large_body_bytes = 2 * 1024 * 1024;  // where BodyRules allow more; beyond: 413
  std::size_t mqtt_connect_bytes = 16 * 1024;      // a CONNECT packet; beyond: close
  std::size_t mqtt_packet_bytes = 260 * 1024;      // any other packet; beyond: close
  std::size_t client_chain_bytes = 32 * 1024;  // all client certificates of a handshake together
  std::size_t client_chain_count = 10;         // client certificates, leaf included

  // --- leniency
  // Whether BodyRules::unframed_delete is heeded. Behind a proxy that keeps connections it must not
  // be: what follows such a DELETE may be somebody else's request.
  bool unframed_delete = true;

  // --- times
  // From accept to the first byte.
  std::chrono::milliseconds first_byte{10'000};
  // TLS: from the first byte to the end of the handshake.
  std::chrono::milliseconds handshake{15'000};
  // MQTT: from there to a complete CONNECT. HTTPS: from there to the first byte of a request.
  std::chrono::milliseconds authenticate{15'000};
  // From the first byte of an HTTP request or MQTT packet to its last.
  std::chrono::milliseconds request{30'000};
  // HTTP: from an answer to the first byte of the next request.
  std::chrono::milliseconds http_idle{75'000};
  // Output waits while the peer takes nothing.
  std::chrono::milliseconds write_stall{30'000};
  // After a refusal: reading and discarding what is still under way, so that the answer is seen.
  std::chrono::milliseconds linger{2'000};

  // --- work
  // Requests inside Handler at the same time, per core; beyond: 503 or CONNACK 3. Established MQTT
  // sessions are not refused: they have at most one request each.
  std::size_t in_flight_per_core = 4'096;
  // Messages for one MQTT client that wait to be sent. Posts beyond it are dropped by
  // Outbound::post; answers beyond it end the session.
  std::size_t outgoing_queue_count = 256;
  // Bytes encoded for one MQTT client and not yet taken by the kernel. Above it nothing more is
  // encoded or read until the peer has caught up.
  std::size_t outgoing_buffer_bytes = 256 * 1024;
  std::size_t mqtt_window_count = 20;         // QoS 1 messages sent and not yet acknowledged
  std::size_t mqtt_incoming_qos2_count = 64;  // QoS 2 messages received and not yet released
  int listen_backlog = 4'096;                 // per acceptor; the kernel lowers it to somaxconn
};

// File descriptors that connections never take: store, logs, certificates, resolver.
inline constexpr std::size_t kSpareDescriptors = 128;

}  // namespace berth::net
