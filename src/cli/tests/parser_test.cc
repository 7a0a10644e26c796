#include "cli/parser.h"

#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Try<Parsed> parse_line(const std::string& line) { return parse(words_of(line)); }

std::string usage_error(const std::vector<std::string>& words) {
  const Try<Parsed> parsed = parse(words);
  if (parsed) return "it was accepted";
  EXPECT_TRUE(parsed.error().is_usage);
  return parsed.error().what + " | " + parsed.error().mend;
}

TEST(Parser, FindsTheVerbAndItsArguments) {
  const Try<Parsed> parsed = parse_line("enrollment create --enrollment-id a --device-id=b --json");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed->verb->name, "enrollment create");
  EXPECT_EQ(parsed->arguments.text("enrollment-id"), "a");
  EXPECT_EQ(parsed->arguments.text("device-id"), "b");
  EXPECT_TRUE(parsed->arguments.is_set("json"));
  EXPECT_FALSE(parsed->arguments.has("primary-key"));
}

TEST(Parser, TakesFlagsBeforeTheVerb) {
  const Try<Parsed> parsed = parse_line("--data scope --json scope list --limit 3");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed->verb->name, "scope list");
  EXPECT_EQ(parsed->arguments.text("data"), "scope");
  EXPECT_EQ(parsed->arguments.number("limit"), 3u);
}

TEST(Parser, TheIdMayStandWithoutItsFlag) {
  const Try<Parsed> parsed = parse_line("enrollment show --scope s sn-1 --show-keys");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed->arguments.text("enrollment-id"), "sn-1");
}

TEST(Parser, JsonIsTakenAsItIs) {
  for (const std::string value : {"{}", "[]", "[1, 2]", R"({"a": [1, {"b": 2}]})", ""}) {
    const Try<Parsed> parsed = parse({"enrollment", "update", "e", "--initial-twin-tags", value});
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->arguments.text("initial-twin-tags"), value);
  }
}

TEST(Parser, RepeatedFlagsKeepTheirOrder) {
  const Try<Parsed> parsed = parse_line("serve --host a --host b --https-port 0");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_THAT(parsed->arguments.texts("host"), ElementsAre("a", "b"));
}

TEST(Parser, SwitchesMayBeSpelledOut) {
  EXPECT_FALSE(parse_line("scope list --json=false")->arguments.is_set("json"));
  EXPECT_TRUE(parse_line("scope list --json=true")->arguments.is_set("json"));
}

TEST(Parser, AVerbMayHaveThreeWords) {
  const Try<Parsed> parsed = parse_line("product device show device --product p");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed->verb->name, "product device show");
  EXPECT_EQ(parsed->arguments.text("device-name"), "device");
  EXPECT_EQ(parsed->arguments.text("product-id"), "p");
  EXPECT_EQ(parse_line("product device --help")->help, "product device");
  EXPECT_THAT(usage_error({"product", "device"}), HasSubstr("needs one more word: add, import"));
  EXPECT_THAT(usage_error({"product", "device", "ad"}),
              HasSubstr("did you mean `berth product device add`?"));
}

TEST(Parser, WordsThatRepeatStandAnywhere) {
  for (const char* line :
       {"product device add a b c --product p", "product device add --product p a b c",
        "product device add a --product p b c",
        "product device add --name a --name b --name c --product p"}) {
    const Try<Parsed> parsed = parse_line(line);
    ASSERT_TRUE(parsed) << line << ": " << parsed.error().what;
    EXPECT_THAT(parsed->arguments.texts("device-name"), ElementsAre("a", "b", "c")) << line;
    EXPECT_EQ(parsed->arguments.text("product-id"), "p") << line;
  }
}

