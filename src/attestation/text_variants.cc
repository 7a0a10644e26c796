#include "attestation/text_test.h"
#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace berth::attestation {
namespace {

using domain::Cause;

// Texts with more fields get their neighbours swapped instead of all their orders.
constexpr std::size_t kFieldsPermutedMax = 5;
constexpr std::size_t kFieldsMax = 16;
constexpr std::size_t kTextMax = 4096;

using Fields = std::vector<std::string>;

struct Parts {
  Fields fields;
  char separator = 0;  // 0: the text has no fields
};

Parts split(const std::string& text) {
  for (const char separator : {'\n', '&', ';'}) {
    if (text.find(separator) == std::string::npos) continue;
    Parts parts{{}, separator};
    std::size_t from = 0;
    for (std::size_t at = 0; at != std::string::npos; from = at + 1) {
      at = text.find(separator, from);
      parts.fields.push_back(text.substr(from, at == std::string::npos ? at : at - from));
      if (at == std::string::npos) break;
    }
    if (parts.fields.size() <= kFieldsMax) return parts;
  }
  return {};
}

std::string join(const Fields& fields, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) text += separator;
    text += fields[i];
  }
  return text;
}

std::string join(const Fields& fields, char separator) {
  return join(fields, std::string_view(&separator, 1));
}

// "name=value" → 5; a field without a name is a value.
std::size_t value_start(const std::string& field) {
  const std::size_t equals = field.find('=');
  return equals == std::string::npos ? 0 : equals + 1;
}

std::string name_of_field(const Parts& parts, std::size_t index) {
  const std::size_t start = value_start(parts.fields[index]);
  if (start > 0) return fmt::format("'{}'", parts.fields[index].substr(0, start - 1));
  return fmt::format("{} {}", parts.separator == '\n' ? "line" : "field", index + 1);
}

void add_line_ends(const std::string& text, const Parts& parts, std::vector<TextVariant>& out) {
  constexpr Cause kCause = Cause::kTextWithLineEnd;
  out.push_back({text + "\n", kCause, "the text with a line break behind it"});
  out.push_back({text + "\r\n", kCause, "the text with a line break (CR LF) behind it"});
  out.push_back({text + '\0', kCause, "the text with a NUL byte behind it"});
  if (parts.separator != '\n') return;
  out.push_back(
      {join(parts.fields, "\r\n"), kCause, "the lines with two characters (CR LF) as line break"});
  out.push_back({join(parts.fields, "\\n"), kCause,
                 "the lines with a backslash and an n between them instead of a line break"});
}

// The names of fields are never escaped, the values are.
void add_spellings(const std::string& text, const Parts& parts, std::vector<TextVariant>& out) {
  constexpr Cause kCause = Cause::kSignedDecodedResource;
  Fields escaped = parts.fields;
  Fields escaped_lower = parts.fields;
  for (std::size_t i = 0; i < parts.fields.size(); ++i) {
    const std::size_t start = value_start(parts.fields[i]);
    const std::string name = parts.fields[i].substr(0, start);
    const std::string value = base::percent_encode(parts.fields[i].substr(start));
    escaped[i] = name + value;
    escaped_lower[i] = name;
    for (std::size_t at = 0; at < value.size(); ++at) {
      const bool in_escape = (at >= 1 && value[at - 1] == '%') || (at >= 2 && value[at - 2] == '%');
      escaped_lower[i] += in_escape ? base::ascii_lower(value.substr(at, 1)) : value.substr(at, 1);
    }
  }
  if (!parts.fields.empty()) {
    constexpr std::string_view kWhat = "the values percent-encoded (':' as %3A)";
    out.push_back({join(escaped, parts.separator), kCause, std::string(kWhat)});
    out.push_back({join(escaped_lower, parts.separator), kCause, std::string(kWhat)});
  }
  out.push_back({base::percent_encode(text), kCause, "the whole text percent-encoded"});
  out.push_back({base::ascii_lower(text), kCause, "the text in lower case"});
  out.push_back({base::ascii_upper(text), kCause, "the text in upper case"});
}

