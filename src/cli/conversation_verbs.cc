// With one device: its twin, methods it answers at once, messages that wait for it.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/device_flags.h"
#include "cli/json_text.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

constexpr std::uint64_t kResponseTimeoutDefault = 30;
// What the server needs beyond the times it was given.
constexpr std::uint64_t kMargin = 15;

// Without the times of each property, which --json has.
int show_twin(Invocation& run, Answer answer) {
  if (!run.wants_json() && answer.value.is_object()) {
    answer.value.get_object().erase("desiredMetadata");
    answer.value.get_object().erase("reportedMetadata");
  }
  return run.show(answer);
}

Try<std::string> twin_path(Invocation& run) {
  BERTH_TRY(const std::string path, device_path(run));
  return path + "/twin";
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, twin_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path));
  return show_twin(run, std::move(answer));
}

Try<int> update(Invocation& run) {
  json::object body;
  BERTH_STEP(put_json_object(body, "tags", run, "tags"));
  BERTH_STEP(put_json_object(body, "desired", run, "desired"));
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string path, twin_path(run));
  BERTH_TRY(Api * api, run.api());
  const bool replaces = run.args.is_set("replace");
  BERTH_TRY(Answer answer,
            replaces ? api->put(path, body, run.etag()) : api->patch(path, body, run.etag()));
  run.say((replaces ? "replaced what was given of the twin of " : "updated the twin of ") +
          device_id(run));
  return show_twin(run, std::move(answer));
}

Try<int> call_method(Invocation& run) {
  json::object body{{"method", run.args.text_or("method", "")}};
  if (const auto given = run.args.text("payload")) {
    BERTH_TRY(const std::string text, text_or_file(run, *given));
    boost::system::error_code bad;
    body["payload"] = json::parse(text, bad);
    if (bad) {
      return WrongUsage("--payload is not JSON",
                        "write it like '{\"delay\": 5}', or name a file as @FILE");
    }
  }
  const std::uint64_t response = run.args.number("timeout").value_or(kResponseTimeoutDefault);
  const std::uint64_t connect = run.args.number("connect-timeout").value_or(0);
  body["responseTimeout"] = response;
  body["connectTimeout"] = connect;
  constexpr std::uint64_t kTimesMax = 600;
  run.be_patient(std::chrono::seconds(std::min(response + connect, kTimesMax) + kMargin));
  BERTH_TRY(const std::string path, device_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path + "/methods", body));
  if (run.wants_json()) return run.show(answer);
  const json::value* payload = member(answer.value, "payload");
  run.world.out << "status   " << base::printable(member_text(answer.value, "status")) << '\n'
                << "payload  "
                << base::printable(payload == nullptr ? "" : json_text(*payload), 256 * 1024)
                << '\n';
  return kDone;
}

// Text stays text; other bytes travel as base64.
void put_body(json::object& body, const std::string& bytes) {
  if (base::is_utf8(bytes)) {
    body["body"] = bytes;
  } else {
    body["bodyBase64"] = base::base64_encode(base::as_bytes(bytes));
  }
}

Try<void> read_body(json::object& body, Invocation& run) {
  const auto given = run.args.text("body");
  const auto file = run.args.text("body-file");
  if (given.has_value() == file.has_value()) {
    return WrongUsage("`berth device send` needs either BODY or --body-file FILE",
                      "for example: " + run.verb.example);
  }
  if (given) {
    put_body(body, *given);
    return {};
  }
  BERTH_TRY(const std::string bytes, read_small_file(*file));
  put_body(body, bytes);
  return {};
}

// "name=value"; a name alone has no value.
Try<void> read_properties(json::object& body, const Invocation& run) {
  json::object properties;
  for (const std::string& each : run.args.texts("property")) {
    const std::size_t equals = each.find('=');
    const std::string name = each.substr(0, equals);
    if (name.empty()) {
      return WrongUsage("--property `" + base::printable(each, 80) + "` has no name",
                        "write it as NAME=VALUE");
    }
    if (equals == each.npos) {
      properties[name] = nullptr;
    } else {
      properties[name] = each.substr(equals + 1);
    }
  }
  if (!properties.empty()) body["properties"] = std::move(properties);
  return {};
}

