#include "cli/body.h"

#include "base/codec.h"
#include "factory/derive.h"

#include <boost/json.hpp>

namespace berth::cli {

void put_text(json::object& body, const char* member, const Arguments& args, const char* flag) {
  const auto text = args.text(flag);
  if (!text) return;
  if (text->empty()) {
    body[member] = nullptr;
  } else {
    body[member] = *text;
  }
}

void put_boolean(json::object& body, const char* member, const Arguments& args, const char* flag) {
  if (const auto value = args.boolean(flag)) body[member] = *value;
}

Try<void> put_json_object(json::object& body, const char* member, Invocation& run,
                          const char* flag) {
  const auto given = run.args.text(flag);
  if (!given) return {};
  BERTH_TRY(const std::string text, text_or_file(run, *given));
  if (text.empty()) {
    body[member] = nullptr;
    return {};
  }
  boost::system::error_code bad;
  json::value value = json::parse(text, bad);
  if (bad || !value.is_object()) {
    return WrongUsage(std::string("--") + flag + " is not a JSON object",
                      "write it like '{\"site\": \"north\"}', or name a file as @FILE");
  }
  body[member] = std::move(value);
  return {};
}

static Try<void> put_key(json::object& attestation, const char* member, Invocation& run,
                         const char* flag) {
  const auto given = run.args.text(flag);
  if (!given) return {};
  BERTH_TRY(const std::string text, text_or_file(run, *given));
  const Result<Secret> key = factory::read_key(text);
  if (!key) return WrongUsage(std::string("--") + flag + ": " + key.error().what, key.error().mend);
  attestation[member] = text;
  return {};
}

Try<void> put_keys(json::object& body, Invocation& run) {
  json::object attestation;
  BERTH_STEP(put_key(attestation, "primaryKey", run, "primary-key"));
  BERTH_STEP(put_key(attestation, "secondaryKey", run, "secondary-key"));
  if (attestation.empty()) return {};
  attestation["type"] = "symmetric_key";
  body["attestation"] = std::move(attestation);
  return {};
}

Try<void> require_change(const json::object& body, const Verb& verb) {
  if (!body.empty()) return {};
  return WrongUsage("`berth " + verb.name + "` was given nothing to change",
                    "for example: " + verb.example);
}

}  // namespace berth::cli
