#include "attestation/member_password_rivals.h"

#include "attestation/password_variants.h"
#include "attestation/passwords.h"
#include "attestation/rival_hypotheses.h"
#include "base/codec.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::DerivationOrder;
using domain::Member;
using domain::MemberPasswords;
using domain::Password;
using domain::PasswordUse;
using domain::Reason;

constexpr std::array kOrders = {DerivationOrder::kSecretFirst, DerivationOrder::kNameFirst};

std::string_view to_text(DerivationOrder order) {
  return order == DerivationOrder::kSecretFirst ? "the secret first" : "the serial first";
}

// The derivation secret of a group, if it has one that opens.
std::optional<Secret> secret_of(ProductRivalTools& tools, const domain::Enrollment& group) {
  const auto* passwords = std::get_if<MemberPasswords>(&group.attestation);
  if (passwords == nullptr || !passwords->derivation_secret) return std::nullopt;
  const Result<const OpenedKeys*> opened = tools.keys.open(group, *passwords);
  if (!opened) return std::nullopt;  // attest has logged it
  return (*opened)->primary.clone();
}

class RefusedPassword {
 public:
  RefusedPassword(const provisioning::RivalInput& input, const domain::Enrollment& group,
                  const Password& password, ProductRivalTools tools)
      : input_(input),
        group_(group),
        member_(*input.member),
        use_(password.use),
        received_(password.text->text()),
        order_(std::get<MemberPasswords>(group.attestation).order),
        tools_(tools),
        secret_(secret_of(tools_, group)) {}

  Findings explain() {
    for (const auto hypothesis :
         {&RefusedPassword::of_other_use, &RefusedPassword::spelled_otherwise,
          &RefusedPassword::not_derived, &RefusedPassword::secret_itself,
          &RefusedPassword::for_other_spelling, &RefusedPassword::of_other_member,
          &RefusedPassword::of_other_group}) {
      Findings findings = (this->*hypothesis)();
      if (!findings.empty()) return findings;
    }
    return {};
  }

 private:
  bool spent() const { return tools_.budget == 0; }
  bool spend() {
    if (spent()) return false;
    --tools_.budget;
    return true;
  }

  bool is_own(const Member& member, PasswordUse use, std::string_view text) {
    const base::Bytes& own = own_password(member, use);
    return !own.empty() && spend() &&
           is_digest_of(tools_.vault, own, text, purpose_of(member, use));
  }
  bool is_derived(const Derivation& from, std::string_view name, PasswordUse use,
                  std::string_view text) {
    if (!spend()) return false;
    return derived_password(from, name, use).equals(base::as_bytes(text));
  }
  bool is_derived(DerivationOrder order, std::string_view name, std::string_view text) {
    return secret_ && is_derived({secret_->text(), order}, name, use_, text);
  }
  bool has_own(PasswordUse use) const { return !own_password(member_, use).empty(); }
  // Whether attest would take that text of a member of the group.
  bool is_good(const Member& member, PasswordUse use, std::string_view text) {
    if (!own_password(member, use).empty()) return is_own(member, use, text);
    return secret_ && is_derived({secret_->text(), order_}, member.name.text(), use, text);
  }

  std::string who() const {
    return fmt::format("'{}' of group '{}'", member_.name.text(), group_.id.text());
  }
  std::string serial(std::string_view verb, std::string_view flags = {}) const {
    return mend::thing_serial(verb, group_, member_.name.text(), flags);
  }
  std::string right_one() const {
    return fmt::format("let the device send the {} of {}", name_of(use_), who());
  }

  Findings of_other_use() {
    const PasswordUse other = other_use(use_);
    Findings findings;
    // Both derived: one text is the other use's in this order, and this use's in the other order.
    // The order is the likelier mistake, because vendors' own documents differ in it.
    if (!has_own(use_) && is_derived(other_order(order_), member_.name.text(), received_)) {
      findings.push_back(
          {Cause::kPasswordOtherOrder, true,
           fmt::format("The {} of {} was derived with {}; the group has {}.", name_of(use_), who(),
                       to_text(this_order(other_order(order_))), to_text(this_order(order_))),
           mend::thing_template("update", group_,
                                order_ == DerivationOrder::kSecretFirst ? "--order serial-first"
                                                                        : "--order secret-first")});
    }
    if (is_good(member_, other, received_)) {
      findings.push_back({Cause::kPasswordOfOtherUse, true,
                          fmt::format("What was sent is the {} of {}, where its {} is asked for.",
                                      name_of(other), who(), name_of(use_)),
                          right_one()});
    }
    return findings;
  }

  // The order of the text of this use: the group's order is that of enrol passwords.
  DerivationOrder this_order(DerivationOrder order) const {
    return use_ == PasswordUse::kControl ? other_order(order) : order;
  }

  Findings spelled_otherwise() {
    for (const PasswordVariant& variant : password_variants(received_)) {
      if (spent()) return {};
      if (!is_good(member_, use_, variant.text.text())) continue;
      return {{Cause::kPasswordSpelling, true,
               fmt::format("It is the {} of {}, sent {}.", name_of(use_), who(), variant.slip),
               right_one() + " exactly as it is"}};
    }
    return {};
  }

