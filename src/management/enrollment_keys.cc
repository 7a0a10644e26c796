// The secrets of enrollments, symmetric keys, that of a product or that of derived passwords: shown
// on purpose, and made anew.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/enrollment_edit.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/member_passwords.h"
#include "management/product_secret.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Enrollment;

Act act(std::string_view action, const Enrollment& enrollment, std::string detail = "{}") {
  return {action, enrollment.scope.text(),
          fmt::format("{}/{}", to_string(enrollment.kind), enrollment.id.text()),
          std::move(detail)};
}

Error has_certificates(const Enrollment& enrollment) {
  return {ErrorKind::kInvalid,
          fmt::format("{} '{}' proves its devices with certificates, and has no keys",
                      noun(enrollment.kind), enrollment.id.text()),
          "see which certificates: " + domain::mend::show(enrollment)};
}

Error has_tpm(const Enrollment& enrollment) {
  return {ErrorKind::kInvalid,
          fmt::format("{} '{}' proves its device with a TPM, whose keys never leave it",
                      noun(enrollment.kind), enrollment.id.text()),
          "see the public keys: " + domain::mend::show(enrollment)};
}

struct Opened {
  const Call& call;
  const Enrollment& enrollment;

  Result<domain::ManagementResult> operator()(const domain::SymmetricKeys& sealed) const {
    const std::string context =
        domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
    BERTH_TRY(domain::Keys keys, open_keys(call.ports, sealed, context));
    return keys;
  }
  Result<domain::ManagementResult> operator()(const domain::ProductSecret&) const {
    BERTH_TRY(domain::ProductKeys keys, open_product_keys(call, enrollment));
    return keys;
  }
  Result<domain::ManagementResult> operator()(const domain::MemberPasswords&) const {
    BERTH_TRY(domain::DerivationKeys keys, open_derivation_secret(call, enrollment));
    return keys;
  }
  Result<domain::ManagementResult> operator()(const domain::CertificateTrust&) const {
    return Fail(has_certificates(enrollment));
  }
  Result<domain::ManagementResult> operator()(const domain::TpmKeys&) const {
    return Fail(has_tpm(enrollment));
  }
};

// Why an enrollment has no keys of two slots; nothing when it has.
struct KeysMissing {
  const Enrollment& enrollment;

  std::optional<Error> operator()(const domain::SymmetricKeys&) const { return std::nullopt; }
  std::optional<Error> operator()(const domain::ProductSecret&) const {
    return Error{ErrorKind::kInvalid,
                 fmt::format("group '{}' has a product secret, and no primary and secondary key",
                             enrollment.id.text()),
                 "rotate its secret: " +
                     domain::mend::product("rotate-secret", enrollment, "--overlap 30d")};
  }
  std::optional<Error> operator()(const domain::MemberPasswords&) const {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("the members of group '{}' have passwords, and it has no primary and "
                    "secondary key",
                    enrollment.id.text()),
        "give it another secret to derive passwords from: " +
            domain::mend::thing_template("update", enrollment, "--derivation-secret-file FILE")};
  }
  std::optional<Error> operator()(const domain::CertificateTrust&) const {
    return has_certificates(enrollment);
  }
  std::optional<Error> operator()(const domain::TpmKeys&) const { return has_tpm(enrollment); }
};

}  // namespace

Task<Answer> run(const Call& call, domain::GetEnrollmentKeys command) {
  Result<Enrollment> found =
      co_await find_enrollment(call, std::move(command.scope), command.kind, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  BERTH_CO_TRY(domain::ManagementResult keys, std::visit(Opened{call, *found}, found->attestation));
  // Remembered before they are shown.
  domain::AuditRecord audit = audit_record(call, act("enrollment.keys.show", *found));
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());
  co_return std::move(keys);
}

Task<Answer> run(const Call& call, domain::RegenerateEnrollmentKey command) {
  for (int attempt = 1;; ++attempt) {
    Result<Enrollment> found =
        co_await find_enrollment(call, command.scope, command.kind, command.id);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    std::optional<Error> missing = std::visit(KeysMissing{*found}, found->attestation);
    if (missing) co_return Fail(*std::move(missing));
    const Secret key = call.ports.rng.secret(kKeyBytesMade);
    Result<bool> replaced = replace_key(call, *found, command.slot, key);
    if (!replaced) co_return Fail(std::move(replaced).error());
    found->updated_at = call.ports.clock.wall();
    Differences changed;
    changed.note(to_string(command.slot));
    auto change = make_change(call, PutEnrollment{*found}, MustBeVersion{found->version},
                              act("enrollment.keys.regenerate", *found, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::RotateProductSecret command) {
  for (int attempt = 1;; ++attempt) {
    Result<Enrollment> found = co_await find_product_group(call, command.scope, command.id);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Differences changed, rotate_product_secret(call, *found, command));
    found->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutEnrollment{*found}, MustBeVersion{found->version},
                              act("enrollment.product_secret.rotate", *found, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
