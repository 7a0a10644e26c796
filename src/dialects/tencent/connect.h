// CONNECT of a device (tencent.md §7.2 to §7.5), and what a refused one hears.
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "domain/hub_operations.h"
#include "wire/wire.h"

namespace berth::dialects::tencent {

// Never refuses: what is wrong becomes MalformedEvidence, so that it is refused like any other
// CONNECT and a trail says why. A will is ignored: the vendor has none, and a device that is turned
// away for one is a device lost.
domain::ConnectDevice connect_command(const wire::Peer& peer, const wire::MqttConnect& packet);

// Of every claim made over this connection: where it came from.
void set_origin(domain::Claim& claim, const wire::Peer& peer);

// CONNACK of a refused CONNECT: 4 for what is wrong with the proof and for a device that is not
// known, so that nobody learns which names exist; 5 for a device that is not let in though it may
// have proven itself; 2 for an id that can be none; 3 where coming back later may help.
wire::MqttConnectCode connect_code_for(domain::Reason reason);

// The client's keep-alive is at most 690 s (§7.2); 1.5 of it.
inline constexpr std::uint32_t kIdleSecondsMax = 1'035;

}  // namespace berth::dialects::tencent
