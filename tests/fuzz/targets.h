// What the fuzzers and the replay of their corpus both do with one input. Each returns if the input was read or refused
// as documents are (spec::Invalid); everything else is a finding.
#pragma once

#include <string>
#include <string_view>

namespace fuzz {

// The whole way of a document to its plans, without the host: parse, validate, namespaces, rootfs, process.
void config(std::string_view text);
// The file of `exec --process`.
void process(std::string_view text);
// The object linux.seccomp, compiled.
void seccomp(std::string_view text);

// By name: "config", "process", "seccomp". Throws std::invalid_argument for another.
void run(const std::string& target, std::string_view text);

}  // namespace fuzz
