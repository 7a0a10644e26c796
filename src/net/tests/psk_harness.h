// What the tests of shared keys share: a look-up by a table that remembers what it was asked, and a
// TLS client in memory, whose every byte goes through the test's hands.
//
// Thread rule: as the harness; FakeLookup is thread-safe, its latch apart.
#pragma once

#include "net/psk_lookup.h"
#include "net/tests/harness.h"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace berth::net::testing {

class FakeLookup final : public PskLookup {
 public:
  // If set, every look-up waits here. Before the first connection.
  std::shared_ptr<Latch> latch;

  void set_key(const std::string& identity, const std::string& key) {
    const std::lock_guard lock(mutex_);
    keys_[identity] = key;
  }

  Task<std::optional<PskKey>> find(const wire::Peer& peer, std::string identity) override {
    note(peer, identity);
    if (latch) co_await latch->wait();
    co_return key_of(identity);
  }

  void refused(const wire::Peer&, const std::string& identity, bool found) override {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(identity + (found ? ": known" : ": unknown"));
  }

  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<wire::Peer> peers() const {
    const std::lock_guard lock(mutex_);
    return peers_;
  }
  std::vector<std::string> refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  void note(const wire::Peer& peer, const std::string& identity) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(identity);
    peers_.push_back(peer);
  }

  std::optional<PskKey> key_of(const std::string& identity) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(identity);
    if (found == keys_.end()) return std::nullopt;
    return PskKey{Secret::from_text(found->second), "credential of " + identity};
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> keys_;  // by identity
  std::vector<std::string> asked_;
  std::vector<wire::Peer> peers_;
  std::vector<std::string> refusals_;
};

class MemoryClient {
 public:
  // Offers both suites with a shared key and nothing else.
  MemoryClient(std::string identity, std::string key);
  ~MemoryClient();
  MemoryClient(const MemoryClient&) = delete;
  MemoryClient& operator=(const MemoryClient&) = delete;

  // Takes what the server sent and returns what the client says next.
  std::string step(std::string_view received);
  bool connected() const { return connected_; }
  const std::string& failure() const { return failure_; }

 private:
  ClientOptions options_;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
  bool connected_ = false;
  std::string failure_;
};

// One TLS record; 22 is a handshake message's.
std::string tls_record(std::string_view payload, char type = 22);
// A ClientKeyExchange with this identity, without its record.
std::string key_exchange(std::string_view identity);
// The first record of `sent` cut into records with at most `piece` bytes of payload each.
std::string cut_first_record(std::string_view sent, std::size_t piece);

}  // namespace berth::net::testing
