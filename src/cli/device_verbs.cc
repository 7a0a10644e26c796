// Devices of a hub: the identities that registrations made, and those made by hand.
#include "cli/body.h"
#include "cli/device_flags.h"
#include "cli/invocation.h"
#include "cli/keys_shown.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"DEVICE", "id"},
                                   {"NAME", "displayName"},
                                   {"STATUS", "enabled", Show::kEnabled},
                                   {"SCOPE", "scope"},
                                   {"REGISTRATION", "registration", Show::kPlain, "by hand"},
                                   {"CREATED", "createdAt", Show::kTime}};

// Certificates in place of keys.
Try<void> put_certificates(json::object& body, Invocation& run) {
  const std::string auth = run.args.text_or("auth", "");
  const bool thumbprints =
      run.args.has("primary-thumbprint") || run.args.has("secondary-thumbprint");
  if (auth.empty() && !thumbprints) return {};
  const bool by_ca = auth == "x509-ca" || auth == "x509_ca";
  const bool by_key = auth == "key" || auth == "shared_private_key";
  if (thumbprints && (by_ca || by_key)) {
    return WrongUsage("thumbprints go with --auth x509-thumbprint, not with " + auth,
                      "for example: berth device create pump-9 --auth x509-thumbprint "
                      "--primary-thumbprint HEX");
  }
  if (!thumbprints && !by_ca && !by_key) {
    return WrongUsage("--auth x509-thumbprint needs --primary-thumbprint HEX",
                      "see it with: openssl x509 -in cert.pem -noout -fingerprint -sha256");
  }
  json::object attestation;
  if (json::value* keys = body.if_contains("attestation")) attestation = keys->as_object();
  put_text(attestation, "primaryThumbprint", run.args, "primary-thumbprint");
  put_text(attestation, "secondaryThumbprint", run.args, "secondary-thumbprint");
  attestation["type"] = "x509_thumbprint";
  if (by_ca) attestation["type"] = "x509_ca";
  if (by_key) attestation["type"] = "symmetric_key";
  body["attestation"] = std::move(attestation);
  return {};
}

Try<json::object> body_of(Invocation& run) {
  json::object body;
  put_text(body, "displayName", run.args, "display-name");
  if (const auto status = run.args.text("status")) body["enabled"] = *status == "enabled";
  put_boolean(body, "iotEdge", run.args, "edge-enabled");
  BERTH_STEP(put_keys(body, run));
  BERTH_STEP(put_certificates(body, run));
  return body;
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"hubs", hub, "devices"}), query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, device_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path));
  return show_with_keys(run, path, std::move(answer));
}

Try<int> create(Invocation& run) {
  BERTH_TRY(json::object body, body_of(run));
  body["id"] = device_id(run);
  put_text(body, "scope", run.args, "scope");
  put_text(body, "group", run.args, "product");
  BERTH_STEP(put_json_object(body, "tags", run, "tags"));
  BERTH_STEP(put_json_object(body, "desired", run, "desired"));
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->post(path_of({"hubs", hub, "devices"}), body));
  // The id of a product's device is made of the product's and the name.
  std::string id = member_text(answer.value, "id");
  if (id.empty()) id = device_id(run);
  run.say("created device " + id + " at hub " + hub);
  return show_with_keys(run, path_of({"hubs", hub, "devices", id}), std::move(answer));
}

Try<int> update(Invocation& run) {
  BERTH_TRY(const json::object body, body_of(run));
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string path, device_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->patch(path, body, run.etag()));
  run.say("updated device " + device_id(run));
  return show_with_keys(run, path, std::move(answer));
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, device_path(run));
  if (!run.confirmed("Delete device " + device_id(run) +
                     " with its twin and the messages that wait for it?")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted device " + device_id(run));
  return kDone;
}

Try<int> regenerate(Invocation& run) {
  BERTH_TRY(const std::string path, device_path(run));
  const std::string slot = run.args.text_or("key", "primary");
  if (!run.confirmed("Replace the " + slot + " key of device " + device_id(run) +
                     "? A connection that was made with it ends.")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->act(path + "/keys/" + slot + "/regenerate", run.etag()));
  run.say("replaced the " + slot + " key of device " + device_id(run));
  return show_with_keys(run, path, std::move(answer));
}

