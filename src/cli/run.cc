#include "base/clock.h"
#include "base/codec.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/parser.h"
#include "cli/world.h"

#include <boost/json.hpp>

#include <atomic>
#include <csignal>
#include <iostream>
#include <netdb.h>
#include <poll.h>
#include <unistd.h>

namespace berth::cli {
namespace {

void print_failure(std::ostream& err, const Failure& failure, bool as_json) {
  if (as_json && !failure.problem.empty()) {
    err << failure.problem << '\n';
    return;
  }
  if (as_json) {
    err << json::serialize(json::object{{"title", failure.is_usage ? "Wrong usage" : "Failed"},
                                        {"code", failure.is_usage ? "usage" : "failed"},
                                        {"detail", failure.what},
                                        {"why", failure.why},
                                        {"mend", failure.mend}})
        << '\n';
    return;
  }
  // The parts were made printable where they took in foreign text; a list of mistakes has lines.
  err << "error: " << failure.what << '\n';
  if (!failure.why.empty()) err << "  why:  " << failure.why << '\n';
  if (!failure.mend.empty()) err << "  mend: " << failure.mend << '\n';
}

int fail(World& world, const Failure& failure, bool as_json) {
  world.out.flush();
  print_failure(world.err, failure, as_json);
  return failure.is_usage ? kUsage : kFailed;
}

bool host_resolves(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const bool well = ::getaddrinfo(host.c_str(), nullptr, &hints, &found) == 0;
  if (found != nullptr) ::freeaddrinfo(found);
  return well;
}

void pause_for(std::chrono::milliseconds time) {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

std::atomic<bool> was_interrupted{false};

void note_interrupt(int) { was_interrupted = true; }

bool listen_for_interrupts() {
  struct sigaction action {};
  action.sa_handler = &note_interrupt;  // without SA_RESTART: a pause ends early
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return true;
}

bool interrupted() {
  static const bool listening = listen_for_interrupts();
  return listening && was_interrupted;
}

}  // namespace

int run_words(const std::vector<std::string>& words, World& world) {
  if (words.empty()) {
    world.err << help_text("");
    return kUsage;
  }
  const Try<Parsed> parsed = parse(words);
  if (!parsed) return fail(world, parsed.error(), false);
  if (parsed->wants_version) {
    world.out << "berth " << world.hooks.version << '\n';
    return kDone;
  }
  if (parsed->help) {
    world.out << (parsed->wants_markdown ? help_markdown() : help_text(*parsed->help));
    return kDone;
  }
  Invocation run(world, *parsed->verb, parsed->arguments);
  const Try<int> done = parsed->verb->work(run);
  if (!done) return fail(world, done.error(), run.wants_json());
  world.out.flush();
  if (world.out) return *done;
  world.err << "error: standard output cannot be written\n";
  return kFailed;
}

int run(int argc, char** argv, const Hooks& hooks) {
  std::ios::sync_with_stdio(false);
  const base::SystemClock clock;
  World world{std::cin,       std::cout,
              std::cerr,      ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1,
              clock,          config::process_environment(),
              hooks,          &make_curl_transport,
              &host_resolves, &pause_for,
              &interrupted,   ::isatty(STDERR_FILENO) == 1};
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  return run_words(words, world);
}

}  // namespace berth::cli
