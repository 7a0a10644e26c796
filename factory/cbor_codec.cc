#include "factory/cbor_codec.h"

#include "base/check.h"

#include <cbor.h>

#include <algorithm>
#include <limits>

namespace berth::factory {
namespace {

using Span = std::span<const std::uint8_t>;

auto fail(std::string_view what, std::string_view why) {
  return Fail(ErrorKind::kInvalid, std::string(what) + " " + std::string(why));
}

// What the decoder's callbacks saw.
struct Seen {
  bool allowed = false;
  bool too_large = false;
  CborItem item;
};

Seen& seen_in(void* context) { return *static_cast<Seen*>(context); }

void see(void* context, CborItem item) {
  seen_in(context).allowed = true;
  seen_in(context).item = item;
}

void see_number(void* context, std::uint64_t value, bool negative) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > kMax) {
    seen_in(context).too_large = true;
    return;
  }
  const auto number = static_cast<std::int64_t>(value);
  see(context, {CborKind::kInteger, negative ? -1 - number : number});
}

template <class Number>
void on_unsigned(void* context, Number value) {
  see_number(context, value, false);
}
template <class Number>
void on_negative(void* context, Number value) {
  see_number(context, value, true);
}

cbor_callbacks make_callbacks() {
  cbor_callbacks calls = cbor_empty_callbacks;
  calls.uint8 = on_unsigned<std::uint8_t>;
  calls.uint16 = on_unsigned<std::uint16_t>;
  calls.uint32 = on_unsigned<std::uint32_t>;
  calls.uint64 = on_unsigned<std::uint64_t>;
  calls.negint8 = on_negative<std::uint8_t>;
  calls.negint16 = on_negative<std::uint16_t>;
  calls.negint32 = on_negative<std::uint32_t>;
  calls.negint64 = on_negative<std::uint64_t>;
  calls.byte_string = [](void* context, cbor_data data, std::size_t size) {
    see(context, {CborKind::kBytes, 0, Span(data, size)});
  };
  calls.string = [](void* context, cbor_data data, std::size_t size) {
    see(context, {CborKind::kText, 0, Span(data, size)});
  };
  calls.array_start = [](void* context, std::size_t count) {
    see(context, {CborKind::kArray, 0, {}, count});
  };
  calls.map_start = [](void* context, std::size_t count) {
    see(context, {CborKind::kMap, 0, {}, count});
  };
  return calls;
}

// Every head of CBOR is at most nine bytes.
using Encoder = std::size_t (*)(std::uint64_t, unsigned char*, std::size_t);
base::Bytes encoded(Encoder encode, std::uint64_t value) {
  unsigned char head[9] = {};
  const std::size_t size = encode(value, head, sizeof head);
  BERTH_CHECK(size > 0);
  return {head, head + size};
}

template <std::size_t (*Encode)(std::size_t, unsigned char*, std::size_t)>
std::size_t widened(std::uint64_t value, unsigned char* out, std::size_t size) {
  return Encode(static_cast<std::size_t>(value), out, size);
}

// How the item's head is written at its shortest.
base::Bytes shortest_head(const CborItem& item) {
  switch (item.kind) {
    case CborKind::kInteger:
      return cbor_integer(item.number);
    case CborKind::kBytes:
      return encoded(widened<cbor_encode_bytestring_start>, item.content.size());
    case CborKind::kText:
      return encoded(widened<cbor_encode_string_start>, item.content.size());
    case CborKind::kArray:
      return cbor_array_head(item.count);
    case CborKind::kMap:
      return cbor_map_head(item.count);
  }
  return {};
}

std::string_view text_of(Span bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view name_of(CborKind kind) {
  switch (kind) {
    case CborKind::kInteger:
      return "a number";
    case CborKind::kBytes:
      return "bytes";
    case CborKind::kText:
      return "text";
    case CborKind::kArray:
      return "an array";
    case CborKind::kMap:
      return "a map";
  }
  return {};
}

base::Bytes all_of(base::Bytes head, std::initializer_list<base::Bytes> items) {
  for (const base::Bytes& item : items) head.insert(head.end(), item.begin(), item.end());
  return head;
}

}  // namespace

