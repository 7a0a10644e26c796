// Parts of bodies (sql/bodies.h): what groups with passwords, devices with one, and accounts keep.
//
// Room store/sql. Thread rule: pure functions.
#pragma once

#include "domain/records.h"
#include "store/sql/body.h"

namespace berth::store::sql {

BodyWriter write_member_passwords(const domain::MemberPasswords& passwords);
domain::MemberPasswords read_member_passwords(BodyReader& body);

// Password, role, serial, permissions and property links. What it starts to report is no part of
// its body: that becomes its twin (first_twins.h).
void write_password_device(BodyWriter& body, const domain::Device& device);
void read_password_device(BodyReader& body, domain::Device& device);

std::string account_body(const domain::Account& account);
Result<domain::Account> read_account(std::string_view text, domain::Account account);

}  // namespace berth::store::sql
