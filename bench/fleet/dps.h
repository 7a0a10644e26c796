// What devices with a symmetric key say to register (azure-dps.md §1, §2): tokens, requests, names.
// The cases that say it are in dps_http_cases.cc, storm_case.cc and mqtt_cases.cc.
//
// Thread rule: one thread. Owns the group key. Tokens are made when they are asked for, while the
// load runs: two HMACs, a few microseconds of this process and none of the server's.
#pragma once

#include "base/secret.h"
#include "bench/fleet/papers.h"
#include "bench/fleet/plan.h"

#include <string>

namespace berth::fleet {

class DpsFleet {
 public:
  // --id-scope, --prefix, --first and, for kToken, --group-key-file.
  enum class Proof { kToken, kCertificate };
  static Result<DpsFleet> read(const Options& options, const Clock& clock, Proof proof);
  // The same bytes for a server that does not look at them, and for a stranger.
  static Result<DpsFleet> made_up(const Options& options, const Clock& clock);

  // Instead of tokens.
  void show_certificates() { proof_ = Proof::kCertificate; }

  std::string id(std::uint64_t device) const;
  std::string token(std::uint64_t device) const;
  std::string user_name(std::uint64_t device) const;  // over MQTT
  std::string body(std::uint64_t device) const;

  // Whole HTTP requests.
  std::string register_request(std::uint64_t device) const;
  std::string poll_request(std::uint64_t device, std::string_view operation) const;

 private:
  std::string resource(std::uint64_t device) const;
  std::string authorization(std::uint64_t device) const;

  Proof proof_ = Proof::kToken;
  std::string host_;
  std::string scope_;
  std::string prefix_;
  std::uint64_t first_ = 0;
  Secret group_key_;
  std::string expiry_;
};

// --ca-file and --ca-key: one certificate for each device of the fleet.
Result<ClientPapers> make_papers(const Options& options, const Clock& clock, const DpsFleet& fleet);

// "answered 401 instead of 202: {...}"
std::string unexpected(const Answer& answer, std::string_view wanted);

}  // namespace berth::fleet
