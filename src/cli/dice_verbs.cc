// Boards with a hardware identity, at a factory's desk: `berth dice uds …` makes and keeps their
// secrets, `berth dice generate` makes the certificate that a server is to know before the board
// ever speaks. All of it works without a server.
#include "base/codec.h"
#include "base/rng.h"
#include "cli/dice_board.h"
#include "cli/dice_store.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"
#include "factory/uds.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

namespace json = boost::json;

factory::Overwrite overwrite_of(const Invocation& run) {
  return run.args.is_set("replace") ? factory::Overwrite::kYes : factory::Overwrite::kNo;
}

Try<void> keep_uds(Invocation& run, const Secret& uds, const std::string& where) {
  BERTH_TRY(const std::unique_ptr<factory::UdsStore> store, open_uds_store(run, where));
  BERTH_STEP(store->keep(uds, overwrite_of(run)));
  run.say("kept the device secret in " + store->name());
  return {};
}

void print_uds(Invocation& run, const Secret& uds) {
  run.world.out << factory::uds_text(uds).text() << '\n' << std::flush;
}

Try<int> generate_uds(Invocation& run) {
  base::SystemRng rng;
  const Secret uds = rng.secret(factory::kUdsBytes);
  const auto out = run.args.text("out");
  const auto store = run.args.text("store");
  // Kept before it is shown: a secret that is on a board and nowhere else is lost.
  if (store) BERTH_STEP(keep_uds(run, uds, *store));
  if (out) {
    const Secret text = factory::uds_text(uds);
    BERTH_STEP(write_private_file(*out, text.text()));
    run.say("wrote " + *out + " (mode 0600)");
  }
  if (!store && !out) print_uds(run, uds);
  return kDone;
}

Try<int> store_uds(Invocation& run) {
  const std::string given = run.args.text_or("uds", "");
  BERTH_TRY(const std::string text, text_or_file(run, given == "-" ? "@-" : given));
  const Result<Secret> uds = factory::read_uds(text);
  if (!uds) return Fail(Failure(uds.error()));
  BERTH_STEP(keep_uds(run, *uds, run.args.text_or("store", "")));
  return kDone;
}

Try<int> show_uds(Invocation& run) {
  BERTH_TRY(const std::unique_ptr<factory::UdsStore> store,
            open_uds_store(run, run.args.text_or("store", "")));
  const Result<Secret> uds = store->load();
  if (!uds) return Fail(Failure(uds.error()));
  print_uds(run, *uds);
  return kDone;
}

struct Generated {
  std::string path;
  base::Bytes alias;
};

void show_generated(Invocation& run, const DiceBoard& board, const Generated& made) {
  const factory::RiotIdentity& identity = board.identity;
  const std::string key = factory::public_key_sha256(identity.alias.point);
  const std::string digest = base::hex_encode(identity.fwid);
  const std::string& id = board.name.registration_id;
  if (run.args.is_set("json")) {
    run.world.out << json::serialize(json::object{
                         {"registrationId", id},
                         {"certificate", made.path},
                         {"sha256", factory::certificate_sha256(made.alias)},
                         {"publicKeySha256", key},
                         {"firmwareSha256", digest},
                         {"deviceIdSha256", factory::public_key_sha256(identity.device_id.point)}})
                  << '\n';
    return;
  }
  run.say("measured " + std::to_string(board.core_bytes) + " bytes of riot_core and " +
          std::to_string(board.firmware_bytes) + " of riot_fw in " + board.image);
  run.say("registration id:   " + id);
  run.say("firmware digest:   " + digest);
  run.say("public key SHA-256: " + key);
  run.say("wrote " + made.path);
}

