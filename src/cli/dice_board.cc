#include "cli/dice_board.h"

#include "base/codec.h"
#include "cli/dice_questions.h"
#include "cli/dice_store.h"
#include "cli/verb_groups.h"
#include "factory/board_image.h"
#include "factory/uds.h"

#include <filesystem>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsualProject = "DevKitDPS";

struct BoardFiles {
  std::string image;
  std::string map;  // one of these two is empty
  std::string elf;
  std::string other_elf;  // of the same project, only to be compared
};

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// NAME.ino.bin and NAME.ino.map, and where there is no map, NAME.ino.elf.
Try<BoardFiles> files_of_project(Invocation& run, const std::string& project) {
  BoardFiles files;
  const std::string stem = project + ".ino";
  files.image = run.args.text_or("image", stem + ".bin");
  const std::string map = stem + ".map";
  const std::string elf = stem + ".elf";
  if (!is_there(files.image)) {
    return Refuse(files.image + " cannot be read", "there is no such file",
                  "build the project, and name its build folder like .build/DevKitDPS");
  }
  if (!is_there(map) && !is_there(elf)) {
    return Refuse("neither " + map + " nor " + elf + " is there", {},
                  "build the project again: the linker writes both");
  }
  files.map = is_there(map) ? map : "";
  files.elf = is_there(map) ? "" : elf;
  files.other_elf = is_there(map) && is_there(elf) ? elf : "";
  return files;
}

Try<BoardFiles> find_files(Invocation& run) {
  BoardFiles files;
  files.image = run.args.text_or("image", "");
  files.map = run.args.text_or("map", "");
  files.elf = run.args.text_or("elf", "");
  const bool is_described = !files.map.empty() || !files.elf.empty();
  if (!files.map.empty() && !files.elf.empty()) {
    files.other_elf = std::exchange(files.elf, "");
  }
  if (!files.image.empty() && is_described) return files;
  if (is_described) {
    return WrongUsage("--map and --elf describe an image, and --image is missing",
                      "name the .bin file with --image");
  }
  std::string project = run.args.text_or("project", "");
  if (!run.args.has("project") && !files.image.empty()) {
    return WrongUsage("--image needs the map or the ELF file of the same build",
                      "name it with --map or --elf, or give --project alone");
  }
  if (!run.args.has("project")) {
    BERTH_TRY(
        project,
        ask(run, std::string("Name of the project, with its folder [") + kUsualProject + "]: ",
            "--project, or --image with --map or --elf"));
  }
  return files_of_project(run, project.empty() ? kUsualProject : project);
}

Failure about(const std::string& path, Error error) {
  Failure failure(std::move(error));
  failure.what = path + ": " + failure.what;
  return failure;
}

