// Credential codes in memory, for tests of management: the store of codes, and a desk that writes
// what it is given where the real one encrypts.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "management/ports/code_desk.h"
#include "management/ports/codes.h"

#include <map>
#include <string>
#include <vector>

namespace berth::management::testing {

class FakeCodeStore final : public CodeStore {
 public:
  std::map<std::string, domain::CredentialCode> codes;  // by id
  std::map<domain::PickupKind, domain::PickupGuard> guards;
  std::vector<domain::AuditRecord> audit;
  std::vector<domain::Enrollment> redeemed;  // what claims wrote
  std::vector<domain::Trail> trails;

  Task<Result<std::uint64_t>> add(domain::CredentialCode code, domain::AuditRecord record) override;
  Task<Result<domain::CredentialCode>> get(std::string id) override;
  Task<Result<domain::Listing<domain::CredentialCode>>> list(std::string scope,
                                                             domain::Page page) override;
  Task<Result<void>> revoke(std::string id, domain::AuditRecord record) override;
  Task<Result<std::optional<domain::CredentialCode>>> take(CodeToTake code) override;
  Task<Result<void>> redeem(std::unique_ptr<ClaimToRedeem> claim) override;
  Task<Result<domain::PickupGuard>> guard(domain::PickupKind kind) override;
  Task<Result<domain::PickupGuard>> missed(domain::PickupKind kind, TimePoint at) override;
};

// Letters, numbers and tokens count up: "AAAA-AAAA-01", "10001", "token-1".
class FakeCodeDesk final : public CodeDesk {
 public:
  mutable int made = 0;
  mutable std::string derived_for;                // of the last key that was derived
  mutable std::string sealed_key;                 // in the last envelope
  mutable std::vector<std::string> numbers = {};  // to be given out first

  Secret derive_key(const Secret& group_key, std::string_view registration_id) const override;
  Task<Result<Secret>> seal_envelope(CodeContent content, Secret key_text,
                                     domain::CredentialCode code) const override;
  Result<Secret> compatible_text(const CodeContent& content,
                                 const std::optional<Secret>& passphrase,
                                 bool includes_passphrase) const override;
  Result<Secret> compatible_text(const Secret& object,
                                 const std::optional<Secret>& passphrase) const override;
  Secret claim_link(std::string_view authority, std::string_view id,
                    const Secret& token) const override;
  Secret envelope_link(std::string_view authority, std::string_view id,
                       const Secret& envelope) const override;
  Secret make_letters() const override;
  Secret make_number() const override;
  Secret make_token() const override;
  Secret normal_letters(const Secret& typed) const override;
  Secret normal_number(const Secret& typed) const override;
  // The request is "CN/key".
  Result<KeyRequest> requested_key(const base::Bytes& request) const override;
  base::Bytes key_print(const base::Bytes& spki) const override;
  Result<void> check_public_key(const base::Bytes& spki) const override;
  Result<CodePictures> draw(const Secret& text) const override;
};

}  // namespace berth::management::testing
