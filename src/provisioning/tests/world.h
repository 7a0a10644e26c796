// A small server for the tests of provisioning: one scope, a memory store, and parts that decide by
// name instead of by cryptography. A claim "signed by" an enrollment is proven by that enrollment
// and by no other.
//
// Room provisioning, tests. Thread rule: one test, one thread.
#pragma once

#include "base/rng.h"
#include "base/tests/run_task.h"
#include "provisioning/provisioning.h"
#include "provisioning/tests/memory_store.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::provisioning {

inline constexpr std::string_view kScope = "0ne00ABCDEF";

class NamedAttestor final : public Attestor {
 public:
  std::string_view name() const override { return "symmetric_key"; }
  bool reads(const domain::Evidence& evidence) const override {
    return std::holds_alternative<domain::MacOverText>(evidence);
  }
  Result<Attested, Refusal> attest(const AttestInput& input) override {
    const auto& mac = std::get<domain::MacOverText>(input.claim.evidence);
    for (std::size_t i = 0; i < input.candidates.size(); ++i) {
      ++tried;
      const domain::Enrollment& each = *input.candidates[i];
      if (mac.signed_text != std::string(to_string(each.kind)) + '/' + each.id.text()) continue;
      if (base::to_unix_seconds(input.now) > mac.expires_at_seconds) {
        return Fail(Refusal{domain::Reason::kProofExpired, "later", "earlier", {}});
      }
      return Attested{i, domain::KeySlot::kPrimary, input.registration.text(), "by name"};
    }
    return Fail(Refusal{domain::Reason::kProofRejected, "a key of theirs", "another", {}});
  }
  std::vector<domain::Finding> rivals(const RivalInput& input, std::size_t) override {
    ++rivals_asked;
    const auto& mac = std::get<domain::MacOverText>(input.claim.evidence);
    for (const domain::Enrollment& each : input.other_scopes) {
      if (mac.signed_text == std::string(to_string(each.kind)) + '/' + each.id.text()) {
        return {{domain::Cause::kKeyOfOtherScope, true, "of another scope", "set the scope"}};
      }
    }
    return mac.signed_text == "derived wrongly"
               ? std::vector<domain::Finding>{{domain::Cause::kGroupKeyUnderived, true, "underived",
                                               "derive it"}}
               : std::vector<domain::Finding>{};
  }

  std::vector<domain::Finding> connection_rivals(const ConnectionInput& input,
                                                 std::size_t) override {
    ++rivals_asked;
    seen_same_id = input.same_id.size();
    seen_same_hub = input.same_hub.size();
    seen_candidates = input.candidates.size();
    const auto& mac = std::get<domain::MacOverText>(input.claim.evidence);
    return mac.signed_text == "retired key"
               ? std::vector<domain::Finding>{{domain::Cause::kRetiredKey, true, "retired",
                                               "take the new one"}}
               : std::vector<domain::Finding>{};
  }

  int tried = 0;
  int rivals_asked = 0;
  std::size_t seen_same_id = 0;  // by connection_rivals
  std::size_t seen_same_hub = 0;
  std::size_t seen_candidates = 0;
};

class FirstHub final : public Allocator {
 public:
  domain::AllocationPolicy policy() const override { return domain::AllocationPolicy::kHashed; }
  Result<std::size_t, Refusal> choose(const domain::RegistrationId&, const domain::Enrollment&,
                                      std::span<const HubCandidate>) const override {
    return std::size_t{0};
  }
};

class NameIssuer final : public Issuer {
 public:
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const override {
    return std::holds_alternative<domain::SymmetricKeys>(enrollment.attestation);
  }
  Result<domain::Credential, Refusal> issue(const IssueInput& input,
                                            domain::Device& device) override {
    had = input.before == nullptr ? std::nullopt : std::optional(*input.before);
    const auto bytes = base::as_bytes(input.derivation_id);
    device.keys.emplace();
    device.keys->primary.bytes.assign(bytes.begin(), bytes.end());
    return domain::Credential();
  }
  std::optional<domain::Device> had;  // at the last issue
};

// A claim whose first text is "signed with" a product's secret is proven by the group that has it
// as its seal.
class SecretAttestor final : public Attestor {
 public:
  std::string_view name() const override { return "product_secret"; }
  bool reads(const domain::Evidence& evidence) const override {
    return std::holds_alternative<domain::SignedText>(evidence);
  }
  Result<Attested, Refusal> attest(const AttestInput& input) override {
    const auto& request = std::get<domain::SignedText>(input.claim.evidence);
    for (std::size_t i = 0; i < input.candidates.size(); ++i) {
      const auto& product = std::get<domain::ProductSecret>(input.candidates[i]->attestation);
      const base::Bytes& secret = product.current.bytes;
      if (std::string(secret.begin(), secret.end()) != request.texts.front()) continue;
      return Attested{i, domain::KeySlot::kPrimary, input.registration.text(), "by its secret",
                      Secret::from_text(request.texts.front())};
    }
    return Fail(Refusal{domain::Reason::kProofRejected, "the secret", "another", {}});
  }
  std::vector<domain::Finding> rivals(const RivalInput& input, std::size_t) override {
    seen_roster = input.roster.size();
    return {{domain::Cause::kKeyOfOtherEnrollment, true, "of another product", "set it"}};
  }
  std::vector<domain::Finding> connection_rivals(const ConnectionInput&, std::size_t) override {
    return {};
  }
  std::size_t seen_roster = 0;
};

