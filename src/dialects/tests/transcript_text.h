// Reads and writes the blocks of a transcript (transcript.h): requests, scripted answers, commands
// and actions as text.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/dialect.h"

#include <map>
#include <string>
#include <vector>

namespace berth::dialects::testing {

struct Block {
  std::string comments;            // the comment lines before it, verbatim
  std::string mark;                // ">>", "!!", "<=", "=>", "<<"
  std::string head;                // the rest of the first line
  std::vector<std::string> lines;  // the lines below, without the blank ones at the end
};

// Words of a block's first line: positional ones, and name=value.
struct Words {
  std::vector<std::string> positional;
  std::map<std::string, std::string> named;

  std::string at(std::size_t index) const;
  std::string get(const std::string& name, const std::string& otherwise = "") const;
};
Words split_words(const std::string& text);

wire::Peer read_peer(const Words& words);
wire::Request read_request(const Block& block);
domain::Outcome read_outcome(const Words& words, TimePoint at);

std::string write_evidence(const domain::Evidence& evidence);
std::string write_command(const Command& command);
std::string write_action(const wire::Action& action);

}  // namespace berth::dialects::testing
