// What verbs about things share. A template is an enrollment group whose members enrol with
// passwords, a serial is one of its members: the API has them among the groups.
//
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <string>
#include <vector>

namespace berth::cli {

Flag template_flag();                  // --template, also the first word
Flag template_id_flag();               // the same, and it must be given
Flag serial_flag();                    // --serial, the word after it
std::vector<Flag> one_serial_flags();  // all that name one serial

bool is_thing_template(const json::value& group);

// Two words, "mod-… SN0001": the first may be left out while the scope has only one template, and
// what stands alone is then the second, whose flag this names.
std::string word_of(const Invocation& run, const char* flag);
struct TemplateAnd {
  std::string path;  // "/api/v1/scopes/SCOPE/enrollment-groups/TEMPLATE"
  std::string word;  // may be empty
};
Try<TemplateAnd> template_and(Invocation& run, const char* flag);

struct SerialPlace {
  std::string group;  // the path of its template
  std::string path;   // and its own
  std::string serial;
};
Try<SerialPlace> serial_place(Invocation& run);

// 24 letters and digits: more than 128 bits that anybody can type.
std::string made_up_password();

// "expected", "enrolled", "active", "must-enroll", "disabled": the API's state of a member.
std::string thing_state(const json::value& member);
// "enroll until 2026-01-31 12:00:00Z": which passwords are locked after wrong ones.
std::string thing_locks(const json::value& member);

}  // namespace berth::cli
