// See capture.h.
#include "base/sys/capture.h"

#include "base/sys/file.h"

namespace sys {

Captured capture(const std::vector<std::string>& arguments) {
  // A file instead of a pipe: it never fills up, so nobody has to read while the program runs.
  const UniqueFd output = memfd_create("output");
  SpawnOptions options;
  options.output = output.get();
  const ExitStatus status = spawn(arguments, options).wait();
  rewind(output.get());
  return {status, read_to_end(output.get())};
}

}  // namespace sys
