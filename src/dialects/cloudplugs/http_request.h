// From a routed request to the command it asks for, or to what is wrong with it.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "dialects/cloudplugs/http_route.h"
#include "dialects/dialect.h"

#include <memory>
#include <string>

namespace berth::dialects::cloudplugs {

// What the answer needs of the request.
struct HttpPending {
  Operation operation = Operation::kUnknownPath;
  bool is_list = false;        // of records: the answer is a list
  bool names_some = false;     // a removal that names devices
  bool has_master = false;     // the password is an account's
  bool is_account = false;     // asked by an account
  std::string name = {};       // of the property
  SharedSecret password = {};  // a prototype's
};

struct HttpCommand {
  std::variant<Provision, Operate> command;
  HttpPending pending;
};
// The route must be one of a command.
Result<HttpCommand> read_request(const wire::Peer& peer, const wire::HttpRequest& request,
                                 const Route& route);

}  // namespace berth::dialects::cloudplugs
