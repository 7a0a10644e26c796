#include "management/attestation_kind.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::EnrollmentEdit;

bool names_topics(const EnrollmentEdit& edit) { return edit.topics && !edit.topics->empty(); }

// What the edit gives that only groups with a roster have; empty: nothing.
std::string_view named(const EnrollmentEdit& edit) {
  if (edit.product) return "a product secret";
  if (edit.passwords) return "member passwords";
  return names_topics(edit) ? "topics" : "";
}

Error cannot_be_given(std::string_view what, const Enrollment& group, std::string_view has,
                      std::string_view type) {
  return {ErrorKind::kInvalid,
          fmt::format("{} cannot be given to group '{}', which has {}", what, group.id.text(), has),
          fmt::format("make another group, with attestation of type {}", type)};
}

Error is_a_key(const Enrollment& group, const EnrollmentEdit& edit, std::string_view has) {
  return {ErrorKind::kInvalid,
          fmt::format("{} is a symmetric key, and group '{}' has {}",
                      edit.primary_key ? "primaryKey" : "secondaryKey", group.id.text(), has),
          "leave it out: each of its devices is issued a credential of its own"};
}

std::string_view type_of(const EnrollmentEdit& edit) {
  return edit.passwords ? "member_passwords" : "product_secret";
}

struct Check {
  const Enrollment& record;
  const EnrollmentEdit& edit;

  Result<void> operator()(const domain::SymmetricKeys&) const {
    const std::string_view what = named(edit);
    if (what.empty()) return {};
    if (record.kind == domain::EnrollmentKind::kGroup) {
      return Fail(cannot_be_given(what, record, "symmetric keys", type_of(edit)));
    }
    return Fail(ErrorKind::kInvalid,
                fmt::format("{} cannot be that of an individual enrollment: it is for "
                            "groups of devices",
                            what),
                edit.passwords ? "make an enrollment group with member passwords"
                               : "make an enrollment group with a product secret");
  }
  Result<void> operator()(const domain::ProductSecret&) const {
    constexpr std::string_view kHas = "a product secret";
    if (edit.primary_key || edit.secondary_key) return Fail(is_a_key(record, edit, kHas));
    if (!edit.passwords) return {};
    return Fail(cannot_be_given("member passwords", record, kHas, "member_passwords"));
  }
  Result<void> operator()(const domain::MemberPasswords&) const {
    constexpr std::string_view kHas = "member passwords";
    if (edit.primary_key || edit.secondary_key) return Fail(is_a_key(record, edit, kHas));
    if (!edit.product && !names_topics(edit)) return {};
    const std::string_view what = edit.product ? "a product secret" : "topics";
    return Fail(cannot_be_given(what, record, kHas, "product_secret"));
  }
};

}  // namespace

Result<void> check_attestation_kind(const Enrollment& enrollment, const EnrollmentEdit& edit) {
  return std::visit(Check{enrollment, edit}, enrollment.attestation);
}

}  // namespace berth::management
