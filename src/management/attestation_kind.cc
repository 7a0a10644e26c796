#include "management/attestation_kind.h"

#include "management/lookup.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;

bool names_topics(const EnrollmentEdit& edit) { return edit.topics && !edit.topics->empty(); }

// What belongs to one kind of attestation each, in words and as the type's name.
struct Kind {
  std::string_view words;
  std::string_view type;
};
constexpr Kind kProduct{"a product secret", "product_secret"};
constexpr Kind kPasswords{"member passwords", "member_passwords"};
constexpr Kind kTopics{"topics", "product_secret"};
constexpr Kind kCertificates{"certificates", "x509"};
constexpr Kind kTpm{"the keys of a TPM", "tpm"};

// What the edit gives, beside symmetric keys.
std::vector<Kind> given_kinds(const EnrollmentEdit& edit) {
  std::vector<Kind> kinds;
  if (edit.product) kinds.push_back(kProduct);
  if (edit.passwords) kinds.push_back(kPasswords);
  if (edit.x509) kinds.push_back(kCertificates);
  if (edit.tpm) kinds.push_back(kTpm);
  return kinds;
}

// "group", "enrollment": short, before its id.
std::string_view short_noun(const Enrollment& enrollment) {
  return enrollment.kind == EnrollmentKind::kGroup ? "group" : "enrollment";
}

Error cannot_be_given(const Kind& what, const Enrollment& record, std::string_view has) {
  const std::string_view kind = short_noun(record);
  return {ErrorKind::kInvalid,
          fmt::format("{} cannot be given to {} '{}', which has {}", what.words, kind,
                      record.id.text(), has),
          fmt::format("make another {}, with attestation of type {}", kind, what.type)};
}

Error is_a_key(const Enrollment& record, const EnrollmentEdit& edit, std::string_view has) {
  return {ErrorKind::kInvalid,
          fmt::format("{} is a symmetric key, and {} '{}' has {}",
                      edit.primary_key ? "primaryKey" : "secondaryKey", short_noun(record),
                      record.id.text(), has),
          has_roster(record) ? "leave it out: each of its devices is issued a credential of its own"
                             : "leave it out, or make another enrollment, with symmetric keys"};
}

Error for_groups_only(const Kind& what) {
  return {ErrorKind::kInvalid,
          fmt::format("{} cannot be that of an individual enrollment: it is for groups of devices",
                      what.words),
          fmt::format("make an enrollment group with {}",
                      what.type == kPasswords.type ? kPasswords.words : kProduct.words)};
}

struct Check {
  const Enrollment& record;
  const EnrollmentEdit& edit;

  // Refuses keys and every kind but the record's own.
  Result<void> only(std::string_view type, std::string_view has) const {
    if (edit.primary_key || edit.secondary_key) return Fail(is_a_key(record, edit, has));
    for (const Kind& kind : given_kinds(edit)) {
      if (kind.type != type) return Fail(cannot_be_given(kind, record, has));
    }
    if (type == kProduct.type || !names_topics(edit)) return {};
    return Fail(cannot_be_given(kTopics, record, has));
  }

  Result<void> operator()(const domain::SymmetricKeys&) const {
    std::vector<Kind> kinds = given_kinds(edit);
    if (names_topics(edit)) kinds.push_back(kTopics);
    if (kinds.empty()) return {};
    const Kind& what = kinds.front();
    const bool roster = what.type == kProduct.type || what.type == kPasswords.type;
    if (roster && record.kind == EnrollmentKind::kIndividual) return Fail(for_groups_only(what));
    return Fail(cannot_be_given(what, record, "symmetric keys"));
  }
  Result<void> operator()(const domain::ProductSecret&) const {
    return only(kProduct.type, kProduct.words);
  }
  Result<void> operator()(const domain::MemberPasswords&) const {
    return only(kPasswords.type, kPasswords.words);
  }
  Result<void> operator()(const domain::CertificateTrust&) const {
    return only(kCertificates.type, kCertificates.words);
  }
  Result<void> operator()(const domain::TpmKeys&) const {
    if (record.kind == EnrollmentKind::kGroup) {
      return Fail(ErrorKind::kInvalid,
                  "the keys of a TPM cannot be those of a group: each TPM is "
                  "that of one device",
                  "make an individual enrollment for each device");
    }
    return only(kTpm.type, kTpm.words);
  }
};

}  // namespace

Result<void> check_one_kind(const EnrollmentEdit& edit) {
  const std::vector<Kind> kinds = given_kinds(edit);
  if (kinds.size() < 2) return {};
  const bool rosters = edit.product && edit.passwords;
  return Fail(ErrorKind::kInvalid,
              fmt::format("{} and {} are both given", kinds[0].words, kinds[1].words),
              rosters ? "a group has one of the two: make a group for each"
                      : "an enrollment has one attestation: make an enrollment for each");
}

Result<void> check_attestation_kind(const Enrollment& enrollment, const EnrollmentEdit& edit) {
  return std::visit(Check{enrollment, edit}, enrollment.attestation);
}

}  // namespace berth::management
