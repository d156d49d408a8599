// See login.h.
#include "mini-container/registry/login.h"

#include <fmt/format.h>

#include "mini-container/registry/failure.h"
#include "mini-container/registry/session.h"

namespace registry {

void check_login(Connection& connection, const Endpoint& endpoint, const Login& login) {
  Session session(endpoint, "", login);
  const Request request{.url = endpoint.base + "/v2/", .purpose = "does it take this name and password?"};
  const auto exchange = session.send(connection, request);
  if (exchange->status() == 200) return;
  throw Failed(
      fmt::format("login attempt to {} failed with status: {}. Next: check name and password", request.url,
                  exchange->status() == 401 ? "401 Unauthorized" : std::to_string(exchange->status())));
}

}  // namespace registry
