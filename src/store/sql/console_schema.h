// The sixth migration: device templates, credential codes, and the people who sign in.
//
// Room store/sql, private to migrations.cc. Never changed once it is released. Thread rule:
// constant data.
#pragma once

#include <string_view>

namespace berth::store::sql {

// Device templates, credential codes, and the people who sign in. What registrations write
// (template_id, approval) is a column because it is looked up; a pick-up digest is unique among
// codes that can still be used, so that no number ever means two devices. Numbers of codes ascend,
// so that the newest come first.
inline constexpr std::string_view kConsole = R"sql(
CREATE TABLE templates (
  scope {{text}} NOT NULL REFERENCES scopes (id),
  id {{text}} NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  model TEXT NOT NULL,
  PRIMARY KEY (scope, id));

ALTER TABLE registrations ADD COLUMN template_id {{text}} NOT NULL DEFAULT '';
ALTER TABLE registrations ADD COLUMN approval {{text}} NOT NULL DEFAULT '';
CREATE INDEX registrations_by_template
  ON registrations (scope, template_id, key) WHERE template_id <> '';
CREATE INDEX registrations_by_approval
  ON registrations (scope, approval, key) WHERE approval <> '';
ALTER TABLE devices ADD COLUMN template_id {{text}} NOT NULL DEFAULT '';
CREATE INDEX devices_by_template ON devices (scope, template_id, id) WHERE template_id <> '';

CREATE TABLE codes (
  sequence {{serial}},
  id {{text}} NOT NULL,
  scope {{text}} NOT NULL REFERENCES scopes (id),
  state {{text}} NOT NULL,
  pickup {{text}} NOT NULL,
  pickup_digest {{text}} NOT NULL,
  token_digest {{text}} NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  used_from TEXT NOT NULL,
  version BIGINT NOT NULL,
  content TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE UNIQUE INDEX codes_by_id ON codes (id);
CREATE INDEX codes_of_scope ON codes (scope, sequence);
CREATE INDEX codes_by_expiry ON codes (expires_at) WHERE content <> '';
CREATE UNIQUE INDEX codes_by_pickup ON codes (pickup, pickup_digest) WHERE state = 'active'
  AND pickup_digest <> '';

CREATE TABLE code_guards (
  pickup {{text}} PRIMARY KEY,
  misses BIGINT NOT NULL,
  closed_until BIGINT NOT NULL);

CREATE TABLE operators (
  name {{text}} PRIMARY KEY,
  wrong BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL);

ALTER TABLE tokens ADD COLUMN operator_name {{text}} NOT NULL DEFAULT '';
CREATE INDEX tokens_by_operator ON tokens (operator_name, created_at) WHERE operator_name <> '';
)sql";

}  // namespace berth::store::sql
