#include "cli/certificate_file.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {

static constexpr std::size_t kFileBytesMax = 64 * 1024;

Try<std::string> read_certificate_file(Invocation& run, const std::string& path) {
  BERTH_TRY(std::string content, read_input(run, path, kFileBytesMax));
  if (content.empty()) {
    return Refuse("there is no certificate in " + path, "the file is empty",
                  "name a file with a certificate: PEM, DER, or the base64 of DER");
  }
  constexpr char kDerSequence = 0x30;  // X.690 §8.9: what every certificate begins with
  const bool is_text = base::is_utf8(content) && content.find('\0') == std::string::npos;
  if (is_text) return content;
  if (content.front() == kDerSequence) return base::base64_encode(base::as_bytes(content));
  return Refuse(path + " is no certificate", "it is neither text nor DER",
                "name a file with a certificate: PEM, DER, or the base64 of DER");
}

void say_warnings(const Invocation& run, const json::value& answer) {
  const json::value* warnings = member(answer, "warnings");
  if (warnings == nullptr || !warnings->is_array() || run.wants_json()) return;
  for (const json::value& each : warnings->get_array()) {
    if (!each.is_string()) continue;
    run.world.err << "warning: " << base::printable(each.get_string(), 1000) << '\n';
  }
}

}  // namespace berth::cli
