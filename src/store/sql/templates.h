// The device templates of a scope; operators change them through catalog_put.h.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Ids are
// case-sensitive. Which template a registration and a device have stands in their record and in a
// column beside it, which is there to be searched. Functions that note "one statement" may run
// outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/operations.h"
#include "domain/templates.h"
#include "store/sql/connection.h"

#include <string>
#include <vector>

namespace berth::store::sql {

// One statement; ordered by id, at most kTemplatesMax.
Result<std::vector<domain::TemplateTwin>> read_template_twins(Connection& connection,
                                                              const domain::ScopeId& scope);

// One statement; kNotFound.
Result<domain::Template> get_template(Connection& connection, const std::string& scope,
                                      const std::string& id);
Result<domain::Listing<domain::Template>> list_templates(Connection& connection,
                                                         const std::string& scope,
                                                         const domain::Page& page);

// Whether note_model() would write something. One statement.
Result<bool> is_news(Connection& connection, const domain::HubName& hub,
                     const domain::DeviceId& device, const std::string& model);
// The device has named that model when it connected: it is remembered, and with it the template of
// that id, if its scope has one. Nothing is written when that is so already, or without the device.
Result<void> note_model(Connection& connection, const domain::HubName& hub,
                        const domain::DeviceId& device, const std::string& model);

// The column of it: empty when nobody has said anything.
std::string_view approval_text(domain::Approval approval);

}  // namespace berth::store::sql
