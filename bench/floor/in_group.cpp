// in-group FILE... -- PROGRAM [ARGUMENT...]: enters the control groups of FILE..., and becomes PROGRAM.
//
// "0" means the writer. Into tasks of v1 it is written by a single thread, which waits for no grace period as another's
// pid would (docs/TRICKS.md). Reads: cgroups(7), execve(2).
#include <algorithm>
#include <string>
#include <vector>

#include "base/sys/file.h"
#include "base/sys/process.h"

int main(int argc, char** argv, char** environment) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto separator = std::find(words.begin(), words.end(), "--");
  if (separator == words.end() || separator + 1 == words.end()) {
    sys::write_all(2, "Usage: in-group FILE... -- PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  std::vector<std::string> variables;
  for (; *environment != nullptr; ++environment)
    variables.emplace_back(*environment);
  try {
    for (auto file = words.begin(); file != separator; ++file)
      sys::write_existing_file(*file, "0");
    sys::execve(*(separator + 1), {separator + 1, words.end()}, variables);
  } catch (const sys::Error& error) {
    sys::write_all(2, std::string("in-group: ") + error.what() + "\n");
    return 1;
  }
}
