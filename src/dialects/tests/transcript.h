// Transcripts: a conversation with a dialect as one text file, which is also the expectation.
//
//   peer https sni=dps.example.net          who talks (see wire::Peer); first line after comments
//   >> http PUT /scope/registrations/…      what arrives: http, connect, publish, subscribe, …
//   => register                             the command that the dialect must give
//   <= accepted status=assigned             the scripted answer to the oldest open command
//   << http 202                             the actions that the dialect must answer with
//   !! desired version=5                    what the hub tells it unasked (transcript_hub.h)
//
// With `of=N` in its first line an answer is that of the Nth open command instead of the oldest.
// `>>`, `<=` and `!!` are read and played; `=>` and `<<` are written from what the dialect did and
// must equal the file. With BERTH_UPDATE_TRANSCRIPTS=1 the file is rewritten instead: review its
// diff. Lines that begin with "# " are comments.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/dialect.h"

#include <string>
#include <vector>

namespace berth::dialects::testing {

// What the transcript `script` becomes when `dialect` plays it. A line that cannot be read is
// reported through GoogleTest.
std::string play(const Dialect& dialect, const std::string& script);

// The transcripts of a folder, named from the root of the checkout: file names without ".txt",
// sorted. Empty when there is no such folder.
std::vector<std::string> transcripts_in(const std::string& folder);

// Plays the file and compares, or rewrites it.
void expect_transcript(const Dialect& dialect, const std::string& path);

}  // namespace berth::dialects::testing
