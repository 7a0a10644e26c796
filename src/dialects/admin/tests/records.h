// Records with every field set, for tests of the writers.
//
// Room dialects, tests. Thread rule: pure functions.
#pragma once

#include "domain/operations.h"

namespace berth::dialects::admin::testing {

TimePoint sample_time();  // 2026-01-01T00:00:00Z
domain::Scope sample_scope();
domain::Hub sample_hub();
domain::HubLink sample_link();
domain::Enrollment sample_enrollment();     // a group, sealed keys "SEALED"
domain::Enrollment sample_product_group();  // sealed secrets "SEALED"
domain::ProductKeys sample_product_keys();
domain::Enrollment sample_password_group();  // sealed secret "SEALED"
domain::DerivationKeys sample_derivation_keys();
domain::Account sample_account();
domain::Certificate sample_certificate();
domain::Enrollment sample_trust_group();  // a certificate, the name of a CA, and rules for firmware
domain::Enrollment sample_tpm_enrollment();
domain::CaCertificate sample_ca();
domain::RevokedCertificate sample_revoked();
domain::CertificateRecord sample_issued();
domain::MemberView sample_member();
domain::MemberView sample_password_member();
domain::MembersAdded sample_added();
domain::Registration sample_registration();
domain::Device sample_device();
domain::DeviceView sample_device_view();
domain::HubKeys sample_hub_keys();
domain::Twin sample_twin();
domain::QueuedMessage sample_queued();
domain::EventPage sample_events();
domain::Trail sample_trail();
domain::FleetRow sample_fleet_row();
domain::Overview sample_overview();
domain::AuditRecord sample_audit();
domain::Operator sample_operator();    // Argon2id "SEALED"
domain::SessionView sample_session();  // of sample_operator()
domain::Token sample_token();
domain::CredentialCode sample_code();  // sealed content "SEALED"
domain::NewCode sample_new_code();
domain::Template sample_template();
domain::ModelCheck sample_check();  // with one problem
domain::ServerStatus sample_status();

}  // namespace berth::dialects::admin::testing
