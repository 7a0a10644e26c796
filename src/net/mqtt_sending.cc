// What a session sends: what it was told to, in order, as far as windows and buffers allow.
#include "base/log.h"
#include "net/mqtt_session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace berth::net {

namespace asio = boost::asio;

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

void MqttSession::carry_out(wire::Actions actions) {
  for (wire::Action& action : actions) {
    if (ended_) return;
    carry_out(std::move(action));
  }
}

void MqttSession::carry_out(wire::Action action) {
  std::visit(Overloaded{
                 [&](wire::MqttConnack& connack) {
                   if (connected_ || ended_) return;
                   mqtt::encode_mqtt(connack, out_);
                   connected_ = connack.code == wire::MqttConnectCode::kAccepted;
                   limit_idle(connack.idle_seconds_max);
                   limit_lifetime(connack.lifetime_seconds_max);
                   if (!connected_) end("refused");
                 },
                 [&](wire::MqttPublish& publish) { enqueue(std::move(publish)); },
                 [&](wire::MqttPuback& puback) { acknowledge(puback.packet_id); },
                 [&](wire::MqttSuback& suback) { mqtt::encode_mqtt(suback, out_); },
                 [&](wire::MqttUnsuback& unsuback) { mqtt::encode_mqtt(unsuback, out_); },
                 [](wire::Pause&) {},  // only an answer can wait: hand_on
                 [&](wire::Close& close) { end(close.why); },
                 [&](wire::HttpResponse&) { misplaced(); },
                 [&](wire::HttpStream&) { misplaced(); },
                 [&](wire::HttpPiece&) { misplaced(); },
             },
             action);
}

void MqttSession::misplaced() const {
  log::error("net.http_response_on_mqtt", {{"peer", connection_->peer().address}});
}

void MqttSession::limit_idle(std::uint32_t seconds) {
  if (seconds == 0) return;
  const std::chrono::milliseconds most = std::chrono::seconds(seconds);
  keep_alive_ = keep_alive_.count() == 0 ? most : std::min(keep_alive_, most);
}

void MqttSession::limit_lifetime(std::uint32_t seconds) {
  if (seconds == 0) return;
  lifetime_ =
      std::make_unique<Deadline>(connection_->core().wheel, this, &MqttSession::on_lifetime);
  lifetime_->set(std::chrono::seconds(seconds));
}

void MqttSession::on_lifetime(void* self) {
  auto* session = static_cast<MqttSession*>(self);
  if (session->ended_) return;
  session->end("its time is over");
  // The reader may be asleep: wake it to leave.
  session->stream_.end_reading();
}

void MqttSession::acknowledge(std::uint16_t packet_id) {
  for (IncomingQos2& one : incoming_) {
    if (one.packet_id != packet_id) continue;
    one.acknowledged = true;
    mqtt::encode_mqtt(mqtt::MqttPubrec{packet_id}, out_);
    return;
  }
  mqtt::encode_mqtt(wire::MqttPuback{packet_id}, out_);
}

void MqttSession::enqueue(wire::MqttPublish publish) {
  if (waiting_.fetch_add(1) >= connection_->limits().outgoing_queue_count) {
    --waiting_;
    connection_->refuse(Refusal::kQueueFull);
    end("outgoing queue full");
    return;
  }
  queue_.push_back(std::move(publish));
  pump();
}

void MqttSession::pump() {
  while (!queue_.empty() && !over_high_water()) {
    wire::MqttPublish& next = queue_.front();
    if (next.qos > 0) {
      if (in_flight_.size() >= connection_->limits().mqtt_window_count) return;
      const std::uint16_t tag = next.packet_id;
      next.packet_id = free_packet_id();
      in_flight_.push_back({next.packet_id, tag});
    }
    if (!mqtt::encode_mqtt(next, out_)) {
      log::error("net.publish_too_large", {{"peer", connection_->peer().address}});
      if (next.qos > 0) in_flight_.pop_back();
    }
    queue_.pop_front();
    --waiting_;
  }
}

