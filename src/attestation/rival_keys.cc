#include "attestation/rival_hypotheses.h"
#include "base/nearest.h"
#include "crypto/device_key.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <array>
#include <set>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using crypto::derive_device_key;
using domain::Cause;
using domain::EnrollmentKind;
using domain::Finding;

// Ids that differ by no more than this are taken for slips of the same one.
constexpr std::size_t kNearEditsMax = 2;

bool is_group(const domain::Enrollment& enrollment) {
  return enrollment.kind == EnrollmentKind::kGroup;
}

bool verifies_as_device(Bench& bench, const StoredKey& stored) {
  const std::string& id = bench.input.registration_id;
  if (!is_group(stored.enrollment)) return bench.test.verifies(stored.key.bytes());
  return bench.test.verifies_derived(stored.key.bytes(), id) ||
         bench.test.verifies_derived(stored.key.bytes(), base::ascii_lower(id));
}

// Base64 text of a key, as people paste it.
Secret text_of(std::span<const std::uint8_t> key) { return base::base64_encode_secret(key); }

Secret with_suffix(std::span<const std::uint8_t> key, std::string_view suffix) {
  Secret longer = Secret::of_size(key.size() + suffix.size());
  const auto bytes = longer.mutable_bytes();
  std::copy(key.begin(), key.end(), bytes.begin());
  std::copy(suffix.begin(), suffix.end(), bytes.begin() + static_cast<std::ptrdiff_t>(key.size()));
  return longer;
}

bool is_blank(std::uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::span<const std::uint8_t> trimmed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && is_blank(bytes.back())) bytes = bytes.first(bytes.size() - 1);
  while (!bytes.empty() && is_blank(bytes.front())) bytes = bytes.subspan(1);
  return bytes;
}

// The spellings of an id that clients and people have been seen to use, without those that attest
// tries itself.
std::set<std::string> other_spellings(const std::string& id) {
  if (id.empty()) return {};
  std::string capital = base::ascii_lower(id);
  std::string title = capital;
  bool starts_word = true;
  for (char& c : title) {
    const bool separator = c == '-' || c == '.' || c == '_' || c == ':';
    if (starts_word && !separator) c = base::ascii_upper({&c, 1})[0];
    starts_word = separator;
  }
  capital[0] = base::ascii_upper({capital.data(), 1})[0];
  std::set<std::string> spellings = {base::ascii_upper(id), capital, title};
  spellings.erase(id);
  spellings.erase(base::ascii_lower(id));
  return spellings;
}

// The id in a token's audience, "<scope>/registrations/<id>".
std::string id_in(const std::string& audience) {
  return audience.substr(audience.rfind('/') == std::string::npos ? audience.size()
                                                                  : audience.rfind('/') + 1);
}

// How the text of a key is mistaken for the key, in the device's key or in the group key it was
// derived from.
bool text_used_as_key(Bench& bench, const StoredKey& stored) {
  const std::string& id = bench.input.registration_id;
  const Secret text = text_of(stored.key.bytes());
  if (!is_group(stored.enrollment)) return bench.test.verifies(text.bytes());
  const Secret derived = derive_device_key(stored.key.bytes(), id);
  if (bench.test.verifies(text_of(derived.bytes()).bytes())) return true;
  const Secret from_text = derive_device_key(text.bytes(), id);
  return bench.test.verifies(from_text.bytes()) ||
         bench.test.verifies(text_of(from_text.bytes()).bytes());
}

bool stored_twice_encoded(Bench& bench, const StoredKey& stored) {
  const std::optional<Secret> inner = base::base64_decode_secret(stored.key.text());
  if (!inner || inner->empty()) return false;
  if (!is_group(stored.enrollment)) return bench.test.verifies(inner->bytes());
  return bench.test.verifies_derived(inner->bytes(), bench.input.registration_id);
}

constexpr std::array<std::string_view, 4> kBlanks = {"\n", "\r\n", " ", "\t"};

bool blank_after_key(Bench& bench, const StoredKey& stored, std::string_view blank) {
  const std::string& id = bench.input.registration_id;
  const Secret key_and_blank = with_suffix(stored.key.bytes(), blank);
  const Secret text_and_blank = with_suffix(text_of(stored.key.bytes()).bytes(), blank);
  if (!is_group(stored.enrollment)) {
    return bench.test.verifies(key_and_blank.bytes()) ||
           bench.test.verifies(text_and_blank.bytes());
  }
  const Secret derived = derive_device_key(stored.key.bytes(), id);
  return bench.test.verifies_derived(key_and_blank.bytes(), id) ||
         bench.test.verifies_derived(text_and_blank.bytes(), id) ||
         bench.test.verifies(with_suffix(derived.bytes(), blank).bytes()) ||
         bench.test.verifies(with_suffix(text_of(derived.bytes()).bytes(), blank).bytes());
}

