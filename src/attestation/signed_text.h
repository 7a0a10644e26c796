// A MAC over a text that a request or a user name says of itself: computed, compared and shown.
//
// Room attestation. Thread rule: pure functions. Keys that are made of others are wiped with the
// call.
#pragma once

#include "attestation/signature_rules.h"
#include "base/secret.h"
#include "domain/claim.h"

#include <span>
#include <string>
#include <string_view>

namespace berth::attestation {

inline constexpr std::size_t kTextsMax = 8;

std::size_t mac_size(domain::MacAlgorithm algorithm);
// Constant time. False when `mac` is not of the algorithm's size.
bool verify_mac(domain::MacAlgorithm algorithm, std::span<const std::uint8_t> key,
                std::string_view text, std::span<const std::uint8_t> mac);

// Whether the MAC is that of one of the texts (the first kTextsMax count) under `secret`, used as
// key_form says.
bool verifies(const domain::SignedText& proof, const Secret& secret);

// kProofMalformed: the MAC is not one of the algorithm's size, or no text is given.
std::optional<Broken> check_shape(const domain::SignedText& proof);
// kProofExpired; what never expires passes, and no expiry is too far ahead.
std::optional<Broken> check_expiry(const domain::SignedText& proof, TimePoint now,
                                   std::chrono::seconds clock_skew);

// kClockOutOfWindow: the time in the text is further than `window` from now, or there is none. A
// window of 0 lets everything pass.
std::optional<Broken> check_made_at(const domain::SignedText& proof, TimePoint now,
                                    std::chrono::seconds window);

// "HMAC-SHA1 over 'a=1&b=2'": what has to be signed and how, printable and bounded. Line breaks are
// shown as \n.
std::string describe(const domain::SignedText& proof);

}  // namespace berth::attestation
