// What a device keeps of its enrolment: id and connection password, encrypted with AES-256-GCM
// under a key of this machine that lies in a file of its own (cloudplugs.md §8.1).
//
//   Result<AgentStore> store = AgentStore::open({"smartplug.state", "smartplug.key"}, rng);
//   Result<std::optional<AgentState>> state = store->load();
//
// Both files have mode 0600 and are replaced as a whole or not at all. A third, `….lock`, keeps a
// second program away from them.
// Room device. Thread rule: belongs to one thread; blocks. The Rng outlives it.
#pragma once

#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace berth::device {

struct AgentFiles {
  std::filesystem::path state;
  std::filesystem::path key;
};

struct AgentState {
  std::string model;
  std::string serial;
  std::string id;
  Secret connection;  // the password it connects with
};

class AgentStore {
 public:
  // kConflict: another program uses them. kUnavailable: their folder cannot be written.
  static Result<AgentStore> open(AgentFiles files, Rng& rng);
  AgentStore(AgentStore&&) noexcept;
  AgentStore& operator=(AgentStore&&) noexcept;
  ~AgentStore();

  const AgentFiles& files() const;

  // Nothing: there is no state yet; then there is a key when it returns, so that what is enrolled
  // can be kept. kInvalid: state or key are damaged or do not belong together.
  Result<std::optional<AgentState>> load();
  // After load() alone.
  Result<void> save(const AgentState& state);
  // Forgets the state, and a key that is none; after it load() finds nothing.
  Result<void> reset();

 private:
  struct Parts;
  explicit AgentStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace berth::device
