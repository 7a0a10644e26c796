// A software TPM for tests: swtpm on loopback with a state folder of its own, ended and removed
// with the object. Header only, so that the tests of the command line can use it, too.
//
//   Swtpm tpm;
//   if (!tpm.is_there()) GTEST_SKIP() << tpm.why_not();
//   TpmIdentity::open(tpm.tcti());
//
// Room device, tests. Thread rule: made and destroyed by the test.
#pragma once

#include <spawn.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace berth::device::testing {

class Swtpm {
 public:
  Swtpm() {
    // The library's own log would repeat every refusal that a test provokes.
    ::setenv("TSS2_LOG", "all+none", 1);
    std::string pattern = (std::filesystem::temp_directory_path() / "berth-swtpm-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return;
    folder_ = pattern;
    // Another program may take a free port before swtpm does; then there are others.
    constexpr int kTries = 20;
    for (int i = 0; i < kTries && child_ == 0 && why_not_.empty(); ++i) start();
    if (child_ == 0 && why_not_.empty()) why_not_ = "swtpm does not start";
  }
  ~Swtpm() {
    stop();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  Swtpm(const Swtpm&) = delete;
  Swtpm& operator=(const Swtpm&) = delete;

  bool is_there() const { return child_ != 0; }
  const std::string& why_not() const { return why_not_; }
  std::string tcti() const { return "swtpm:host=127.0.0.1,port=" + std::to_string(port_); }

  // As if it were taken out of the board.
  void stop() {
    if (child_ == 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  // A socket on loopback; -1 when the port is taken. Port 0: any.
  static int bound(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address = loopback(port);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return socket;
    ::close(socket);
    return -1;
  }
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  // swtpm's library expects the control channel on the next port. That one is handed over open, so
  // that a connection to it can be made at once and is answered when swtpm is ready.
  void start() {
    const int data = bound(0);
    if (data < 0) return;
    port_ = port_of(data);
    const int control = bound(static_cast<std::uint16_t>(port_ + 1));
    ::close(data);
    if (control < 0) return;
    ::listen(control, 8);
    spawn(control);
    ::close(control);
    if (child_ != 0 && !answers()) stop();
  }

  void spawn(int control) {
    const std::string state = "dir=" + folder_;
    const std::string data = "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(port_);
    constexpr int kControl = 9;
    const std::string channel = "type=tcp,fd=" + std::to_string(kControl);
    std::array<const char*, 14> words = {"swtpm",
                                         "socket",
                                         "--tpm2",
                                         "--tpmstate",
                                         state.c_str(),
                                         "--server",
                                         data.c_str(),
                                         "--ctrl",
                                         channel.c_str(),
                                         "--flags",
                                         "not-need-init,startup-clear",
                                         "--log",
                                         "level=0",
                                         nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, control, kControl);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const int failed = ::posix_spawnp(&child_, "swtpm", &actions, nullptr,
                                      const_cast<char**>(words.data()), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) return;
    child_ = 0;
    why_not_ = "swtpm cannot be started (apt install swtpm): " + std::string(std::strerror(failed));
  }

  bool answers() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(static_cast<std::uint16_t>(port_ + 1));
    constexpr std::array<unsigned char, 4> kGetCapability = {0, 0, 0, 1};
    std::array<unsigned char, 8> answer{};
    const bool good =
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        ::send(socket, kGetCapability.data(), kGetCapability.size(), MSG_NOSIGNAL) == 4 &&
        ::recv(socket, answer.data(), answer.size(), 0) > 0;
    ::close(socket);
    return good;
  }

  std::string folder_;
  std::string why_not_;
  std::uint16_t port_ = 0;
  pid_t child_ = 0;
};

}  // namespace berth::device::testing