std::uint16_t MqttSession::free_packet_id() {
  while (true) {
    if (++last_packet_id_ == 0) ++last_packet_id_;
    const bool used = std::any_of(in_flight_.begin(), in_flight_.end(), [&](const Outgoing& one) {
      return one.packet_id == last_packet_id_;
    });
    if (!used) return last_packet_id_;
  }
}

bool MqttSession::post(wire::Actions actions) {
  const std::size_t count = actions.size();
  const bool closes = std::any_of(actions.begin(), actions.end(), [](const wire::Action& each) {
    return std::holds_alternative<wire::Close>(each);
  });
  const bool full = waiting_.fetch_add(count) + count > connection_->limits().outgoing_queue_count;
  if (full && !closes) {
    waiting_ -= count;
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (post_closed_) {
      waiting_ -= count;
      return false;
    }
    for (wire::Action& action : actions) posted_.push_back(std::move(action));
    if (taking_) return true;
    taking_ = true;
  }
  asio::post(connection_->core().executor, [self = shared_from_this()] {
    if (!self->connected_) return;  // on_connect comes back to it
    self->take_posted();
    self->flush();
  });
  return true;
}

void MqttSession::take_posted() {
  wire::Actions taken;
  {
    const std::lock_guard lock(mutex_);
    taking_ = false;
    taken.swap(posted_);
  }
  if (ended_ || !connected_) {
    waiting_ -= taken.size();
    return;
  }
  for (wire::Action& action : taken) {
    // What was posted is counted until it is encoded: were it let go of and counted anew, a post in
    // between would find room, and then there would be none for this one.
    auto* publish = std::get_if<wire::MqttPublish>(&action);
    if (publish != nullptr && !ended_) {
      queue_.push_back(std::move(*publish));
      pump();
      continue;
    }
    --waiting_;
    if (!ended_) carry_out(std::move(action));
  }
  // The reader may be asleep: wake it to leave.
  if (ended_) stream_.end_reading();
}

// Gives out_ to the stream: at once what goes at once, the rest through write_all.
void MqttSession::flush() {
  if (writing_ || write_failed_) return;
  while (!out_.empty()) {
    const IoResult result = stream_.try_write(out_);
    if (result.ok()) {
      out_.erase(0, result.bytes);
      pump();
      continue;
    }
    if (result.status != IoStatus::kWantRead && result.status != IoStatus::kWantWrite) {
      write_failed_ = true;
      stream_.cancel();
      return;
    }
    writing_ = true;
    asio::co_spawn(connection_->core().executor, write_all(shared_from_this()), asio::detached);
    return;
  }
  std::string().swap(out_);
}

Task<void> MqttSession::write_all(std::shared_ptr<MqttSession> self) {
  try {
    co_await self->write_pending();
  } catch (const std::exception& error) {
    self->write_failed_ = true;
    log::error("net.mqtt_write_threw", {{"what", error.what()}});
  }
  self->stall_.clear();
  self->writing_ = false;
  std::string().swap(self->sending_);
  if (self->write_failed_) self->stream_.cancel();
  if (self->wrote_) self->wrote_->cancel();
}

Task<void> MqttSession::write_pending() {
  // The stream holds on to what it was given, so new output gathers in out_ meanwhile.
  while (!out_.empty()) {
    sending_.swap(out_);
    std::string_view rest = sending_;
    while (!rest.empty()) {
      stall_.set(connection_->limits().write_stall);
      const IoResult result = co_await stream_.write_some(rest);
      if (!result.ok()) {
        write_failed_ = true;
        co_return;
      }
      rest.remove_prefix(result.bytes);
    }
    sending_.clear();
    pump();
    if (wrote_) wrote_->cancel();
  }
}

// Waits until write_all got on or came to its end.
Task<void> MqttSession::written() {
  if (!writing_) co_return;
  if (!wrote_) wrote_.emplace(connection_->core().executor);
  wrote_->expires_at(Timer::time_point::max());
  co_await wrote_->async_wait(asio::as_tuple(asio::use_awaitable));
}

void MqttSession::on_stall(void* self) {
  auto* session = static_cast<MqttSession*>(self);
  session->connection_->refuse(Refusal::kWriteStall);
  session->stream_.cancel();
}

}  // namespace berth::net
