// See vm_fixture.h.
#include "tests/vm/vm_fixture.h"

#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"

namespace vmtest {

namespace {

constexpr char kLauncher[] = ISOLAB_BIN "/vm-launcher";

std::string content_of(int file) {
  ::lseek(file, 0, SEEK_SET);
  return sys::read_to_end(file);
}

}  // namespace

Result run_program(const std::vector<std::string>& arguments, const std::string& input) {
  const sys::UniqueFd in = sys::memfd_create("in");
  const sys::UniqueFd out = sys::memfd_create("out");
  const sys::UniqueFd error = sys::memfd_create("error");
  if (!input.empty()) sys::write_all(in.get(), input);
  ::lseek(in.get(), 0, SEEK_SET);
  sys::SpawnOptions options;
  options.input = in.get();
  options.output = out.get();
  options.error = error.get();
  const int code = sys::spawn(arguments, options).wait().shell_code();
  return {code, content_of(out.get()), content_of(error.get())};
}

void Vm::SetUp() {
  if (!sys::exists("/usr/bin/qemu-system-x86_64")) GTEST_SKIP() << "qemu-system-x86_64 is not installed";
  if (!sys::exists("/bin/busybox")) GTEST_SKIP() << "busybox-static is not installed";
  const std::string make =
      "cd " + directory_ +
      " && mkdir -p r/bin r/tmp r/root r/etc && cp /bin/busybox r/bin/ && "
      "echo 'user:x:1000:100::/:/bin/sh' > r/etc/passwd && "
      "echo 'staff:x:50:user' > r/etc/group && "
      "for a in sh cat echo ls id sleep uname head tr wc true false ps sha256sum mount grep dd date cp; "
      "do ln -s busybox r/bin/$a; done && "
      "tar -C r -cf root.tar .";
  ASSERT_EQ(std::system(make.c_str()), 0);
}

std::vector<std::string> Vm::run_line(const std::vector<std::string>& options,
                                      const std::vector<std::string>& command) const {
  std::vector<std::string> line = {kLauncher, "run", "--accel", "tcg", "--rootfs", path("root.tar")};
  line.insert(line.end(), options.begin(), options.end());
  line.emplace_back("--");
  line.insert(line.end(), command.begin(), command.end());
  return line;
}

Result Vm::run(const std::vector<std::string>& options, const std::vector<std::string>& command,
               const std::string& input) const {
  return run_program(run_line(options, command), input);
}

std::string Vm::run_folder() {
  if (::geteuid() == 0) return "/run/vm-launcher/";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return std::string(runtime == nullptr ? "/tmp/isolab-" + std::to_string(::geteuid()) : runtime) +
         "/vm-launcher/";
}

Result Vm::launcher(const std::vector<std::string>& arguments, const std::string& input) {
  std::vector<std::string> line = {kLauncher};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return run_program(line, input);
}

std::string Vm::listed(const std::string& name) {
  const auto all = nlohmann::json::parse(launcher({"list", "--format", "json"}).output, nullptr, false);
  if (!all.is_array()) return {};
  for (const auto& state : all)
    if (state.at("name") == name) return state.dump();
  return {};
}

sys::Child Vm::start_sleeper(const std::string& name, std::vector<std::string> options) const {
  options.insert(options.end(), {"--name", name});
  sys::Child child = sys::spawn(run_line(options, {"sleep", "300"}));
  EXPECT_TRUE(eventually([&] { return listed(name).find("\"running\"") != std::string::npos; }, 90));
  return child;
}

}  // namespace vmtest
