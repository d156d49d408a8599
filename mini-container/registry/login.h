// `login`: is this the right password? Reads: docker-login(1), distribution docs/spec/auth/token.md.
#pragma once

#include "mini-container/registry/credentials.h"
#include "mini-container/registry/endpoint.h"

namespace registry {

// Shows name and password to the registry. Throws Failed when it does not take them.
void check_login(Connection& connection, const Endpoint& endpoint, const Login& login);

}  // namespace registry
