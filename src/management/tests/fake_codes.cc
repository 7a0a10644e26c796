#include "management/tests/fake_codes.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management::testing {

using domain::CodeState;
using domain::CredentialCode;

Task<Result<std::uint64_t>> FakeCodeStore::add(CredentialCode code, domain::AuditRecord record) {
  for (const auto& [id, each] : codes) {
    const bool same = each.pickup == code.pickup && each.pickup_digest == code.pickup_digest;
    if (!code.pickup_digest.empty() && same && is_live(each, code.created_at)) {
      co_return Fail(ErrorKind::kConflict, "a live code has that pick-up");
    }
  }
  code.version = 1;
  codes.insert_or_assign(code.id, code);
  audit.push_back(std::move(record));
  co_return 1;
}

Task<Result<CredentialCode>> FakeCodeStore::get(std::string id) {
  const auto found = codes.find(id);
  if (found == codes.end()) co_return Fail(ErrorKind::kNotFound, "it is not there");
  co_return found->second;
}

Task<Result<domain::Listing<CredentialCode>>> FakeCodeStore::list(std::string scope,
                                                                  domain::Page page) {
  domain::Listing<CredentialCode> listing;
  for (const auto& [id, each] : codes) {
    const bool wanted = scope.empty() || each.scope.text() == scope;
    if (wanted && listing.items.size() < page.limit) listing.items.push_back(each);
  }
  co_return listing;
}

Task<Result<void>> FakeCodeStore::revoke(std::string id, domain::AuditRecord record) {
  const auto found = codes.find(id);
  if (found == codes.end()) co_return Fail(ErrorKind::kNotFound, "it is not there");
  if (found->second.state == CodeState::kActive) found->second.state = CodeState::kRevoked;
  audit.push_back(std::move(record));
  co_return Result<void>();
}

Task<Result<std::optional<CredentialCode>>> FakeCodeStore::take(CodeToTake code) {
  for (auto& [id, each] : codes) {
    const bool same = each.pickup == code.kind && each.pickup_digest == code.digest;
    if (!same || !is_live(each, code.at)) continue;
    CredentialCode before = each;
    each.pickup_digest.clear();
    if (each.mode != domain::CodeMode::kClaim) {
      each.state = CodeState::kUsed;
      each.used_at = code.at;
      each.used_from = code.source;
      each.content = {};
    }
    domain::AuditRecord record;
    record.action = code.audit_action;
    record.actor = "code:" + id;
    audit.push_back(std::move(record));
    code.trail.scope = each.scope.text();
    code.trail.registration_id = each.device.text();
    trails.push_back(std::move(code.trail));
    co_return std::optional<CredentialCode>(std::move(before));
  }
  co_return std::optional<CredentialCode>();
}

Task<Result<void>> FakeCodeStore::redeem(std::unique_ptr<ClaimToRedeem> claim) {
  const auto found = codes.find(claim->id);
  const bool live = found != codes.end() && is_live(found->second, claim->at);
  if (!live || found->second.token_digest != claim->token_digest) {
    co_return Fail(ErrorKind::kNotFound, "there is no such claim");
  }
  found->second.state = CodeState::kUsed;
  found->second.used_at = claim->at;
  found->second.used_from = claim->source;
  redeemed.push_back(claim->enrollment);
  trails.push_back(claim->trail);
  audit.push_back(claim->audit);
  co_return Result<void>();
}

Task<Result<domain::PickupGuard>> FakeCodeStore::guard(domain::PickupKind kind) {
  co_return guards[kind];
}

Task<Result<domain::PickupGuard>> FakeCodeStore::missed(domain::PickupKind kind, TimePoint at) {
  domain::PickupGuard& guard = guards[kind];
  if (guard.closed_until && *guard.closed_until > at) co_return guard;
  if (guard.closed_until) guard = {};
  if (++guard.misses >= domain::kMissesMax) guard.closed_until = at + domain::kMissesClose;
  co_return guard;
}

Secret FakeCodeDesk::derive_key(const Secret& group_key, std::string_view registration_id) const {
  derived_for = registration_id;
  return Secret::from_text(fmt::format("derived:{}:{}", group_key.size(), registration_id));
}

Task<Result<Secret>> FakeCodeDesk::seal_envelope(CodeContent content, Secret key_text,
                                                 CredentialCode code) const {
  sealed_key = content.device_key.text();
  co_return Secret::from_text(
      fmt::format("envelope {} of {} with {} bytes", code.id, content.device, key_text.size()));
}

Result<Secret> FakeCodeDesk::compatible_text(const CodeContent& content,
                                             const std::optional<Secret>& passphrase,
                                             bool includes_passphrase) const {
  return Secret::from_text(fmt::format("compatible {} {} {}", content.device,
                                       passphrase.has_value(), includes_passphrase));
}

Result<Secret> FakeCodeDesk::compatible_text(const Secret& object,
                                             const std::optional<Secret>& passphrase) const {
  return Secret::from_text(fmt::format("compatible {} {}", object.text(), passphrase.has_value()));
}

Secret FakeCodeDesk::claim_link(std::string_view authority, std::string_view id,
                                const Secret& token) const {
  return Secret::from_text(fmt::format("https://{}/claim/{}#{}", authority, id, token.text()));
}
Secret FakeCodeDesk::envelope_link(std::string_view authority, std::string_view id,
                                   const Secret& envelope) const {
  return Secret::from_text(fmt::format("https://{}/c/{}#{}", authority, id, envelope.text()));
}

Secret FakeCodeDesk::make_letters() const {
  return Secret::from_text(fmt::format("AAAA-AAAA-{:02}", ++made));
}
Secret FakeCodeDesk::make_number() const {
  if (!numbers.empty()) {
    const std::string next = numbers.front();
    numbers.erase(numbers.begin());
    return Secret::from_text(next);
  }
  return Secret::from_text(fmt::format("{}", 10'000 + ++made));
}
Secret FakeCodeDesk::make_token() const {
  return Secret::from_text(fmt::format("token-{}", ++made));
}

Secret FakeCodeDesk::normal_letters(const Secret& typed) const {
  std::string text;
  for (const char c : base::ascii_lower(typed.text())) {
    if (c != '-' && c != ' ') text += c;
  }
  return Secret::from_text(text);
}
Secret FakeCodeDesk::normal_number(const Secret& typed) const {
  return Secret::from_text(typed.text());
}

Result<KeyRequest> FakeCodeDesk::requested_key(const base::Bytes& request) const {
  const std::string_view text(reinterpret_cast<const char*>(request.data()), request.size());
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return Fail(ErrorKind::kInvalid, "the request is broken", "send another");
  }
  const std::string_view key = text.substr(slash + 1);
  return KeyRequest{{key.begin(), key.end()}, std::string(text.substr(0, slash))};
}
base::Bytes FakeCodeDesk::key_print(const base::Bytes& spki) const {
  base::Bytes print(32, 7);
  std::copy_n(spki.begin(), std::min<std::size_t>(spki.size(), 31), print.begin());
  return print;
}
Result<void> FakeCodeDesk::check_public_key(const base::Bytes& spki) const {
  if (spki.empty()) return Fail(ErrorKind::kInvalid, "the key is broken", "send another");
  return {};
}

Result<CodePictures> FakeCodeDesk::draw(const Secret& text) const {
  if (text.size() > 2000) return Fail(ErrorKind::kTooLarge, "it does not fit", "make it shorter");
  CodePictures pictures;
  pictures.png = Secret::from_text("data:image/png;base64,AAAA");
  pictures.svg = Secret::from_text("<svg/>");
  return pictures;
}

}  // namespace berth::management::testing
