#include "factory/uds_token.h"

#include "base/codec.h"
#include "factory/riot_identity.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <vector>

namespace berth::factory {
namespace {

constexpr std::size_t kPinMax = 256;
constexpr CK_ULONG kSlotsMax = 256;

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};

auto refused(const std::string& doing, CK_RV code) {
  ErrorKind kind = ErrorKind::kUnavailable;
  std::string mend = "check the token with `pkcs11-tool --list-objects`";
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE || code == CKR_PIN_INVALID) {
    kind = ErrorKind::kUnauthenticated;
    mend = "give the user PIN of this token; it is locked after a few wrong ones";
  } else if (code == CKR_PIN_LOCKED) {
    kind = ErrorKind::kForbidden;
    mend = "set the PIN anew as the token's security officer";
  }
  const char* why = p11_kit_strerror(code);
  return Fail(kind, "the token cannot " + doing + ": " + (why == nullptr ? "no reason given" : why),
              std::move(mend));
}

// "file:/run/pin" or "/run/pin" (RFC 7512 §2.4).
Result<Secret> read_pin(std::string source) {
  if (source.starts_with("file:")) source = source.substr(5);
  if (source.starts_with("//")) source = source.substr(2);
  std::ifstream file(source, std::ios::binary);
  Secret buffer = Secret::of_size(kPinMax);
  file.read(reinterpret_cast<char*>(buffer.mutable_bytes().data()), kPinMax);
  std::string_view text = buffer.text().substr(0, static_cast<std::size_t>(file.gcount()));
  text = text.substr(0, text.find_first_of("\r\n"));
  if (!text.empty()) return Secret::from_text(text);
  return Fail(ErrorKind::kInvalid, "the PIN file " + base::printable(source) + " cannot be read",
              "check pin-source in the URI");
}

// The token's functions with the session they need; let go at the end.
class Session {
 public:
  Session(CK_FUNCTION_LIST* token, CK_SESSION_HANDLE handle) : token_(token), handle_(handle) {}
  Session(Session&& other) noexcept : token_(other.token_), handle_(other.handle_) {
    other.token_ = nullptr;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session& operator=(Session&&) = delete;
  ~Session() {
    if (token_ != nullptr) token_->C_CloseSession(handle_);
  }

  Result<void> login(const Secret& pin) {
    auto* text = const_cast<CK_UTF8CHAR*>(pin.bytes().data());  // the interface knows no const
    const CK_RV code = token_->C_Login(handle_, CKU_USER, text, pin.size());
    if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
    return refused("be logged in to", code);
  }
  // Nothing, one, or an error when there are several.
  Result<std::optional<CK_OBJECT_HANDLE>> find(std::span<CK_ATTRIBUTE> pattern) {
    if (CK_RV code = token_->C_FindObjectsInit(handle_, pattern.data(), pattern.size());
        code != CKR_OK) {
      return refused("be searched", code);
    }
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG count = 0;
    const CK_RV code = token_->C_FindObjects(handle_, found.data(), found.size(), &count);
    token_->C_FindObjectsFinal(handle_);
    if (code != CKR_OK) return refused("be searched", code);
    if (count > 1) {
      return Fail(ErrorKind::kConflict, "several objects of the token have this name",
                  "name another with object= in the URI");
    }
    return count == 0 ? std::nullopt : std::optional(found[0]);
  }
  Result<Secret> value(CK_OBJECT_HANDLE object) {
    Secret uds = Secret::of_size(kUdsBytes);
    CK_ATTRIBUTE wanted{CKA_VALUE, uds.mutable_bytes().data(), uds.size()};
    const CK_RV code = token_->C_GetAttributeValue(handle_, object, &wanted, 1);
    if (code == CKR_OK && wanted.ulValueLen == kUdsBytes) return uds;
    if (code != CKR_OK && code != CKR_BUFFER_TOO_SMALL) {
      return refused("give the secret out (boards need it to be extractable)", code);
    }
    return Fail(ErrorKind::kInvalid, "the object of the token is no device secret of 32 bytes",
                "name the right one with object= in the URI");
  }
  Result<void> create(std::span<CK_ATTRIBUTE> object) {
    CK_OBJECT_HANDLE made = 0;
    const CK_RV code = token_->C_CreateObject(handle_, object.data(), object.size(), &made);
    if (code != CKR_OK) return refused("keep the secret", code);
    return {};
  }
  Result<void> destroy(CK_OBJECT_HANDLE object) {
    const CK_RV code = token_->C_DestroyObject(handle_, object);
    if (code != CKR_OK) return refused("forget the old secret", code);
    return {};
  }

 private:
  CK_FUNCTION_LIST* token_;
  CK_SESSION_HANDLE handle_;
};

// Modules as long as they are needed: the one of the URI, or those of the configuration.
class Modules {
 public:
  Modules() = default;
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;
  ~Modules() {
    if (one_ != nullptr) p11_kit_module_finalize(one_);
    if (one_ != nullptr) p11_kit_module_release(one_);
    if (all_ != nullptr) p11_kit_modules_finalize_and_release(all_);
  }

