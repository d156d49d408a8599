// What this runtime can do, for engines to ask before they write a document. Reads: OCI runtime-spec features.md.
#pragma once

#include <string>
#include <vector>

namespace spec {

inline constexpr char kVersion[] = "0.1.0";
inline constexpr char kSpecVersion[] = "1.2.0";

// Every mount option of the specification's table (config.md), all of which are carried out.
const std::vector<std::string>& mount_options();

struct SeccompFeatures {
  std::vector<std::string> actions, operators, architectures, flags;
};

// What the mechanisms say of themselves, in the names of a document.
struct Features {
  std::vector<std::string> capabilities;  // that this kernel knows
  SeccompFeatures seccomp;
};

std::string features_json(const Features& features);

}  // namespace spec
