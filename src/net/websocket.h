// WebSocket as a Stream: binary frames in and out of an HTTP connection that was upgraded. Frame
// boundaries mean nothing: packets may share a frame or be split (azure-dps.md §2.1). Boost.Beast
// does the protocol, inside websocket.cc; permessage-deflate is declined.
//
// Room net, internal. Thread rule: as Stream.
#pragma once

#include "net/server.h"
#include "net/stream.h"
#include "wire/http.h"

#include <memory>
#include <string>
#include <vector>

namespace berth::net {

struct UpgradeMatch {
  enum class Kind {
    kNone,     // not a WebSocket handshake for a path of the table: an ordinary request
    kRefused,  // it is, but offers no subprotocol that the table has for the path
    kAccepted,
  };
  Kind kind = Kind::kNone;
  std::string subprotocol;  // kAccepted: as the client spelled it
};

// `request` has "Connection: upgrade".
UpgradeMatch match_upgrade(const wire::HttpRequest& request, const std::vector<Upgrade>& table);

// Completes the handshake on `lower`, which outlives the result. `already_read` are the bytes that
// came after the request. Null when the handshake was not one (a 4xx was sent) or the peer left.
Task<std::unique_ptr<Stream>> accept_websocket(SocketStream& lower, wire::HttpRequest request,
                                               std::string subprotocol, std::string already_read);

}  // namespace berth::net
