#include "management/authorise.h"

#include "domain/mend.h"

#include <fmt/format.h>

#include <type_traits>

namespace berth::management {
namespace {

using domain::Role;

// The table. A command without a line here does not compile.
struct Table {
  Requirement viewer(std::string_view scope) const { return {Role::kViewer, Reach::kScope, scope}; }
  Requirement writer(std::string_view scope) const {
    return {Role::kOperator, Reach::kScope, scope};
  }
  // Who says without a proof that a CA is to be trusted answers for all devices it signs.
  Requirement ca_writer(std::string_view scope, const domain::CaEdit& edit) const {
    if (!edit.verified.value_or(false)) return writer(scope);
    return {Role::kAdmin, Reach::kScope, scope,
            "calling a CA verified without a proof of possession"};
  }
  static constexpr Requirement kServerAdmin{Role::kAdmin, Reach::kServer, {}};
  static constexpr Requirement kServerOperator{Role::kOperator, Reach::kServer, {}};
  static constexpr Requirement kNarrowedViewer{Role::kViewer, Reach::kNarrowed, {}};
  static constexpr Requirement kNarrowedOperator{Role::kOperator, Reach::kNarrowed, {}};
  static constexpr Requirement kNarrowedAdmin{Role::kAdmin, Reach::kNarrowed, {}};
  static constexpr Requirement kNobody{Role::kViewer, Reach::kAnybody, {}};

  Requirement operator()(const domain::CreateScope&) const { return kServerAdmin; }
  Requirement operator()(const domain::GetScope& c) const { return viewer(c.id); }
  Requirement operator()(const domain::ListScopes&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::UpdateScope& c) const {
    return {Role::kAdmin, Reach::kScope, c.id};
  }
  Requirement operator()(const domain::DeleteScope&) const { return kServerAdmin; }

  Requirement operator()(const domain::CreateHub&) const { return kServerAdmin; }
  Requirement operator()(const domain::GetHub&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::ListHubs&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::UpdateHub&) const { return kServerAdmin; }
  Requirement operator()(const domain::DeleteHub&) const { return kServerAdmin; }
  Requirement operator()(const domain::GetHubKeys&) const { return kServerOperator; }
  Requirement operator()(const domain::RegenerateHubKey&) const { return kServerAdmin; }
  Requirement operator()(const domain::LinkHub&) const { return kServerAdmin; }
  Requirement operator()(const domain::UnlinkHub&) const { return kServerAdmin; }
  Requirement operator()(const domain::ListHubLinks& c) const { return viewer(c.scope); }

  Requirement operator()(const domain::CreateEnrollment& c) const { return writer(c.scope); }
  Requirement operator()(const domain::GetEnrollment& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::GetEnrollmentKeys& c) const { return writer(c.scope); }
  Requirement operator()(const domain::ListEnrollments& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::UpdateEnrollment& c) const { return writer(c.scope); }
  Requirement operator()(const domain::DeleteEnrollment& c) const { return writer(c.scope); }
  Requirement operator()(const domain::RegenerateEnrollmentKey& c) const { return writer(c.scope); }
  Requirement operator()(const domain::RotateProductSecret& c) const { return writer(c.scope); }

  Requirement operator()(const domain::AddMembers& c) const { return writer(c.scope); }
  Requirement operator()(const domain::GetMember& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListMembers& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::UpdateMember& c) const { return writer(c.scope); }
  Requirement operator()(const domain::DeleteMember& c) const { return writer(c.scope); }
  Requirement operator()(const domain::ResetMember& c) const { return writer(c.scope); }
  Requirement operator()(const domain::UnlockMember& c) const { return writer(c.scope); }
  Requirement operator()(const domain::VouchForMember& c) const { return writer(c.scope); }

  Requirement operator()(const domain::CreateAccount& c) const { return writer(c.scope); }
  Requirement operator()(const domain::GetAccount& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListAccounts& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::UpdateAccount& c) const { return writer(c.scope); }
  Requirement operator()(const domain::DeleteAccount& c) const { return writer(c.scope); }

  Requirement operator()(const domain::CreateCa& c) const { return ca_writer(c.scope, c.edit); }
  Requirement operator()(const domain::GetCa& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListCas& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::UpdateCa& c) const { return ca_writer(c.scope, c.edit); }
  Requirement operator()(const domain::DeleteCa& c) const { return writer(c.scope); }
  Requirement operator()(const domain::MakeVerificationCode& c) const { return writer(c.scope); }
  Requirement operator()(const domain::VerifyCa& c) const { return writer(c.scope); }
  Requirement operator()(const domain::RevokeCertificate& c) const { return writer(c.scope); }
  Requirement operator()(const domain::RestoreCertificate& c) const { return writer(c.scope); }
  Requirement operator()(const domain::ListRevoked& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListIssued& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ApproveFirmware& c) const { return writer(c.scope); }

