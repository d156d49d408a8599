// See tools.h.
#include "vm-launcher/guest/tools.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <stdexcept>

#include "base/sys/file.h"
#include "vm-launcher/files/pack.h"
#include "vm-launcher/files/unpack.h"

namespace vm::guest {

namespace {

using Arguments = std::vector<std::string>;

struct Tool {
  std::size_t arguments;
  std::function<void(const Arguments&)> work;
};

std::string kind_of(const std::string& path) {
  const auto status = sys::stat_if_present(path);
  if (!status) return "missing";
  return S_ISDIR(status->st_mode) ? "directory" : "other";
}

const std::map<std::string, Tool>& tools() {
  static const std::map<std::string, Tool> table = {
      {"stat", {1, [](const Arguments& given) { sys::write_all(1, kind_of(given[0])); }}},
      {"pack", {2, [](const Arguments& given) { pack(given[0], given[1], 1); }}},
      {"unpack",
       {2,
        [](const Arguments& given) {
          // Within the guest, its root may make what it likes.
          unpack(0, given[0], {.owners = given[1] == "owners", .set_ids = true});
        }}},
      {"make", {1, [](const Arguments& given) { sys::mkdir(given[0]); }}},
      {"processes", {0, [](const Arguments&) { sys::write_all(1, process_table()); }}},
      {"memory", {0, [](const Arguments&) { sys::write_all(1, sys::read_file("/proc/meminfo")); }}},
  };
  return table;
}

}  // namespace

int run_tool(const std::string& tool, const std::vector<std::string>& arguments) {
  const auto found = tools().find(tool);
  if (found == tools().end() || found->second.arguments != arguments.size())
    throw std::runtime_error(
        fmt::format("guest-init has no tool \"{}\" of {} arguments", tool, arguments.size()));
  found->second.work(arguments);
  return 0;
}

}  // namespace vm::guest
