// A unique device secret in a PKCS#11 token, as a generic secret key that the token gives out after
// login (dice-x509.md §6). The token is named by a URI of RFC 7512:
//
//   pkcs11:token=factory;object=board-7?pin-source=file:/run/pin&module-path=/usr/lib/…/module.so
//
// Without module-path, the modules that p11-kit is configured with are searched. Exactly one token
// must fit.
//
// Room factory. Thread rule: one call at a time in a process; each opens and closes the token.
#pragma once

#include "factory/uds_store.h"

#include <memory>
#include <string>
#include <string_view>

namespace berth::factory {

inline constexpr std::string_view kUdsLabel = "berth-uds";  // when the URI names no object

class UdsToken final : public UdsStore {
 public:
  // kInvalid when the text is no such URI, or the file of its PIN cannot be read.
  static Result<std::unique_ptr<UdsToken>> open(const std::string& uri);
  ~UdsToken() override;

  bool has_pin() const;
  void use_pin(Secret pin);

  Result<Secret> load() override;
  Result<void> keep(const Secret& uds, Overwrite overwrite) override;
  std::string name() const override;

 private:
  struct Place;
  explicit UdsToken(std::unique_ptr<Place> place);
  std::unique_ptr<Place> place_;
};

}  // namespace berth::factory
