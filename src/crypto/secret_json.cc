#include "crypto/secret_json.h"

#include "base/check.h"
#include "base/codec.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string.h>

namespace berth::crypto {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 8;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// Memory that is wiped when it is given back. The library names another alignment when it gives
// the names of members back than when it took them, so alignments are the usual one for all.
class WipingResource final : public boost::container::pmr::memory_resource {
 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    BERTH_CHECK(alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    return ::operator new(bytes);
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    explicit_bzero(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

// Two-character escapes; 0: there is none.
char short_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

std::size_t quoted_size(std::string_view text) {
  std::size_t size = 2;
  for (const char c : text) {
    if (short_escape(c) != 0) {
      size += 2;
    } else {
      size += is_control(c) ? 6 : 1;
    }
  }
  return size;
}

// Fills a Secret whose size was found before, so that nothing grows and leaves a copy behind.
class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}
  void put(char c) { out_[at_++] = static_cast<std::uint8_t>(c); }
  void quoted(std::string_view text) {
    put('"');
    for (const char c : text) escaped(c);
    put('"');
  }

 private:
  void escaped(char c) {
    const char brief = short_escape(c);
    if (brief == 0 && !is_control(c)) return put(c);
    put('\\');
    if (brief != 0) return put(brief);
    for (const char digit : {'u', '0', '0'}) put(digit);
    put(kHexDigits[static_cast<unsigned char>(c) >> 4U]);
    put(kHexDigits[static_cast<unsigned char>(c) & 15U]);
  }

  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

auto no_object() {
  return Fail(ErrorKind::kInvalid, "this is no JSON object with texts in it",
              "check that the text is whole");
}

}  // namespace

Result<Secret> write_secret_json(std::span<const TextMember> members) {
  std::size_t size = 2 + (members.empty() ? 0 : members.size() - 1);
  for (const TextMember& member : members) {
    if (!base::is_utf8(member.name) || !base::is_utf8(member.value)) {
      return Fail(ErrorKind::kInvalid, "a text is no UTF-8", "send texts as UTF-8");
    }
    size += quoted_size(member.name) + 1 + quoted_size(member.value);
  }
  if (size > kSecretJsonBytesMax) {
    return Fail(
        ErrorKind::kTooLarge,
        "the texts are longer together than " + std::to_string(kSecretJsonBytesMax) + " bytes",
        "shorten them");
  }
  Secret text = Secret::of_size(size);
  Writer writer(text.mutable_bytes());
  writer.put('{');
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) writer.put(',');
    writer.quoted(members[i].name);
    writer.put(':');
    writer.quoted(members[i].value);
  }
  writer.put('}');
  return text;
}

Result<SecretObject> SecretObject::read(std::string_view text) {
  if (text.size() > kSecretJsonBytesMax) return no_object();
  WipingResource memory;
  json::parse_options options;
  options.max_depth = kDepthMax;
  // The parser's own buffer, where it puts values together.
  Secret buffer = Secret::of_size(2 * kSecretJsonBytesMax);
  json::parser parser(json::storage_ptr(&memory), options, buffer.mutable_bytes().data(),
                      buffer.size());
  parser.reset(json::storage_ptr(&memory));
  json::error_code error;
  parser.write(json::string_view(text.data(), text.size()), error);
  if (error) return no_object();
  const json::value value = parser.release();
  if (!value.is_object()) return no_object();
  SecretObject object;
  for (const auto& [name, member] : value.get_object()) {
    if (!member.is_string()) continue;
    object.members_.emplace_back(std::string(name), Secret::from_text(member.get_string()));
  }
  return object;
}

std::string_view SecretObject::text(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const auto& member) { return member.first == name; });
  return found == members_.end() ? std::string_view() : found->second.text();
}

}  // namespace berth::crypto
