#include "qr/symbol.h"

#include <qrencode.h>

#include <cerrno>
#include <climits>
#include <memory>

namespace berth::qr {
namespace {

struct CodeDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

constexpr unsigned kDarkBit = 1;  // of a module, as the library has them

}  // namespace

Result<Symbol> encode(std::string_view text) {
  if (text.empty()) {
    return Fail(ErrorKind::kInvalid, "an empty text makes no QR code", "give the text");
  }
  if (text.size() > kTextBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the text has " + std::to_string(text.size()) +
                    " bytes, and a QR code of this kind holds at most " +
                    std::to_string(kTextBytesMax),
                "make the text shorter, or hand it over in another way");
  }
  static_assert(kTextBytesMax <= INT_MAX);
  const std::unique_ptr<QRcode, CodeDeleter> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) {
    return errno == ENOMEM
               ? Fail(ErrorKind::kUnavailable, "there is not enough memory for a QR code",
                      "try again when the machine has less to do")
               : Fail(ErrorKind::kInternal, "the QR code could not be made", "report this");
  }
  Symbol symbol;
  symbol.version = static_cast<unsigned>(code->version);
  symbol.size = static_cast<unsigned>(code->width);
  const std::size_t modules = static_cast<std::size_t>(symbol.size) * symbol.size;
  symbol.dark.reserve(modules);
  for (std::size_t i = 0; i < modules; ++i) {
    symbol.dark.push_back((code->data[i] & kDarkBit) != 0);
  }
  return symbol;
}

}  // namespace berth::qr
