#include "net/psk_handshake.h"

#include "net/psk_identity.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <sys/socket.h>

namespace berth::net {

namespace {

constexpr std::size_t kUnknownKeyBytes = 32;
// The kernel may wake us with less than we asked for, and does when the peer has ended.
constexpr int kFruitlessMax = 4;

// What has arrived and waits in the socket; it stays there.
PskIdentity peek_identity(int socket) {
  std::array<std::uint8_t, kPskIdentityPeekMax> bytes;
  const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  return read_psk_identity({bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0});
}

// The socket counts as readable only when this many bytes are there, or it has ended.
void wake_at(int socket, std::size_t bytes) {
  const int count = static_cast<int>(bytes);
  (void)::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &count, sizeof count);
}

}  // namespace

PskHandshake::PskHandshake(Parts parts) : parts_(parts) {
  BIO* bio = SSL_get_rbio(parts_.ssl);
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(this));
  BIO_set_callback_ex(
      bio, [](BIO* asking, int operation, const char*, std::size_t, int, long, int returned,
              std::size_t*) { return gate(asking, operation, returned); });
}

PskHandshake::~PskHandshake() {
  BIO* bio = SSL_get_rbio(parts_.ssl);
  BIO_set_callback_ex(bio, nullptr);
  BIO_set_callback_arg(bio, nullptr);
}

bool PskHandshake::waits_for_key() const {
  if (asked_ || SSL_get_state(parts_.ssl) != TLS_ST_SW_SRVR_DONE) return false;
  const SSL_CIPHER* suite = SSL_get_pending_cipher(parts_.ssl);
  return suite != nullptr && SSL_CIPHER_get_auth_nid(suite) == NID_auth_psk;
}

// Called by OpenSSL before and after everything it does with the socket; an answer of 0 or less to
// a read that has not begun is its result. Without the gate a client that is quicker than our next
// system call would have its key asked for before it was looked up.
long PskHandshake::gate(bio_st* bio, int operation, int returned) {
  if (operation != BIO_CB_READ) return returned;
  const auto* self = reinterpret_cast<const PskHandshake*>(BIO_get_callback_arg(bio));
  if (!self->waits_for_key()) return returned;
  BIO_clear_retry_flags(bio);
  BIO_set_retry_read(bio);
  return -1;
}

Task<IoStatus> PskHandshake::look_up() {
  asked_ = true;
  // What came before its turn is inside OpenSSL already, out of sight: no key is found for it.
  if (SSL_has_pending(parts_.ssl) == 1) co_return IoStatus::kOk;
  const IoStatus received = co_await receive_identity();
  if (received != IoStatus::kOk || identity_.empty()) co_return received;
  // Drawn before anything is known, so that an unknown identity takes no longer.
  key_.key = parts_.rng.secret(kUnknownKeyBytes);
  found_ = Found::kUnknown;
  looking_up_ = true;
  std::optional<PskKey> found = co_await parts_.lookup.find(parts_.peer, identity_);
  looking_up_ = false;
  if (found && !found->key.empty() && found->key.size() <= kPskKeyBytesMax) {
    key_ = std::move(*found);
    found_ = Found::kKey;
  }
  co_return parts_.stream.cancelled() ? IoStatus::kCancelled : IoStatus::kOk;
}

// kOk with an empty identity_: it is malformed or the peer has ended, which OpenSSL will find out.
Task<IoStatus> PskHandshake::receive_identity() {
  const int socket = parts_.stream.socket().native_handle();
  std::size_t awaited = 0;
  int fruitless = 0;
  IoStatus ready = IoStatus::kOk;
  while (ready == IoStatus::kOk) {
    PskIdentity seen = peek_identity(socket);
    identity_ = std::move(seen.identity);
    if (seen.state != PskIdentity::State::kNeedMore) break;
    fruitless = seen.needed > awaited ? 0 : fruitless + 1;
    if (fruitless > kFruitlessMax) break;
    awaited = seen.needed;
    wake_at(socket, awaited);
    ready = co_await parts_.stream.wait(IoStatus::kWantRead);
  }
  if (awaited > 0) wake_at(socket, 1);
  co_return ready;
}

unsigned PskHandshake::give_key(ssl_st* ssl, const char* identity, unsigned char* into,
                                unsigned room) {
  const auto* self = reinterpret_cast<const PskHandshake*>(BIO_get_callback_arg(SSL_get_rbio(ssl)));
  if (self == nullptr || identity == nullptr) return 0;
  const std::span<const std::uint8_t> key = self->key_for(identity);
  if (key.size() > room) return 0;
  std::copy(key.begin(), key.end(), into);
  return static_cast<unsigned>(key.size());
}

std::span<const std::uint8_t> PskHandshake::key_for(std::string_view identity) const {
  if (found_ == Found::kNothingAsked || identity != identity_) return {};
  return key_.key.bytes();
}

void PskHandshake::succeeded() {
  if (found_ != Found::kKey) return;
  parts_.peer.psk_identity = std::move(identity_);
  parts_.peer.psk_credential = std::move(key_.credential);
}

void PskHandshake::failed(bool keys_differ) {
  switch (found_) {
    case Found::kNothingAsked:
      return;
    case Found::kUnknown:
      return parts_.lookup.refused(parts_.peer, identity_, false);
    case Found::kKey:
      // A peer that left has not shown that its key is another one.
      if (keys_differ) parts_.lookup.refused(parts_.peer, identity_, true);
      return;
  }
}

}  // namespace berth::net