// The enrol password of a member is "enroll NAME", its control password "control NAME"; that of a
// controller is its device id.
class PasswordAttestor final : public Attestor {
 public:
  std::string_view name() const override { return "member_passwords"; }
  bool reads(const domain::Evidence& evidence) const override {
    return std::holds_alternative<domain::Password>(evidence) ||
           std::holds_alternative<domain::Voucher>(evidence);
  }
  Result<Attested, Refusal> attest(const AttestInput& input) override {
    if (input.member == nullptr) {
      return Fail(Refusal{domain::Reason::kMemberUnknown, "a member", "none", {}});
    }
    Attested attested{0, domain::KeySlot::kPrimary, input.registration.text(), "by its password"};
    if (std::holds_alternative<domain::Voucher>(input.claim.evidence)) return attested;
    const auto& password = std::get<domain::Password>(input.claim.evidence);
    const bool controls = password.use == domain::PasswordUse::kControl;
    const domain::Guesses& guesses =
        controls ? input.member->control_guesses : input.member->enroll_guesses;
    if (guesses.locked_until && *guesses.locked_until > input.now) {
      return Fail(Refusal{domain::Reason::kMemberLocked, "none", "too many", {}});
    }
    const std::string right = (controls ? "control " : "enroll ") + input.member->name.text();
    if (password.text->text() != right) {
      return Fail(Refusal{domain::Reason::kProofRejected, "its password", "another", {}});
    }
    const auto& controller = input.claim.controller;
    attested.as_controller = input.controller != nullptr && controller->password != nullptr &&
                             controller->password->text() == input.controller->id.text();
    return attested;
  }
  std::vector<domain::Finding> rivals(const RivalInput&, std::size_t) override { return {}; }
  std::vector<domain::Finding> connection_rivals(const ConnectionInput&, std::size_t) override {
    return {};
  }
};

class PasswordIssuer final : public Issuer {
 public:
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const override {
    return std::holds_alternative<domain::MemberPasswords>(enrollment.attestation);
  }
  Result<domain::Credential, Refusal> issue(const IssueInput&, domain::Device& device) override {
    device.password.emplace();
    return domain::Credential(
        domain::IssuedPassword{Secret::from_text("password " + std::to_string(++issued))});
  }
  int issued = 0;
};

// Numbers what it issues.
class NumberIssuer final : public Issuer {
 public:
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const override {
    return std::holds_alternative<domain::ProductSecret>(enrollment.attestation);
  }
  Result<domain::Credential, Refusal> issue(const IssueInput& input,
                                            domain::Device& device) override {
    if (!input.keeps_credential) ++issued;
    device.awaits_activation = !input.keeps_credential;
    return domain::Credential(domain::IssuedSecret{Secret::from_text(std::to_string(issued))});
  }
  int issued = 0;
};

class CollectedRefusals final : public RefusalSink {
 public:
  void refused(domain::Claim claim, domain::Trail trail) override {
    claims.push_back(std::move(claim));
    trails.push_back(std::move(trail));
  }
  std::vector<domain::Claim> claims;
  std::vector<domain::Trail> trails;
};

class CollectedAttempts final : public Observer {
 public:
  void attempt_finished(const domain::Trail& trail) override { trails.push_back(trail); }
  std::vector<domain::Trail> trails;
};

class World {
 public:
  explicit World(Settings settings = {}) : settings_(settings) {
    auto named = std::make_unique<NamedAttestor>();
    attestor = named.get();
    attestors_.push_back(std::move(named));
    allocators_.push_back(std::make_unique<FirstHub>());
    auto issuing = std::make_unique<NameIssuer>();
    issuer = issuing.get();
    issuers_.push_back(std::move(issuing));
    attestors_.push_back(std::make_unique<SecretAttestor>());
    issuers_.push_back(std::make_unique<NumberIssuer>());
    attestors_.push_back(std::make_unique<PasswordAttestor>());
    issuers_.push_back(std::make_unique<PasswordIssuer>());
    add_scope(kScope);
    link("hub-a");
    restart();
  }

  // A fresh Provisioning over the same store: caches and budgets are empty again.
  void restart() {
    provisioning_.emplace(
        Ports{store, refusals, observer, clock, rng_, attestors_, allocators_, issuers_},
        settings_);
  }

  // Parts of a test's own; counts from the next restart().
  void add(std::unique_ptr<Attestor> part) { attestors_.push_back(std::move(part)); }
  void add(std::unique_ptr<Issuer> part) { issuers_.push_back(std::move(part)); }

