// What went wrong at a registry, in Docker's words. Reads: OCI distribution-spec (Error Codes).
#pragma once

#include <stdexcept>
#include <string>

#include "mini-container/registry/http.h"

namespace registry {

// The registry said no, or what it gave is not what was asked for.
class Failed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "manifest unknown: manifest unknown", out of an answer's JSON; its status in words if there is none. Pure.
std::string refusal_text(const std::string& body, int status);

// The answer is no success: throws Failed with what was asked for ("manifest for app:1") and what to do next.
[[noreturn]] void refuse(Exchange& exchange, const std::string& what);

}  // namespace registry
