// A device that registers: the client side of provisioning with a symmetric key or a certificate
// over HTTPS (azure-dps.md §1, §2, §4). Works against Berth and against the service it stands in
// for.
//
//   Result<TlsContext> tls = TlsContext::trusting("ca.pem");
//   RegistrationClient client(executor, *tls, {endpoint, "localhost", 8443});
//   Result<Registered, RegistrationError> done = co_await client.run(credentials, options);
//
// Room device. Thread rule: a TlsContext is shared by all threads; a RegistrationClient belongs to
// one executor and runs one registration at a time. Everything referred to outlives it.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;

namespace berth::device {

// How connections are protected. No session is ever kept for resumption.
class TlsContext {
 public:
  // TLS 1.2 and 1.3, the server's certificate is verified. `ca` empty: the CAs of the system.
  // kInvalid when the file cannot be read.
  static Result<TlsContext> trusting(const std::filesystem::path& ca);
  // TLS 1.2 without certificates: both sides prove that they know `key`, 1 to 64 bytes.
  static Result<TlsContext> sharing(std::string identity, Secret key);
  // No TLS at all.
  static TlsContext none();

  // Shows this certificate to servers that ask for one. kInvalid when the PEM texts are no
  // certificate and its key. Not after sharing() or none().
  Result<void> present(std::string_view certificate_pem, const Secret& key_pem);

  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  ssl_ctx_st* get() const { return context_; }  // null: no TLS

 private:
  struct SharedKey;
  explicit TlsContext(ssl_ctx_st* context);
  ssl_ctx_st* context_ = nullptr;
  std::unique_ptr<SharedKey> shared_;  // the context points to it
};

struct Server {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string name;  // for SNI, Host and the check of the certificate
};

struct Credentials {
  std::string id_scope;
  std::string registration_id;
  Secret key;  // the device's own key, decoded; empty: the certificate that TLS presents proves it
};

enum class RegistrationStage { kConnected, kRegistering, kAssigning };

struct RegistrationOptions {
  std::chrono::milliseconds poll_delay{2'000};
  std::chrono::milliseconds timeout{30'000};  // for the whole registration
  std::chrono::seconds token_lifetime{3'600};
  unsigned polls_max = 100;
  bool keep_connection = false;                          // for the next run() of this client
  std::string payload;                                   // JSON text, may be empty
  std::function<void(RegistrationStage)> on_stage = {};  // as they begin; may be empty
};

// What a registration needed, from the first SYN on. On a kept connection handshake is zero.
struct Timing {
  std::chrono::nanoseconds handshake{0};
  std::chrono::nanoseconds total{0};
};

struct Registered {
  std::string hub;  // host name to connect to
  std::string device_id;
  unsigned polls = 0;
  Timing timing;
};

enum class Trouble {
  kConnect,   // TCP
  kTls,       // handshake or certificate
  kResumed,   // the session was resumed though none was offered: a measurement would be wrong
  kTimeout,   // not assigned within the time or number of polls
  kClosed,    // the connection ended in the middle
  kProtocol,  // an answer that is none
  kRefused,   // an HTTP error: `status` says which
  kFailed,    // answered with success, but the registration failed or is disabled
};
std::string_view to_string(Trouble trouble);  // "connect"

struct RegistrationError {
  Trouble trouble = Trouble::kProtocol;
  int status = 0;
  std::string what;
};

// "SharedAccessSignature sr=…&sig=…&se=…&skn=registration" for provisioning (azure-dps.md §1.7).
std::string registration_token(const Credentials& credentials, TimePoint expires);

class RegistrationClient {
 public:
  RegistrationClient(boost::asio::any_io_executor executor, const TlsContext& tls,
                     const Server& server, const Clock& clock);
  ~RegistrationClient();
  RegistrationClient(const RegistrationClient&) = delete;
  RegistrationClient& operator=(const RegistrationClient&) = delete;

  // Registers and polls until the device is assigned, or says why not. Both arguments must outlive
  // the call. Connects unless a connection was kept.
  Task<Result<Registered, RegistrationError>> run(const Credentials& credentials,
                                                  const RegistrationOptions& options);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with its own deadline
};

}  // namespace berth::device
