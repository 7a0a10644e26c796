// rooms: dialects
// CONNECT of a Tencent device. The first line is the user name, the second the password, the third
// the client id (empty: the user name's first part), the fourth the identity of the channel.
// Whatever comes, what the hub is asked is bounded, and is about what was signed as it was
// received.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/tencent/connect.h"
#include "dialects/tencent/mqtt_step.h"
#include "dialects/tencent/user_name.h"
#include "input_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace berth {
namespace {

using fuzz::next_line;

// As the codec lets it through.
std::string text_of(std::string_view line) {
  return base::is_utf8(line) ? std::string(line) : base::printable(line, line.size());
}

struct EvidenceCheck {
  const wire::MqttConnect& packet;

  void operator()(const domain::SignedText& text) const {
    BERTH_CHECK((text.texts.size() == 1 && text.texts[0] == *packet.user_name) &&
                "signed as received");
    BERTH_CHECK((text.algorithm != domain::MacAlgorithm::kHmacMd5) && "this vendor has no MD5");
    const std::size_t size = text.algorithm == domain::MacAlgorithm::kHmacSha1 ? 20 : 32;
    BERTH_CHECK((text.mac.empty() || text.mac.size() == size) && "the algorithm's size");
    BERTH_CHECK((text.raw_signature.size() <= 128) && "bounded");
    BERTH_CHECK((!text.expires_at_seconds ||
                 (*text.expires_at_seconds >= 0 && *text.expires_at_seconds <= 100'000'000'000)) &&
                "no far expiry counts");
  }
  void operator()(const domain::SharedKeyChannel& channel) const {
    BERTH_CHECK((channel.identity == packet.client_id) && "the channel's own name");
  }
  void operator()(const domain::MalformedEvidence& malformed) const {
    BERTH_CHECK((malformed.what.size() < 200 && base::is_utf8(malformed.what)) && "bounded text");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

int run(std::string_view text) {
  wire::MqttConnect packet;
  packet.user_name = text_of(next_line(text));
  packet.password = Secret::from_text(next_line(text));
  packet.client_id = text_of(next_line(text));
  wire::Peer peer;
  peer.transport = wire::Transport::kMqtt;
  peer.psk_identity = text_of(next_line(text));
  if (packet.client_id.empty()) {
    packet.client_id = packet.user_name->substr(0, packet.user_name->find(';'));
  }
  const auto name = dialects::tencent::parse_user_name(*packet.user_name);
  BERTH_CHECK((dialects::tencent::claims_connect(packet) == name.has_value()) && "one reader");
  if (name) {
    BERTH_CHECK((std::count(packet.user_name->begin(), packet.user_name->end(), ';') == 3) &&
                "four parts");
  }
  const domain::ConnectDevice command = dialects::tencent::connect_command(peer, packet);
  const domain::Claim& claim = command.claim;
  BERTH_CHECK((claim.registration_id.size() <= 512) && "ids are bounded");
  BERTH_CHECK((claim.membership && claim.membership->group.size() <= 10) && "split after ten");
  BERTH_CHECK((claim.membership->group + claim.membership->member == claim.registration_id) &&
              "nothing is lost");
  BERTH_CHECK((claim.client.size() <= 64 && base::is_utf8(claim.client)) && "bounded text");
  BERTH_CHECK((!command.will) && "there are no wills");
  std::visit(EvidenceCheck{packet}, claim.evidence);
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