Result<CborItem> CborReader::next(std::string_view what) {
  static const cbor_callbacks kCallbacks = make_callbacks();
  if (rest_.empty()) return fail(what, "is missing");
  Seen seen;
  const cbor_decoder_result result =
      cbor_stream_decode(rest_.data(), rest_.size(), &kCallbacks, &seen);
  if (result.status == CBOR_DECODER_NEDATA) return fail(what, "is cut off");
  if (result.status == CBOR_DECODER_ERROR) return fail(what, "is not CBOR");
  if (seen.too_large) return fail(what, "is a number beyond 64 bits with a sign");
  if (!seen.allowed) return fail(what, "is of a kind that certificates do not have");
  const base::Bytes head = shortest_head(seen.item);
  if (head.size() + seen.item.content.size() != result.read) {
    return fail(what, "is not written in the shortest way");
  }
  seen.item.head = rest_.first(result.read);
  rest_ = rest_.subspan(result.read);
  return seen.item;
}

Result<CborItem> CborReader::next(CborKind kind, std::string_view what) {
  CborReader ahead = *this;
  BERTH_TRY(const CborItem item, ahead.next(what));
  if (item.kind != kind) {
    return fail(what, "should be " + std::string(name_of(kind)) + " and is " +
                          std::string(name_of(item.kind)));
  }
  *this = ahead;
  return item;
}

Result<std::uint64_t> CborReader::count(CborKind kind, std::uint64_t count_max,
                                        std::string_view what) {
  BERTH_TRY(const CborItem item, next(kind, what));
  if (item.count > count_max) {
    return fail(what, "has more than " + std::to_string(count_max) + " members");
  }
  return item.count;
}

Result<std::int64_t> CborReader::integer(std::string_view what) {
  BERTH_TRY(const CborItem item, next(CborKind::kInteger, what));
  return item.number;
}

Result<std::span<const std::uint8_t>> CborReader::bytes(std::string_view what) {
  BERTH_TRY(const CborItem item, next(CborKind::kBytes, what));
  return item.content;
}

Result<std::string_view> CborReader::text(std::string_view what) {
  BERTH_TRY(const CborItem item, next(CborKind::kText, what));
  const std::string_view text = text_of(item.content);
  if (base::printable(text, text.size()) != text) return fail(what, "is not printable text");
  return text;
}

Result<void> CborReader::finish(std::string_view what) const {
  if (!rest_.empty()) return fail(what, "is followed by something that does not belong there");
  return {};
}

base::Bytes cbor_integer(std::int64_t value) {
  if (value >= 0) return encoded(cbor_encode_uint, static_cast<std::uint64_t>(value));
  return encoded(cbor_encode_negint, static_cast<std::uint64_t>(-1 - value));
}

base::Bytes cbor_bytes(std::span<const std::uint8_t> content) {
  base::Bytes out = encoded(widened<cbor_encode_bytestring_start>, content.size());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

base::Bytes cbor_text(std::string_view text) {
  base::Bytes out = encoded(widened<cbor_encode_string_start>, text.size());
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

base::Bytes cbor_array(std::initializer_list<base::Bytes> items) {
  return all_of(cbor_array_head(items.size()), items);
}

base::Bytes cbor_map(std::initializer_list<base::Bytes> keys_and_values) {
  BERTH_CHECK(keys_and_values.size() % 2 == 0);
  return all_of(cbor_map_head(keys_and_values.size() / 2), keys_and_values);
}

base::Bytes cbor_array_head(std::size_t count) {
  return encoded(widened<cbor_encode_array_start>, count);
}

base::Bytes cbor_map_head(std::size_t pairs) {
  return encoded(widened<cbor_encode_map_start>, pairs);
}

}  // namespace berth::factory
