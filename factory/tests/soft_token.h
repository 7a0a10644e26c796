// A PKCS#11 token in software, empty, in a directory of its own, for one test.
//
// Room factory, tests. Thread rule: one at a time in a process: the module keeps its state there.
#pragma once

#include <p11-kit/p11-kit.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace berth::factory::testing {

class SoftToken {
 public:
  static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
  static constexpr const char* kPin = "4711-0815";

  explicit SoftToken(const std::string& label) {
    path_ = std::filesystem::temp_directory_path() /
            ("berth-token-" + label + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_ / "tokens");
    std::ofstream(path_ / "softhsm2.conf")
        << "directories.tokendir = " << (path_ / "tokens").string() << "\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (path_ / "softhsm2.conf").c_str(), 1);
    std::ofstream(path_ / "pin") << kPin << "\n";
    begin(label);
  }
  ~SoftToken() {
    ::unsetenv("SOFTHSM2_CONF");
    std::filesystem::remove_all(path_);
  }
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;

  // With what a test adds after "?".
  std::string uri(const std::string& label, const std::string& more = "") const {
    return "pkcs11:token=" + label + "?module-path=" + kModule + more;
  }
  std::string pin_file() const { return (path_ / "pin").string(); }

 private:
  static void check(CK_RV code, const char* what) {
    if (code != CKR_OK) throw std::runtime_error(what);
  }
  static void begin(const std::string& label) {
    CK_FUNCTION_LIST* module = p11_kit_module_load(kModule, 0);
    if (module == nullptr) throw std::runtime_error("softhsm2 is not installed");
    check(p11_kit_module_initialize(module), "C_Initialize");
    std::array<CK_UTF8CHAR, 32> name{};
    name.fill(' ');
    std::ranges::copy(label, name.begin());
    std::string pin = kPin;
    auto* digits = reinterpret_cast<CK_UTF8CHAR*>(pin.data());
    CK_SLOT_ID slot = 0;
    CK_ULONG count = 1;
    check(module->C_GetSlotList(CK_TRUE, &slot, &count), "C_GetSlotList");
    check(module->C_InitToken(slot, digits, pin.size(), name.data()), "C_InitToken");
    CK_SESSION_HANDLE session = 0;
    check(module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                &session),
          "C_OpenSession");
    check(module->C_Login(session, CKU_SO, digits, pin.size()), "C_Login");
    check(module->C_InitPIN(session, digits, pin.size()), "C_InitPIN");
    module->C_CloseSession(session);
    p11_kit_module_finalize(module);
    p11_kit_module_release(module);
  }

  std::filesystem::path path_;
};

}  // namespace berth::factory::testing