// What the map says must be true of the ELF file beside it.
void compare_with_elf(Invocation& run, const BoardFiles& files, const std::string& image) {
  if (files.other_elf.empty()) return;
  Try<std::string> elf = read_input(run, files.other_elf, factory::kElfBytesMax);
  if (!elf) return;
  std::string trouble;
  const Result<factory::BoardLayout> layout = factory::read_board_elf(base::as_bytes(*elf));
  if (!layout) {
    trouble = layout.error().what;
  } else if (auto same = factory::measured_code(*layout, base::as_bytes(image)); !same) {
    trouble = same.error().what;
  }
  if (trouble.empty()) return;
  run.world.err << "warning: " << files.other_elf << ": " << base::printable(trouble, 1'000)
                << "; the map was used\n";
}

Try<Secret> uds_of(Invocation& run) {
  const auto given = run.args.text("uds");
  const auto store = run.args.text("uds-store");
  if (given && store) {
    return WrongUsage("--uds and --uds-store both give the secret", "leave one of the two out");
  }
  if (store) {
    BERTH_TRY(const std::unique_ptr<factory::UdsStore> open, open_uds_store(run, *store));
    Result<Secret> uds = open->load();
    if (!uds) return Fail(Failure(std::move(uds).error()));
    return *std::move(uds);
  }
  Secret text;
  if (given) {
    BERTH_TRY(const std::string read, text_or_file(run, *given == "-" ? "@-" : *given));
    text = Secret::from_text(read);
  } else {
    BERTH_TRY(text, ask_secret(run, "The device secret (UDS) saved in the board's security chip: ",
                               "--uds or --uds-store"));
  }
  Result<Secret> uds = factory::read_uds(text.text());
  if (!uds) return Fail(Failure(std::move(uds).error()));
  return *std::move(uds);
}

Try<std::string> given_or_asked(Invocation& run, const std::string& flag,
                                const std::string& question) {
  if (const auto given = run.args.text(flag)) return *given;
  return ask(run, question, "--" + flag);
}

Try<void> name_board(Invocation& run, DiceBoard& board) {
  std::string id = run.args.text_or("registration-id", "");
  const bool is_formed = run.args.has("mac") || run.args.has("firmware-version");
  if (!id.empty() && is_formed) {
    return WrongUsage(
        "--registration-id is the whole id, so --mac and --firmware-version have no place",
        "leave the id out to have it formed from both");
  }
  if (!run.args.has("registration-id") && !is_formed) {
    BERTH_TRY(id, ask(run,
                      "Registration id compiled into the board's program (Enter: formed from MAC "
                      "address and firmware version): ",
                      "--registration-id, or --mac and --firmware-version"));
  }
  Result<factory::BoardName> name = factory::BoardName();
  if (id.empty()) {
    BERTH_TRY(board.mac, given_or_asked(run, "mac", "MAC address of the board: "));
    BERTH_TRY(board.version,
              given_or_asked(run, "firmware-version", "Version of the firmware on the board: "));
    name = factory::board_name(board.mac, board.version);
  } else {
    name = factory::given_board_name(id);
  }
  if (!name) return Fail(Failure(std::move(name).error()));
  board.name = *std::move(name);
  for (const std::string& note : board.name.notes) run.world.err << "note: " << note << '\n';
  return {};
}

}  // namespace

Try<DiceBoard> read_dice_board(Invocation& run) {
  DiceBoard board;
  BERTH_TRY(const BoardFiles files, find_files(run));
  BERTH_TRY(const std::string image, read_input(run, files.image, factory::kImageBytesMax));
  const bool by_map = !files.map.empty();
  const std::string& described_by = by_map ? files.map : files.elf;
  const std::size_t bytes_max = by_map ? factory::kMapBytesMax : factory::kElfBytesMax;
  BERTH_TRY(const std::string description, read_input(run, described_by, bytes_max));
  const Result<factory::BoardLayout> layout =
      by_map ? factory::read_board_map(description)
             : factory::read_board_elf(base::as_bytes(description));
  if (!layout) return Fail(about(described_by, layout.error()));
  const Result<factory::MeasuredCode> code = factory::measured_code(*layout, base::as_bytes(image));
  if (!code) return Fail(about(files.image, code.error()));
  compare_with_elf(run, files, image);
  BERTH_TRY(const Secret uds, uds_of(run));
  BERTH_STEP(name_board(run, board));
  Result<factory::RiotIdentity> identity = factory::derive_riot_identity(uds, *code);
  if (!identity) return Fail(Failure(std::move(identity).error()));
  board.image = files.image;
  board.core_bytes = code->core.size();
  board.firmware_bytes = code->firmware.size();
  board.identity = *std::move(identity);
  return board;
}

std::vector<Flag> dice_board_flags() {
  return flags_of(
      {{{"uds", "HEX64", "The board's unique device secret, or @FILE, or - for standard input."},
        {"uds-store", "STORE", "Where it is kept: FILE, pkcs11:… or tpm:FILE."},
        {"project", "NAME",
         "The build, like .build/DevKitDPS: NAME.ino.bin and NAME.ino.map, else NAME.ino.elf."},
        {"image", "FILE", "The image that is on the board (.bin)."},
        {"map", "FILE", "The linker's map of the same build."},
        {"elf", "FILE", "The ELF file of the same build, instead of the map or compared with it."},
        {"mac", "MAC", "The board's MAC address: 12 lower-case hexadecimal digits."},
        {"firmware-version", "VERSION", "Version of its firmware, like 1.3.7."},
        {"registration-id",
         "ID",
         "The id compiled into its program, instead of both.",
         FlagKind::kText,
         {"rid"}}},
       uds_store_flags()});
}

}  // namespace berth::cli
