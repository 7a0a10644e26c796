#include "cli/completion.h"

#include "cli/verb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT: POSIX

namespace berth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Exit code of `bash FILE`, its output in `out`; -1 when there is no bash.
int bash(const std::string& script, std::string& out) {
  const auto base =
      std::filesystem::temp_directory_path() / ("berth-completion-" + std::to_string(getpid()));
  const std::string file = base.string() + ".sh";
  const std::string result = base.string() + ".out";
  std::ofstream(file) << script;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, result.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::array<char*, 4> arguments{const_cast<char*>("bash"), const_cast<char*>("--norc"),
                                 const_cast<char*>(file.c_str()), nullptr};
  pid_t child = 0;
  const int spawned = posix_spawnp(&child, "bash", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (spawned == 0) waitpid(child, &status, 0);
  std::ifstream stream(result);
  std::stringstream text;
  text << stream.rdbuf();
  out = text.str();
  std::filesystem::remove(file);
  std::filesystem::remove(result);
  return spawned == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What bash would offer after these words; the last one is being typed.
std::string completed(const std::string& words) {
  std::string out;
  const int code = bash(bash_completion() + "\nCOMP_WORDS=(" + words +
                            ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                            "_berth\necho \"${COMPREPLY[*]}\"\n",
                        out);
  EXPECT_EQ(code, 0) << out;
  return out;
}

bool has_bash() {
  std::string out;
  return bash("exit 0", out) == 0;
}

TEST(BashCompletion, OffersWhatMayFollow) {
  if (!has_bash()) GTEST_SKIP() << "bash is not installed";
  EXPECT_EQ(completed("berth enr"), "enrollment enrollment-group\n");
  EXPECT_EQ(completed("berth hub l"), "list link\n");
  EXPECT_EQ(completed("berth --data hub hub l"), "list link\n");
  EXPECT_EQ(completed("berth token create --r"), "--role\n");
  EXPECT_EQ(completed("berth token create --role ad"), "admin\n");
  EXPECT_EQ(completed("berth doctor --ti"), "--timeout\n");
  EXPECT_EQ(completed("berth completion --shell f"), "fish\n");
  EXPECT_EQ(completed("berth config check --https"), "--https-port\n");
  EXPECT_EQ(completed("berth product d"), "device delete\n");
  EXPECT_EQ(completed("berth product device e"), "export enable\n");
  EXPECT_EQ(completed("berth product device list --st"), "--state\n");
  EXPECT_EQ(completed("berth product device list --state d"), "disabled\n");
  EXPECT_EQ(completed("berth product show device --sh"), "--show-keys\n");
  EXPECT_THAT(completed("berth ''"), HasSubstr("serve status doctor scope hub"));
}

TEST(BashCompletion, RegistersItself) {
  if (!has_bash()) GTEST_SKIP() << "bash is not installed";
  std::string out;
  EXPECT_EQ(bash(bash_completion() + "complete -p berth\n", out), 0);
  EXPECT_EQ(out, "complete -F _berth berth\n");
}

TEST(Completion, EveryShellKnowsEveryVerbAndFlag) {
  for (const std::string& script : {bash_completion(), zsh_completion(), fish_completion()}) {
    for (const Verb& verb : verbs()) {
      const std::size_t blank = verb.name.rfind(' ');
      EXPECT_THAT(script, HasSubstr(verb.name.substr(blank == verb.name.npos ? 0 : blank + 1)));
      for (const Flag& flag : all_flags(verb)) EXPECT_THAT(script, HasSubstr(flag.name));
    }
  }
  EXPECT_THAT(fish_completion(), Not(HasSubstr("''''")));
  EXPECT_TRUE(zsh_completion().starts_with("#compdef berth\n"));
}

}  // namespace
}  // namespace berth::cli
