#include "store/sql/fleet_sql.h"

namespace berth::store::sql {
namespace {

// Statements are literals, which only the preprocessor joins.
#define LIVES "CASE WHEN c.connected = 1 AND c.epoch = n.epoch THEN 1 ELSE 0 END"
#define CONNECTION                                                          \
  " LEFT JOIN device_connections c ON c.hub = d.hub AND c.device_id = d.id" \
  " LEFT JOIN nodes n ON n.name = c.node"
#define REGISTRATIONS                                                       \
  "SELECT r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version," \
  " r.created_at, r.updated_at, r.body, r.key, r.template_id, r.approval,"  \
  " r.enrollment_key, d.body, c.changed_at, " LIVES                         \
  " FROM registrations r"                                                   \
  " LEFT JOIN devices d ON d.hub = r.hub AND d.id = r.device_id"            \
  " AND d.scope = r.scope AND d.registration_key = r.key" CONNECTION " WHERE r.scope = $1"
#define ENROLLMENTS                                                      \
  "SELECT e.scope, e.kind, e.id, e.version, e.created_at, e.updated_at," \
  " e.body, e.key, CASE WHEN EXISTS (SELECT 1 FROM registrations r"      \
  " WHERE r.scope = e.scope AND r.key = e.key) THEN 1 ELSE 0 END"        \
  " FROM enrollments e WHERE e.scope = $1 AND e.kind = 'individual'"
// The group's line comes by an outer join, so that nobody begins with it.
#define MEMBERS                                                          \
  "SELECT m.scope, g.id, m.name, m.enabled, m.created_at, m.updated_at," \
  " m.group_key, CASE WHEN EXISTS (SELECT 1 FROM registrations r"        \
  " WHERE r.scope = m.scope AND r.key = m.group_key || lower(m.name))"   \
  " THEN 1 ELSE 0 END"                                                   \
  " FROM members m LEFT JOIN enrollments g ON g.scope = m.scope"         \
  " AND g.kind = 'group' AND g.key = m.group_key WHERE m.scope = $1"
#define IDENTITIES                                                            \
  "SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at,"       \
  " d.body, d.template_id, c.changed_at, " LIVES " FROM devices d" CONNECTION \
  " WHERE d.registration_key = '' AND d.scope = $1"

}  // namespace

const FleetOrders kFleetRegistrations = {
    {REGISTRATIONS " AND r.key >= $3 ORDER BY r.key LIMIT $2",
     REGISTRATIONS " AND r.key <= $3 ORDER BY r.key DESC LIMIT $2"},
    {REGISTRATIONS " AND (r.updated_at, r.key) >= ($3, $4) ORDER BY r.updated_at, r.key LIMIT $2",
     REGISTRATIONS " AND (r.updated_at, r.key) <= ($3, $4)"
                   " ORDER BY r.updated_at DESC, r.key DESC LIMIT $2"}};

const FleetOrders kFleetByApproval = {
    {REGISTRATIONS " AND r.approval <> '' AND r.approval = $4 AND r.key >= $3"
                   " ORDER BY r.key LIMIT $2",
     REGISTRATIONS " AND r.approval <> '' AND r.approval = $4 AND r.key <= $3"
                   " ORDER BY r.key DESC LIMIT $2"},
    {REGISTRATIONS " AND r.approval <> '' AND r.approval = $5"
                   " AND (r.updated_at, r.key) >= ($3, $4)"
                   " ORDER BY r.updated_at, r.key LIMIT $2",
     REGISTRATIONS " AND r.approval <> '' AND r.approval = $5"
                   " AND (r.updated_at, r.key) <= ($3, $4)"
                   " ORDER BY r.updated_at DESC, r.key DESC LIMIT $2"}};

const UpAndDown kFleetByTemplate = {
    REGISTRATIONS
    " AND r.template_id <> '' AND r.template_id = $4 AND r.key >= $3"
    " ORDER BY r.key LIMIT $2",
    REGISTRATIONS
    " AND r.template_id <> '' AND r.template_id = $4 AND r.key <= $3"
    " ORDER BY r.key DESC LIMIT $2"};

const FleetOrders kFleetEnrollments = {
    {ENROLLMENTS " AND e.key >= $3 ORDER BY e.key LIMIT $2",
     ENROLLMENTS " AND e.key <= $3 ORDER BY e.key DESC LIMIT $2"},
    {ENROLLMENTS " AND (e.updated_at, e.key) >= ($3, $4) ORDER BY e.updated_at, e.key LIMIT $2",
     ENROLLMENTS " AND (e.updated_at, e.key) <= ($3, $4)"
                 " ORDER BY e.updated_at DESC, e.key DESC LIMIT $2"}};

const FleetOrders kFleetMembers = {
    {MEMBERS " AND (m.group_key, m.name) >= ($3, $4) ORDER BY m.group_key, m.name LIMIT $2",
     MEMBERS " AND (m.group_key, m.name) <= ($3, $4)"
             " ORDER BY m.group_key DESC, m.name DESC LIMIT $2"},
    {MEMBERS " AND (m.updated_at, m.group_key, m.name) >= ($3, $4, $5)"
             " ORDER BY m.updated_at, m.group_key, m.name LIMIT $2",
     MEMBERS " AND (m.updated_at, m.group_key, m.name) <= ($3, $4, $5)"
             " ORDER BY m.updated_at DESC, m.group_key DESC, m.name DESC LIMIT $2"}};

const FleetOrders kFleetIdentities = {
    {IDENTITIES " AND (d.id, d.hub) >= ($3, $4) ORDER BY d.id, d.hub LIMIT $2",
     IDENTITIES " AND (d.id, d.hub) <= ($3, $4) ORDER BY d.id DESC, d.hub DESC LIMIT $2"},
    {IDENTITIES " AND (d.updated_at, d.id, d.hub) >= ($3, $4, $5)"
                " ORDER BY d.updated_at, d.id, d.hub LIMIT $2",
     IDENTITIES " AND (d.updated_at, d.id, d.hub) <= ($3, $4, $5)"
                " ORDER BY d.updated_at DESC, d.id DESC, d.hub DESC LIMIT $2"}};

#undef LIVES
#undef CONNECTION
#undef REGISTRATIONS
#undef ENROLLMENTS
#undef MEMBERS
#undef IDENTITIES

}  // namespace berth::store::sql
