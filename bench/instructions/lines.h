// Connections without sockets: bytes of a device go through net's decoders, the router and
// everything behind it, and come back as the bytes of the answer.
//
// Thread rule: on the World's io_context. A line owns its conversation; it ends with the line.
#pragma once

#include "base/task.h"
#include "mqtt/codec.h"
#include "net/handler.h"
#include "net/http_codec.h"
#include "wire/wire.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::bench {

class World;

class Line : public net::Outbound {
 public:
  Line(World& world, wire::Peer peer);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  // What nobody asked for is of no interest here.
  bool post(wire::Actions) override { return true; }

 protected:
  Task<wire::Actions> hand_on(wire::Request request);

  net::Handler& handler_;
  const wire::Peer peer_;

  std::unique_ptr<net::Conversation> conversation_;
};

class HttpLine final : public Line {
 public:
  HttpLine(World& world, wire::Peer peer);
  // One whole request; empty when it is none.
  Task<std::string> ask(std::string_view bytes);

 private:
  net::HttpDecoder decoder_;
};

class MqttLine final : public Line {
 public:
  using Line::Line;
  // Whole packets, one after the other, and all that is answered.
  Task<std::string> ask(std::string_view bytes);
  // Messages that one read brought.
  Task<std::string> publish(std::string_view bytes);

 private:
  Task<std::string> answer(mqtt::MqttPacket packet);
};

}  // namespace berth::bench
