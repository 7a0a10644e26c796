#include "dialects/tests/transcript.h"

#include "dialects/tests/transcript_hub.h"
#include "dialects/tests/transcript_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace berth::dialects::testing {
namespace {

struct Script {
  std::string preamble;  // comments and the peer line, verbatim
  wire::Peer peer;
  std::vector<Block> blocks;  // only what is played: >>, <= and !!
};

bool is_mark(const std::string& line) {
  return line.starts_with(">> ") || line.starts_with("<= ") || line.starts_with("=> ") ||
         line.starts_with("<< ") || line.starts_with("!! ");
}

Script read_script(const std::string& text) {
  Script script;
  std::istringstream stream(text);
  std::string comments;
  Block* block = nullptr;
  bool peer_seen = false;
  Block skipped;
  for (std::string line; std::getline(stream, line);) {
    if (!peer_seen) {
      script.preamble += line + "\n";
      if (line.starts_with("peer ")) script.peer = read_peer(split_words(line));
      peer_seen = line.starts_with("peer ");
    } else if (line.starts_with("# ")) {
      comments += line + "\n";
    } else if (is_mark(line)) {
      const bool played = line[0] == '>' || line[0] == '!' || line.starts_with("<= ");
      block = played ? &script.blocks.emplace_back() : &skipped;
      *block = {comments, line.substr(0, 2), line.substr(3), {}};
      comments.clear();
    } else if (block != nullptr) {
      block->lines.push_back(line);
    }
  }
  EXPECT_TRUE(peer_seen) << "the transcript has no peer line";
  for (Block& each : script.blocks) {
    while (!each.lines.empty() && each.lines.back().empty()) each.lines.pop_back();
  }
  return script;
}

// Plays one script; what is written so far is in `text`.
class Player {
 public:
  Player(const Dialect& dialect, const Script& script) : dialect_(dialect), script_(script) {}

  std::string run() {
    text_ = script_.preamble;
    for (const Block& block : script_.blocks) {
      text_ += (block.mark != "<=" || !block.comments.empty() ? "\n" : "") + block.comments;
      text_ += block.mark + " " + block.head + "\n";
      for (const std::string& line : block.lines) text_ += line + "\n";
      if (block.mark == ">>") arrive(block);
      if (block.mark == "<=") answer(block);
      if (block.mark == "!!") tell(block);
    }
    if (!open_.empty()) ADD_FAILURE() << open_.size() << " commands were never answered";
    return text_;
  }

 private:
  void arrive(const Block& block) {
    ++arrivals_;
    at_ += std::chrono::seconds(1);
    wire::Request request = read_request(block);
    const bool opening = std::holds_alternative<wire::HttpRequest>(request) ||
                         std::holds_alternative<wire::MqttConnect>(request);
    if (std::holds_alternative<wire::HttpRequest>(request) ||
        block.head.starts_with("connect new")) {
      session_ = {};  // as app does for every HTTP request; `connect new` is another connection
    }
    if (opening && !dialect_.claims(script_.peer, request)) {
      text_ += "<< unclaimed\n";
      return;
    }
    Arrival arrival{std::move(request), at_,
                    fmt::format("5e000000-0000-4000-8000-{:012}", arrivals_)};
    take(dialect_.step(script_.peer, session_, std::move(arrival)));
  }

  void answer(const Block& block) {
    const Words words = split_words(block.head);
    const auto index = static_cast<std::ptrdiff_t>(std::stoul(words.get("of", "1"))) - 1;
    if (index >= static_cast<std::ptrdiff_t>(open_.size())) {
      ADD_FAILURE() << "no command is open for: <= " << block.head;
      return;
    }
    const TimePoint at = at_ + std::chrono::microseconds(123456);
    const auto command = open_.begin() + index;
    Answer answer{Inspection{}, std::move(command->correlation)};
    if (std::holds_alternative<Operate>(command->body)) {
      answer.body = read_hub_result(block, at);
    } else {
      answer.body = read_outcome(words, at);
    }
    open_.erase(command);
    take(dialect_.step(script_.peer, session_, std::move(answer)));
  }

  void tell(const Block& block) {
    take(dialect_.step(script_.peer, session_, Event{read_hub_event(block), at_}));
  }

  void take(StepResult result) {
    for (const wire::Action& action : result.actions) text_ += write_action(action);
    for (Command& command : result.commands) {
      text_ += write_command(command);
      open_.push_back(std::move(command));
    }
  }

  const Dialect& dialect_;
  const Script& script_;
  Session session_;
  std::deque<Command> open_;
  TimePoint at_ = base::FakeClock().wall();
  int arrivals_ = 0;
  std::string text_;
};

}  // namespace

std::string play(const Dialect& dialect, const std::string& script) {
  const Script parsed = read_script(script);
  return Player(dialect, parsed).run();
}

std::vector<std::string> transcripts_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void expect_transcript(const Dialect& dialect, const std::string& path) {
  std::ifstream file(path);
  ASSERT_TRUE(file) << "cannot read " << path;
  std::stringstream text;
  text << file.rdbuf();
  const std::string played = play(dialect, text.str());
  if (std::getenv("BERTH_UPDATE_TRANSCRIPTS") != nullptr) {
    std::ofstream(path) << played;
    return;
  }
  EXPECT_EQ(played, text.str()) << path;
}

}  // namespace berth::dialects::testing