  domain::Scope& add_scope(std::string_view id) {
    domain::Scope& scope = store.scopes[std::string(id)];
    scope.id = *domain::ScopeId::parse(id);
    return scope;
  }
  HubCandidate& link(const std::string& name) {
    HubCandidate candidate;
    candidate.hub.name = *domain::HubName::parse(name);
    candidate.hub.host = name + ".example";
    candidate.link.hub = candidate.hub.name;
    ++store.catalog_version;
    auto& all = store.hubs[std::string(kScope)];
    all.push_back(candidate);
    return all.back();
  }
  domain::Enrollment& individual(const std::string& id, std::string_view scope = kScope) {
    domain::Enrollment& enrollment =
        store.individual_enrollments[{std::string(scope), base::ascii_lower(id)}];
    fill(enrollment, domain::EnrollmentKind::kIndividual, id, scope);
    return enrollment;
  }
  domain::Enrollment& group(const std::string& id, std::string_view scope = kScope) {
    auto& all = store.groups[std::string(scope)];
    all.reserve(64);  // references stay good
    fill(all.emplace_back(), domain::EnrollmentKind::kGroup, id, scope);
    ++store.catalog_version;
    return all.back();
  }

  domain::Enrollment& product(const std::string& id, const std::string& secret,
                              std::string_view scope = kScope) {
    domain::Enrollment& enrollment = group(id, scope);
    domain::ProductSecret product;
    product.current.bytes.assign(secret.begin(), secret.end());
    product.admits = domain::Admits::kListed;
    enrollment.attestation = std::move(product);
    return enrollment;
  }
  domain::Enrollment& password_group(const std::string& id) {
    domain::Enrollment& enrollment = group(id);
    enrollment.attestation = domain::MemberPasswords{};
    return enrollment;
  }
  void list(const domain::Enrollment& group, const std::string& name) {
    domain::Member& member = store.members[{group.id.key(), name}];
    member.scope = group.scope;
    member.group = group.id;
    member.name = *domain::MemberName::parse(name);
  }
  domain::Claim member_claim(const std::string& group, const std::string& name,
                             const std::string& secret) {
    domain::SignedText request;
    request.texts = {secret};
    request.nonce = "1";
    request.made_at_seconds = base::to_unix_seconds(clock.wall());
    domain::Claim claim;
    claim.membership = domain::Membership{group, name};
    claim.registration_id = group + name;
    claim.evidence = std::move(request);
    claim.source = "192.0.2.7";
    claim.dialect = "test";
    return claim;
  }

  domain::Claim claim(const std::string& id, const std::string& signed_by) {
    domain::MacOverText mac;
    mac.signed_text = signed_by;
    mac.mac.assign(32, 0);
    mac.expires_at_seconds = base::to_unix_seconds(clock.wall()) + 3600;
    domain::Claim claim;
    claim.scope = kScope;
    claim.registration_id = id;
    claim.evidence = std::move(mac);
    claim.source = "192.0.2.7";
    claim.dialect = "test";
    return claim;
  }

  domain::Outcome handle(domain::ProvisioningCommand command) {
    return base::run_task(provisioning_->handle(std::move(command)));
  }
  domain::Outcome register_as(const std::string& id, const std::string& signed_by) {
    return handle(domain::Register{claim(id, signed_by)});
  }

  MemoryStore store;
  CollectedRefusals refusals;
  CollectedAttempts observer;
  base::FakeClock clock;
  NamedAttestor* attestor = nullptr;
  NameIssuer* issuer = nullptr;

 private:
  static void fill(domain::Enrollment& enrollment, domain::EnrollmentKind kind,
                   const std::string& id, std::string_view scope) {
    enrollment.scope = *domain::ScopeId::parse(scope);
    enrollment.kind = kind;
    enrollment.id = *domain::EnrollmentId::parse(id);
    enrollment.attestation = domain::SymmetricKeys{};
  }

  Settings settings_;
  base::SeededRng rng_{7};
  std::vector<std::unique_ptr<Attestor>> attestors_;
  std::vector<std::unique_ptr<Allocator>> allocators_;
  std::vector<std::unique_ptr<Issuer>> issuers_;
  std::optional<Provisioning> provisioning_;
};

// The registration in an outcome; null for a refusal or a mere authentication.
inline const domain::Registration* registration_in(const domain::Outcome& outcome) {
  if (const auto* accepted = std::get_if<domain::Accepted>(&outcome.result)) {
    return &accepted->registration;
  }
  const auto* state = std::get_if<domain::CurrentState>(&outcome.result);
  return state == nullptr ? nullptr : &state->registration;
}

inline domain::Reason reason_in(const domain::Outcome& outcome) {
  const auto* refused = std::get_if<domain::Refused>(&outcome.result);
  return refused == nullptr ? domain::Reason::kNone : refused->reason;
}

}  // namespace berth::provisioning
