// Commits to a store of one's choice.
//
// Thread rule: before the pieces run.
#pragma once

#include <string>

namespace berth::bench {

// Registers the piece that commits registrations; `store_url` as in `store.url`, empty for a new
// SQLite file. What is committed to a store that is named stays in it.
void add_commits(const std::string& store_url);

}  // namespace berth::bench
