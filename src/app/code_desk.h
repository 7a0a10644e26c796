// What management needs to make credential codes, over crypto and qr. Envelopes are sealed on the
// workers of passwords, a bounded number at a time: each takes 64 MiB and a tenth of a second.
//
// Room app. Thread rule: const members from any io_context; what it is given outlives it.
#pragma once

#include "base/rng.h"
#include "management/ports/code_desk.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <memory>

namespace berth::app {

class CredentialDesk final : public management::CodeDesk {
 public:
  // Those being worked on included.
  static constexpr std::size_t kWaitingMax = 16;

  CredentialDesk(boost::asio::thread_pool& workers, Rng& rng,
                 std::size_t waiting_max = kWaitingMax);

  Secret derive_key(const Secret& group_key, std::string_view registration_id) const override;
  Task<Result<Secret>> seal_envelope(management::CodeContent content, Secret key_text,
                                     domain::CredentialCode code) const override;
  Result<Secret> compatible_text(const management::CodeContent& content,
                                 const std::optional<Secret>& passphrase,
                                 bool includes_passphrase) const override;
  Result<Secret> compatible_text(const Secret& object,
                                 const std::optional<Secret>& passphrase) const override;
  Secret claim_link(std::string_view authority, std::string_view id,
                    const Secret& token) const override;
  Secret envelope_link(std::string_view authority, std::string_view id,
                       const Secret& envelope) const override;
  Secret make_letters() const override;
  Secret make_number() const override;
  Secret make_token() const override;
  Secret normal_letters(const Secret& typed) const override;
  Secret normal_number(const Secret& typed) const override;
  Result<management::KeyRequest> requested_key(const base::Bytes& request) const override;
  base::Bytes key_print(const base::Bytes& spki) const override;
  Result<void> check_public_key(const base::Bytes& spki) const override;
  Result<management::CodePictures> draw(const Secret& text) const override;

 private:
  boost::asio::thread_pool& workers_;
  Rng& rng_;  // of any thread
  const std::size_t waiting_max_;
  std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

}  // namespace berth::app
