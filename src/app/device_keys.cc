#include "app/device_keys.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace berth::app {

Task<std::optional<net::PskKey>> DeviceKeys::find(const wire::Peer& peer, std::string identity) {
  std::string source = peer.address;
  std::optional<hub::SharedKey> key =
      co_await hub_.shared_key(std::move(source), std::move(identity));
  if (!key) co_return std::nullopt;
  co_return net::PskKey{std::move(key->key), std::move(key->credential)};
}

void DeviceKeys::refused(const wire::Peer& peer, const std::string& identity, bool found) {
  domain::Claim claim;
  claim.registration_id = identity;
  claim.dialect = "tls-psk";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  claim.host = peer.server_name;
  boost::asio::co_spawn(surroundings_.executor_here(), hub_.keying_failed(std::move(claim), found),
                        boost::asio::detached);
}

}  // namespace berth::app
