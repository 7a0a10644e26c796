// Credential codes over HTTP: the API of the portal that older phone apps know
// (iot-central-credentials.md §1.2), and where holders of codes of today turn to (§3.4). Two
// dialects, because one of them is for operators: it makes codes.
//
//   POST /creds                          operators: the portal's API
//   GET  /numeric?numeric=N              what a number stands for, once
//   POST /pickup                         what letters stand for, once
//   POST /claim/{id}                     a claim is redeemed with a key
//   GET  /c/{id}, /claim/{id}            a page that says what the code is for
//
// Room dialects. Thread rule: stateless.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::central {

std::unique_ptr<Dialect> make_central();
std::unique_ptr<Dialect> make_central_portal();

}  // namespace berth::dialects::central
