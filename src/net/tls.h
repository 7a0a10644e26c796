// TlsContext: what a TLS listener presents and accepts. TLS 1.2 and 1.3; the 1.2 suites are the
// ones Azure offers (azure-dps.md §9.17) and ChaCha20; no ALPN demanded; client certificates are
// requested, never required and never judged here (azure-dps.md §1.8): whatever chain comes is
// handed on in wire::Peer. Where it is asked for, two suites with a shared key follow the others,
// so that whoever can use a certificate does. No tickets and no session cache: each ticket would
// decode the client certificate again, and resumption would hide it.
//
// Room net. Thread rule: replace() and use from any thread.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "net/limits.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace berth::net {

struct TlsMaterial {
  std::string certificate_chain_pem;  // leaf first, then intermediates
  Secret private_key_pem;             // unencrypted
};

class TlsContext {
 public:
  // kInvalid: no certificate, broken PEM, an encrypted key, or a key that is not the leaf's.
  // `unasked`: server names, also "*.example.test", whose clients are not asked for a certificate,
  // because there are some that break off when they are and have none.
  static Result<std::shared_ptr<TlsContext>> create(const TlsMaterial& material,
                                                    const Limits& limits = {},
                                                    std::vector<std::string> unasked = {});
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Connections accepted from now on use `material`; established ones are not touched. On an error
  // (as create()) the old one stays.
  Result<void> replace(const TlsMaterial& material);

  // A new server-side SSL for one connection; the caller owns it and keeps this TlsContext alive
  // as long. Null when memory is short. `shared_keys`: with the suites that need a PskHandshake.
  ssl_st* make_ssl(bool shared_keys) const;

 private:
  TlsContext(const Limits& limits, std::vector<std::string> unasked)
      : limits_(limits), unasked_(std::move(unasked)) {}

  const Limits limits_;
  const std::vector<std::string> unasked_;
  mutable std::mutex mutex_;
  ssl_ctx_st* context_ = nullptr;              // guarded by mutex_
  ssl_ctx_st* shared_keys_context_ = nullptr;  // guarded by mutex_
};

}  // namespace berth::net
