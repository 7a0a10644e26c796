// What an operator says of a template, checked: its id, its model, and the twin it gives to new
// devices.
//
// Room management. Failures are kInvalid or kTooLarge and say where in the model the trouble is.
// Thread rule: pure functions. Checking a large model takes some milliseconds.
#pragma once

#include "domain/dtdl.h"
#include "domain/templates.h"
#include "management/changes.h"

#include <string>

namespace berth::management {

// The model with what is wrong with it; `id` is the interface that devices name, if it is known.
domain::ModelCheck model_check(const domain::DtdlReport& report);
// Fails for a model with problems, and for one that does not define the interface `id`.
Result<domain::DtdlReport> checked_model(const std::string& model, const std::string& id);

// Sets the id of a template that is made: the one that was given, else the model's own.
Result<void> name_template(domain::Template& record, const domain::TemplateEdit& edit);
// Applies the rest. What properties start with according to the model stands in the initial twin,
// below what the operator says of them.
Result<Differences> edit_template(domain::Template& record, const domain::TemplateEdit& edit);

}  // namespace berth::management