  Result<std::vector<CK_FUNCTION_LIST*>> load(const char* path) {
    p11_kit_be_quiet();
    std::vector<CK_FUNCTION_LIST*> found;
    if (path == nullptr) {
      all_ = p11_kit_modules_load_and_initialize(0);
      for (CK_FUNCTION_LIST** each = all_; each != nullptr && *each != nullptr; ++each) {
        found.push_back(*each);
      }
      return found;
    }
    one_ = p11_kit_module_load(path, 0);
    if (one_ == nullptr) {
      return Fail(ErrorKind::kUnavailable,
                  "the PKCS#11 module " + base::printable(path) + " cannot be loaded",
                  "check module-path in the URI");
    }
    if (const CK_RV code = p11_kit_module_initialize(one_); code != CKR_OK) {
      p11_kit_module_release(std::exchange(one_, nullptr));
      return refused("be reached", code);
    }
    found.push_back(one_);
    return found;
  }

 private:
  CK_FUNCTION_LIST* one_ = nullptr;
  CK_FUNCTION_LIST** all_ = nullptr;
};

struct Slot {
  CK_FUNCTION_LIST* module = nullptr;
  CK_SLOT_ID id = 0;
};

void find_slots(const P11KitUri* uri, CK_FUNCTION_LIST* module, std::vector<Slot>& fitting) {
  std::array<CK_SLOT_ID, kSlotsMax> slots{};
  CK_ULONG count = slots.size();
  if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return;
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (module->C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    if (p11_kit_uri_match_token_info(uri, &info) == 1) fitting.push_back({module, slots[i]});
  }
}

}  // namespace

struct UdsToken::Place {
  std::unique_ptr<P11KitUri, FreeUri> uri;
  std::string label;
  Secret pin;
  Modules modules;
  std::vector<CK_FUNCTION_LIST*> loaded;

  Result<Session> session(bool writes) const;
  Result<std::optional<CK_OBJECT_HANDLE>> find(Session& in) const;
};

Result<Session> UdsToken::Place::session(bool writes) const {
  std::vector<Slot> fitting;
  for (CK_FUNCTION_LIST* module : loaded) find_slots(uri.get(), module, fitting);
  if (fitting.size() != 1) {
    return Fail(fitting.empty() ? ErrorKind::kNotFound : ErrorKind::kConflict,
                fitting.empty() ? "no token fits the URI" : "several tokens fit the URI",
                "name one with token= or serial=; `pkcs11-tool --list-token-slots` shows them, and "
                "module-path= names a module that is not configured");
  }
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (writes ? CKF_RW_SESSION : 0);
  CK_SESSION_HANDLE handle = 0;
  const Slot& slot = fitting.front();
  if (const CK_RV code = slot.module->C_OpenSession(slot.id, flags, nullptr, nullptr, &handle);
      code != CKR_OK) {
    return refused("be opened", code);
  }
  Session opened(slot.module, handle);
  if (pin.empty()) return opened;
  if (auto well = opened.login(pin); !well) return Fail(std::move(well).error());
  return opened;
}

