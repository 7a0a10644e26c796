#include "cli/print.h"

#include "base/codec.h"
#include "cli/json_text.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

namespace berth::cli {
namespace {

constexpr std::size_t kCellMax = 4000;

std::string clean(std::string_view text) { return base::printable(text, kCellMax); }

std::string plain(const json::value& value) {
  if (value.is_null()) return "-";
  if (const bool* flag = value.if_bool()) return *flag ? "yes" : "no";
  if (const json::string* text = value.if_string()) return text->empty() ? "-" : clean(*text);
  return clean(json_text(value));
}

std::string list_text(const json::value& value) {
  const json::array* items = value.if_array();
  if (items == nullptr) return plain(value);
  std::string text;
  for (const json::value& item : *items) text += (text.empty() ? "" : ", ") + plain(item);
  return text.empty() ? "all" : text;
}

std::string ref_text(const json::value& value) {
  return clean(member_text(value, "kind") + "/" + member_text(value, "id"));
}

// The names of a hub's policies; which keys of a thing were replaced, and when.
std::string names_text(const json::array& items, std::string_view name) {
  std::string text;
  for (const json::value& item : items) {
    if (!text.empty()) text += ", ";
    text += clean(member_text(item, name));
    const std::string at = member_text(item, "retiredAt");
    if (!at.empty()) text += " " + clean(short_time(at));
  }
  return text.empty() ? "none" : text;
}

// Columns of a terminal that the text takes: one for each character, wide ones aside.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// "displayName" → "display name".
std::string label(std::string_view member) {
  std::string text;
  for (const char c : member) {
    if (c >= 'A' && c <= 'Z') {
      text += ' ';
      text += static_cast<char>(c - 'A' + 'a');
    } else {
      text += c;
    }
  }
  return clean(text);
}

// When secrets of a product were replaced.
std::string times_text(const json::array& items) {
  std::string text;
  for (const json::value& item : items) {
    text += (text.empty() ? "" : ", ") + clean(short_time(member_text(item, "retiredAt")));
  }
  return text.empty() ? "none" : text;
}

// "event publish, data publish and subscribe"
std::string topics_text(const json::array& items) {
  std::string text;
  for (const json::value& item : items) {
    const bool publishes = member_text(item, "publish") == "true";
    const bool subscribes = member_text(item, "subscribe") == "true";
    text += (text.empty() ? "" : ", ") + clean(member_text(item, "topic"));
    if (publishes) text += " publish";
    if (publishes && subscribes) text += " and";
    if (subscribes) text += " subscribe";
  }
  return text.empty() ? "none" : text;
}

bool is_time(std::string_view name, const json::value& value) {
  return value.is_string() && (name.ends_with("At") || name.ends_with("Until") || name == "at" ||
                               name == "now" || name == "notBefore" || name == "notAfter");
}

std::string card_value(std::string_view name, const json::value& value) {
  if (is_time(name, value)) return clean(short_time(value.get_string()));
  if (name == "enrollment" && value.is_object()) return ref_text(value);
  if (name == "hubs") return list_text(value);
  if (name == "policies" && value.is_array()) return names_text(value.get_array(), "name");
  if (name == "retiredKeys" && value.is_array()) return names_text(value.get_array(), "slot");
  if (name == "retiredSecrets" && value.is_array()) return times_text(value.get_array());
  if (name == "topics" && value.is_array()) return topics_text(value.get_array());
  if (value.is_array() && value.get_array().empty()) return "none";
  return plain(value);
}

// Objects of a fixed shape are laid out; free-form ones (tags, payload, …) stay JSON.
bool is_laid_out(std::string_view name) {
  return name == "attestation" || name == "reprovision" || name == "connection" ||
         name == "certificate" || name == "secondaryCertificate" || name == "registration" ||
         name == "issuedCertificate" || name == "primary" || name == "secondary" || name == "dice";
}

using Line = std::pair<std::string, std::string>;

std::vector<Line> card_lines(const json::object& object, const std::string& before) {
  std::vector<Line> lines;
  for (const auto& pair : object) {
    const std::string name = before + label(pair.key());
    if (pair.value().is_object() && is_laid_out(pair.key())) {
      for (Line& line : card_lines(pair.value().get_object(), name + ": ")) {
        lines.push_back(std::move(line));
      }
    } else {
      lines.emplace_back(name, card_value(pair.key(), pair.value()));
    }
  }
  return lines;
}

}  // namespace

std::string shown(const json::value& item, const Column& column) {
  const json::value* value = member(item, column.name);
  if (value == nullptr || value->is_null()) return std::string(column.otherwise);
  switch (column.show) {
    case Show::kPlain:
      return plain(*value);
    case Show::kTime:
      return value->is_string() ? clean(short_time(value->get_string())) : plain(*value);
    case Show::kEnabled:
      return value->is_bool() && value->get_bool() ? "enabled" : "disabled";
    case Show::kRef:
      return ref_text(*value);
    case Show::kList:
      return list_text(*value);
  }
  return {};
}

void print_rows(std::ostream& out, const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) {
    out << "(none)\n";
    return;
  }
  std::vector<std::size_t> widths(header.size(), 0);
  const auto widen = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  };
  widen(header);
  for (const auto& row : rows) widen(row);
  const auto write = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  write(header);
  for (const auto& row : rows) write(row);
}

void print_table(std::ostream& out, const json::value& list, const std::vector<Column>& columns) {
  std::vector<std::string> header;
  header.reserve(columns.size());
  for (const Column& column : columns) header.emplace_back(column.header);
  std::vector<std::vector<std::string>> rows;
  const json::value* items = member(list, "items");
  if (items != nullptr && items->is_array()) {
    for (const json::value& item : items->get_array()) {
      std::vector<std::string> row;
      row.reserve(columns.size());
      for (const Column& column : columns) row.push_back(shown(item, column));
      rows.push_back(std::move(row));
    }
  }
  print_rows(out, header, rows);
}

void print_card(std::ostream& out, const json::value& object) {
  if (!object.is_object()) return;
  const std::vector<Line> lines = card_lines(object.get_object(), "");
  std::size_t widest = 0;
  for (const auto& [name, value] : lines) widest = std::max(widest, width(name));
  for (const auto& [name, value] : lines) {
    out << name << std::string(widest - width(name) + 2, ' ') << value << '\n';
  }
}

std::string short_time(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || !text.ends_with('Z')) return std::string(text);
  return std::string(text.substr(0, 10)) + " " + std::string(text.substr(11, 8)) + "Z";
}

std::string short_duration(const json::value& nanoseconds) {
  const double ms = nanoseconds.is_number() ? nanoseconds.to_number<double>() / 1e6 : 0.0;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f ms", ms);
  return text.data();
}

}  // namespace berth::cli
