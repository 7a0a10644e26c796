#include "device/json_members.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <algorithm>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr unsigned kDepthMax = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 8259, one character at a time. Every function returns false after the first mistake, which
// is then in `mistake_`.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<JsonDocument> run() {
    if (text_.substr(at_).starts_with("\xEF\xBB\xBF")) at_ += 3;  // as some editors begin files
    skip_blanks();
    const bool well = peek() == '{' ? object("") : expected("`{`, the beginning of an object");
    if (well) {
      found_.end = at_ - 1;
      skip_blanks();
      if (at_ < text_.size()) expected("nothing behind the document");
    }
    if (!mistake_.empty()) return Fail(ErrorKind::kInvalid, std::move(mistake_));
    return std::move(found_);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  // One character of what is there; files of devices hold secrets.
  std::string shown() const {
    if (at_ >= text_.size()) return "the end of the file";
    const std::string_view rest = text_.substr(at_);
    if (rest.front() == '\n' || rest.starts_with("\r\n")) return "the end of the line";
    std::size_t size = 1;
    while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xC0U) == 0x80) ++size;
    return "`" + base::printable(rest.substr(0, size)) + "`";
  }
  bool expected(std::string_view what) {
    mistake_ = place_in(text_, at_) + ": expected " + std::string(what) + ", found " + shown();
    return false;
  }

  bool object(const std::string& path);
  bool member(const std::string& path);
  bool array();
  bool value(JsonKind& kind, const std::string& path);
  bool text();
  bool escape();
  bool number();
  bool word();

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  bool in_array_ = false;
  JsonDocument found_;
  std::string mistake_;
};

bool Scanner::object(const std::string& path) {
  if (++depth_ > kDepthMax) return expected("no more than 32 levels");
  ++at_;
  skip_blanks();
  bool first = true;
  while (peek() != '}' || !first) {
    if (peek() != '"') return expected(first ? "a name in quotes or `}`" : "a name in quotes");
    if (!member(path)) return false;
    first = false;
    skip_blanks();
    if (peek() == '}') break;
    if (peek() != ',') return expected("`,` or `}` after a member");
    ++at_;
    skip_blanks();
  }
  ++at_;
  --depth_;
  return true;
}

bool Scanner::member(const std::string& path) {
  JsonMember member;
  member.name_at = at_;
  if (!text()) return false;
  JsonMember quoted;
  quoted.begin = member.name_at;
  quoted.end = at_;
  const std::string name = text_of(text_, quoted).value_or(".");
  skip_blanks();
  if (peek() != ':') return expected("`:` after a name");
  ++at_;
  skip_blanks();
  member.path = path + name;
  member.begin = at_;
  const bool counts = !in_array_ && name.find('.') == name.npos;
  const std::size_t place = found_.members.size();
  if (counts) found_.members.push_back(member);
  const bool was_in_array = std::exchange(in_array_, !counts);
  JsonKind kind = JsonKind::kText;
  const bool well = value(kind, member.path + ".");
  in_array_ = was_in_array;
  if (!well) return false;
  if (counts) {
    found_.members[place].kind = kind;
    found_.members[place].end = at_;
  }
  return true;
}

bool Scanner::array() {
  if (++depth_ > kDepthMax) return expected("no more than 32 levels");
  const bool was_in_array = std::exchange(in_array_, true);
  ++at_;
  skip_blanks();
  bool first = true;
  while (peek() != ']' || !first) {
    JsonKind kind = JsonKind::kText;
    if (!value(kind, "")) return false;
    first = false;
    skip_blanks();
    if (peek() == ']') break;
    if (peek() != ',') return expected("`,` or `]` after an element");
    ++at_;
    skip_blanks();
  }
  ++at_;
  --depth_;
  in_array_ = was_in_array;
  return true;
}

bool Scanner::value(JsonKind& kind, const std::string& path) {
  const char next = peek();
  if (next == '"') return text();
  if (next == '{') {
    kind = JsonKind::kObject;
    return object(path);
  }
  if (next == '[') {
    kind = JsonKind::kArray;
    return array();
  }
  kind = next == '-' || is_digit(next) ? JsonKind::kNumber : JsonKind::kWord;
  return kind == JsonKind::kNumber ? number() : word();
}

bool Scanner::text() {
  ++at_;
  for (;;) {
    const char next = peek();
    if (at_ >= text_.size() || next == '\n' || next == '\r') {
      return expected("`\"`, the end of a text");
    }
    if (static_cast<unsigned char>(next) < 0x20) return expected("no control character in a text");
    ++at_;
    if (next == '"') return true;
    if (next == '\\' && !escape()) return false;
  }
}

bool Scanner::escape() {
  const char next = peek();
  if (next == 'u') {
    ++at_;
    for (int digit = 0; digit < 4; ++digit, ++at_) {
      if (!is_hex(peek())) return expected("four hexadecimal digits after `\\u`");
    }
    return true;
  }
  if (next == '\0' || std::string_view("\"\\/bfnrt").find(next) == text_.npos) {
    return expected("one of `\"\\/bfnrtu` after a backslash");
  }
  ++at_;
  return true;
}

bool Scanner::number() {
  const auto digits = [this] {
    if (!is_digit(peek())) return expected("a digit");
    while (is_digit(peek())) ++at_;
    return true;
  };
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
    if (is_digit(peek())) return expected("no digit after a leading zero");
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool Scanner::word() {
  for (const std::string_view known : {"true", "false", "null"}) {
    if (!text_.substr(at_).starts_with(known)) continue;
    at_ += known.size();
    return true;
  }
  return expected("a value");
}

const JsonMember* find_from(const std::vector<JsonMember>& members, std::size_t first,
                            std::string_view path) {
  for (std::size_t i = first; i < members.size(); ++i) {
    if (members[i].path == path) return &members[i];
  }
  return nullptr;
}

}  // namespace

const JsonMember* JsonDocument::find(std::string_view path) const {
  return find_from(members, 0, path);
}

const JsonMember* JsonDocument::find_again(std::string_view path) const {
  const JsonMember* first = find(path);
  if (first == nullptr) return nullptr;
  return find_from(members, static_cast<std::size_t>(first - members.data()) + 1, path);
}

std::string place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::string_view line = before.substr(newline == before.npos ? 0 : newline + 1);
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  });
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(characters + 1);
}

Result<JsonDocument> read_json(std::string_view text) {
  if (text.size() > kJsonBytesMax) {
    return Fail(ErrorKind::kTooLarge, "it has more than " + std::to_string(kJsonBytesMax) +
                                          " bytes, which no file of a device has");
  }
  if (!base::is_utf8(text)) {
    std::size_t good = 0;  // the longest beginning that is UTF-8, up to a whole character
    for (std::size_t end = 1; end <= text.size(); ++end) {
      const bool whole =
          end == text.size() || (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80;
      if (whole && !base::is_utf8(text.substr(good, end - good))) break;
      if (whole) good = end;
    }
    return Fail(ErrorKind::kInvalid, place_in(text, good) + ": expected UTF-8, found other bytes");
  }
  return Scanner(text).run();
}

std::optional<std::string> text_of(std::string_view text, const JsonMember& member) {
  boost::system::error_code bad;
  const json::value value = json::parse(text.substr(member.begin, member.end - member.begin), bad);
  const json::string* found = bad ? nullptr : value.if_string();
  if (found == nullptr) return std::nullopt;
  return std::string(*found);
}

}  // namespace berth::device