bool blank_around_stored_key(Bench& bench, const StoredKey& stored) {
  const auto inner = trimmed(stored.key.bytes());
  if (inner.size() == stored.key.size() || inner.empty()) return false;
  if (!is_group(stored.enrollment)) return bench.test.verifies(inner);
  return bench.test.verifies_derived(inner, bench.input.registration_id);
}

}  // namespace

std::string name_of(const domain::Enrollment& enrollment) {
  return fmt::format("{} '{}'", to_string(enrollment.kind), enrollment.id.text());
}

Findings key_used_underived(Bench& bench) {
  Findings findings;
  const auto try_list = [&](std::span<const domain::Enrollment> list) {
    return bench.test.any_key(list, [&](const StoredKey& stored) {
      if (!is_group(stored.enrollment)) return false;
      const bool raw = bench.test.verifies(stored.key.bytes());
      if (!raw && !bench.test.verifies(text_of(stored.key.bytes()).bytes())) return false;
      findings.push_back(
          {Cause::kGroupKeyUnderived, true,
           fmt::format("The device signs with the {} key of {} itself{}; a device of a group signs "
                       "with the key derived from it for its own id.",
                       to_string(stored.slot), name_of(stored.enrollment),
                       raw ? "" : ", not decoded from base64"),
           mend::derive_key(stored.enrollment, bench.input.registration_id)});
      return true;
    });
  };
  if (!try_list(bench.input.candidates)) try_list(bench.input.same_scope);
  return findings;
}

Findings key_of_shadowing_group(Bench& bench) {
  const auto& candidates = bench.input.candidates;
  if (candidates.empty() || is_group(candidates.front())) return {};
  const domain::Enrollment& individual = candidates.front();
  Findings findings;
  bench.test.any_key(bench.input.same_scope, [&](const StoredKey& stored) {
    if (!is_group(stored.enrollment) || !verifies_as_device(bench, stored)) return false;
    const auto& current = bench.input.current;
    const bool joined_before = current && current->enrollment.kind == EnrollmentKind::kGroup &&
                               current->enrollment.id.key() == stored.enrollment.id.key();
    if (joined_before) {
      findings.push_back(
          {Cause::kGroupShadowsIndividual, true,
           fmt::format("The device still signs with its key from {}, through which it registered; "
                       "since then {} was made for the same id and takes precedence.",
                       name_of(stored.enrollment), name_of(individual)),
           mend::show(individual) + " --show-keys"});
    } else {
      findings.push_back(
          {Cause::kIndividualShadowsGroup, true,
           fmt::format("The key is right for {}, but {} has the same id and takes precedence.",
                       name_of(stored.enrollment), name_of(individual)),
           mend::remove(individual)});
    }
    return true;
  });
  return findings;
}

Findings key_retired(Bench& bench) {
  Findings findings;
  const auto visit = [&](const StoredKey& stored, const Retirement& retirement) {
    if (!verifies_as_device(bench, stored)) return false;
    findings.push_back(
        {Cause::kRetiredKey, true,
         fmt::format("The device uses the {} key that {} had {}.", to_string(stored.slot),
                     name_of(stored.enrollment), to_text(retirement)),
         is_group(stored.enrollment)
             ? mend::derive_key(stored.enrollment, bench.input.registration_id)
             : mend::show(stored.enrollment) + " --show-keys"});
    return true;
  };
  bench.test.any_retired(bench.input.candidates, visit);
  return findings;
}

Findings key_derived_from_individual(Bench& bench) {
  Findings findings;
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    if (is_group(stored.enrollment)) return false;
    if (!bench.test.verifies_derived(stored.key.bytes(), bench.input.registration_id)) return false;
    findings.push_back({Cause::kIndividualKeyDerived, true,
                        fmt::format("The device derived a key from the {} key of {}; an individual "
                                    "enrollment's key is used as it is.",
                                    to_string(stored.slot), name_of(stored.enrollment)),
                        mend::show(stored.enrollment) + " --show-keys"});
    return true;
  });
  return findings;
}

Findings id_in_other_spelling(Bench& bench) {
  Findings findings;
  std::set<std::string> spellings = other_spellings(bench.input.registration_id);
  const std::string in_token = id_in(bench.mac.audience);
  if (in_token != bench.input.registration_id &&
      base::equals_ignoring_case(in_token, bench.input.registration_id)) {
    spellings.insert(in_token);
  }
  if (bench.input.current) spellings.insert(bench.input.current->id.text());
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    if (!is_group(stored.enrollment)) return false;
    for (const std::string& spelling : spellings) {
      if (!bench.test.verifies_derived(stored.key.bytes(), spelling)) continue;
      findings.push_back(
          {Cause::kWrongCaseId, true,
           fmt::format("The device key was derived from '{}', but the device registers as '{}'; "
                       "derivation tells upper from lower case.",
                       base::printable(spelling), bench.input.registration_id),
           mend::derive_key(stored.enrollment, bench.input.registration_id)});
      return true;
    }
    return false;
  });
  return findings;
}

