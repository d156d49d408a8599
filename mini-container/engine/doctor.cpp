// See doctor.h.
#include "mini-container/engine/doctor.h"

#include <fmt/format.h>
#include <sched.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "mini-container/engine/doctor_user.h"
#include "mini-container/network/dns.h"
#include "mini-container/network/whole.h"

namespace engine {

namespace {

// Runs `attempt` in a child with new namespaces; what went wrong, or "" when all went well.
std::string try_in_child(std::uint64_t flags, const std::function<void()>& attempt) {
  try {
    sys::Pipe pipe = sys::pipe();
    sys::Child child = sys::clone3({flags, -1}, [&] {
      try {
        attempt();
        return 0;
      } catch (const std::exception& error) {
        sys::write_if_read(pipe.write.get(), error.what());
        return 1;
      }
    });
    pipe.write.reset();
    const std::string message = sys::read_to_end(pipe.read.get());
    const int code = child.wait().shell_code();
    return code == 0 ? "" : message.empty() ? fmt::format("the child ended with {}", code) : message;
  } catch (const sys::Error& error) {
    return error.what();
  }
}

Check check(std::string name, const std::string& failure, const std::string& detail, std::string consequence,
            std::string remedy) {
  return {std::move(name), failure.empty(), failure.empty() ? detail : failure, std::move(consequence),
          std::move(remedy)};
}

void add_namespaces(std::vector<Check>& checks) {
  struct Kind {
    const char* name;
    std::uint64_t flag;
    const char* consequence;
  };
  static constexpr std::uint64_t kTime = 0x80;  // CLONE_NEWTIME: not for clone(2) flags below 0x100
  static constexpr std::array kinds = {
      Kind{"mount", CLONE_NEWNS, "no container can have a root file system of its own"},
      Kind{"pid", CLONE_NEWPID, "containers would see, and could signal, the host's processes"},
      Kind{"ipc", CLONE_NEWIPC, "containers would share the host's System V objects and message queues"},
      Kind{"uts", CLONE_NEWUTS, "containers would share the host's name"},
      Kind{"net", CLONE_NEWNET, "only --network host works"},
      Kind{"cgroup", CLONE_NEWCGROUP, "containers would see the host's cgroup paths"},
      Kind{"user", CLONE_NEWUSER, "no containers without root"},
      Kind{"time", kTime, "no container can have a clock offset of its own"}};
  for (const Kind& kind : kinds) {
    // As the kernel demands, a time namespace is made by unshare(2) and takes effect for children.
    const std::string failure =
        kind.flag == kTime ? try_in_child(0, [] { sys::unshare(kTime); }) : try_in_child(kind.flag, [] {});
    const std::string remedy =
        kind.flag == CLONE_NEWUSER
            ? "sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1"
            : "run as root, on a kernel with its CONFIG_*_NS; inside another container it may be forbidden";
    checks.push_back(
        check(fmt::format("namespace {}", kind.name), failure, "made one", kind.consequence, remedy));
  }
}

void add_cgroups(std::vector<Check>& checks) {
  const auto v2 = sys::read_file_if_present("/sys/fs/cgroup/cgroup.controllers");
  std::string detail, missing;
  for (const char* controller : {"cpu", "memory", "pids", "cpuset"}) {
    const bool there = v2 ? v2->find(controller) != std::string::npos
                          : sys::exists(fmt::format("/sys/fs/cgroup/{}/cgroup.procs", controller));
    (there ? detail : missing) += fmt::format(" {}", controller);
  }
  const bool hybrid = !v2 && sys::exists("/sys/fs/cgroup/unified/cgroup.procs");
  const std::string version = v2 ? "v2" : hybrid ? "v1 with an empty v2 beside it (hybrid)" : "v1";
  checks.push_back(check("cgroups", missing.empty() ? "" : fmt::format("{}, without{}", version, missing),
                         fmt::format("{}:{}", version, detail),
                         "limits by the missing controllers are refused",
                         "mount the controllers (v1), or enable them in cgroup.subtree_control (v2)"));
}

void try_overlay() {
  sys::mount("", "/", "", MS_REC | MS_PRIVATE);
  const std::string place = "/tmp";
  sys::mount("tmpfs", place, "tmpfs", 0);
  for (const char* name : {"lower", "upper", "work", "merged"})
    sys::mkdir(place + "/" + name);
  sys::mount("overlay", place + "/merged", "overlay", 0,
             "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work");
}

// A bridge network in namespaces that vanish with the child: the first plays the host, the second a container.
void try_network() {
  const sys::UniqueFd host = sys::open("/proc/self/ns/net", O_RDONLY);
  sys::unshare(CLONE_NEWNET);
  const sys::UniqueFd container = sys::open("/proc/self/ns/net", O_RDONLY);
  sys::setns(host.get(), CLONE_NEWNET);
  const std::string state = fmt::format("/tmp/isolab-doctor-{}", sys::getpid());
  sys::mkdir_parents(state);
  network::Network network(state);
  network::AttachOptions options;
  options.ports.push_back(network::parse_port("65000:80"));
  try {
    network.attach("doctor", sys::fd_path(container.get()), options);
  } catch (...) {
    sys::remove_tree(state);
    throw;
  }
  network::remove_all(state);
}

void add_calls(std::vector<Check>& checks) {
  const auto actions = sys::read_file_if_present("/proc/sys/kernel/seccomp/actions_avail").value_or("");
  checks.push_back(check("seccomp", actions.find("errno") == std::string::npos ? "no seccomp filters" : "",
                         "filters, with: " + actions.substr(0, actions.find('\n')),
                         "containers could make every system call", "a kernel with CONFIG_SECCOMP_FILTER"));
  checks.push_back(check("pidfd", try_in_child(0, [] { sys::pidfd_open(sys::getpid()); }), "pidfd_open works",
                         "no container can be watched safely", "a kernel from 5.3 on"));
  checks.push_back(check("openat2",
                         try_in_child(0,
                                      [] {
                                        const sys::UniqueFd root = sys::open("/", O_PATH);
                                        sys::open_in_root(root.get(), "proc", O_PATH);
                                      }),
                         "paths can be confined to a root", "images cannot be opened safely",
                         "a kernel from 5.6 on; a seccomp filter around us may refuse it"));
}

void add_programs(std::vector<Check>& checks) {
  const bool own = sys::exists(sibling_program("mini-runtime"));
  checks.push_back(check("mini-runtime", own ? "" : "not beside this program",
                         sibling_program("mini-runtime"),
                         "`run` needs --runtime crun, or another OCI runtime", "build it: ./isolab build"));
  checks.push_back(check("aardvark-dns", network::dns_installed() ? "" : "not installed", "installed",
                         "containers of user-defined networks do not find each other by name",
                         "apt-get install aardvark-dns"));
}

}  // namespace

std::vector<Check> examine_host(const Paths&) {
  std::vector<Check> checks = examine_user();
  add_namespaces(checks);
  add_cgroups(checks);
  checks.push_back(check("overlay", try_in_child(CLONE_NEWNS, try_overlay), "mounted one on a tmpfs",
                         "containers cannot share image layers", "modprobe overlay"));
  checks.push_back(check("bridge and nftables", try_in_child(CLONE_NEWNET, try_network),
                         "made a bridge, a veth pair and a port map in a network namespace of their own",
                         "only --network none and host work", "modprobe nf_tables nft_nat bridge veth"));
  add_calls(checks);
  add_programs(checks);
  return checks;
}

std::string to_text(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& one : checks) {
    text += fmt::format("{:4} {:20} {}\n", one.works ? "ok" : "NO", one.name, one.detail);
    if (!one.works)
      text += fmt::format("     consequence: {}\n     remedy:      {}\n", one.consequence, one.remedy);
  }
  return text;
}

std::string to_json(const std::vector<Check>& checks) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& one : checks) {
    nlohmann::json entry = {{"name", one.name}, {"works", one.works}, {"detail", one.detail}};
    if (!one.works) {
      entry["consequence"] = one.consequence;
      entry["remedy"] = one.remedy;
    }
    list.push_back(std::move(entry));
  }
  return list.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace engine
