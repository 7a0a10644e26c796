#include "management/token_check.h"

#include "base/log.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

constexpr std::string_view kPrefix = "berth_";
constexpr std::size_t kSecretBytes = 32;     // 256 bits
constexpr std::size_t kSecretTextSize = 43;  // base64url without padding
constexpr std::size_t kIdSizeMax = 32;

// The public id of a token's text; empty when it does not look like a token.
std::string id_of(std::string_view text) {
  if (!text.starts_with(kPrefix)) return {};
  text.remove_prefix(kPrefix.size());
  const std::size_t end = text.find('_');
  if (end == 0 || end == std::string_view::npos || end > kIdSizeMax) return {};
  if (text.size() - end - 1 != kSecretTextSize) return {};
  const std::string_view id = text.substr(0, end);
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  });
  return plain ? std::string(id) : std::string();
}

}  // namespace

Secret make_token_text(const std::string& id, Rng& rng) {
  const Secret random = rng.secret(kSecretBytes);
  const Secret encoded = base::base64_encode_secret(random.bytes());
  const std::string head = std::string(kPrefix) + id + '_';
  Secret text = Secret::of_size(head.size() + kSecretTextSize);
  const auto out = text.mutable_bytes();
  std::copy(head.begin(), head.end(), out.begin());
  for (std::size_t i = 0; i < kSecretTextSize; ++i) {  // RFC 4648 §5, padding left out
    const char c = encoded.text()[i];
    const char url_safe = c == '+' ? '-' : c == '/' ? '_' : c;
    out[head.size() + i] = static_cast<std::uint8_t>(url_safe);
  }
  return text;
}

base::Bytes token_digest(provisioning::Vault& vault, const std::string& id, std::string_view text) {
  return vault.digest(base::as_bytes(text), "token/" + id);
}

std::atomic<std::uint64_t>& TokenCheck::ended() {
  std::atomic<std::uint64_t>* const shared = ports_.settings.tokens_ended;
  return shared == nullptr ? own_ended_ : *shared;
}

void TokenCheck::forget() { ended().fetch_add(1); }

const domain::Token* TokenCheck::recall(const std::string& id) {
  const std::uint64_t ended_now = ended().load();
  if (seen_ended_ != ended_now) remembered_.clear();
  seen_ended_ = ended_now;
  const auto found = remembered_.find(id);
  if (found == remembered_.end()) return nullptr;
  if (ports_.clock.monotonic() < found->second.until) return &found->second.token;
  remembered_.erase(found);
  return nullptr;
}

void TokenCheck::remember(domain::Token token) {
  const Instant now = ports_.clock.monotonic();
  if (remembered_.size() >= kTokensRememberedMax) {
    std::erase_if(remembered_, [&](const auto& each) { return each.second.until <= now; });
  }
  if (remembered_.size() >= kTokensRememberedMax) remembered_.clear();
  std::string id = token.id;
  Remembered entry{std::move(token), now + kTokenRememberedFor};
  remembered_.insert_or_assign(std::move(id), std::move(entry));
}

Result<Actor> TokenCheck::admit(const domain::Token& token, std::string source) const {
  if (token.expires_at && *token.expires_at <= ports_.clock.wall()) {
    const bool session = !token.operator_name.empty();
    return Fail(ErrorKind::kUnauthenticated,
                fmt::format("{} '{}' expired at {}", session ? "session" : "token", token.id,
                            base::format_utc(*token.expires_at, 0)),
                session ? std::string("sign in again")
                        : "make another: " + domain::mend::create_token(to_string(token.role)));
  }
  return Actor{token.id,    std::move(source),   token.role,
               token.scope, token.operator_name, token.expires_at};
}

Error TokenCheck::wrong(const std::string& source, const std::string& id) {
  budget_.failed(source, ports_.clock.monotonic());
  log::warn("admin.token_refused", {{"source", source}, {"token", id}});
  return {
      ErrorKind::kUnauthenticated, "the token is malformed, unknown or revoked",
      "use the one in DIR/admin.token, or make another: " + domain::mend::create_token("viewer")};
}

Task<Result<Actor>> TokenCheck::check(domain::Caller caller) {
  if (caller.token.empty()) {
    co_return Fail(ErrorKind::kUnauthenticated, "no token was presented",
                   "send the header: Authorization: Bearer TOKEN");
  }
  const std::string id = id_of(caller.token.text());
  const base::Bytes digest = token_digest(ports_.vault, id, caller.token.text());
  const domain::Token* known = recall(id);
  if (known != nullptr && base::equal_constant_time(digest, known->digest)) {
    co_return admit(*known, std::move(caller.source));
  }
  const Instant now = ports_.clock.monotonic();
  if (budget_.exhausted(caller.source, now)) {
    co_return Fail(ErrorKind::kTooMany, "too many unknown tokens from this address",
                   fmt::format("use a valid token, {} seconds from now",
                               budget_.wait(caller.source, now).count()));
  }
  if (id.empty()) co_return Fail(wrong(caller.source, id));
  const std::uint64_t ended_before = ended().load();
  Result<domain::Token> found = co_await ports_.catalog.get_token(id);
  if (!found && found.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(found).error());
  }
  if (!found || !base::equal_constant_time(digest, found->digest)) {
    co_return Fail(wrong(caller.source, id));
  }
  Result<Actor> actor = admit(*found, std::move(caller.source));
  // One that ended while it was read is not remembered as it was.
  if (actor && ended().load() == ended_before) remember(*std::move(found));
  co_return actor;
}

}  // namespace berth::management
