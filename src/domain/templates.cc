#include "domain/templates.h"

#include "domain/json_text.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <utility>

namespace berth::domain {
namespace {

namespace json = boost::json;

// As deep as the texts, which were bounded when they entered.
void lay_over(json::object& below, const json::object& above) {
  for (const auto& member : above) {
    json::value& target = below[member.key()];
    if (target.is_object() && member.value().is_object()) {
      lay_over(target.get_object(), member.value().get_object());
    } else {
      target = member.value();
    }
  }
}

json::object object_of(const std::string& text) {
  json::error_code error;
  json::value value = json::parse(text, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

}  // namespace

std::string overlaid(const std::string& below, const std::string& above) {
  if (above == "{}") return below;
  if (below == "{}") return above;
  json::object merged = object_of(below);
  lay_over(merged, object_of(above));
  return to_json_text(merged);
}

InitialTwin overlaid(const InitialTwin& below, const InitialTwin& above) {
  return {overlaid(below.tags, above.tags), overlaid(below.desired, above.desired)};
}

}  // namespace berth::domain