Result<std::optional<CK_OBJECT_HANDLE>> UdsToken::Place::find(Session& in) const {
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  std::string name = label;
  CK_ATTRIBUTE pattern[] = {{CKA_CLASS, &kind, sizeof(kind)},
                            {CKA_LABEL, name.data(), name.size()}};
  return in.find(pattern);
}

UdsToken::UdsToken(std::unique_ptr<Place> place) : place_(std::move(place)) {}
UdsToken::~UdsToken() = default;

Result<std::unique_ptr<UdsToken>> UdsToken::open(const std::string& uri) {
  auto place = std::make_unique<Place>();
  place->uri.reset(p11_kit_uri_new());
  const int parsed = p11_kit_uri_parse(uri.c_str(), P11_KIT_URI_FOR_ANY, place->uri.get());
  if (parsed != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(place->uri.get()) == 1) {
    return Fail(ErrorKind::kInvalid, "this is no URI of a PKCS#11 token",
                "write one like pkcs11:token=factory;object=board-7");
  }
  place->label = kUdsLabel;
  const CK_ATTRIBUTE* label = p11_kit_uri_get_attribute(place->uri.get(), CKA_LABEL);
  if (label != nullptr) {
    place->label.assign(static_cast<const char*>(label->pValue), label->ulValueLen);
  }
  if (const char* pin = p11_kit_uri_get_pin_value(place->uri.get()); pin != nullptr) {
    place->pin = Secret::from_text(pin);
  } else if (const char* from = p11_kit_uri_get_pin_source(place->uri.get()); from != nullptr) {
    BERTH_TRY(place->pin, read_pin(from));
  }
  BERTH_TRY(place->loaded, place->modules.load(p11_kit_uri_get_module_path(place->uri.get())));
  return std::unique_ptr<UdsToken>(new UdsToken(std::move(place)));
}

bool UdsToken::has_pin() const { return !place_->pin.empty(); }
void UdsToken::use_pin(Secret pin) { place_->pin = std::move(pin); }

Result<Secret> UdsToken::load() {
  BERTH_TRY(Session token, place_->session(false));
  BERTH_TRY(const auto object, place_->find(token));
  if (object) return token.value(*object);
  return Fail(
      ErrorKind::kNotFound,
      name() + " holds no device secret" + (has_pin() ? "" : ", or shows it only after login"),
      has_pin() ? "put one there with `berth dice uds store`" : "give the PIN");
}

Result<void> UdsToken::keep(const Secret& uds, Overwrite overwrite) {
  BERTH_TRY(Session token, place_->session(true));
  BERTH_TRY(const auto old, place_->find(token));
  if (old && overwrite == Overwrite::kNo) {
    return Fail(ErrorKind::kConflict, name() + " holds a device secret already",
                "use another name, or --replace to lose the old one for ever");
  }
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_GENERIC_SECRET;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  std::string label = place_->label;
  Secret value = uds.clone();
  CK_ATTRIBUTE object[] = {{CKA_CLASS, &kind, sizeof(kind)},
                           {CKA_KEY_TYPE, &type, sizeof(type)},
                           {CKA_TOKEN, &yes, sizeof(yes)},
                           {CKA_PRIVATE, &yes, sizeof(yes)},
                           {CKA_SENSITIVE, &no, sizeof(no)},
                           {CKA_EXTRACTABLE, &yes, sizeof(yes)},
                           {CKA_LABEL, label.data(), label.size()},
                           {CKA_VALUE, value.mutable_bytes().data(), value.size()}};
  if (auto made = token.create(object); !made) return made;
  if (old) return token.destroy(*old);
  return {};
}

std::string UdsToken::name() const {
  return "the token's object `" + base::printable(place_->label, 64) + "`";
}

}  // namespace berth::factory
