// Who connects over MQTT: devices of Berth's hub with tokens of their own, or users of a broker
// with one password.
//
// Thread rule: one thread. Owns the key or the password.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "bench/fleet/options.h"

#include <string>

namespace berth::fleet {

class Logins {
 public:
  // --to berth: --hub, --prefix, --group-key-file; devices that have registered before.
  // --to mosquitto: --user-prefix, --users, --password-file; a client id for each connection.
  static Result<Logins> read(const Options& options, const Clock& clock);
  // The second alone.
  static Result<Logins> of_broker(const Options& options);

  // A whole CONNECT packet.
  std::string connect(std::uint64_t device) const;
  std::string client_id(std::uint64_t device) const;

 private:
  bool is_berth_ = false;
  std::string hub_;
  std::string prefix_;
  std::string user_prefix_;
  std::uint64_t users_ = 1;
  Secret secret_;  // the group's key, or the password
  std::string expiry_;
};

}  // namespace berth::fleet
