// See program.h.
#include "vm-launcher/cache/program.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/process.h"

namespace vm {

namespace {

// Moves what is there into `text`; closes the pipe at its end.
void drain(sys::UniqueFd& pipe, std::string& text) {
  char buffer[8192];
  const std::size_t count = sys::read(pipe.get(), buffer);
  if (count == 0) return pipe.reset();
  text.append(buffer, count);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments, const sys::TraceInheritance& trace) {
  sys::Pipe output = sys::pipe();
  sys::Pipe error = sys::pipe();
  sys::SpawnOptions options;
  options.output = output.write.get();
  options.error = error.write.get();
  options.environment = trace.environment;
  options.environment.emplace_back("LC_ALL=C");
  options.keep = trace.descriptors;
  sys::Child child = sys::spawn(arguments, options);
  output.write.reset();
  error.write.reset();
  ProgramResult result;
  while (output.read || error.read) {
    pollfd entries[] = {{output.read.get(), POLLIN, 0}, {error.read.get(), POLLIN, 0}};
    sys::poll(entries, -1);
    if (entries[0].revents != 0) drain(output.read, result.output);
    if (entries[1].revents != 0) drain(error.read, result.error);
  }
  result.code = child.wait().shell_code();
  return result;
}

std::string output_of(const std::vector<std::string>& arguments) {
  ProgramResult result = run_program(arguments);
  if (result.code != 0) {
    throw std::runtime_error(
        fmt::format("{} failed with exit code {}: {}", fmt::join(arguments, " "), result.code, result.error));
  }
  return std::move(result.output);
}

}  // namespace vm
