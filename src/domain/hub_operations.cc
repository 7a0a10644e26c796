#include "domain/hub_operations.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<Channel, 4> kChannels{{
    {Channel::kMessages, "messages"},
    {Channel::kMethods, "methods"},
    {Channel::kDesired, "desired"},
    {Channel::kReplies, "replies"},
}};
constexpr Names<EndReason, 5> kEndReasons{{
    {EndReason::kTakenOver, "taken_over"},
    {EndReason::kIdentityChanged, "identity_changed"},
    {EndReason::kProofExpired, "proof_expired"},
    {EndReason::kTooSlow, "too_slow"},
    {EndReason::kStopping, "stopping"},
}};

}  // namespace

std::string_view to_string(Channel channel) { return name_of(kChannels, channel); }
std::optional<Channel> parse_channel(std::string_view text) { return value_of(kChannels, text); }

std::string_view to_string(EndReason reason) { return name_of(kEndReasons, reason); }

}  // namespace berth::domain
