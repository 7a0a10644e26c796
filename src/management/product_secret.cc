#include "management/product_secret.h"

#include "domain/mend.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::CredentialKind;
using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;
using domain::ProductSecret;
using domain::ProductSecretEdit;
using std::chrono::seconds;

constexpr std::size_t kIdSizeMade = 10;
constexpr std::size_t kIdSizeMin = 4;
constexpr std::size_t kIdSizeMax = 32;
constexpr std::size_t kSecretSizeMade = 24;
constexpr std::size_t kTopicBytesMax = 64;

constexpr std::string_view kTopicPunctuation = "-_.:/";
constexpr std::string_view kDigitsAndUpper = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLettersAndDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

bool is_new(const Enrollment& group) { return group.version == 0; }

std::string context_of(const Enrollment& group) {
  return domain::key_context(group.scope, group.kind, group.id);
}

Secret made_up_secret(Rng& rng) {
  Secret secret = Secret::of_size(kSecretSizeMade);
  for (std::uint8_t& each : secret.mutable_bytes()) {
    each = static_cast<std::uint8_t>(kLettersAndDigits[rng.below(kLettersAndDigits.size())]);
  }
  return secret;
}

Result<void> check_secret(const Secret& secret) {
  const std::string mend = fmt::format(
      "give {} to {} printable ASCII characters without blanks, or leave it out to "
      "have one made",
      kProductSecretMin, kProductSecretMax);
  if (secret.size() < kProductSecretMin || secret.size() > kProductSecretMax) {
    return Fail(invalid(fmt::format("productSecret has {} characters", secret.size()), mend));
  }
  const std::string_view text = secret.text();
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (plain) return {};
  return Fail(
      invalid("productSecret has blanks or other characters that are not printable ASCII", mend));
}

Result<void> edit_secret(const Call& call, Enrollment& group, const ProductSecretEdit& edit,
                         Differences& changed) {
  auto& product = std::get<ProductSecret>(group.attestation);
  if (is_new(group)) {
    if (edit.secret) {
      Result<void> valid = check_secret(*edit.secret);
      if (!valid) return valid;
    }
    const Secret secret = edit.secret ? edit.secret->clone() : made_up_secret(call.ports.rng);
    product.current = call.ports.vault.seal(secret, context_of(group));
    changed.note("attestation", "", attestation_name(group.attestation));
    return {};
  }
  if (!edit.secret) return {};
  return Fail(invalid("productSecret of a group that exists is changed by rotating it",
                      "so that devices with the present one can go on for a while: " +
                          domain::mend::product("rotate-secret", group, "--overlap 30d")));
}

Result<void> edit_issues(Enrollment& group, const ProductSecretEdit& edit, Differences& changed) {
  auto& product = std::get<ProductSecret>(group.attestation);
  if (!edit.issues || *edit.issues == product.issues) return {};
  if (!is_new(group)) {
    return Fail(invalid(
        fmt::format("group '{}' issues a {} to each device, and that cannot be "
                    "changed: their firmware expects it",
                    group.id.text(), to_string(product.issues)),
        "make another group for devices that expect a " + std::string(to_string(*edit.issues))));
  }
  changed.note("issues", to_string(product.issues), to_string(*edit.issues));
  product.issues = *edit.issues;
  return {};
}

Result<void> edit_window(std::string_view member, seconds& field,
                         const std::optional<seconds>& given, Differences& changed) {
  if (!given || *given == field) return {};
  if (*given < seconds(0) || *given > kWindowMax) {
    return Fail(invalid(fmt::format("{} is {}", member, given->count()),
                        fmt::format("give 0 (off) to {}", seconds(kWindowMax).count())));
  }
  changed.note(member, std::to_string(field.count()), std::to_string(given->count()));
  field = *given;
  return {};
}

