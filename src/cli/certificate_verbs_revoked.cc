// Certificates that were revoked, certificates that were issued, and firmware that an operator
// approves.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/certificate_file.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kRevokedColumns{{"SHA256", "sha256"},
                                          {"SUBJECT", "subject"},
                                          {"REASON", "reason"},
                                          {"REVOKED", "revokedAt", Show::kTime}};
const std::vector<Column> kIssuedColumns{{"SHA256", "sha256"},
                                         {"REGISTRATION", "registration"},
                                         {"HUB", "hub"},
                                         {"EXPIRES", "notAfter", Show::kTime},
                                         {"REVOKED", "revokedAt", Show::kTime}};

Try<int> revoke(Invocation& run) {
  const auto path = run.args.text("path");
  const auto sha256 = run.args.text("sha256");
  if (path.has_value() == sha256.has_value()) {
    return WrongUsage("`berth certificate revoke` needs one of --path FILE and --sha256 HEX",
                      "for example: " + run.verb.example);
  }
  json::object body;
  if (sha256) body["sha256"] = *sha256;
  if (path) {
    BERTH_TRY(std::string certificate, read_certificate_file(run, *path));
    body["certificate"] = std::move(certificate);
  }
  put_text(body, "reason", run.args, "reason");
  BERTH_TRY(const std::string scope, run.scope());
  if (!run.confirmed("Revoke " + base::printable(path ? *path : *sha256, 100) +
                     "? Devices that have it, or one that it signed, are cut off.")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer,
            api->post(path_of({"scopes", scope, "revoked-certificates"}), body));
  run.say("revoked certificate " + member_text(answer.value, "sha256") + " in scope " + scope);
  return run.show(answer);
}

Try<int> restore(Invocation& run) {
  const std::string sha256 = run.args.text_or("sha256", "");
  BERTH_TRY(const std::string scope, run.scope());
  if (!run.confirmed("Let certificate " + base::printable(sha256, 100) + " be good again?")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"scopes", scope, "revoked-certificates", sha256}), {}));
  run.say("certificate " + base::printable(sha256, 100) + " is not revoked any more");
  return kDone;
}

Try<int> revoked(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, "revoked-certificates"});
  BERTH_TRY(const Answer answer, api->get(with_query(path, query)));
  return run.show_list(answer, kRevokedColumns);
}

Try<int> issued(Invocation& run) {
  BERTH_TRY(auto query, run.page_query());
  query.emplace_back("registration", run.args.text_or("registration-id", ""));
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, "issued-certificates"});
  BERTH_TRY(const Answer answer, api->get(with_query(path, query)));
  return run.show_list(answer, kIssuedColumns);
}

Try<int> approve(Invocation& run) {
  const std::string id = run.args.text_or("registration-id", "");
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, "registrations", id, "approve-firmware"});
  BERTH_TRY(const Answer answer, api->act(path, {}));
  run.say("enrollment " + member_text(answer.value, "id") + " accepts the firmware of " +
          base::printable(id) + ", which registers at its next attempt");
  return run.show(answer);
}

Flag sha256_flag(bool required) {
  return {"sha256",        "HEX",           "SHA-256 fingerprint, with or without colons.",
          FlagKind::kText, {"fingerprint"}, {},
          required,        required};
}

Flag registration_flag(std::string help, bool required) {
  return {"registration-id",       "ID", std::move(help), FlagKind::kText,
          {"rid", "registration"}, {},   required,        required};
}

}  // namespace

std::vector<Verb> revocation_verbs() {
  return {
      {"certificate revoke",
       "Makes a device's certificate, or that of a CA, never good again; connections end within a "
       "second.",
       {{"path", "FILE", "The certificate: PEM, DER or base64.", FlagKind::kText, {"p"}},
        sha256_flag(false),
        {"reason", "TEXT", "Why, for whoever asks later."},
        scope_flag(),
        yes_flag()},
       "berth certificate revoke --path device.pem --reason stolen --yes",
       &revoke,
       true,
       "the page on certificates runs it, with a certificate of its own"},
      {"certificate restore",
       "Lets a revoked certificate be good again.",
       {sha256_flag(true), scope_flag(), yes_flag()},
       "berth certificate restore "
       "6f2c1d9e0b4a58c37d61e2f4a90b8c7d5e3f1a2b4c6d8e0f1a3b5c7d9e1f2a4b --yes",
       &restore,
       true,
       "the page on certificates runs it, with a certificate of its own"},
      {"certificate revoked", "Lists what was revoked in a scope, newest first.",
       flags_of({{scope_flag()}, page_flags()}), "berth certificate revoked", &revoked},
      {"certificate issued", "Lists certificates that devices asked for and got, newest first.",
       flags_of({{registration_flag("Only those of this registration.", false), scope_flag()},
                 page_flags()}),
       "berth certificate issued --registration sn-7001", &issued}};
}

std::vector<Verb> dice_approval_verbs() {
  return {{"dice approve",
           "Lets the enrollment of a held device accept the firmware that it runs.",
           {registration_flag("The registration that is held.", true), scope_flag()},
           "berth dice approve sn-7001",
           &approve,
           true,
           "it needs a device whose firmware is held"}};
}

}  // namespace berth::cli