Try<int> connection_string(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer about, api->get(path_of({"hubs", hub})));
  const std::string path = path_of({"hubs", hub, "devices", device_id(run), "keys"});
  BERTH_TRY(const Answer keys, api->get(path));
  return show_connection_string(
      run, "HostName=" + member_text(about.value, "host") + ";DeviceId=" + device_id(run) +
               ";SharedAccessKey=" + member_text(keys.value, key_member(run)));
}

std::vector<Flag> edit_flags() {
  return {
      display_name_flag(),
      {"status",
       "STATUS",
       "disabled refuses its connections and ends the one it has; enabled.",
       FlagKind::kText,
       {"sta"},
       {"enabled", "disabled"}},
      {"primary-key",
       "KEY",
       "Base64 of 16 to 64 bytes, or @FILE; made up when left out.",
       FlagKind::kText,
       {"pk"}},
      {"secondary-key", "KEY", "The same for the second key.", FlagKind::kText, {"sk"}},
      {"auth",
       "METHOD",
       "How it proves itself; key, or x509-thumbprint when one is given.",
       FlagKind::kText,
       {"auth-method", "am"},
       {"key", "shared_private_key", "x509-thumbprint", "x509_thumbprint", "x509-ca", "x509_ca"}},
      {"primary-thumbprint",
       "HEX",
       "SHA-256 of its certificate; empty for none.",
       FlagKind::kText,
       {"ptp"}},
      {"secondary-thumbprint",
       "HEX",
       "That of another one, for changing over.",
       FlagKind::kText,
       {"stp"}},
      {"edge-enabled", "BOOL", "Whether it is an edge device; false.", FlagKind::kBoolean, {"ee"}}};
}

std::vector<Verb> key_verbs_of_devices() {
  return {{"device regenerate-key",
           "Puts a new random key into one slot; the other slot stays as it is.",
           {device_flag(), hub_flag(), key_slot_flag("Which key to replace; primary."), etag_flag(),
            yes_flag(), show_keys_flag()},
           "berth device regenerate-key pump-9 --key secondary --yes",
           &regenerate},
          {"device connection-string",
           "Prints what a device's software connects with; the audit remembers it.",
           {device_flag(), hub_flag(), key_slot_flag("With which key; primary.")},
           "berth device connection-string pump-9",
           &connection_string}};
}

}  // namespace

std::vector<Verb> device_verbs() {
  Flag scope = scope_flag();
  scope.help = "The scope it belongs to; may be left out while there is only one.";
  const Flag product{"product",
                     "ID",
                     "The product it belongs to; then --device-id is its name there.",
                     FlagKind::kText,
                     {"product-id"}};
  std::vector<Flag> twin{
      {"tags", "JSON", "Tags of its twin, or @FILE."},
      {"desired", "JSON", "Desired properties of its twin, or @FILE.", FlagKind::kText, {"props"}}};
  std::vector<Verb> verbs{
      {"device list", "Lists the devices of a hub.", flags_of({{hub_flag()}, page_flags()}),
       "berth device list", &list},
      {"device create", "Makes a device by hand, without a registration.",
       flags_of(
           {{device_flag(), hub_flag(), scope, product}, edit_flags(), twin, {show_keys_flag()}}),
       "berth device create pump-9 --desired '{\"interval\": 5}'", &create},
      {"device show",
       "Shows one device of a hub, and how it is connected.",
       {device_flag(), hub_flag(), show_keys_flag()},
       "berth device show sn-7001 --show-keys",
       &show},
      {"device update", "Changes what the flags name and leaves the rest.",
       flags_of({{device_flag(), hub_flag()}, edit_flags(), {etag_flag(), show_keys_flag()}}),
       "berth device update pump-9 --status disabled", &update}};
  for (Verb& each : key_verbs_of_devices()) verbs.push_back(std::move(each));
  for (Verb& each : conversation_verbs()) verbs.push_back(std::move(each));
  for (Verb& each : onboard_verbs()) verbs.push_back(std::move(each));
  for (Verb& each : agent_verbs()) verbs.push_back(std::move(each));
  for (Verb& each : device_redeem_verbs()) verbs.push_back(std::move(each));
  for (Verb& each : approval_verbs()) verbs.push_back(std::move(each));
  verbs.push_back({"device delete",
                   "Deletes one device; its registration stays and can make it again.",
                   {device_flag(), hub_flag(), etag_flag(), yes_flag()},
                   "berth device delete pump-9 --yes",
                   &remove});
  return verbs;
}

}  // namespace berth::cli