Result<void> edit_rules(ProductSecret& product, const ProductSecretEdit& edit,
                        Differences& changed) {
  if (edit.admits && *edit.admits != product.admits) {
    changed.note("admits", to_string(product.admits), to_string(*edit.admits));
    product.admits = *edit.admits;
  }
  if (edit.created_max) {
    if (*edit.created_max > domain::kMembersMax) {
      return Fail(
          invalid(fmt::format("createdMax is {}", *edit.created_max),
                  fmt::format("give 0 to {}, as many as a group can have", domain::kMembersMax)));
    }
    changed.set("createdMax", product.created_max, *edit.created_max);
  }
  if (edit.reissue && *edit.reissue != product.reissue) {
    changed.note("reissue", to_string(product.reissue), to_string(*edit.reissue));
    product.reissue = *edit.reissue;
  }
  if (product.reissue == domain::Reissue::kSame && product.issues == CredentialKind::kCertificate) {
    return Fail(
        invalid("reissue is 'same', and a certificate cannot be issued again: its private "
                "key is not kept",
                "use 'new' or 'refused'"));
  }
  Result<void> done =
      edit_window("clockWindowSeconds", product.clock_window, edit.clock_window, changed);
  if (!done) return done;
  return edit_window("replayWindowSeconds", product.replay_window, edit.replay_window, changed);
}

// What is wrong with a topic; empty when nothing is.
std::string topic_problem(const domain::TopicPermission& topic) {
  const std::string& text = topic.topic;
  if (text.empty() || text.size() > kTopicBytesMax) {
    return fmt::format("has {} characters", text.size());
  }
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return kLettersAndDigits.find(c) != std::string_view::npos ||
           kTopicPunctuation.find(c) != std::string_view::npos;
  });
  if (!plain) return "has a character that is not allowed";
  const bool empty_level =
      text.front() == '/' || text.back() == '/' || text.find("//") != std::string::npos;
  if (empty_level) return "has an empty level";
  return topic.publish || topic.subscribe ? "" : "allows neither publish nor subscribe";
}

Result<void> check_topics(const std::vector<domain::TopicPermission>& topics) {
  if (topics.size() > domain::kTopicPermissionsMax) {
    return Fail(invalid(fmt::format("topics has {} entries", topics.size()),
                        fmt::format("give at most {}", domain::kTopicPermissionsMax)));
  }
  for (auto each = topics.begin(); each != topics.end(); ++each) {
    const std::string problem = topic_problem(*each);
    const std::string shown = base::printable(each->topic, kTopicBytesMax);
    if (!problem.empty()) {
      return Fail(invalid(fmt::format("topics: '{}' {}", shown, problem),
                          fmt::format("use 1 to {} letters, digits and - _ . : in levels with / "
                                      "between them, and allow publish, subscribe or both",
                                      kTopicBytesMax)));
    }
    const bool repeated = std::any_of(topics.begin(), each,
                                      [&](const auto& one) { return one.topic == each->topic; });
    if (!repeated) continue;
    return Fail(invalid(fmt::format("topics names '{}' twice", shown), "name it once"));
  }
  return {};
}

Result<void> edit_topics(Enrollment& group, const EnrollmentEdit& edit, Differences& changed) {
  if (!edit.topics || *edit.topics == group.topics) return {};
  Result<void> valid = check_topics(*edit.topics);
  if (!valid) return valid;
  group.topics = *edit.topics;
  changed.note("topics");
  return {};
}

void retire(ProductSecret& product, domain::Sealed secret, TimePoint at) {
  domain::RetiredKey retired{std::move(secret), domain::KeySlot::kPrimary, at};
  product.retired.insert(product.retired.begin(), std::move(retired));
  if (product.retired.size() > domain::kRetiredKeysMax) {
    product.retired.resize(domain::kRetiredKeysMax);
  }
}

