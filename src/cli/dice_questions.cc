#include "cli/dice_questions.h"

#include <algorithm>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace berth::cli {
namespace {

constexpr std::size_t kAnswerMax = 4'096;

// The terminal shows nothing of what is typed, as long as this lives.
class Silence {
 public:
  explicit Silence(bool wanted) : on_(wanted && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!on_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Silence() {
    if (on_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  bool is_on() const { return on_; }

 private:
  termios before_{};
  bool on_ = false;
};

Try<void> check_asked(const Invocation& run, const std::string& flag) {
  if (run.world.asks) return {};
  return WrongUsage("`berth " + run.verb.name + "` needs " + flag,
                    "give it, or call the command at a terminal, where it asks; for example: " +
                        run.verb.example);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

Try<std::string> ask(Invocation& run, const std::string& question, const std::string& flag) {
  BERTH_STEP(check_asked(run, flag));
  run.world.err << question << std::flush;
  std::string answer;
  if (!std::getline(run.world.in, answer) || answer.size() > kAnswerMax) {
    return WrongUsage("no answer came", "answer the question, or give " + flag);
  }
  return std::string(trimmed(answer));
}

Try<Secret> ask_secret(Invocation& run, const std::string& question, const std::string& flag) {
  BERTH_STEP(check_asked(run, flag));
  const Silence silence(&run.world.in == &std::cin && ::isatty(STDIN_FILENO) == 1);
  run.world.err << question << std::flush;
  Secret line = Secret::of_size(kAnswerMax);
  auto* text = reinterpret_cast<char*>(line.mutable_bytes().data());
  run.world.in.getline(text, static_cast<std::streamsize>(line.size()));
  if (silence.is_on()) run.world.err << '\n';
  if (!run.world.in) return WrongUsage("no answer came", "answer the question, or give " + flag);
  return Secret::from_text(trimmed(line.text().substr(0, line.text().find('\0'))));
}

}  // namespace berth::cli