  Findings not_derived() {
    if (!has_own(use_)) return {};
    for (const DerivationOrder order : kOrders) {
      if (!is_derived(order, member_.name.text(), received_)) continue;
      return {
          {Cause::kPasswordNotDerived, true,
           fmt::format("What was sent is derived from the secret of the group, but {} has an {} "
                       "of its own.",
                       who(), name_of(use_)),
           fmt::format("{}, or give it another: {}", right_one(),
                       serial("add", fmt::format("--{}-password <a new one>", to_string(use_))))}};
    }
    return {};
  }

  Findings secret_itself() {
    if (!secret_ || !secret_->equals(base::as_bytes(received_))) return {};
    return {{Cause::kGroupKeyUnderived, true,
             fmt::format("What was sent is the secret of group '{}' itself; the {} has to be "
                         "derived from it for each serial.",
                         group_.id.text(), name_of(use_)),
             fmt::format("send base64(sha1(secret and serial)), {}", to_text(this_order(order_)))}};
  }

  Findings for_other_spelling() {
    const std::string& name = member_.name.text();
    for (const std::string& spelling : {base::ascii_lower(name), base::ascii_upper(name)}) {
      if (spelling == name || has_own(use_) || !is_derived(order_, spelling, received_)) continue;
      return {{Cause::kWrongCaseId, true,
               fmt::format("The {} was derived for '{}', but the serial is '{}': upper and lower "
                           "case are told apart.",
                           name_of(use_), spelling, name),
               fmt::format("derive it for '{}'", name)}};
    }
    return {};
  }

  Findings of_other_member() {
    for (const Member& other : input_.roster) {
      if (spent()) return {};
      if (other.name == member_.name) continue;
      if (!is_good(other, use_, received_)) continue;
      return {{Cause::kPasswordOfOtherMember, true,
               fmt::format("What was sent is the {} of '{}', but the device calls itself '{}'.",
                           name_of(use_), other.name.text(), member_.name.text()),
               "give each device its own serial and passwords: two of them may share an image"}};
    }
    return {};
  }

  const domain::Enrollment* maker_among(std::span<const domain::Enrollment> groups) {
    for (const domain::Enrollment& other : groups) {
      const bool same = other.scope == group_.scope && other.id.key() == group_.id.key();
      if (same || spent()) continue;
      const std::optional<Secret> secret = secret_of(tools_, other);
      if (!secret) continue;
      const DerivationOrder order = std::get<MemberPasswords>(other.attestation).order;
      if (is_derived({secret->text(), order}, member_.name.text(), use_, received_)) return &other;
    }
    return nullptr;
  }

  Findings of_other_group() {
    const domain::Enrollment* other = maker_among(input_.same_scope);
    if (other == nullptr) other = maker_among(input_.other_scopes);
    if (other == nullptr) return {};
    if (other->scope == group_.scope) {
      return {{Cause::kKeyOfOtherEnrollment, true,
               fmt::format("The {} was derived from the secret of group '{}', but the device calls "
                           "itself one of group '{}'.",
                           name_of(use_), other->id.text(), group_.id.text()),
               fmt::format("set the group in the device to '{}', or derive its password from the "
                           "secret of '{}'",
                           other->id.text(), group_.id.text())}};
    }
    // Only the other scope's id is named: whoever reads this need not be of that scope.
    return {{Cause::kKeyOfOtherScope, true,
             fmt::format("The {} was derived from the secret of a group of scope '{}', but the "
                         "device calls itself one of group '{}'.",
                         name_of(use_), other->scope.text(), group_.id.text()),
             mend::thing_template("show", group_, "--show-keys")}};
  }

  const provisioning::RivalInput& input_;
  const domain::Enrollment& group_;
  const Member& member_;
  PasswordUse use_;
  std::string_view received_;
  DerivationOrder order_;
  ProductRivalTools tools_;
  std::optional<Secret> secret_;
};

Findings expired_voucher() {
  return {{Cause::kTokenReused, true,
           "The operator's word was good, and for a minute only; it came later than that.",
           "let the operator ask again: enrolling by hand is one request"}};
}

}  // namespace

std::vector<domain::Finding> test_member_password_rivals(const provisioning::RivalInput& input,
                                                         ProductRivalTools tools) {
  if (input.candidates.empty() || !input.member) return {};
  const domain::Enrollment& group = input.candidates.front();
  if (!std::holds_alternative<MemberPasswords>(group.attestation)) return {};
  if (std::holds_alternative<domain::Voucher>(input.claim.evidence)) {
    return input.reason == Reason::kProofExpired ? expired_voucher() : Findings{};
  }
  const auto* password = std::get_if<Password>(&input.claim.evidence);
  const bool of_member = password != nullptr && (password->use == PasswordUse::kEnroll ||
                                                 password->use == PasswordUse::kControl);
  if (!of_member || input.reason != Reason::kProofRejected) return {};
  return RefusedPassword(input, group, *password, tools).explain();
}

}  // namespace berth::attestation
