// Documents with one mistake each, for malformed_test.cpp.
#pragma once

#include <vector>

// A change to the valid document, as a JSON pointer and a value, and what the refusal must say.
struct Malformed {
  const char* pointer;
  const char* value;  // JSON; null removes
  const char* begins;
  const char* says;
};

extern const std::vector<Malformed> kMalformedConfigs;  // ociVersion, root, process, mounts, hooks
extern const std::vector<Malformed> kMalformedLinux;    // the object "linux"
