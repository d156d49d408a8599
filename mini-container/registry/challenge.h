// What a registry that answers 401 wants to be shown: the header WWW-Authenticate, taken apart. Pure.
//
//     Basic realm="registry"                                              name and password with each request
//     Bearer realm="https://auth/token",service="x",scope="repository:app:pull"   a token that realm hands out
//
// Reads: RFC 9110 section 11.6.1, distribution docs/spec/auth/token.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace registry {

struct Challenge {
  std::string scheme;                             // in lower case: "basic", "bearer"
  std::map<std::string, std::string> parameters;  // names in lower case
};

// All challenges of one header, in its order. What follows a mistake is left out.
std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace registry
