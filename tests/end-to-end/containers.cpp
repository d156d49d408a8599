// See containers.h.
#include "tests/end-to-end/containers.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/sys/fd.h"
#include "base/sys/process.h"

namespace e2e {

namespace {

std::string runtime() {
  const char* asked = std::getenv("RUNTIME");
  return asked == nullptr ? "" : asked;
}

// Reads both pipes until both end; one alone could fill the other and stop the program.
void collect(int out, int err, Result& result) {
  std::vector<pollfd> polled = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  std::string* texts[] = {&result.out, &result.err};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    sys::poll(polled, -1);
    for (int index = 0; index < 2; ++index) {
      if (polled[index].revents == 0) continue;
      char buffer[4096];
      const std::size_t count = sys::read(polled[index].fd, buffer);
      texts[index]->append(buffer, count);
      if (count == 0) polled[index].fd = -1;
    }
  }
}

}  // namespace

Result run(const std::vector<std::string>& command, const std::string& input) {
  sys::Pipe in = sys::pipe(), out = sys::pipe(), err = sys::pipe();
  sys::SpawnOptions options;
  options.input = in.read.get();
  options.output = out.write.get();
  options.error = err.write.get();
  sys::Child child = sys::spawn(command, options);
  in.read.reset();
  out.write.reset();
  err.write.reset();
  // WHY: a command that refuses its arguments may be gone before it has read anything.
  const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
  sys::write_if_read(in.write.get(), input);
  in.write.reset();
  Result result;
  collect(out.read.get(), err.read.get(), result);
  result.code = child.wait().shell_code();
  return result;
}

void Containers::SetUp() {
  if (::geteuid() != 0) GTEST_SKIP() << "containers with networks and cgroups need root";
  if (runtime().empty() && ::access(ISOLAB_BIN "/mini-runtime", X_OK) != 0) {
    GTEST_SKIP() << "mini-runtime is not built; RUNTIME=crun tests with another";
  }
  root_ = "/tmp/isolab-e2e-" + std::to_string(::getpid());
  const Result probe = run_container({"--rm", "--network", "none", "busybox", "true"});
  if (probe.code != 0 && !runtime().empty()) GTEST_SKIP() << runtime() << " cannot run here: " << probe.err;
  ASSERT_EQ(probe.code, 0) << probe.err;
}

void Containers::TearDown() {
  if (root_.empty()) return;
  mini({"ps"});
  const Result all = mini({"reset", "-f"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(leaks(), "");
  std::filesystem::remove_all(root_);
}

Result Containers::mini(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), {ISOLAB_BIN "/mini-container", "--root", root_});
  return run(arguments, input);
}

std::vector<std::string> Containers::run_command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {ISOLAB_BIN "/mini-container", "--root", root_, "run"};
  if (!runtime().empty()) command.insert(command.end(), {"--runtime", runtime()});
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Result Containers::run_container(const std::vector<std::string>& arguments, const std::string& input) const {
  return run(run_command(arguments), input);
}

std::string Containers::detached(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {"-d"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Result result = run_container(all);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.out.substr(0, 64);
}

std::string Containers::created(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {"create"};
  if (!runtime().empty()) all.insert(all.end(), {"--runtime", runtime()});
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Result result = mini(all);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.out.substr(0, 64);
}

nlohmann::json Containers::inspect(const std::string& name) const {
  return nlohmann::json::parse(mini({"inspect", name}).out).at(0);
}

std::string Containers::leaks() const {
  const Result result = mini({"doctor", "--leaks"});
  return result.code == 0 ? "" : result.out + result.err;
}

bool eventually(const std::function<bool()>& condition) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (condition()) return true;
    ::usleep(50'000);
  }
  return false;
}

}  // namespace e2e
