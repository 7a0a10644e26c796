#include "factory/tcb_info.h"

#include "crypto/der.h"
#include "crypto/der_write.h"
#include "crypto/dice_parts.h"

#include <algorithm>
#include <optional>

namespace berth::factory {
namespace {

using base::Bytes;
namespace der = crypto::der;

void append(Bytes& out, const Bytes& part) { out.insert(out.end(), part.begin(), part.end()); }

void add_text(Bytes& members, unsigned number, const std::string& text) {
  if (!text.empty()) append(members, crypto::der_text(der::plain(number), text));
}

void add_number(Bytes& members, unsigned number, const std::optional<std::uint64_t>& value) {
  if (!value) return;
  append(members, crypto::der_element(der::plain(number), crypto::der_unsigned_content(*value)));
}

void add_flags(Bytes& members, unsigned number, const std::optional<std::uint32_t>& bits) {
  if (!bits) return;
  append(members, crypto::der_element(der::plain(number), crypto::der_named_bits_content(*bits)));
}

void add_octets(Bytes& members, std::uint8_t tag, const Bytes& bytes) {
  if (!bytes.empty()) append(members, crypto::der_element(tag, bytes));
}

// "1.2.840": at least two numbers with dots between them, of which the first two are in range.
bool is_object_identifier(std::string_view text) {
  const bool characters =
      std::ranges::all_of(text, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  const bool shape = text.size() >= 3 && text.size() <= 128 && text[0] >= '0' && text[0] <= '2' &&
                     text[1] == '.' && text.back() != '.' &&
                     text.find("..") == std::string_view::npos;
  if (!characters || !shape) return false;
  std::size_t longest = 0;
  for (std::size_t at = 0, run = 0; at < text.size(); ++at) {
    run = text[at] == '.' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return longest <= 17;  // below 2^63, whatever the digits
}

Result<Bytes> digest_list(const std::vector<crypto::DiceDigest>& digests) {
  Bytes list;
  for (const crypto::DiceDigest& digest : digests) {
    const std::string oid = crypto::digest_oid(digest.algorithm);
    if (!is_object_identifier(oid)) {
      return Fail(ErrorKind::kInvalid,
                  "'" + base::printable(digest.algorithm, 64) + "' is no digest algorithm",
                  "name sha256, sha384 or sha512, or give its object identifier");
    }
    append(list, crypto::der_sequence(
                     {crypto::der_object_identifier(oid), crypto::der_octets(digest.digest)}));
  }
  return list;
}

Result<Bytes> written(const crypto::DiceLayer& layer) {
  Bytes members;
  add_text(members, 0, layer.vendor);
  add_text(members, 1, layer.model);
  add_text(members, 2, layer.version);
  add_number(members, 3, layer.svn);
  add_number(members, 4, layer.layer);
  add_number(members, 5, layer.index);
  BERTH_TRY(const Bytes digests, digest_list(layer.digests));
  add_octets(members, der::holding(6), digests);
  add_flags(members, 7, layer.flags);
  add_octets(members, der::plain(8), layer.vendor_info);
  add_octets(members, der::plain(9), layer.type);
  add_flags(members, 10, layer.flags_mask);
  add_octets(members, der::holding(11), layer.integrity_registers);
  return crypto::der_element(der::kSequence, members);
}

}  // namespace

Result<base::Bytes> write_tcb_info(const crypto::DiceLayer& layer) {
  BERTH_TRY(Bytes whole, written(layer));
  if (const auto read = crypto::read_tcb_info(whole); !read) return Fail(read.error());
  return whole;
}

Result<base::Bytes> write_multi_tcb_info(std::span<const crypto::DiceLayer> layers) {
  Bytes list;
  for (const crypto::DiceLayer& layer : layers) {
    BERTH_TRY(const Bytes one, written(layer));
    append(list, one);
  }
  Bytes whole = crypto::der_element(der::kSequence, list);
  if (const auto read = crypto::read_multi_tcb_info(whole); !read) return Fail(read.error());
  return whole;
}

Result<base::Bytes> write_ueid(std::span<const std::uint8_t> ueid) {
  Bytes whole = crypto::der_sequence({crypto::der_octets(ueid)});
  if (const auto read = crypto::read_ueid(whole); !read) return Fail(read.error());
  return whole;
}

}  // namespace berth::factory
