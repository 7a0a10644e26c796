// MqttSession: MQTT 3.1.1 on one connection, over TLS, a plain socket or WebSocket frames. Reads
// packets and hands them on one at a time, messages with those that came right behind them;
// numbers, windows and sends what goes to the client.
//
// Room net, internal. A short-lived coroutine writes when the kernel does not take everything at
// once, and on a socket of its own the session reads with none while nothing comes: an idle session
// keeps no buffer, no writer and no frames (which were 3 of its 20 KB).
// Thread rule: the connection's core, post() apart.
#pragma once

#include "mqtt/codec.h"
#include "net/connection.h"

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace berth::net {

class MqttSession final : public Outbound, public std::enable_shared_from_this<MqttSession> {
 public:
  // `stream` carries the packets and outlives run().
  MqttSession(std::shared_ptr<Connection> connection, Stream& stream);
  ~MqttSession() override;

  // Serves until the session has ended and everything that could be sent was.
  Task<void> run();
  // The same by itself and in the background, for a session whose stream is that of its connection.
  void start();

  bool post(wire::Actions actions) override;

 private:
  using Timer = boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  // Reading.
  Task<void> read_packets();
  Task<bool> handle_unread();
  bool take_in(IoResult got);
  void take_in_buffered();
  Task<void> finish();

  // Reading without a coroutine of its own: see start().
  static Task<void> work(std::shared_ptr<MqttSession> self);
  Task<IoStatus> work_until_idle();
  void wait_asleep(IoStatus want);
  void on_ready(bool failed);

  std::optional<mqtt::MqttPacket> next_packet();
  void broken(const mqtt::MqttBroken& fault);
  void expect_more();
  Task<void> on_packet(mqtt::MqttPacket packet);
  Task<void> on_connect(wire::MqttConnect connect);
  Task<void> on_publish(wire::MqttPublish publish);
  std::vector<wire::MqttPublish> with_those_behind(wire::MqttPublish first);
  void consume(std::size_t bytes);
  Task<void> hand_on(wire::Request request);
  Task<void> hand_on_all(std::vector<wire::MqttPublish> messages);
  Task<void> follow(wire::Actions actions);
  Task<void> wait_out(std::chrono::milliseconds duration);
  Task<void> on_puback(std::uint16_t packet_id);
  void on_pubrel(std::uint16_t packet_id);

  // Sending.
  void carry_out(wire::Actions actions);
  void carry_out(wire::Action action);
  void misplaced() const;  // an answer of HTTP
  void limit_idle(std::uint32_t seconds);
  void limit_lifetime(std::uint32_t seconds);
  void acknowledge(std::uint16_t packet_id);
  void enqueue(wire::MqttPublish publish);
  void pump();
  std::uint16_t free_packet_id();
  void take_posted();
  void flush();
  static Task<void> write_all(std::shared_ptr<MqttSession> self);
  Task<void> write_pending();
  Task<void> written();
  bool over_high_water() const { return out_.size() + sending_.size() >= high_water_; }
  static void on_stall(void* self);
  static void on_lifetime(void* self);

  void end(std::string_view why);

  const std::shared_ptr<Connection> connection_;
  Stream& stream_;
  const mqtt::MqttLimits limits_;
  const std::size_t high_water_;
  std::unique_ptr<Conversation> conversation_;  // from CONNECT on
  bool connected_ = false;                      // CONNACK 0 is on its way
  bool ended_ = false;                          // read nothing more, hand nothing more on
  bool last_words_ = false;                     // the peer should get to read what was sent
  bool partial_ = false;                        // unread_ begins a packet
  bool input_over_ = false;                     // nothing comes behind unread_
  std::chrono::milliseconds keep_alive_{0};     // 1.5 times what the client asked; 0: never
  std::string unread_;

  struct Outgoing {
    std::uint16_t packet_id;
    std::uint16_t tag;
  };
  struct IncomingQos2 {
    std::uint16_t packet_id;
    bool acknowledged;
  };
  std::list<wire::MqttPublish> queue_;
  std::vector<Outgoing> in_flight_;
  std::vector<IncomingQos2> incoming_;
  std::uint16_t last_packet_id_ = 0;
  std::string out_;      // encoded, not yet given to the stream
  std::string sending_;  // given to the stream by write_all
  bool writing_ = false;
  bool write_failed_ = false;
  Deadline stall_;
  std::unique_ptr<Deadline> lifetime_;  // few have one
  std::optional<Timer> wrote_;          // cancelled whenever output got shorter

  std::atomic<std::size_t> waiting_{0};  // posted or queued, not yet encoded
  std::mutex mutex_;
  wire::Actions posted_;      // guarded by mutex_
  bool taking_ = false;       // guarded by mutex_: take_posted is on its way
  bool post_closed_ = false;  // guarded by mutex_
};

}  // namespace berth::net
