// What a device with a symmetric key says to register (azure-dps.md §1), and the cases that say it:
// over HTTPS, over MQTT, many at once, and as a stranger.
//
// Thread rule: one thread. Owns the group key; tokens are made when they are asked for, which costs
// this process two HMACs, some microseconds.
#pragma once

#include "base/secret.h"
#include "bench/fleet/plan.h"

#include <string>

namespace berth::fleet {

class DpsFleet {
 public:
  // --id-scope, --group-key-file, --prefix, --first
  static Result<DpsFleet> read(const Options& options, const Clock& clock);
  // The same bytes for a server that does not look at them.
  static DpsFleet made_up(const Options& options, const Clock& clock);

  std::string id(std::uint64_t device) const;
  std::string token(std::uint64_t device) const;
  std::string user_name(std::uint64_t device) const;  // over MQTT
  std::string body(std::uint64_t device) const;

  // Whole HTTP requests; without a token when the device shows a certificate.
  enum class Proof { kToken, kCertificate };
  std::string register_request(std::uint64_t device, Proof proof = Proof::kToken) const;
  std::string poll_request(std::uint64_t device, std::string_view operation,
                           Proof proof = Proof::kToken) const;

 private:
  std::string resource(std::uint64_t device) const;

  std::string host_;
  std::string scope_;
  std::string prefix_;
  std::uint64_t first_ = 0;
  Secret group_key_;
  std::string expiry_;
};

}  // namespace berth::fleet