Try<int> send(Invocation& run) {
  json::object body;
  BERTH_STEP(read_body(body, run));
  BERTH_STEP(read_properties(body, run));
  put_text(body, "messageId", run.args, "message-id");
  put_text(body, "correlationId", run.args, "correlation-id");
  put_text(body, "contentType", run.args, "content-type");
  put_text(body, "contentEncoding", run.args, "content-encoding");
  put_text(body, "ack", run.args, "ack");
  if (const auto seconds = run.args.number("expires-in")) body["expiresIn"] = *seconds;
  BERTH_TRY(const std::string path, device_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path + "/messages", body));
  run.say("queued message " + member_text(answer.value, "messageId") + " for " + device_id(run));
  return run.show(answer);
}

std::vector<Flag> send_flags() {
  return {device_flag(),
          {"body", "BODY", "The message, as text.", FlagKind::kText, {}, {}, false, true},
          hub_flag(),
          {"body-file", "FILE", "A file with the message, any bytes."},
          {"property",
           "NAME=VALUE",
           "An application property; a name alone has no value.",
           FlagKind::kText,
           {"props"},
           {},
           false,
           false,
           true},
          {"message-id", "ID", "Made up when left out.", FlagKind::kText, {"mid"}},
          {"correlation-id", "ID", "Of the message it answers.", FlagKind::kText, {"cid"}},
          {"content-type", "TYPE", "Such as application/json.", FlagKind::kText, {"ct"}},
          {"content-encoding", "NAME", "Such as utf-8.", FlagKind::kText, {"ce"}},
          {"ack",
           "OUTCOMES",
           "Which outcomes come back as events; none.",
           FlagKind::kText,
           {},
           {"none", "positive", "negative", "full"}},
          {"expires-in", "SECONDS", "How long it waits for the device, 60 to 172800; 3600.",
           FlagKind::kNumber}};
}

}  // namespace

std::vector<Verb> conversation_verbs() {
  return {{"device call-method",
           "Calls a method of the connected device and prints its answer.",
           {device_flag(),
            {"method", "METHOD", "Its name.", FlagKind::kText, {"mn"}, {}, true, true},
            hub_flag(),
            {"payload", "JSON", "What the method is given, or @FILE.", FlagKind::kText, {"mp"}},
            {"timeout",
             "SECONDS",
             "How long to wait for the device's answer, 5 to 300; 30.",
             FlagKind::kNumber,
             {"to"}},
            {"connect-timeout", "SECONDS",
             "How long to wait for the device to connect, 0 to 300; 0.", FlagKind::kNumber}},
           "berth device call-method sn-7001 reboot --payload '{\"delay\": 5}'",
           &call_method,
           true,
           "it needs a device that is connected"},
          {"device send", "Queues a message for a device, which need not be connected.",
           send_flags(), "berth device send sn-7001 'hello' --property level=3 --ack full", &send}};
}

std::vector<Verb> twin_verbs() {
  return {{"twin show",
           "Shows what operators want of a device and what it reports; --json has the times, too.",
           {device_flag(), hub_flag()},
           "berth twin show sn-7001",
           &show},
          {"twin update",
           "Merges into the tags and desired properties; null deletes a member.",
           {device_flag(),
            hub_flag(),
            {"tags", "JSON", "For operators; the device does not see them. Or @FILE."},
            {"desired", "JSON", "What the device is told. Or @FILE.", FlagKind::kText, {"props"}},
            {"replace", "", "Take what is given as the whole section.", FlagKind::kSwitch},
            {"etag", "ETAG", "Do it only if this is still the twin's etag."}},
           "berth twin update sn-7001 --desired '{\"interval\": 5}' --tags '{\"site\": \"north\"}'",
           &update}};
}

}  // namespace berth::cli
