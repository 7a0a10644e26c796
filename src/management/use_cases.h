// Every use case, one overload of run() a command; each is defined in the file of its noun. They
// are called after authorise() said yes, so they check what authorise cannot know: that things
// exist, are well-formed and, for tokens limited to a scope, belong to it.
//
// Room management. Errors are those of Management::handle. Thread rule: as Management; `call`
// outlives the Task, everything else is taken by value.
#pragma once

#include "management/call.h"

namespace berth::management {

// scopes.cc
Task<Answer> run(const Call& call, domain::CreateScope command);
Task<Answer> run(const Call& call, domain::GetScope command);
Task<Answer> run(const Call& call, domain::ListScopes command);
Task<Answer> run(const Call& call, domain::UpdateScope command);
Task<Answer> run(const Call& call, domain::DeleteScope command);

// hubs.cc
Task<Answer> run(const Call& call, domain::CreateHub command);
Task<Answer> run(const Call& call, domain::GetHub command);
Task<Answer> run(const Call& call, domain::ListHubs command);
Task<Answer> run(const Call& call, domain::UpdateHub command);
Task<Answer> run(const Call& call, domain::DeleteHub command);

// hub_keys.cc
Task<Answer> run(const Call& call, domain::GetHubKeys command);
Task<Answer> run(const Call& call, domain::RegenerateHubKey command);

// hub_links.cc
Task<Answer> run(const Call& call, domain::LinkHub command);
Task<Answer> run(const Call& call, domain::UnlinkHub command);
Task<Answer> run(const Call& call, domain::ListHubLinks command);

// enrollments.cc
Task<Answer> run(const Call& call, domain::CreateEnrollment command);
Task<Answer> run(const Call& call, domain::GetEnrollment command);
Task<Answer> run(const Call& call, domain::ListEnrollments command);
Task<Answer> run(const Call& call, domain::UpdateEnrollment command);
Task<Answer> run(const Call& call, domain::DeleteEnrollment command);

// enrollment_keys.cc
Task<Answer> run(const Call& call, domain::GetEnrollmentKeys command);
Task<Answer> run(const Call& call, domain::RegenerateEnrollmentKey command);
Task<Answer> run(const Call& call, domain::RotateProductSecret command);

// members.cc
Task<Answer> run(const Call& call, domain::AddMembers command);
Task<Answer> run(const Call& call, domain::GetMember command);
Task<Answer> run(const Call& call, domain::ListMembers command);
Task<Answer> run(const Call& call, domain::UpdateMember command);
Task<Answer> run(const Call& call, domain::DeleteMember command);
Task<Answer> run(const Call& call, domain::ResetMember command);
Task<Answer> run(const Call& call, domain::UnlockMember command);
Task<Answer> run(const Call& call, domain::VouchForMember command);

// accounts.cc
Task<Answer> run(const Call& call, domain::CreateAccount command);
Task<Answer> run(const Call& call, domain::GetAccount command);
Task<Answer> run(const Call& call, domain::ListAccounts command);
Task<Answer> run(const Call& call, domain::UpdateAccount command);
Task<Answer> run(const Call& call, domain::DeleteAccount command);

// cas.cc
Task<Answer> run(const Call& call, domain::CreateCa command);
Task<Answer> run(const Call& call, domain::GetCa command);
Task<Answer> run(const Call& call, domain::ListCas command);
Task<Answer> run(const Call& call, domain::UpdateCa command);
Task<Answer> run(const Call& call, domain::DeleteCa command);

// ca_possession.cc
Task<Answer> run(const Call& call, domain::MakeVerificationCode command);
Task<Answer> run(const Call& call, domain::VerifyCa command);

// revocations.cc
Task<Answer> run(const Call& call, domain::RevokeCertificate command);
Task<Answer> run(const Call& call, domain::RestoreCertificate command);
Task<Answer> run(const Call& call, domain::ListRevoked command);
Task<Answer> run(const Call& call, domain::ListIssued command);

// firmware_approval.cc
Task<Answer> run(const Call& call, domain::ApproveFirmware command);

// registrations.cc
Task<Answer> run(const Call& call, domain::GetRegistration command);
Task<Answer> run(const Call& call, domain::ListRegistrations command);
Task<Answer> run(const Call& call, domain::DeleteRegistration command);
Task<Answer> run(const Call& call, domain::TransferRegistration command);

// devices.cc
Task<Answer> run(const Call& call, domain::GetDevice command);
Task<Answer> run(const Call& call, domain::GetDeviceKeys command);
Task<Answer> run(const Call& call, domain::ListDevices command);

// device_changes.cc
Task<Answer> run(const Call& call, domain::CreateDevice command);
Task<Answer> run(const Call& call, domain::UpdateDevice command);
Task<Answer> run(const Call& call, domain::DeleteDevice command);
Task<Answer> run(const Call& call, domain::RegenerateDeviceKey command);

// twins.cc
Task<Answer> run(const Call& call, domain::GetTwin command);
Task<Answer> run(const Call& call, domain::UpdateTwin command);

// conversations.cc
Task<Answer> run(const Call& call, domain::CallDeviceMethod command);
Task<Answer> run(const Call& call, domain::SendToDevice command);

// events.cc
Task<Answer> run(const Call& call, domain::ReadEvents command);

// trails.cc
Task<Answer> run(const Call& call, domain::GetTrail command);
Task<Answer> run(const Call& call, domain::ListTrails command);
Task<Answer> run(const Call& call, domain::ListAudit command);

// tokens.cc
Task<Answer> run(const Call& call, domain::CreateToken command);
Task<Answer> run(const Call& call, domain::ListTokens command);
Task<Answer> run(const Call& call, domain::DeleteToken command);

// templates.cc
Task<Answer> run(const Call& call, domain::CreateTemplate command);
Task<Answer> run(const Call& call, domain::GetTemplate command);
Task<Answer> run(const Call& call, domain::ListTemplates command);
Task<Answer> run(const Call& call, domain::UpdateTemplate command);
Task<Answer> run(const Call& call, domain::DeleteTemplate command);
Task<Answer> run(const Call& call, domain::CheckModel command);

// approvals.cc
Task<Answer> run(const Call& call, domain::DecideApproval command);

// codes.cc
Task<Answer> run(const Call& call, domain::CreateCode command);
Task<Answer> run(const Call& call, domain::GetCode command);
Task<Answer> run(const Call& call, domain::ListCodes command);
Task<Answer> run(const Call& call, domain::RevokeCode command);

// code_redeeming.cc
Task<Answer> run(const Call& call, domain::PickUp command);
Task<Answer> run(const Call& call, domain::RedeemClaim command);

// operators.cc
Task<Answer> run(const Call& call, domain::CreateOperator command);
Task<Answer> run(const Call& call, domain::GetOperator command);
Task<Answer> run(const Call& call, domain::ListOperators command);
Task<Answer> run(const Call& call, domain::UpdateOperator command);
Task<Answer> run(const Call& call, domain::DeleteOperator command);

// sessions.cc
Task<Answer> run(const Call& call, domain::SignIn command);
Task<Answer> run(const Call& call, domain::SignOut command);
Task<Answer> run(const Call& call, domain::GetSession command);
Task<Answer> run(const Call& call, domain::ChangePassword command);

// fleet.cc
Task<Answer> run(const Call& call, domain::FindDevices command);
Task<Answer> run(const Call& call, domain::GetOverview command);
Task<Answer> run(const Call& call, domain::FollowLive command);

// status.cc
Task<Answer> run(const Call& call, domain::GetServerStatus command);

}  // namespace berth::management
