// See capture.h.
#include "base/sys/capture.h"

#include "base/sys/file.h"

namespace sys {

namespace {

Captured run_captured(const std::vector<std::string>& arguments, SpawnOptions options) {
  // A file instead of a pipe: it never fills up, so nobody has to read while the program runs.
  const UniqueFd output = memfd_create("output");
  options.output = output.get();
  const ExitStatus status = spawn(arguments, options).wait();
  rewind(output.get());
  return {status, read_to_end(output.get())};
}

}  // namespace

Captured capture(const std::vector<std::string>& arguments) {
  return run_captured(arguments, {});
}

Captured capture(const std::vector<std::string>& arguments, const std::string& input,
                 const std::vector<std::string>& environment) {
  const UniqueFd file = memfd_create("input");
  write_all(file.get(), input);
  rewind(file.get());
  SpawnOptions options;
  options.input = file.get();
  options.environment = environment;
  return run_captured(arguments, options);
}

}  // namespace sys
