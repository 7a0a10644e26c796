// The two closed sets that net and dialects exchange: what a peer asks (Request) and what shall be
// done on its connection (Action). Transport-neutral in the sense that nobody above net sees a
// socket or a byte of framing.
//
// Room wire. Thread rule: plain values.
#pragma once

#include "wire/http.h"
#include "wire/mqtt.h"
#include "wire/peer.h"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace berth::wire {

using Request = std::variant<HttpRequest, MqttConnect, MqttPublish, MqttDelivered, MqttSubscribe,
                             MqttUnsubscribe, MqttDisconnect>;

// Sends what was queued so far, then closes the connection. `why` is for the log only.
struct Close {
  std::string why;
};

// Carries out what follows only after this time: for clients that lose an answer which comes before
// they listen for it. At most kPauseMax; MQTT connections only, and only the one connection waits.
struct Pause {
  std::chrono::milliseconds duration{0};
};
inline constexpr std::chrono::milliseconds kPauseMax{1'000};

// In place of an HttpResponse: its header goes out without a length, and what follows are pieces of
// its body, posted until a Close ends it. Such a connection serves no other request.
struct HttpStream {
  HttpResponse header;  // its body is the first piece
};
// A piece of the body of the stream that is under way.
struct HttpPiece {
  std::string bytes;
};

// In a list, actions are carried out in order.
using Action = std::variant<HttpResponse, HttpStream, HttpPiece, MqttConnack, MqttPublish,
                            MqttPuback, MqttSuback, MqttUnsuback, Pause, Close>;
using Actions = std::vector<Action>;

}  // namespace berth::wire
