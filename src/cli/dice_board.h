// One board as the command line describes it: its secret, its image and its name, given as flags or
// asked for (dice-x509.md §2.1), and the identity that comes of them.
//
// Room cli, private to it. Thread rule: as Invocation; blocking.
#pragma once

#include "cli/invocation.h"
#include "factory/board_name.h"
#include "factory/riot_certificate.h"
#include "factory/riot_identity.h"

#include <string>
#include <vector>

namespace berth::cli {

struct DiceBoard {
  std::string image;  // the file's name
  std::string mac;    // empty when the registration id was given
  std::string version;
  factory::BoardName name;
  std::size_t core_bytes = 0;
  std::size_t firmware_bytes = 0;
  factory::RiotIdentity identity;
};

// Reads files and stores, asks what is missing, prints notes as warnings.
Try<DiceBoard> read_dice_board(Invocation& run);

// --uds, --uds-store and its flags, --project, --image, --map, --elf, --mac, --firmware-version,
// --registration-id.
std::vector<Flag> dice_board_flags();

}  // namespace berth::cli