Findings key_text_mistaken(Bench& bench) {
  Findings findings;
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    const std::string whose =
        fmt::format("the {} key of {}", to_string(stored.slot), name_of(stored.enrollment));
    if (text_used_as_key(bench, stored)) {
      findings.push_back({Cause::kKeyTextNotDecoded, true,
                          fmt::format("The base64 text of {} was used as the key; it has to be "
                                      "decoded first (once).",
                                      whose),
                          is_group(stored.enrollment)
                              ? mend::derive_key(stored.enrollment, bench.input.registration_id)
                              : "decode the key in the device before signing"});
      return true;
    }
    if (!stored_twice_encoded(bench, stored)) return false;
    findings.push_back({Cause::kKeyStoredEncodedTwice, true,
                        fmt::format("Berth holds {} encoded twice: what it stores is the base64 "
                                    "text of the key that the device uses.",
                                    whose),
                        mend::set_primary_key(stored.enrollment)});
    return true;
  });
  return findings;
}

Findings key_with_blank(Bench& bench) {
  Findings findings;
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    const std::string whose =
        fmt::format("the {} key of {}", to_string(stored.slot), name_of(stored.enrollment));
    const std::string derive = mend::derive_key(stored.enrollment, bench.input.registration_id);
    for (const std::string_view blank : kBlanks) {
      if (blank_after_key(bench, stored, blank)) {
        findings.push_back({Cause::kKeyHasWhitespace, true,
                            fmt::format("A blank or line break behind {} was used with it.", whose),
                            "remove white space around the key in the device's configuration"});
        return true;
      }
      const std::string id = bench.input.registration_id + std::string(blank);
      if (is_group(stored.enrollment) && bench.test.verifies_derived(stored.key.bytes(), id)) {
        findings.push_back({Cause::kKeyHasWhitespace, true,
                            fmt::format("The device key was derived from {} for the id with a "
                                        "blank or line break behind it (as `echo` adds one).",
                                        whose),
                            derive});
        return true;
      }
    }
    if (!blank_around_stored_key(bench, stored)) return false;
    findings.push_back({Cause::kKeyHasWhitespace, true,
                        fmt::format("Berth holds {} with white space around it.", whose),
                        mend::set_primary_key(stored.enrollment)});
    return true;
  });
  return findings;
}

Findings key_of_other_enrollment(Bench& bench) {
  Findings findings;
  const std::string& id = bench.input.registration_id;
  bench.test.any_key(bench.input.same_scope, [&](const StoredKey& stored) {
    if (!verifies_as_device(bench, stored)) return false;
    const std::string& other = stored.enrollment.id.text();
    const bool slip =
        !is_group(stored.enrollment) && base::edit_distance(other, id) <= kNearEditsMax;
    findings.push_back({slip ? Cause::kIdSpelling : Cause::kKeyOfOtherEnrollment, true,
                        slip ? fmt::format("The key is that of {}; the device calls itself '{}'.",
                                           name_of(stored.enrollment), id)
                             : fmt::format("The device uses the {} key of {} of the same scope.",
                                           to_string(stored.slot), name_of(stored.enrollment)),
                        slip ? fmt::format("set the registration id in the device to '{}'", other)
                             : mend::show(stored.enrollment)});
    return true;
  });
  return findings;
}

Findings key_for_other_id(Bench& bench) {
  Findings findings;
  const auto try_id = [&](const StoredKey& stored, const std::string& id) {
    if (!bench.test.verifies_derived(stored.key.bytes(), id)) return false;
    findings.push_back(
        {Cause::kDerivedForOtherId, true,
         fmt::format("The device key was derived from the {} key of {} for '{}', but the device "
                     "registers as '{}'.",
                     to_string(stored.slot), name_of(stored.enrollment), base::printable(id),
                     bench.input.registration_id),
         mend::derive_key(stored.enrollment, bench.input.registration_id)});
    return true;
  };
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    if (!is_group(stored.enrollment)) return false;
    for (const std::string& id : {stored.enrollment.id.text(), bench.mac.audience,
                                  bench.mac.raw_audience, bench.input.claim.scope}) {
      if (try_id(stored, id)) return true;
    }
    for (const domain::Enrollment& other : bench.input.same_scope) {
      if (!is_group(other) && try_id(stored, other.id.text())) return true;
    }
    return false;
  });
  return findings;
}

Findings key_of_other_scope(Bench& bench) {
  Findings findings;
  bench.test.any_key(bench.input.other_scopes, [&](const StoredKey& stored) {
    if (!verifies_as_device(bench, stored)) return false;
    const std::string& scope = stored.enrollment.scope.text();
    const std::string& sent = bench.input.claim.scope;
    const bool slip = base::edit_distance(scope, sent) <= kNearEditsMax;
    // Only the other scope's id is named: whoever reads this need not be of that scope.
    findings.push_back(
        {slip ? Cause::kScopeSpelling : Cause::kKeyOfOtherScope, true,
         fmt::format("The device's key belongs to scope '{}'; it sent the ID scope '{}'.", scope,
                     base::printable(sent)),
         fmt::format("set the ID scope in the device to '{}'", scope)});
    return true;
  });
  return findings;
}

}  // namespace berth::attestation
