#include "crypto/pem_text.h"

#include <algorithm>
#include <optional>

namespace berth::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kLineSize = 64;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Base64 with white space in it; empty when it is none or decodes to nothing or too much.
base::Bytes decode(std::string_view text, std::size_t bytes_max) {
  std::string dense;
  const std::size_t dense_max = (bytes_max + 2) / 3 * 4;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (dense.size() == dense_max) return {};
    dense += c;
  }
  return base::base64_decode(dense).value_or(base::Bytes{});
}

auto fail_block(const PemWanted& wanted) {
  return Fail(ErrorKind::kInvalid,
              "the " + std::string(wanted.what) + " is not base64 of 1 to " +
                  std::to_string(wanted.bytes_max) + " bytes",
              "paste the whole PEM text, its first and last line included");
}

auto fail_open(const PemWanted& wanted) {
  return Fail(ErrorKind::kInvalid,
              "the PEM text of the " + std::string(wanted.what) + " has no last line (-----END …)",
              "paste the whole PEM text, its first and last line included");
}

struct Block {
  std::string_view label;
  std::string_view body;
};

// The next block of `text`, which is cut to what follows it; nothing when there is none left.
Result<std::optional<Block>> next_block(std::string_view& text, const PemWanted& wanted) {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::optional<Block>{};
  text.remove_prefix(begin + kBegin.size());
  const std::size_t label_end = text.find(kDashes);
  if (label_end == std::string_view::npos) return fail_open(wanted);
  Block block;
  block.label = text.substr(0, label_end);
  text.remove_prefix(label_end + kDashes.size());
  const std::string last = std::string(kEnd) + std::string(block.label) + std::string(kDashes);
  const std::size_t end = text.find(last);
  if (end == std::string_view::npos) return fail_open(wanted);
  block.body = text.substr(0, end);
  text.remove_prefix(end + last.size());
  return std::optional<Block>{block};
}

Result<std::vector<base::Bytes>> read_bare(std::string_view text, const PemWanted& wanted) {
  base::Bytes der = decode(text, wanted.bytes_max);
  if (der.empty()) return fail_block(wanted);
  return std::vector<base::Bytes>{std::move(der)};
}

}  // namespace

Result<std::vector<base::Bytes>> read_pem(std::string_view text, const PemWanted& wanted) {
  if (text.find(kBegin) == std::string_view::npos) return read_bare(text, wanted);
  std::vector<base::Bytes> all;
  while (true) {
    BERTH_TRY(const std::optional<Block> block, next_block(text, wanted));
    if (!block) break;
    const bool fits =
        std::find(wanted.labels.begin(), wanted.labels.end(), block->label) != wanted.labels.end();
    if (!fits) continue;
    if (all.size() == wanted.count_max) {
      return Fail(ErrorKind::kInvalid, "the text has more than " +
                                           std::to_string(wanted.count_max) + " PEM blocks of a " +
                                           std::string(wanted.what));
    }
    all.push_back(decode(block->body, wanted.bytes_max));
    if (all.back().empty()) return fail_block(wanted);
    if (wanted.first_only) break;
  }
  if (!all.empty()) return all;
  return Fail(ErrorKind::kInvalid, "the text has no PEM block of a " + std::string(wanted.what),
              "its first line must be -----BEGIN " + std::string(wanted.labels.front()) + "-----");
}

std::string write_pem(std::string_view label, std::span<const std::uint8_t> der) {
  const std::string body = base::base64_encode(der);
  std::string text = std::string(kBegin) + std::string(label) + std::string(kDashes) + "\n";
  for (std::size_t at = 0; at < body.size(); at += kLineSize) {
    text += body.substr(at, kLineSize) + "\n";
  }
  return text + std::string(kEnd) + std::string(label) + std::string(kDashes) + "\n";
}

}  // namespace berth::crypto