// The present secret steps back: for the overlap into the previous one's place, which is over then.
void step_back(ProductSecret& product, seconds overlap, TimePoint now) {
  if (product.previous) {
    retire(product, *std::move(product.previous), std::min(product.previous_until, now));
    product.previous.reset();
  }
  if (overlap.count() == 0) {
    retire(product, std::move(product.current), now);
    product.previous_until = {};
    return;
  }
  product.previous = std::move(product.current);
  product.previous_until = now + overlap;
}

}  // namespace

std::string made_up_group_id(Rng& rng) {
  std::string id;
  while (id.size() < kIdSizeMade) id += kDigitsAndUpper[rng.below(kDigitsAndUpper.size())];
  return id;
}

Result<domain::EnrollmentId> product_group_id(std::string_view given) {
  const bool plain = given.find_first_not_of(kLettersAndDigits) == std::string_view::npos;
  if (plain && given.size() >= kIdSizeMin && given.size() <= kIdSizeMax) {
    return domain::EnrollmentId::parse(given);
  }
  return Fail(invalid(fmt::format("id '{}' cannot be that of a group with a product secret: {}",
                                  base::printable(given, kIdSizeMax),
                                  plain ? fmt::format("it has {} characters", given.size())
                                        : "it has other characters than letters and digits"),
                      fmt::format("give {} to {} letters and digits, or leave it out to have one "
                                  "made of {}",
                                  kIdSizeMin, kIdSizeMax, kIdSizeMade)));
}

void begin_product_group(Enrollment& group) {
  group.attestation = ProductSecret();
  group.topics = {{"event", true, false}, {"control", false, true}, {"data", true, true}};
}

Result<void> edit_product_group(const Call& call, Enrollment& group, const EnrollmentEdit& edit,
                                Differences& changed) {
  const ProductSecretEdit nothing;
  const ProductSecretEdit& given = edit.product ? *edit.product : nothing;
  Result<void> done = edit_secret(call, group, given, changed);
  if (!done) return done;
  done = edit_issues(group, given, changed);
  if (!done) return done;
  done = edit_rules(std::get<ProductSecret>(group.attestation), given, changed);
  if (!done) return done;
  return edit_topics(group, edit, changed);
}

Result<Differences> rotate_product_secret(const Call& call, Enrollment& group,
                                          const domain::RotateProductSecret& command) {
  auto& product = std::get<ProductSecret>(group.attestation);
  if (command.overlap < seconds(0) || command.overlap > kOverlapMax) {
    return Fail(invalid(fmt::format("overlapSeconds is {}", command.overlap.count()),
                        fmt::format("give 0 (the present secret ends at once) to {} ({} days)",
                                    seconds(kOverlapMax).count(), kOverlapMax.count())));
  }
  const std::string context = context_of(group);
  if (command.secret) {
    Result<void> valid = check_secret(*command.secret);
    if (!valid) return Fail(std::move(valid).error());
    BERTH_TRY(const Secret present, call.ports.vault.open(product.current, context));
    if (present.equals(*command.secret)) {
      return Fail(invalid("productSecret is the present one",
                          "give another one, or leave it out to have one made"));
    }
  }
  const Secret next = command.secret ? command.secret->clone() : made_up_secret(call.ports.rng);
  step_back(product, command.overlap, call.ports.clock.wall());
  product.current = call.ports.vault.seal(next, context);
  Differences changed;
  changed.note("productSecret");
  changed.note("overlapSeconds", "", std::to_string(command.overlap.count()));
  return changed;
}

Result<domain::ProductKeys> open_product_keys(const Call& call, const Enrollment& group) {
  const auto& product = std::get<ProductSecret>(group.attestation);
  const std::string context = context_of(group);
  domain::ProductKeys keys;
  BERTH_TRY(keys.current, call.ports.vault.open(product.current, context));
  if (!product.previous || product.previous_until <= call.ports.clock.wall()) return keys;
  BERTH_TRY(keys.previous, call.ports.vault.open(*product.previous, context));
  keys.previous_until = product.previous_until;
  return keys;
}

}  // namespace berth::management
