// Each record's body column (sql/body.h): what is written into it and how it is read back.
//
// Room store/sql. A `…_body` is the JSON text of what has no column of its own; a `read_…` fills
// these fields into a record whose columns are set, and fails with kInternal if the text is
// damaged. Texts in a trail may be anything a device sent; they are made storable, not refused.
// Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/records.h"
#include "domain/templates.h"
#include "domain/trail.h"
#include "hub/ports/device_store.h"

#include <string>
#include <string_view>

namespace berth::store::sql {

std::string scope_body(const domain::Scope& scope);
Result<domain::Scope> read_scope(std::string_view body, domain::Scope scope);

std::string hub_body(const domain::Hub& hub);
Result<domain::Hub> read_hub(std::string_view body, domain::Hub hub);

std::string link_body(const domain::HubLink& link);
Result<domain::HubLink> read_link(std::string_view body, domain::HubLink link);

std::string enrollment_body(const domain::Enrollment& enrollment);
Result<domain::Enrollment> read_enrollment(std::string_view body, domain::Enrollment enrollment);

std::string registration_body(const domain::Registration& registration);
Result<domain::Registration> read_registration(std::string_view body,
                                               domain::Registration registration);

std::string device_body(const domain::Device& device);
Result<domain::Device> read_device(std::string_view body, domain::Device device);

std::string template_body(const domain::Template& record);  // its model is a column
Result<domain::Template> read_template(std::string_view body, domain::Template record);

std::string message_body(const domain::QueuedMessage& queued);
Result<domain::QueuedMessage> read_message(std::string_view body, domain::QueuedMessage queued);

std::string session_body(const hub::StoredSession& session);
Result<hub::StoredSession> read_session(std::string_view body, hub::StoredSession session);

std::string connection_body(const hub::ConnectionRecord& record);
Result<hub::ConnectionRecord> read_connection_body(std::string_view body,
                                                   hub::ConnectionRecord record);

std::string token_body(const domain::Token& token);
Result<domain::Token> read_token(std::string_view body, domain::Token token);

std::string audit_body(const domain::AuditRecord& record);
Result<domain::AuditRecord> read_audit(std::string_view body, domain::AuditRecord record);

std::string trail_body(const domain::Trail& trail);
Result<domain::Trail> read_trail(std::string_view body, domain::Trail trail);

// The text itself if it can be stored, else a printable rendering of it.
std::string storable(std::string_view text);

}  // namespace berth::store::sql
