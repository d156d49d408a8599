// Kernel modules for the guest: which ones a machine needs, and in which order they load. The order comes from
// the "depends=" that the build wrote into each module, so nothing breaks when a kernel moves code between them.
// Reads: modules.dep(5), init_module(2), elf(5).
#pragma once

#include <string>
#include <vector>

namespace vm {

// True for a module that some profile may ask for; the others are left out of the cache.
bool worth_keeping(const std::string& path);
// The rule by which it says so, a line for each part: a cache made by another rule is not this one's.
std::string kept_modules();

// Names that `module` (the bytes of a .ko file) needs loaded before itself.
std::vector<std::string> dependencies_of(const std::string& module);

// Paths of `wanted` and all they need, each after its dependencies. A name without a file is built in, or not in
// this kernel: left out.
std::vector<std::string> in_load_order(const std::string& directory, const std::vector<std::string>& wanted);

}  // namespace vm
