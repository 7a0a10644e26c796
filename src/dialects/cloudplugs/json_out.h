// Writes JSON whose members keep the order they were added in: clients search the text for `id` and
// then for `auth` instead of parsing it (cloudplugs.md §9.1, §9.6).
//
// Room dialects/cloudplugs. Thread rule: plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::cloudplugs {

// With its quotes, everything escaped that JSON wants escaped.
std::string quoted(std::string_view text);

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  // `json` is JSON text already.
  JsonObject& json(std::string_view name, std::string_view json);
  std::string take() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

// Of elements that are JSON text already.
std::string json_array(const std::vector<std::string>& elements);
// Of texts.
std::string text_array(const std::vector<std::string>& texts);

}  // namespace berth::dialects::cloudplugs
