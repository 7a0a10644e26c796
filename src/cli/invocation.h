// One run of one verb: its arguments, the world, and the server it talks to, found when first
// needed.
//
// Room cli. Thread rule: belongs to one run.
#pragma once

#include "cli/api.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/world.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace berth::cli {

// How much of a list one command reads: see list_pages().
inline constexpr std::uint64_t kListLimitDefault = 100;
inline constexpr std::uint64_t kListLimitMax = 1'000;

class Invocation {
 public:
  Invocation(World& world, const Verb& verb, const Arguments& arguments)
      : world(world), verb(verb), args(arguments) {}

  World& world;
  const Verb& verb;
  const Arguments& args;

  // The server of --url, BERTH_URL or DATA/url, with its token and CA. Refused, with what to do,
  // when none of them says where it is.
  Try<Endpoint> endpoint() const;
  Try<Api*> api();
  // Answers may take so long; else --timeout decides alone.
  void be_patient(std::chrono::seconds at_least) { patience_ = at_least; }
  // From now on Ctrl-C ends a call under way, and world.interrupted() says so.
  void listen_for_interrupts();
  // Forgets the server, which may come back at another place.
  void reconnect() { api_.reset(); }
  // --data, BERTH_DATA or the default that `berth serve` uses, too.
  std::filesystem::path data() const;

  // --scope, else the only scope there is.
  Try<std::string> scope();
  // --hub-name, else the only hub there is.
  Try<std::string> hub();

  bool wants_json() const { return args.is_set("json"); }
  std::optional<std::string> etag() const { return args.text("etag"); }

  // An answer about one thing: the API's JSON as it came, or a card.
  int show(const Answer& answer) const;
  // One page: JSON as it came, or a table and, on standard error, how to read on.
  int show_list(const Answer& answer, const std::vector<Column>& columns) const;
  // "created enrollment sn-1", not in JSON mode.
  void say(const std::string& line) const;
  // False when somebody was asked and did not agree. Nobody is asked with --yes or without a
  // terminal.
  bool confirmed(const std::string& question) const;

  // limit and cursor of the query of a list.
  Try<std::vector<std::pair<std::string, std::string>>> page_query() const;

 private:
  Try<std::string> only(const std::string& noun, const std::string& member,
                        const std::string& flag);

  std::optional<Api> api_;
  std::chrono::seconds patience_{0};
  bool listens_ = false;
};

// The text of a flag, or of the file it names as "@FILE" ("@-" is standard input). Surrounding
// white space is removed. For keys and JSON that should not stand on a command line.
Try<std::string> text_or_file(Invocation& run, const std::string& text);
// At most 1 MiB.
Try<std::string> read_small_file(const std::filesystem::path& path);
// A file, or standard input for "-", of at most so many bytes, as it is.
Try<std::string> read_input(Invocation& run, const std::string& path, std::size_t bytes_max);

}  // namespace berth::cli
