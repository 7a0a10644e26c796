// From a bearer token to an Actor: `berth_<id>_<43 base64url characters>`, looked up by its public
// id, its secret part compared by keyed digest in constant time.
//
// A right token is remembered for a few seconds, so that a busy console costs no read a request;
// that is also how long a token revoked on another core or replica may live on. Wrong ones spend
// the source's budget; once it is spent, the store is not asked any more.
// Room management. Thread rule: one owner, no lock; the ports outlive it.
#pragma once

#include "management/call.h"

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
  // A token that was deleted just now.
  void forget(const std::string& id) { remembered_.erase(id); }
  // The sessions of an operator who was changed just now, but one; nobody's when it is empty.
  void forget_sessions(const std::string& operator_name, const std::string& except);

 private:
  struct Remembered {
    domain::Token token;
    Instant until;
  };
  const domain::Token* recall(const std::string& id);
  void remember(domain::Token token);
  // Charges the source and refuses.
  Error wrong(const std::string& source, const std::string& id);
  Result<Actor> admit(const domain::Token& token, std::string source) const;

  const Means& ports_;
  SourceBudget budget_;
  std::unordered_map<std::string, Remembered> remembered_;
};

}  // namespace berth::management