// A certificate of the board that another tool made: the same key, or the inputs are not the same.
Try<void> compare(Invocation& run, const DiceBoard& board) {
  const auto path = run.args.text("compare");
  if (!path) return {};
  BERTH_TRY(const std::string pem, read_small_file(*path));
  const auto compared = factory::compare_certificate(pem, board.identity.alias);
  if (!compared) return Fail(Failure(compared.error()));
  if (compared->constant_nonce) {
    run.world.err << "warning: " << *path
                  << " was signed with a nonce that everybody knows, so that its signer's key can "
                     "be computed from it: only its own key proves anything\n";
  }
  if (!compared->same_key) {
    return Refuse(*path + " certifies another key than this board's",
                  "secret, image or map are not those it was made from",
                  "check which build is on the board, and its secret");
  }
  run.say(*path + " certifies the same key");
  return {};
}

Try<void> enroll(Invocation& run, const DiceBoard& board, const Generated& made) {
  if (!run.args.is_set("enroll")) return {};
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const json::object body{
      {"id", board.name.registration_id},
      {"attestation",
       {{"type", "x509"}, {"primary", {{"certificate", factory::certificate_pem(made.alias)}}}}}};
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes", scope, "enrollments"}), body));
  run.say("created enrollment " + base::printable(member_text(answer.value, "id")) + " in scope " +
          scope);
  return {};
}

Try<int> generate(Invocation& run) {
  BERTH_TRY(const DiceBoard board, read_dice_board(run));
  Result<base::Bytes> alias =
      factory::alias_certificate(board.identity, {board.name.registration_id});
  if (!alias) return Fail(Failure(std::move(alias).error()));
  Generated made;
  made.path = run.args.text_or("out", board.name.registration_id + ".pem");
  made.alias = *std::move(alias);
  BERTH_STEP(compare(run, board));
  BERTH_STEP(write_plain_file(made.path, factory::certificate_pem(made.alias)));
  show_generated(run, board, made);
  BERTH_STEP(enroll(run, board, made));
  return kDone;
}

Flag store_flag() {
  Flag store{"store", "STORE", "Where to keep it: FILE (sealed), pkcs11:token=NAME, or tpm:FILE."};
  return store;
}

Flag replace_flag() {
  return {"replace", "", "Overwrite a secret that is there already; it is lost.",
          FlagKind::kSwitch};
}

std::vector<Verb> uds_verbs() {
  Flag given{"uds", "HEX64",
             "The secret: 64 hexadecimal digits, or @FILE, or - for standard input."};
  given.required = true;
  given.positional = true;
  Flag store = store_flag();
  store.required = true;
  return {{"dice uds generate",
           "Makes a unique device secret for one board: prints it, or keeps it with --store or "
           "--out.",
           flags_of({{{"out", "FILE", "Write it there as 64 digits, mode 0600."},
                      store_flag(),
                      replace_flag()},
                     uds_store_flags()}),
           "berth dice uds generate --store board-7.uds", &generate_uds, false},
          {"dice uds store", "Keeps the unique device secret of a board, sealed.",
           flags_of({{given, store, replace_flag()}, uds_store_flags()}),
           "berth dice uds store - --store board-7.uds", &store_uds, false,
           "it waits for the secret on standard input"},
          {"dice uds show", "Prints a unique device secret that is kept.",
           flags_of({{store}, uds_store_flags()}), "berth dice uds show --store board-7.uds",
           &show_uds, false}};
}

}  // namespace

std::vector<Verb> dice_verbs() {
  std::vector<Verb> verbs = uds_verbs();
  verbs.push_back(
      {"dice generate",
       "Makes the certificate of a board from its unique device secret and its image, before the "
       "board ever runs; asks for what is missing. Needs no server, unless it is to --enroll.",
       flags_of({dice_board_flags(),
                 {{"out", "FILE", "Where to write it as PEM; the registration id with .pem."},
                  {"compare", "FILE",
                   "A certificate that another tool made for the board: it must be of the same "
                   "key."},
                  {"enroll", "", "Create its individual enrollment, too.", FlagKind::kSwitch},
                  scope_flag()}}),
       "berth dice generate --uds-store board-7.uds --mac c8930123456a --firmware-version 1.3.7 "
       "--project .build/DevKitDPS --out cert.pem",
       &generate, true, "it needs the build of a board's project"});
  return verbs;
}

}  // namespace berth::cli
