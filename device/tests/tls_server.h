// A small server for tests of clients: loopback, a certificate of its own CA or no TLS at all,
// conversations by a function; and one that speaks HTTP. Header only, so that the tests of the
// command line can use it, too.
//
// Room device, tests. Thread rule: made and destroyed by the test; `converse` and `answer` are
// called on the server's thread, one connection at a time.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace berth::device::testing {

// Whole HTTP responses.
inline std::string http(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// One request at a time: head, and as much body as Content-Length says.
inline bool is_whole(const std::string& buffer) {
  const std::size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::size_t length = buffer.find("Content-Length: ");
  if (length == std::string::npos || length > end) return true;
  return buffer.size() >= end + 4 + std::stoul(buffer.substr(length + 16));
}

// One accepted connection, after the handshake if it has TLS.
struct Peer {
  int socket = -1;
  SSL* ssl = nullptr;  // null: no TLS

  // 0 or less at the end.
  int read(char* into, int size) const {
    if (ssl != nullptr) return SSL_read(ssl, into, size);
    return static_cast<int>(::recv(socket, into, static_cast<std::size_t>(size), 0));
  }
  bool write(const std::string& bytes) const {
    const int size = static_cast<int>(bytes.size());
    if (bytes.empty()) return true;
    if (ssl != nullptr) return SSL_write(ssl, bytes.data(), size) > 0;
    return ::send(socket, bytes.data(), bytes.size(), 0) == size;
  }
};

// How a listener protects its connections.
struct Protection {
  bool tls = true;
  std::function<void(SSL_CTX*)> configure = nullptr;  // beyond the server's own certificate
};

class TlsListener {
 public:
  // The connection ends when it returns.
  using Conversation = std::function<void(const Peer&)>;

  explicit TlsListener(Conversation converse, const Protection& protection = {})
      : converse_(std::move(converse)), has_tls_(protection.tls) {
    std::signal(SIGPIPE, SIG_IGN);
    make_certificate();
    if (protection.configure) protection.configure(context_);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(listener_, 64);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsListener() {
    ::shutdown(listener_, SHUT_RDWR);
    cut();
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
    std::filesystem::remove(ca_);
  }
  TlsListener(const TlsListener&) = delete;
  TlsListener& operator=(const TlsListener&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "https://localhost:" + std::to_string(port_); }
  const std::filesystem::path& ca() const { return ca_; }
  int connections() const { return connections_; }
  // Until the client's last connection has been read to its end; at most five seconds.
  void wait_idle() {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, std::chrono::seconds(5), [this] { return connection_ < 0; });
  }
  // Ends the connection of now, from any thread.
  void cut() {
    if (const int open = connection_.load(); open >= 0) ::shutdown(open, SHUT_RDWR);
  }

 private:
  void make_certificate() {
    base::SystemRng rng;
    const base::SystemClock clock;
    const auto authority = crypto::Authority::create("Test CA", rng, clock);
    const auto certified =
        authority->issue_server({"localhost", "hub.localhost", "127.0.0.1"}, rng, clock);
    ca_ = std::filesystem::temp_directory_path() / ("berth-test-ca-" + rng.hex(8) + ".pem");
    std::ofstream(ca_) << authority->certificate_pem();
    context_ = SSL_CTX_new(TLS_server_method());
    BIO* certificate = BIO_new_mem_buf(certified->certificate_pem.data(),
                                       static_cast<int>(certified->certificate_pem.size()));
    BIO* key = BIO_new_mem_buf(certified->private_key_pem.bytes().data(),
                               static_cast<int>(certified->private_key_pem.size()));
    X509* leaf = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    EVP_PKEY* pkey = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, leaf);
    SSL_CTX_use_PrivateKey(context_, pkey);
    X509_free(leaf);
    EVP_PKEY_free(pkey);
    BIO_free(certificate);
    BIO_free(key);
  }

  void serve() {
    for (;;) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      connection_ = connection;
      ++connections_;
      if (has_tls_) {
        SSL* ssl = SSL_new(context_);
        SSL_set_fd(ssl, connection);
        if (SSL_accept(ssl) == 1) converse_({connection, ssl});
        SSL_free(ssl);
      } else {
        converse_({connection, nullptr});
      }
      {
        const std::lock_guard lock(mutex_);
        connection_ = -1;
      }
      ::close(connection);
      idle_.notify_all();
    }
  }

  Conversation converse_;
  const bool has_tls_;
  std::mutex mutex_;
  std::condition_variable idle_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::atomic<int> connection_{-1};
  std::atomic<int> connections_{0};
  std::uint16_t port_ = 0;
  std::filesystem::path ca_;
  std::thread thread_;
};

// Speaks HTTP.
class TlsServer {
 public:
  // Gets a request (head and body) and returns the bytes to send; empty: hang up without a word.
  using AnswerFunction = std::function<std::string(const std::string& request)>;

  explicit TlsServer(AnswerFunction answer, const Protection& protection = {})
      : answer_(std::move(answer)),
        listener_([this](const Peer& peer) { converse(peer); }, protection) {}

  std::uint16_t port() const { return listener_.port(); }
  std::string url() const { return listener_.url(); }
  const std::filesystem::path& ca() const { return listener_.ca(); }
  int connections() const { return listener_.connections(); }

 private:
  void converse(const Peer& peer) {
    std::string buffer;
    for (;;) {
      while (!is_whole(buffer)) {
        char bytes[4096];
        const int size = peer.read(bytes, sizeof(bytes));
        if (size <= 0) return;
        buffer.append(bytes, static_cast<std::size_t>(size));
      }
      const std::string reply = answer_(buffer);
      buffer.clear();
      if (reply.empty()) return;
      if (!peer.write(reply)) return;
    }
  }

  AnswerFunction answer_;
  TlsListener listener_;
};

}  // namespace berth::device::testing
