// See paths.h.
#include "mini-container/engine/paths.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "mini-container/engine/rootless.h"

namespace engine {

namespace {

// FNV-1a: a short name for a path, not a secret.
std::string hash_of(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
  }
  return fmt::format("{:08x}", hash);
}

}  // namespace

Paths paths_of(const std::string& asked) {
  const std::string root = asked.empty() && sys::geteuid() != 0 ? users_root() : asked;
  Paths paths;
  paths.root = root;
  paths.store = root.empty() ? "/var/lib/mini-container" : root + "/store";
  paths.run =
      root.empty() ? "/run/mini-container" : sys::readlink_if_present(root + "/run").value_or(root + "/run");
  paths.containers = paths.store + "/containers";
  paths.names = paths.store + "/names";
  paths.volumes = paths.store + "/volumes";
  paths.networks = paths.store + "/networks";
  paths.runtime_state = paths.run + "/runtime";
  paths.network = paths.run + "/network";
  paths.consoles = paths.run + "/tty";
  paths.mark = root.empty() ? "" : hash_of(root);
  return paths;
}

void make_directories(const Paths& paths) {
  // WHY: one look instead of seven; the last one made stands for all.
  if (sys::exists(paths.consoles) && sys::exists(paths.names)) return;
  sys::mkdir_parents(paths.store, 0711);
  sys::mkdir_if_missing(paths.containers, 0710);
  sys::mkdir_if_missing(paths.volumes, 0711);
  sys::mkdir_if_missing(paths.names, 0700);
  sys::mkdir_parents(paths.run, 0711);
  sys::mkdir_if_missing(paths.runtime_state, 0700);
  sys::mkdir_if_missing(paths.consoles, 0700);
}

std::string cgroup_path(const Paths& paths, const std::string& id) {
  return fmt::format("/mini-container/{}{}{}", paths.mark, paths.mark.empty() ? "" : "-", id);
}

std::string sibling_program(const std::string& name) {
  const std::string self = sys::readlink("/proc/self/exe");
  return self.substr(0, self.rfind('/') + 1) + name;
}

}  // namespace engine
