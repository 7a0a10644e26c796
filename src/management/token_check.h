// From a bearer token to an Actor: `berth_<id>_<43 base64url characters>`, looked up by its public
// id, its secret part compared by keyed digest in constant time.
//
// A right token is remembered for a few seconds, so that a busy console costs no read a request;
// that is also how long a token revoked on another server of the same store may live on. Wrong ones
// spend the source's budget; once it is spent, the store is not asked any more. Room management.
// Thread rule: one owner, no lock; the ports outlive it.
#pragma once

#include "management/call.h"

#include <atomic>
#include <string>
#include <string_view>
#include <unordered_map>

namespace berth::management {

inline constexpr std::chrono::seconds kTokenRememberedFor{5};
inline constexpr std::size_t kTokensRememberedMax = 1024;

// The token's text for people's clipboards, made of 32 random bytes.
Secret make_token_text(const std::string& id, Rng& rng);
// The digest a token is stored as.
base::Bytes token_digest(provisioning::Vault& vault, const std::string& id, std::string_view text);

class TokenCheck {
 public:
  TokenCheck(const Means& ports, SourceBudget::Limits guesses) : ports_(ports), budget_(guesses) {}

  // kUnauthenticated (none, malformed, unknown, wrong, expired: only the last is told apart),
  // kTooMany, kUnavailable.
  Task<Result<Actor>> check(domain::Caller caller);
  // Tokens or sessions have ended just now: no instance of this server remembers any from now on.
  void forget();

 private:
  struct Remembered {
    domain::Token token;
    Instant until;
  };
  std::atomic<std::uint64_t>& ended();
  const domain::Token* recall(const std::string& id);
  void remember(domain::Token token);
  // Charges the source and refuses.
  Error wrong(const std::string& source, const std::string& id);
  Result<Actor> admit(const domain::Token& token, std::string source) const;

  const Means& ports_;
  SourceBudget budget_;
  std::unordered_map<std::string, Remembered> remembered_;
  std::atomic<std::uint64_t> own_ended_{0};
  std::uint64_t seen_ended_ = 0;  // what remembered_ is good for
};

}  // namespace berth::management
