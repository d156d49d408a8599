// `ls`, `inspect`: what is known of VMs. See verbs.h.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "base/text/time.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"

namespace vm::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  bool all = false;
  bool quiet = false;
  std::string format = "text";
};

std::string ago(std::int64_t moment) {
  const std::int64_t seconds = std::time(nullptr) - moment;
  if (seconds < 120) return fmt::format("{} s", seconds);
  return seconds < 7200 ? fmt::format("{} min", seconds / 60) : fmt::format("{} h", seconds / 3600);
}

std::string status_text(const VmState& state) {
  if (state.status == "exited") return fmt::format("exited ({})", state.exit_code);
  return state.active() ? fmt::format("{} {}", state.status, ago(state.started)) : state.status;
}

void list(const ListOptions& options) {
  auto states = options.all ? known_vms(run_directory()) : running_vms(run_directory());
  if (options.format == "json") {
    Json all = Json::array();
    for (const VmState& state : states)
      all.push_back(Json::parse(to_json(state)));
    fmt::print("{}\n", all.dump(2));
    return;
  }
  static constexpr char kRow[] = "{:<20} {:<16} {:<8} {:<6} {:<5} {:<24} {:<16} {}\n";
  if (!options.quiet)
    fmt::print(kRow, "NAME", "STATUS", "PROFILE", "ACCEL", "START", "PORTS", "IMAGE", "COMMAND");
  for (const VmState& state : states) {
    if (options.quiet) {
      fmt::print("{}\n", state.name);
      continue;
    }
    fmt::print(kRow, state.name, status_text(state), state.profile, state.accelerator, state.start,
               fmt::format("{}", fmt::join(state.ports, ", ")), state.image,
               fmt::format("{}", fmt::join(state.command, " ")));
  }
}

Json moment(std::int64_t seconds) {
  return seconds == 0 ? Json(nullptr) : Json(text::utc_time(seconds));
}

// Docker's names where it has them.
Json view_of(const std::string& name) {
  const VmState state = known_vm(run_directory(), name);
  const std::string folder = run_directory() + "/" + name;
  const auto config = sys::read_file_if_present(folder + "/" + kConfigFile);
  return {{"Name", state.name},
          {"Image", state.image},
          {"Command", state.command},
          {"Created", moment(state.created)},
          {"State",
           {{"Status", state.status},
            {"Running", state.status == "running"},
            {"Paused", state.status == "paused"},
            {"Pid", state.qemu.pid},
            {"ExitCode", state.exit_code},
            {"Error", state.trouble},
            {"StartedAt", moment(state.started)},
            {"FinishedAt", moment(state.finished)}}},
          {"Machine",
           {{"Profile", state.profile},
            {"Accelerator", state.accelerator},
            {"MemoryMiB", state.memory_mib},
            {"Start", state.start},
            {"StartWhy", state.start_why}}},
          {"Ports", state.ports},
          {"NetworkSettings",
           {{"Network", state.network}, {"IPAddress", state.address}, {"HostLink", state.link}}},
          {"Supervisor", state.launcher.pid},
          {"Folder", folder},
          {"Kept", state.kept},
          {"Config", config ? Json::parse(*config, nullptr, false) : Json(nullptr)}};
}

// QEMU's command line, an option a line.
std::string qemu_arguments(const VmState& state) {
  const std::string line = sys::read_file(fmt::format("/proc/{}/cmdline", state.qemu.pid));
  std::string text;
  for (const std::string_view word : text::words(line, std::string_view("\0", 1))) {
    if (!text.empty()) text += word.starts_with('-') ? "\n" : " ";
    text += word;
  }
  return text + "\n";
}

void add_inspect(CLI::App& app, Context& context) {
  struct Options {
    bool xml = false;
    bool qemu = false;
  };
  const auto options = std::make_shared<Options>();
  const auto named = add_verb_on_vms(
      app,
      {"inspect", "All that is known of a VM, as JSON", "inspect web\ninspect --xml web\ninspect --qemu web",
       "state.json and config.json of the VM's folder; --xml is virDomainGetXMLDesc, asked of the process "
       "that "
       "holds libvirt; --qemu is /proc/PID/cmdline of QEMU: the same machine at three heights."});
  named->command->add_flag("--xml", options->xml, "The libvirt document of the running domain");
  named->command->add_flag("--qemu", options->qemu, "QEMU's command line")->excludes("--xml");
  named->command->final_callback([named, options, &context] {
    Json all = Json::array();
    for (const std::string& name : named->names) {
      if (options->xml) {
        fmt::print("{}", ask(name, "xml"));
      } else if (options->qemu) {
        fmt::print("{}", qemu_arguments(running_vm(name)));
      } else {
        all.push_back(view_of(name));
      }
    }
    if (!options->xml && !options->qemu)
      fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
    context.exit_code = 0;
  });
}

}  // namespace

void add_lists(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* command = add_verb(app, {"ls", "The VMs that run", "ls\nls -a\nls --format json",
                                     "a folder each below /run/vm-launcher. Whether its VM runs is whether "
                                     "its lock is held: flock(2) ends with "
                                     "its holder, even by kill -9, and then this command cleans up."});
  command->alias("list");
  command->add_flag("-a,--all", options->all, "Those that have ended, or not begun, too");
  command->add_flag("-q,--quiet", options->quiet, "Names only");
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->final_callback([options] { list(*options); });
  add_inspect(app, context);
}

}  // namespace vm::cli
