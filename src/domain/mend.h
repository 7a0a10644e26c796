// The commands that mend what a refusal found, as an operator types them. Kept together so that a
// change of the command line is a change in one file.
//
// Room domain. Every id is quoted for a shell where it needs to be; secrets never appear, commands
// that need one say <…> in its place.
// Thread rule: pure functions.
#pragma once

#include "domain/records.h"

#include <string>
#include <string_view>

namespace berth::domain::mend {

// "enrollment" or "enrollment-group", the noun and its --enrollment-id and --id-scope.
std::string show(const Enrollment& enrollment);
std::string set_primary_key(const Enrollment& enrollment);
std::string enable(const Enrollment& enrollment);
// Changes it: "--dice-digest …".
std::string update(const Enrollment& enrollment, std::string_view flags);
std::string remove(const Enrollment& enrollment);
std::string create_individual(std::string_view scope, std::string_view registration_id);
// Derives the device key of an id from a group's key.
std::string derive_key(const Enrollment& group, std::string_view registration_id);
std::string show_registration(std::string_view scope, std::string_view registration_id);
std::string transfer(std::string_view scope, std::string_view registration_id,
                     const Enrollment& to);
std::string link_hub(std::string_view scope, std::string_view hub);
std::string enable_scope(std::string_view scope);
// Accepts the firmware that a held device ran.
std::string approve_firmware(std::string_view scope, std::string_view registration);
// Lets a device in that waits for an operator, or that one blocked.
std::string approve_device(std::string_view scope, std::string_view registration);
std::string create_template(std::string_view scope);
std::string list_scopes();
std::string list_hubs();
std::string list_links(std::string_view scope);
std::string list_enrollments(std::string_view scope, EnrollmentKind kind);
std::string list_registrations(std::string_view scope);
std::string list_devices(std::string_view hub);
std::string show_device(const Device& device);
std::string enable_device(const Device& device);
std::string connection_string(const Device& device);
// Shows the policies of a hub.
std::string show_hub(std::string_view hub);
// Of a group with a product secret: "berth product <verb> …", and of a name in its roster.
std::string product(std::string_view verb, const Enrollment& group, std::string_view flags = {});
std::string product_device(std::string_view verb, const Enrollment& group, std::string_view name);
std::string list_products();
// Of a group whose members have passwords: "berth thing template <verb> …", and of a name in its
// roster (empty: of all). Of the account of a scope.
std::string thing_template(std::string_view verb, const Enrollment& group,
                           std::string_view flags = {});
std::string thing_serial(std::string_view verb, const Enrollment& group, std::string_view name,
                         std::string_view flags = {});
std::string thing_account(std::string_view verb, std::string_view scope, std::string_view email);
// Of a CA of a scope: "berth certificate <verb> …"; an empty name: of all.
std::string certificate(std::string_view verb, std::string_view scope, std::string_view name = {},
                        std::string_view flags = {});
std::string list_trails();
std::string list_operators();
std::string list_tokens();
std::string create_token(std::string_view role);

}  // namespace berth::domain::mend
