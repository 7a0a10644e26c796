// The CA certificates of a scope: given, verified, changed.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/certificate_file.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"CA", "name"},
                                   {"VERIFIED", "verified"},
                                   {"SUBJECT", "certificate/subject"},
                                   {"EXPIRES", "certificate/notAfter", Show::kTime},
                                   {"UPDATED", "updatedAt", Show::kTime}};

std::string name_of(const Invocation& run) { return run.args.text_or("name", ""); }

Try<std::string> target(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  return path_of({"scopes", scope, "certificates", name_of(run)});
}

Try<void> put_certificate(json::object& body, Invocation& run) {
  const auto path = run.args.text("path");
  if (!path) return {};
  BERTH_TRY(std::string certificate, read_certificate_file(run, *path));
  body["certificate"] = std::move(certificate);
  return {};
}

int show_ca(Invocation& run, const Answer& answer) {
  say_warnings(run, answer.value);
  return run.show(answer);
}

Try<int> create(Invocation& run) {
  json::object body;
  body["name"] = name_of(run);
  BERTH_STEP(put_certificate(body, run));
  put_boolean(body, "verified", run.args, "verified");
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes", scope, "certificates"}), body));
  run.say("created CA " + name_of(run) + " in scope " + scope);
  if (member_text(answer.value, "verified") != "true") {
    run.say(
        "it vouches for no device until it is verified: berth certificate "
        "generate-verification-code " +
        name_of(run));
  }
  return show_ca(run, answer);
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path_of({"scopes", scope, "certificates"})));
  if (run.wants_json()) return run.show_list(answer, kColumns);
  // Columns are members of an item: what the certificate says stands beside the rest.
  json::object& listing = answer.value.as_object();
  for (json::value& item : listing["items"].as_array()) {
    const json::value* certificate = member(item, "certificate");
    if (certificate == nullptr) continue;
    const json::value copy = *certificate;
    item.as_object()["certificate/subject"] = member_text(copy, "subject");
    item.as_object()["certificate/notAfter"] = member_text(copy, "notAfter");
  }
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show(answer);
}

Try<int> update(Invocation& run) {
  json::object body;
  BERTH_STEP(put_certificate(body, run));
  put_boolean(body, "verified", run.args, "verified");
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path, body, run.etag()));
  run.say("updated CA " + name_of(run));
  return show_ca(run, answer);
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  const std::string question = "Delete CA " + name_of(run) +
                               "? Devices that only it vouches for are refused, and those "
                               "that are connected are cut off.";
  if (!run.confirmed(question)) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted CA " + name_of(run));
  return kDone;
}

Try<int> make_code(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->act(path + "/verification-code", run.etag()));
  run.say("sign a certificate whose subject is CN=" +
          base::printable(member_text(answer.value, "verificationCode"), 100) +
          " with the key of the CA, then: berth certificate verify " + name_of(run) +
          " --path proof.pem");
  return run.show(answer);
}

Try<int> verify(Invocation& run) {
  json::object body;
  BERTH_STEP(put_certificate(body, run));
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path + "/verify", body, run.etag()));
  run.say("CA " + name_of(run) + " is verified");
  return show_ca(run, answer);
}

Flag name_flag() {
  return {"name",
          "NAME",
          "Name of the CA in its scope, in any case.",
          FlagKind::kText,
          {"certificate-name", "cn", "n"},
          {},
          true,
          true};
}

Flag path_flag(std::string help, bool required) {
  return {"path", "FILE", std::move(help), FlagKind::kText, {"p"}, {}, required};
}

Flag verified_flag() {
  return {"verified", "BOOL",
          "Whether it vouches for devices without a proof of possession; takes the role admin.",
          FlagKind::kToggle};
}

}  // namespace

std::vector<Verb> certificate_verbs() {
  const Flag certificate =
      path_flag("Its certificate: PEM, DER or base64; - is standard input.", true);
  const Flag another = path_flag("Another certificate, which must be verified anew.", false);
  const Flag proof = path_flag("The certificate that was signed with the key of the CA.", true);
  const std::string untested = "the page on certificates runs it, with a CA of its own";
  std::vector<Verb> verbs{
      {"certificate create",
       "Gives a scope the certificate of a CA that signs devices'.",
       {name_flag(), certificate, scope_flag(), verified_flag()},
       "berth certificate create factory-root --path root.pem",
       &create,
       true,
       untested},
      {"certificate list",
       "Lists the CA certificates of a scope.",
       {scope_flag()},
       "berth certificate list",
       &list},
      {"certificate show",
       "Shows one CA certificate.",
       {name_flag(), scope_flag()},
       "berth certificate show factory-root",
       &show,
       true,
       untested},
      {"certificate generate-verification-code",
       "Makes the code that a proof of possession must have as its common name.",
       {name_flag(), scope_flag(), etag_flag()},
       "berth certificate generate-verification-code factory-root",
       &make_code,
       true,
       untested},
      {"certificate verify",
       "Proves that whoever gave the CA certificate has its key.",
       {name_flag(), proof, scope_flag(), etag_flag()},
       "berth certificate verify factory-root --path proof.pem",
       &verify,
       true,
       untested},
      {"certificate update",
       "Changes what the flags name and leaves the rest.",
       {name_flag(), another, verified_flag(), scope_flag(), etag_flag()},
       "berth certificate update factory-root --verified",
       &update,
       true,
       untested},
      {"certificate delete",
       "Deletes a CA certificate; what it alone vouched for ends within a second.",
       {name_flag(), scope_flag(), etag_flag(), yes_flag()},
       "berth certificate delete factory-root --yes",
       &remove,
       true,
       untested}};
  for (Verb& each : revocation_verbs()) verbs.push_back(std::move(each));
  return verbs;
}

}  // namespace berth::cli