TEST(Parser, AToggleAloneMeansTrueAndTakesFalse) {
  const auto value = [](const std::string& flags) {
    const Try<Parsed> parsed = parse_line("product update " + flags);
    EXPECT_TRUE(parsed) << flags << ": " << parsed.error().what;
    EXPECT_EQ(parsed->arguments.text("product-id"), "p") << flags;
    return parsed->arguments.boolean("auto-create");
  };
  EXPECT_EQ(value("p"), std::nullopt);
  EXPECT_EQ(value("p --auto-create"), true);
  EXPECT_EQ(value("--auto-create p"), true);
  EXPECT_EQ(value("--auto-create true p"), true);
  EXPECT_EQ(value("p --auto-create False"), false);
  EXPECT_EQ(value("p --auto-create=false"), false);
  EXPECT_THAT(usage_error({"product", "update", "p", "--auto-create", "maybe"}),
              HasSubstr("does not take `maybe`"));
}

TEST(Parser, ListenersWithoutTlsAreFlagsOfServe) {
  const Try<Parsed> parsed = parse_line("serve --http-port 8080 --mqtt-plain-port 1883");
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed->arguments.text("http-port"), "8080");
  EXPECT_EQ(parsed->arguments.text("mqtt-plain-port"), "1883");
}

TEST(Parser, WrongUsageNamesTheNearest) {
  EXPECT_THAT(usage_error({"enrolment", "list"}), HasSubstr("did you mean `berth enrollment`?"));
  EXPECT_THAT(usage_error({"hub", "lnk"}), HasSubstr("did you mean `berth hub link`?"));
  EXPECT_THAT(usage_error({"hub"}), HasSubstr("needs one more word: create, list, show"));
  EXPECT_THAT(usage_error({"hub", "zzzz"}), HasSubstr("it knows: create, list"));
  EXPECT_THAT(usage_error({"scope", "list", "--limt", "3"}), HasSubstr("did you mean `--limit`?"));
  EXPECT_THAT(usage_error({"scope", "list", "extra"}), HasSubstr("does not take `extra`"));
  EXPECT_THAT(usage_error({"scope", "list", "--limit"}), HasSubstr("--limit"));
  EXPECT_THAT(usage_error({"scope", "list", "--limit", "many"}), HasSubstr("a whole number"));
  EXPECT_THAT(usage_error({"scope", "list", "--limit", "-1"}), HasSubstr("--limit"));
  EXPECT_THAT(usage_error({"scope", "list", "--limit", "1", "--limit", "2"}), HasSubstr("--limit"));
  EXPECT_THAT(usage_error({"token", "create", "--role", "king"}),
              HasSubstr("one of: viewer, operator, admin"));
  EXPECT_THAT(usage_error({"hub", "link", "h", "--apply-allocation-policy", "maybe"}),
              HasSubstr("true or false"));
  EXPECT_THAT(usage_error({"help", "enrolment"}), HasSubstr("did you mean `berth enrollment`?"));
}

TEST(Parser, OutsideTextIsShownPrintable) {
  EXPECT_THAT(usage_error({std::string("a\x1b[31m\n")}), HasSubstr("`a?[31m?`"));
}

TEST(Parser, MissingRequiredArgumentsAreNamedForEveryVerb) {
  for (const Verb& verb : verbs()) {
    std::vector<std::string> words = words_of(verb.name);
    for (const Flag& flag : verb.flags) {
      if (!flag.required) continue;
      EXPECT_THAT(usage_error(words), HasSubstr("`berth " + verb.name + "` needs")) << verb.name;
    }
    words.push_back("--no-such-flag-at-all");
    EXPECT_THAT(usage_error(words), HasSubstr("has no flag `--no-such-flag-at-all`")) << verb.name;
  }
}

TEST(Parser, HelpIsForEverythingAndVersionForTheProgram) {
  EXPECT_EQ(parse_line("--help")->help, "");
  EXPECT_EQ(parse_line("hub --help")->help, "hub");
  EXPECT_EQ(parse_line("hub create -h")->help, "hub create");
  EXPECT_EQ(parse_line("help hub create")->help, "hub create");
  EXPECT_TRUE(parse_line("--version")->wants_version);
}

