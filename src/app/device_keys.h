// Where net finds the keys of connections that devices key themselves (TLS-PSK): the hub's devices.
//
// Room app. Thread rule: as net::PskLookup; a handshake that failed is reported on a coroutine of
// its own on the connection's io_context.
#pragma once

#include "app/conversation.h"
#include "hub/hub.h"
#include "net/psk_lookup.h"

#include <optional>
#include <string>

namespace berth::app {

class DeviceKeys final : public net::PskLookup {
 public:
  DeviceKeys(hub::Hub& hub, Surroundings& surroundings) : hub_(hub), surroundings_(surroundings) {}

  Task<std::optional<net::PskKey>> find(const wire::Peer& peer, std::string identity) override;
  void refused(const wire::Peer& peer, const std::string& identity, bool found) override;

 private:
  hub::Hub& hub_;
  Surroundings& surroundings_;
};

}  // namespace berth::app
