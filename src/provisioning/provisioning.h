// The brain of devices getting in: the one place that decides. Takes a command from a dialect, runs
// identify → attest → authorize → allocate → issue → record, each a function in a file of its own,
// and answers with an Outcome. Vendor-blind; reaches the world through ports/.
//
// Room provisioning. Thread rule: one instance per io_context, used by it alone (its caches need no
// lock); the ports it is given outlive it. Never throws, never fails: trouble is a Refused outcome.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/task.h"
#include "domain/claim.h"
#include "domain/outcome.h"
#include "provisioning/admission.h"
#include "provisioning/ports/allocator.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/observer.h"
#include "provisioning/ports/pressure.h"
#include "provisioning/ports/registrations.h"
#include "provisioning/ports/vault.h"

#include <memory>
#include <span>

namespace berth::provisioning {

struct Settings {
  // Failed attempts that one source address may make, and how fast the budget refills.
  std::uint32_t failures_per_source_max = 200;
  double failures_refilled_per_second = 1.0;
  std::size_t sources_tracked_max = 10'000;
  std::size_t payload_bytes_max = 96 * 1024;
  std::size_t scopes_cached_max = 256;
  AdmissionSettings admission = {};
};

// Where refused attempts go to be explained and recorded: explain.h, on a worker. Takes ownership
// of claim and trail; drops (and counts) when its bounded queue is full. Any thread; never blocks.
class RefusalSink {
 public:
  virtual ~RefusalSink() = default;
  virtual void refused(domain::Claim claim, domain::Trail trail) = 0;
};

struct Ports {
  RegistrationStore& store;
  RefusalSink& refusals;
  Observer& observer;
  const Clock& clock;
  Rng& rng;
  // Per io_context.
  std::span<const std::unique_ptr<Attestor>> attestors;
  std::span<const std::unique_ptr<Allocator>> allocators;
  std::span<const std::unique_ptr<Issuer>> issuers;
  const Pressure* pressure = nullptr;  // null: nothing waits before it gets here
};

class Provisioning {
 public:
  Provisioning(Ports ports, Settings settings);
  ~Provisioning();
  Provisioning(const Provisioning&) = delete;
  Provisioning& operator=(const Provisioning&) = delete;

  Task<domain::Outcome> handle(domain::ProvisioningCommand command);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berth::provisioning
