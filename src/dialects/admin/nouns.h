// Readers and writers of the admin API, one file a noun: a reader makes the operation of a request
// (its problems stay in the Incoming), to_json makes the JSON of a record. Member names are those
// of docs/openapi.json; a test compares them.
//
// Room dialects. No writer shows a secret but those of Keys, ProductKeys, DerivationKeys, HubKeys
// and NewToken, which exist for that. Thread rule: pure functions.
#pragma once

#include "dialects/admin/incoming.h"
#include "domain/operations.h"

#include <boost/json.hpp>

namespace berth::dialects::admin {

// scopes.cc
domain::ManagementCommand create_scope(Incoming& in);
domain::ManagementCommand get_scope(Incoming& in);
domain::ManagementCommand list_scopes(Incoming& in);
domain::ManagementCommand update_scope(Incoming& in);
domain::ManagementCommand delete_scope(Incoming& in);
boost::json::object to_json(const domain::Scope& scope);

// hubs.cc
domain::ManagementCommand create_hub(Incoming& in);
domain::ManagementCommand get_hub(Incoming& in);
domain::ManagementCommand list_hubs(Incoming& in);
domain::ManagementCommand update_hub(Incoming& in);
domain::ManagementCommand delete_hub(Incoming& in);
domain::ManagementCommand link_hub(Incoming& in);
domain::ManagementCommand unlink_hub(Incoming& in);
domain::ManagementCommand link_hub_by_string(Incoming& in);
domain::ManagementCommand list_hub_links(Incoming& in);
domain::ManagementCommand get_hub_keys(Incoming& in);
domain::ManagementCommand regenerate_hub_key(Incoming& in);
boost::json::object to_json(const domain::Hub& hub);
boost::json::object to_json(const domain::HubLink& link);
boost::json::object to_json(const domain::HubKeys& keys);

// enrollments.cc: of both kinds; the route says which.
template <domain::EnrollmentKind kind>
struct Enrollments {
  static domain::ManagementCommand create(Incoming& in);
  static domain::ManagementCommand get(Incoming& in);
  static domain::ManagementCommand list(Incoming& in);
  static domain::ManagementCommand update(Incoming& in);
  static domain::ManagementCommand remove(Incoming& in);
  static domain::ManagementCommand get_keys(Incoming& in);
  static domain::ManagementCommand regenerate_key(Incoming& in);
};
using Individuals = Enrollments<domain::EnrollmentKind::kIndividual>;
using Groups = Enrollments<domain::EnrollmentKind::kGroup>;
boost::json::object to_json(const domain::Enrollment& enrollment);
boost::json::object to_json(const domain::Keys& keys);

// product_secrets.cc
domain::ManagementCommand rotate_product_secret(Incoming& in);
boost::json::object to_json(const domain::ProductKeys& keys);

// member_passwords.cc
boost::json::object to_json(const domain::DerivationKeys& keys);

// accounts.cc
domain::ManagementCommand create_account(Incoming& in);
domain::ManagementCommand get_account(Incoming& in);
domain::ManagementCommand list_accounts(Incoming& in);
domain::ManagementCommand update_account(Incoming& in);
domain::ManagementCommand delete_account(Incoming& in);
boost::json::object to_json(const domain::Account& account);

// rosters.cc
domain::ManagementCommand add_members(Incoming& in);
domain::ManagementCommand get_member(Incoming& in);
domain::ManagementCommand list_members(Incoming& in);
domain::ManagementCommand update_member(Incoming& in);
domain::ManagementCommand delete_member(Incoming& in);
domain::ManagementCommand reset_member(Incoming& in);
domain::ManagementCommand unlock_member(Incoming& in);
boost::json::object to_json(const domain::MemberView& view);
boost::json::object to_json(const domain::MembersAdded& added);

// certificates.cc
domain::ManagementCommand create_ca(Incoming& in);
domain::ManagementCommand get_ca(Incoming& in);
domain::ManagementCommand list_cas(Incoming& in);
domain::ManagementCommand update_ca(Incoming& in);
domain::ManagementCommand delete_ca(Incoming& in);
domain::ManagementCommand make_verification_code(Incoming& in);
domain::ManagementCommand verify_ca(Incoming& in);
domain::ManagementCommand revoke_certificate(Incoming& in);
domain::ManagementCommand restore_certificate(Incoming& in);
domain::ManagementCommand list_revoked(Incoming& in);
domain::ManagementCommand list_issued(Incoming& in);
boost::json::object to_json(const domain::CaCertificate& ca);
boost::json::object to_json(const domain::RevokedCertificate& revoked);
boost::json::object to_json(const domain::CertificateRecord& issued);

// registrations.cc
domain::ManagementCommand approve_firmware(Incoming& in);
domain::ManagementCommand get_registration(Incoming& in);
domain::ManagementCommand list_registrations(Incoming& in);
domain::ManagementCommand delete_registration(Incoming& in);
domain::ManagementCommand transfer_registration(Incoming& in);
boost::json::object to_json(const domain::Registration& registration);

// devices.cc
domain::ManagementCommand get_device(Incoming& in);
domain::ManagementCommand get_device_keys(Incoming& in);
domain::ManagementCommand list_devices(Incoming& in);
domain::ManagementCommand create_device(Incoming& in);
domain::ManagementCommand update_device(Incoming& in);
domain::ManagementCommand delete_device(Incoming& in);
domain::ManagementCommand regenerate_device_key(Incoming& in);
boost::json::object to_json(const domain::Device& device);
boost::json::object to_json(const domain::DeviceView& view);

// conversations.cc: with one device
domain::ManagementCommand get_twin(Incoming& in);
domain::ManagementCommand patch_twin(Incoming& in);
domain::ManagementCommand put_twin(Incoming& in);
domain::ManagementCommand call_method(Incoming& in);
domain::ManagementCommand send_message(Incoming& in);
domain::ManagementCommand read_events(Incoming& in);
boost::json::object to_json(const domain::Twin& twin);
boost::json::object to_json(const domain::MethodAnswer& answer);
boost::json::object to_json(const domain::QueuedMessage& queued);

// trails.cc
domain::ManagementCommand get_trail(Incoming& in);
domain::ManagementCommand list_trails(Incoming& in);
domain::ManagementCommand list_audit(Incoming& in);
boost::json::object to_json(const domain::Trail& trail);
boost::json::object to_json(const domain::AuditRecord& record);

// tokens.cc
domain::ManagementCommand create_token(Incoming& in);
domain::ManagementCommand list_tokens(Incoming& in);
domain::ManagementCommand delete_token(Incoming& in);
boost::json::object to_json(const domain::Token& token);
boost::json::object to_json(const domain::NewToken& made);

// templates.cc
domain::ManagementCommand create_template(Incoming& in);
domain::ManagementCommand get_template(Incoming& in);
domain::ManagementCommand list_templates(Incoming& in);
domain::ManagementCommand update_template(Incoming& in);
domain::ManagementCommand delete_template(Incoming& in);
domain::ManagementCommand check_model(Incoming& in);
domain::ManagementCommand approve_registration(Incoming& in);
domain::ManagementCommand block_registration(Incoming& in);
boost::json::object to_json(const domain::Template& record);
boost::json::object to_json(const domain::ModelCheck& check);

// codes.cc
domain::ManagementCommand create_code(Incoming& in);
domain::ManagementCommand get_code(Incoming& in);
domain::ManagementCommand list_codes(Incoming& in);
domain::ManagementCommand revoke_code(Incoming& in);
boost::json::object to_json(const domain::CredentialCode& code);
boost::json::object to_json(const domain::NewCode& made);

// operators.cc
domain::ManagementCommand create_operator(Incoming& in);
domain::ManagementCommand get_operator(Incoming& in);
domain::ManagementCommand list_operators(Incoming& in);
domain::ManagementCommand update_operator(Incoming& in);
domain::ManagementCommand delete_operator(Incoming& in);
domain::ManagementCommand sign_in(Incoming& in);
domain::ManagementCommand sign_out(Incoming& in);
domain::ManagementCommand get_session(Incoming& in);
domain::ManagementCommand change_password(Incoming& in);
boost::json::object to_json(const domain::Operator& record);
boost::json::object to_json(const domain::SessionView& view);
boost::json::object to_json(const domain::NewSession& made);

// fleet.cc
domain::ManagementCommand find_devices(Incoming& in);
domain::ManagementCommand get_overview(Incoming& in);
domain::ManagementCommand follow_live(Incoming& in);
boost::json::object to_json(const domain::FleetRow& row);
boost::json::object to_json(const domain::Overview& overview);

// status.cc
domain::ManagementCommand get_status(Incoming& in);
boost::json::object to_json(const domain::ServerStatus& status);

}  // namespace berth::dialects::admin
