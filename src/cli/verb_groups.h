// The parts of the table of verbs, one function a file of verbs; verbs.cc puts them in order.
// Room cli, private to it. Thread rule: constant data.
#pragma once

#include "cli/verb.h"

#include <vector>

namespace berth::cli {

std::vector<Verb> server_verbs();          // serve, status, doctor
std::vector<Verb> scope_verbs();           // scope …
std::vector<Verb> hub_verbs();             // hub …
std::vector<Verb> event_verbs();           // hub events
std::vector<Verb> enrollment_verbs();      // enrollment …, enrollment-group …
std::vector<Verb> product_verbs();         // product …
std::vector<Verb> product_device_verbs();  // its part: product device …
std::vector<Verb> thing_verbs();           // thing …
std::vector<Verb> thing_account_verbs();   // its part: thing account …
std::vector<Verb> thing_serial_verbs();    // its part: thing serial …
std::vector<Verb> registration_verbs();
std::vector<Verb> device_verbs();          // device …
std::vector<Verb> conversation_verbs();    // its part: device call-method, device send
std::vector<Verb> onboard_verbs();         // its part: device dynreg, device connect
std::vector<Verb> agent_verbs();           // its part: device agent
std::vector<Verb> twin_verbs();            // twin …
std::vector<Verb> key_verbs();             // key derive
std::vector<Verb> dice_verbs();            // dice uds …, dice generate
std::vector<Verb> simulate_verbs();        // simulate device
std::vector<Verb> simulate_board_verbs();  // its part: simulate devkit
std::vector<Verb> trail_verbs();           // trail …
std::vector<Verb> access_verbs();          // audit, token …
std::vector<Verb> local_verbs();           // config …, completion …
std::vector<Verb> bench_verbs();

// Flags that several verbs share.
Flag scope_flag();
Flag etag_flag();
Flag yes_flag();
Flag show_keys_flag();
Flag display_name_flag();
std::vector<Flag> page_flags();
// The flags of all the given lists together.
std::vector<Flag> flags_of(std::vector<std::vector<Flag>> lists);

}  // namespace berth::cli
