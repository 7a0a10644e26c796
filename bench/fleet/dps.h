// What devices with a symmetric key say to register (azure-dps.md §1, §2): tokens, requests, names.
// The cases that say it are in dps_http_cases.cc, storm_case.cc and mqtt_cases.cc.
//
// Thread rule: one thread. The plan owns the fleet, the fleet the group key. Tokens are made when
// they are asked for, while the load runs: two HMACs, a few microseconds of this process and none
// of the server's.
#pragma once

#include "base/secret.h"
#include "bench/fleet/papers.h"
#include "bench/fleet/plan.h"

#include <functional>
#include <optional>
#include <string>

namespace berth::fleet {

// Between polls while the server has not decided; it usually has when the first comes.
inline constexpr double kPollPause = 0.02;

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

// One script for each device of a fleet.
class DpsPlan : public Plan {
 public:
  using MakeScript =
      std::function<std::unique_ptr<Script>(const DpsFleet& fleet, std::uint64_t device)>;

  DpsPlan(DpsFleet fleet, Shape shape, MakeScript make, std::optional<ClientPapers> papers = {})
      : fleet_(std::move(fleet)),
        shape_(shape),
        make_(std::move(make)),
        papers_(std::move(papers)) {}

  Shape shape() const override { return shape_; }
  std::unique_ptr<Script> script(std::uint64_t device) override { return make_(fleet_, device); }
  const ClientPaper* paper(std::uint64_t device) const override {
    return papers_ ? papers_->at(device) : nullptr;
  }

 private:
  const DpsFleet fleet_;
  const Shape shape_;
  const MakeScript make_;
  const std::optional<ClientPapers> papers_;
};

template <class What>
std::unique_ptr<Script> make_dps_script(const DpsFleet& fleet, std::uint64_t device) {
  return std::make_unique<What>(fleet, device);
}

}  // namespace berth::fleet
