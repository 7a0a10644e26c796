// Certificates in files, as bodies of the API take them: PEM as it is, DER as base64.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <string>

namespace berth::cli {

// "-" is standard input. At most 64 KiB: a certificate, or one with the chain behind it.
Try<std::string> read_certificate_file(Invocation& run, const std::string& path);

// What the answer warns of, on standard error; the API's JSON has it anyway.
void say_warnings(const Invocation& run, const json::value& answer);

}  // namespace berth::cli
