// Who is at the other end of a connection, as far as the connection itself can tell. Routes and
// limits may use it; nothing in it authorises anything (docs/ARCHITECTURE.md, Refusals and trust).
//
// Room wire. Thread rule: plain value, fixed for the life of the connection.
#pragma once

#include "base/codec.h"

#include <cstdint>
#include <string>
#include <vector>

namespace berth::wire {

enum class Transport { kHttps, kMqtt, kMqttWebSocket, kHttp, kMqttPlain };

// "https", "mqtt", "mqtt-ws", "http", "mqtt-plain".
std::string_view to_string(Transport transport);

struct Peer {
  Transport transport = Transport::kHttps;
  std::string listener;     // the name our own configuration gives the listener: "https"
  std::string address;      // numeric source address without port
  std::uint16_t port = 0;   // source port
  std::string server_name;  // SNI as sent, lower-cased; empty if none
  std::string tls_version;  // "TLSv1.3"; empty on plain listeners
  // Client certificates as presented, leaf first, each DER; empty if none. Possession of the leaf's
  // key is proven by the handshake, everything else about them is unchecked.
  std::vector<base::Bytes> certificates;
  // Of a connection keyed with a shared secret (TLS-PSK): the identity the peer gave, and what the
  // look-up said of the key (net/psk_lookup.h). Both empty otherwise.
  std::string psk_identity;
  std::string psk_credential;
};

}  // namespace berth::wire
