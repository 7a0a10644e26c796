// What net asks of the program above it: for each connection a Conversation that turns requests
// into actions. Implemented by app/ over the dialects; net knows no dialect.
//
// Room net. Thread rule: every call for one connection comes on that connection's io_context, one
// at a time; Handler::open is called on all of them and must be thread-safe.
#pragma once

#include "base/task.h"
#include "wire/wire.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace berth::net {

// The way back for actions nobody asked for (a message for a subscriber, a forced close). Owned by
// the connection; valid until Conversation's destructor returns. post() may be called from any
// thread; it copies nothing and never blocks. False when the connection's outgoing queue is full
// (Limits::outgoing_queue_count) or it is closing: the actions were dropped. Actions with a Close
// among them always find room. On an HTTP connection only Close can be posted, and HttpPiece while
// a stream is under way.
class Outbound {
 public:
  virtual ~Outbound() = default;
  virtual bool post(wire::Actions actions) = 0;
};

class Conversation {
 public:
  virtual ~Conversation() = default;  // the connection has ended, for whatever reason

  // HTTP: exactly one HttpResponse or HttpStream among the actions. MQTT: as many as it takes, also
  // none.
  // The first MQTT request is always the CONNECT, and its actions hold exactly one CONNACK; nothing
  // else is handed on unless that was kAccepted. What was posted meanwhile follows the CONNACK.
  // Never fails: trouble becomes an answer.
  virtual Task<wire::Actions> handle(wire::Request request) = 0;

  // Of messages (QoS 0 or 1) that came together it takes the first, and those behind it that can
  // share its way: as handle() of each of them in their order.
  struct Handled {
    std::size_t messages = 0;  // taken
    wire::Actions actions;
  };
  virtual Task<Handled> handle_some(std::span<wire::MqttPublish> messages) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  // `peer` stays the caller's and outlives the conversation.
  virtual std::unique_ptr<Conversation> open(const wire::Peer& peer, Outbound& outbound) = 0;
  // What may follow the header of an HTTP request, of which method, path, query and headers are
  // set.
  virtual wire::BodyRules body_rules(const wire::Peer& peer, const wire::HttpRequest& header) = 0;
  // The answers that net must give when it refuses a request before a dialect sees it (too large,
  // malformed, timed out): status and body for HTTP in a shape that suits every client.
  virtual wire::HttpResponse refuse(int status, std::string_view why) = 0;
};

}  // namespace berth::net
