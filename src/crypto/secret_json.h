// Small JSON objects whose members are texts, some of them secret: written compactly, as browsers
// write them, and read without leaving a copy of anything in memory that is not wiped.
//
// Room crypto. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::crypto {

inline constexpr std::size_t kSecretJsonBytesMax = 8 * 1024;

struct TextMember {
  std::string_view name;
  std::string_view value;
};

// {"name":"value",…} in the order given, no blanks; escaped as JSON.stringify does, so only what
// must be. kInvalid when a text is no UTF-8, kTooLarge above kSecretJsonBytesMax.
Result<Secret> write_secret_json(std::span<const TextMember> members);

// The members of an object that are texts; those of other kinds are passed over, and of two with
// the same name the last counts.
class SecretObject {
 public:
  // kInvalid when the text is no JSON object, nests deeper than 8 or is above
  // kSecretJsonBytesMax. The error never quotes it.
  static Result<SecretObject> read(std::string_view text);

  // Empty when there is none.
  std::string_view text(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, Secret>> members_;
};

}  // namespace berth::crypto