// What the other rooms tell people to type (domain/mend.cc and the text of a first start).
TEST(Parser, MendingCommandsOfTheServerAreAccepted) {
  for (const char* line : {
           "enrollment show --id-scope s --enrollment-id e",
           "enrollment-group update --id-scope s --enrollment-id e --primary-key abc",
           "enrollment update --id-scope s --enrollment-id e --provisioning-status enabled",
           "enrollment delete --id-scope s --enrollment-id e",
           "enrollment create --id-scope s --enrollment-id e",
           "key derive --id-scope s --enrollment-id g --registration-id r",
           "registration show --id-scope s --registration-id r",
           "registration transfer --id-scope s --registration-id r --to group/line-7",
           "hub link --id-scope s --hub h",
           "scope update --id-scope s --enable",
           "scope list",
           "hub list",
           "hub list --id-scope s",
           "enrollment-group list --id-scope s",
           "registration list --id-scope s",
           "device list --hub h",
           "product list",
           "product device list --id-scope s --product-id p",
           "product show --id-scope s --product-id p --show-keys",
           "product rotate-secret --id-scope s --product-id p --overlap 30d",
           "product update --id-scope s --product-id p --clock-window 0",
           "product update --id-scope s --product-id p --quota 20001",
           "product update --id-scope s --product-id p --dynamic-registration true",
           "product device add --id-scope s --product-id p d",
           "product device reset --id-scope s --product-id p d",
           "product device enable --id-scope s --product-id p d",
           "trail list",
           "token list",
           "token create --role operator",
           "--data /srv/b enrollment-group create --enrollment-id my-group",
           "--data /srv/b doctor",
       }) {
    const Try<Parsed> parsed = parse_line(line);
    EXPECT_TRUE(parsed) << line << ": " << parsed.error().what;
  }
}

TEST(Verbs, NamesAndFlagsAreUniqueAndDescribed) {
  std::set<std::string> names;
  for (const Verb& verb : verbs()) {
    EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
    EXPECT_TRUE(verb.sentence.ends_with('.')) << verb.name;
    EXPECT_TRUE(verb.example.starts_with("berth " + verb.name)) << verb.name;
    EXPECT_NE(verb.work, nullptr) << verb.name;
    std::set<std::string> flags;
    for (const Flag& flag : all_flags(verb)) {
      EXPECT_TRUE(flags.insert(flag.name).second) << verb.name << " --" << flag.name;
      for (const std::string& alias : flag.aliases) {
        EXPECT_TRUE(flags.insert(alias).second) << verb.name << " --" << alias;
      }
      EXPECT_FALSE(flag.help.empty()) << verb.name << " --" << flag.name;
      EXPECT_EQ(flag.kind == FlagKind::kSwitch, flag.value.empty()) << verb.name << flag.name;
    }
  }
}

TEST(Help, NamesEveryVerbAndEveryFlag) {
  const std::string all = help_text("");
  for (const Verb& verb : verbs()) {
    EXPECT_THAT(all, HasSubstr("  " + verb.name + " ")) << verb.name;
    const std::string own = help_text(verb.name);
    EXPECT_THAT(own, HasSubstr(verb.example));
    for (const Flag& flag : all_flags(verb)) EXPECT_THAT(own, HasSubstr("--" + flag.name));
  }
  EXPECT_THAT(help_text("hub"), HasSubstr("hub unlink"));
}

TEST(Help, TheDocumentIsWhatTheProgramPrints) {
  std::ifstream file("docs/cli.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), help_markdown())
      << "write it again: build/dev/berth help --markdown > docs/cli.md";
}

TEST(Help, TheDocumentHasAnEntryForEveryVerb) {
  const std::string page = help_markdown();
  for (const Verb& verb : verbs()) {
    EXPECT_THAT(page, HasSubstr("### `berth " + verb.name + "`\n"));
    EXPECT_THAT(page, HasSubstr(verb.example));
  }
}

}  // namespace
}  // namespace berth::cli
