// rooms: dialects
// The JSON reader of the dialects: any bytes are either refused, or read into a value that is
// written and read again without loss, and whose members can be asked for in every way.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/json_fields.h"
#include "domain/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace {

namespace json = boost::json;
using berth::dialects::JsonFields;
using berth::dialects::JsonLimits;
using berth::dialects::JsonPolicy;
using berth::dialects::JsonProblem;

// Numbers beyond 15 digits may lose their last one (Boost.JSON 1.81 rounds twice), 1e999 is
// infinite and becomes null, 1.0 becomes 1.
bool same_number(const json::value& a, const json::value& b) {
  const auto x = a.to_number<double>();
  if (b.is_null()) return !std::isfinite(x);
  const auto y = b.to_number<double>();
  return std::abs(x - y) <= std::abs(x) * 1e-12 + 1e-300;
}

bool same(const json::value& a, const json::value& b) {
  if (a.is_number()) return (b.is_number() || b.is_null()) && same_number(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) {
    const json::array& x = a.get_array();
    const json::array& y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
  }
  if (a.is_object()) {
    const json::object& x = a.get_object();
    const json::object& y = b.get_object();
    const auto same_member = [](const auto& p, const auto& q) {
      return p.key() == q.key() && same(p.value(), q.value());
    };
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_member);
  }
  return a == b;
}

void read_every_way(JsonFields& fields, std::string_view name) {
  fields.has(name);
  fields.require(name);
  fields.text(name, {.size_min = 1, .size_max = 8});
  fields.flag(name);
  fields.integer(name, -5, 1000);
  fields.time(name);
  fields.secret(name, 16, 64);
  fields.texts(name, 3, {.size_max = 4});
  fields.object_text(name);
  fields.value_text(name);
  fields.word(
      name,
      [](std::string_view text) -> std::optional<int> {
        return text == "hashed" ? std::optional(1) : std::nullopt;
      },
      "hashed");
  if (std::optional<JsonFields> inner = fields.object(name)) {
    inner->text("x");
    inner->finish();
  }
}

void read_fields(const json::object& object, JsonPolicy policy) {
  std::vector<JsonProblem> problems;
  JsonFields fields(object, policy, problems);
  fields.finish();  // before anything is known: every member is unknown
  for (const auto& member : object) {
    read_every_way(fields, std::string_view(member.key().data(), member.key().size()));
  }
  fields.finish();
  BERTH_CHECK((problems.size() <= 64) && "problems are bounded");
  BERTH_CHECK((fields.ok() == problems.empty()) && "ok() tells");
  for (const JsonProblem& each : problems) {
    BERTH_CHECK((berth::base::is_utf8(each.path) && berth::base::is_utf8(each.what)) &&
                "problems are text");
    BERTH_CHECK((each.path.find('\n') == std::string::npos) && "names are printable");
  }
  if (!problems.empty()) berth::dialects::to_error(problems);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = berth::dialects::parse_json(text, {.bytes_max = 4096, .depth_max = 8});
  if (!value) {
    BERTH_CHECK((!value.error().what.empty()) && "a refusal says why");
    return 0;
  }
  const JsonLimits wide{.bytes_max = 1 << 20, .depth_max = 8};  // "1E5" grows to "1e+05"
  const auto again = berth::dialects::parse_json(berth::domain::to_json_text(*value), wide);
  BERTH_CHECK(again.has_value() && "what was written can be read");
  BERTH_CHECK(same(*value, *again) && "and is what it was");

  if (!value->is_object()) return 0;
  using berth::dialects::NullFields;
  using berth::dialects::UnknownFields;
  read_fields(value->get_object(), {UnknownFields::kRefuse, NullFields::kAbsent});
  read_fields(value->get_object(), {UnknownFields::kIgnore, NullFields::kRefuse});
  return 0;
}