// Numbers that went through a type of another size than those that were sent.
void add_numbers(const Parts& parts, std::vector<TextVariant>& out) {
  for (std::size_t i = 0; i < parts.fields.size(); ++i) {
    const std::size_t start = value_start(parts.fields[i]);
    const std::string value = parts.fields[i].substr(start);
    const bool number = !value.empty() && value.size() <= 20 &&
                        value.find_first_not_of("0123456789") == std::string::npos;
    if (!number) continue;
    std::vector<std::string> others = {"2147483647",        "4294967295", "9223372036854775807",
                                       "92233720368547758", "-1",         "0"};
    others.push_back(value + "000");
    if (value.size() > 3) others.push_back(value.substr(0, value.size() - 3));
    for (const std::string& other : others) {
      Fields fields = parts.fields;
      fields[i] = fields[i].substr(0, start) + other;
      out.push_back({join(fields, parts.separator), Cause::kSignedDecodedResource,
                     fmt::format("{} as {} instead of {}", name_of_field(parts, i), other, value)});
    }
  }
}

void add_orders(const Parts& parts, std::vector<TextVariant>& out) {
  constexpr Cause kCause = Cause::kFieldsReordered;
  constexpr std::string_view kOrder = "the fields in another order";
  const std::size_t count = parts.fields.size();
  for (std::size_t i = 0; i + 1 < count; ++i) {
    Fields fields = parts.fields;
    std::swap(fields[i], fields[i + 1]);
    out.push_back(
        {join(fields, parts.separator), kCause,
         fmt::format("{} before {}", name_of_field(parts, i + 1), name_of_field(parts, i))});
  }
  if (parts.separator == '\n' || count > kFieldsPermutedMax) return;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  while (std::next_permutation(order.begin(), order.end())) {
    Fields fields;
    Fields values = parts.fields;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& from = parts.fields[order[i]];
      fields.push_back(from);
      values[i] =
          parts.fields[i].substr(0, value_start(parts.fields[i])) + from.substr(value_start(from));
    }
    out.push_back({join(fields, parts.separator), kCause, std::string(kOrder)});
    out.push_back({join(values, parts.separator), kCause, "the values under each other's names"});
  }
}

void add_missing(const Parts& parts, std::vector<TextVariant>& out) {
  constexpr Cause kCause = Cause::kFieldsMissing;
  const std::size_t count = parts.fields.size();
  for (std::size_t i = 0; i < count; ++i) {
    Fields fields = parts.fields;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back({join(fields, parts.separator), kCause,
                   fmt::format("the text without {}", name_of_field(parts, i))});
  }
  for (std::size_t kept = 1; kept + 1 < count; ++kept) {
    const Fields fields(parts.fields.begin(),
                        parts.fields.begin() + static_cast<std::ptrdiff_t>(kept));
    out.push_back({join(fields, parts.separator), kCause,
                   fmt::format("the text as far as {}", name_of_field(parts, kept - 1))});
  }
  out.push_back({join(parts.fields, ""), kCause, "the fields with nothing between them"});
  Fields values;
  for (const std::string& field : parts.fields) values.push_back(field.substr(value_start(field)));
  out.push_back({join(values, parts.separator), kCause, "the values without their names"});
  out.push_back({join(values, ""), kCause, "the values with nothing between them"});
}

}  // namespace

std::vector<TextVariant> text_variants(const std::string& text) {
  if (text.size() > kTextMax) return {};
  const Parts parts = split(text);
  std::vector<TextVariant> variants;
  add_line_ends(text, parts, variants);
  add_spellings(text, parts, variants);
  if (parts.separator != 0) {
    add_orders(parts, variants);
    add_missing(parts, variants);
    add_numbers(parts, variants);
  }
  std::erase_if(variants, [&](const TextVariant& each) { return each.text == text; });
  return variants;
}

}  // namespace berth::attestation
