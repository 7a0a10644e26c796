#include "dialects/tencent/seal.h"

#include "base/codec.h"
#include "crypto/cbc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace berth::dialects::tencent {
namespace {

// Sixteen ASCII zeros, not sixteen zero bytes.
constexpr std::array<std::uint8_t, crypto::kBlockBytes> kIv = {
    '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};

Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  Secret text = Secret::of_size(size);
  auto place = text.mutable_bytes().begin();
  for (const std::string_view part : parts) place = std::copy(part.begin(), part.end(), place);
  return text;
}

bool fits_line(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

// PEM as the inside of a JSON text: every line feed becomes backslash and n. A carriage return
// would make files that nothing loads, and an escaped slash too; so no JSON writer is asked.
std::optional<Secret> escaped(std::string_view pem) {
  const auto lines = std::count(pem.begin(), pem.end(), '\n');
  Secret text = Secret::of_size(pem.size() + static_cast<std::size_t>(lines));
  auto place = text.mutable_bytes().begin();
  for (const char c : pem) {
    if (c != '\n' && !fits_line(c)) return std::nullopt;
    if (c == '\n') *place++ = '\\';
    *place++ = static_cast<std::uint8_t>(c == '\n' ? 'n' : c);
  }
  return text;
}

auto unfit(std::string what) { return Fail(ErrorKind::kInternal, std::move(what)); }

struct Wording {
  Result<Secret> operator()(std::monostate) const { return unfit("no credential was issued"); }

  Result<Secret> operator()(const domain::IssuedSecret& issued) const {
    const Secret text = base::base64_encode_secret(issued.secret.bytes());
    // Without a psk the C SDK reports success and keeps its placeholder.
    if (text.empty() || text.size() > kKeyTextBytesMax) {
      return unfit(fmt::format("a device secret of {} bytes; 1..48 fit", issued.secret.size()));
    }
    return joined({R"({"encryptionType":2,"psk":")", text.text(), R"("})"});
  }

  Result<Secret> operator()(const domain::IssuedPassword&) const {
    return unfit("a password; devices of this vendor take a key or a certificate");
  }

  Result<Secret> operator()(const domain::IssuedTpmKey&) const {
    return unfit("a key for a TPM; devices of this vendor take a key or a certificate");
  }

  Result<Secret> operator()(const domain::IssuedChain&) const {
    return unfit("a certificate without its key; devices of this vendor ask for none");
  }

  Result<Secret> operator()(const domain::IssuedCertificate& issued) const {
    const std::optional<Secret> certificate = escaped(issued.certificate_pem);
    const std::optional<Secret> key = escaped(issued.private_key_pem.text());
    if (!certificate || !key || certificate->empty() || key->empty()) {
      return unfit("a certificate or key that is not PEM text");
    }
    Secret text = joined({R"({"encryptionType":1,"clientCert":")", certificate->text(),
                          R"(","clientKey":")", key->text(), R"("})"});
    if (text.size() > kPlaintextBytesMax) {
      return unfit(fmt::format("certificate and key are {} bytes as an answer; {} fit", text.size(),
                               kPlaintextBytesMax));
    }
    return text;
  }
};

// Zero bytes up to whole blocks, and none when they are whole: clients cut the text at the length
// they are told, or at the first zero.
Secret padded(const Secret& text) {
  const std::size_t blocks = (text.size() + crypto::kBlockBytes - 1) / crypto::kBlockBytes;
  Secret whole = Secret::of_size(blocks * crypto::kBlockBytes);
  std::copy(text.bytes().begin(), text.bytes().end(), whole.mutable_bytes().begin());
  return whole;
}

}  // namespace

Result<Secret> credential_text(const domain::Credential& credential) {
  return std::visit(Wording{}, credential);
}

Result<SealedCredential> seal(const domain::Credential& credential, const Secret& product_secret) {
  if (product_secret.size() < crypto::kBlockBytes) {
    return unfit("the secret the request was proven with is too short for a key");
  }
  BERTH_TRY(const Secret text, credential_text(credential));
  const Secret whole = padded(text);
  // The first characters of the secret's text; nothing is decoded.
  const auto key = product_secret.bytes().first<crypto::kBlockBytes>();
  return SealedCredential{text.size(),
                          base::base64_encode(crypto::encrypt_aes128_cbc(key, kIv, whole.bytes()))};
}

}  // namespace berth::dialects::tencent
