// The flags of `berth dice open-dice …` that say which layer is meant, and what they come to.
//
// Room cli, private to it. Thread rule: belongs to one run. Secrets stay in Secret.
#pragma once

#include "base/secret.h"
#include "cli/invocation.h"
#include "factory/open_dice.h"
#include "factory/open_dice_certificate.h"

#include <string>
#include <vector>

namespace berth::cli {

struct LayerInputs {
  factory::OpenDiceInputs inputs;
  base::Bytes config_descriptor;  // when the configuration was given as a file
  std::string profile;
  bool from_uds = false;
  factory::Cdis before;
};

// The keys of the layer that signs and of the one that is certified, and the secrets of the latter.
struct LayerKeys {
  factory::OpenDiceKey issuer;
  factory::OpenDiceKey subject;
  factory::Cdis cdis;
};

std::vector<Flag> layer_flags();
Try<LayerInputs> layer_inputs(Invocation& run);
Try<LayerKeys> layer_keys(Invocation& run, const LayerInputs& inputs);
factory::CdiTerms terms_of(const LayerInputs& inputs);

}  // namespace berth::cli