  Requirement operator()(const domain::GetRegistration& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListRegistrations& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::DeleteRegistration& c) const { return writer(c.scope); }
  Requirement operator()(const domain::TransferRegistration& c) const { return writer(c.scope); }

  Requirement operator()(const domain::GetDevice&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::GetDeviceKeys&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::ListDevices&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::CreateDevice&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::UpdateDevice&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::DeleteDevice&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::RegenerateDeviceKey&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::GetTwin&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::UpdateTwin&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::CallDeviceMethod&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::SendToDevice&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::ReadEvents&) const { return kNarrowedViewer; }

  Requirement operator()(const domain::GetTrail&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::ListTrails&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::ListAudit&) const { return kNarrowedViewer; }

  Requirement operator()(const domain::CreateToken&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::ListTokens&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::DeleteToken&) const { return kNarrowedAdmin; }

  Requirement operator()(const domain::GetServerStatus&) const { return kNarrowedViewer; }

  Requirement operator()(const domain::CreateTemplate& c) const { return writer(c.scope); }
  Requirement operator()(const domain::GetTemplate& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::ListTemplates& c) const { return viewer(c.scope); }
  Requirement operator()(const domain::UpdateTemplate& c) const { return writer(c.scope); }
  Requirement operator()(const domain::DeleteTemplate& c) const { return writer(c.scope); }
  Requirement operator()(const domain::CheckModel&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::DecideApproval& c) const { return writer(c.scope); }

  Requirement operator()(const domain::CreateCode& c) const { return writer(c.request.scope); }
  Requirement operator()(const domain::GetCode&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::ListCodes&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::RevokeCode&) const { return kNarrowedOperator; }
  Requirement operator()(const domain::PickUp&) const { return kNobody; }
  Requirement operator()(const domain::RedeemClaim&) const { return kNobody; }

  Requirement operator()(const domain::CreateOperator&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::GetOperator&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::ListOperators&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::UpdateOperator&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::DeleteOperator&) const { return kNarrowedAdmin; }
  Requirement operator()(const domain::SignIn&) const { return kNobody; }
  Requirement operator()(const domain::SignOut&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::GetSession&) const { return kNobody; }
  Requirement operator()(const domain::ChangePassword&) const { return kNarrowedViewer; }

  Requirement operator()(const domain::FindDevices&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::GetOverview&) const { return kNarrowedViewer; }
  Requirement operator()(const domain::FollowLive&) const { return kNarrowedViewer; }
};

// "token 'a1b2c3d4e5'", "operator 'ada'".
std::string shown(const Actor& actor) {
  if (actor.operator_name.empty()) return fmt::format("token '{}'", actor.token_id);
  return fmt::format("operator '{}'", actor.operator_name);
}

Error outside(const Actor& actor, std::string_view asked) {
  return {ErrorKind::kForbidden,
          fmt::format("{} is limited to scope {}, and this is about {}", shown(actor),
                      actor.scope->text(), asked),
          actor.operator_name.empty() ? "use a token of that scope, or one without a limit"
                                      : "ask an admin without a limit"};
}

Error too_low(const Actor& actor, const Requirement& needed) {
  const std::string_view role = to_string(needed.role);
  return {ErrorKind::kForbidden,
          fmt::format("{} takes the role {}; {} has the role {}", needed.what, role, shown(actor),
                      to_string(actor.role)),
          actor.operator_name.empty()
              ? "ask an admin for a token: " + domain::mend::create_token(role)
              : fmt::format("ask an admin for the role {}", role)};
}

}  // namespace

Requirement requirement(const domain::ManagementCommand& command) {
  return std::visit(Table{}, command);
}

Result<void> authorise(const Actor& actor, const domain::ManagementCommand& command) {
  const Requirement needed = requirement(command);
  if (needed.reach == Reach::kAnybody) return {};
  if (actor.role < needed.role) return Fail(too_low(actor, needed));
  if (!actor.scope) return {};
  switch (needed.reach) {
    case Reach::kServer:
      return Fail(outside(actor, "the whole server"));
    case Reach::kScope:
      if (may_see(actor, needed.scope)) return {};
      return Fail(outside(actor, fmt::format("scope {}", base::printable(needed.scope, 64))));
    case Reach::kNarrowed:
    case Reach::kAnybody:
      return {};
  }
  return {};
}

Result<std::string> narrowed_scope(const Actor& actor, std::string asked) {
  if (!actor.scope) return asked;
  if (asked.empty()) return actor.scope->text();
  if (asked == actor.scope->text()) return asked;
  return Fail(outside(actor, fmt::format("scope {}", base::printable(asked, 64))));
}

bool may_see(const Actor& actor, std::string_view scope) {
  return !actor.scope || actor.scope->text() == scope;
}

}  // namespace berth::management
