// See modules.h.
#include "vm-launcher/kernel/modules.h"

#include <algorithm>
#include <set>

#include "base/sys/file.h"

namespace vm {

namespace {

constexpr const char* kKept[] = {"/drivers/virtio/",
                                 "/drivers/char/virtio_console",
                                 "/drivers/char/hw_random/",
                                 "/drivers/block/virtio_blk",
                                 "/drivers/net/virtio_net",
                                 "/drivers/net/net_failover",
                                 "/net/core/failover",
                                 "/fs/overlayfs/",
                                 "/fs/fuse/",
                                 "/fs/isofs/",
                                 "/fs/ext4/",
                                 "/fs/jbd2/",
                                 "/fs/mbcache",
                                 "/lib/crc16",
                                 "/crypto/crc32c_generic",
                                 "/net/vmw_vsock/"};

std::string path_of(const std::string& directory, std::string name) {
  // A module's file may be spelled with dashes where its name has underscores.
  std::string path = directory + "/" + name + ".ko";
  if (sys::exists(path)) return path;
  std::replace(name.begin(), name.end(), '_', '-');
  path = directory + "/" + name + ".ko";
  return sys::exists(path) ? path : "";
}

void visit(const std::string& directory, const std::string& name, std::set<std::string>& seen,
           std::vector<std::string>& order) {
  if (!seen.insert(name).second) return;
  const std::string path = path_of(directory, name);
  if (path.empty()) return;
  for (const std::string& dependency : dependencies_of(sys::read_file(path)))
    visit(directory, dependency, seen, order);
  order.push_back(path);
}

}  // namespace

bool worth_keeping(const std::string& path) {
  return std::any_of(std::begin(kKept), std::end(kKept),
                     [&](const char* part) { return path.find(part) != std::string::npos; });
}

std::string kept_modules() {
  std::string list;
  for (const char* part : kKept)
    list += std::string(part) + "\n";
  return list;
}

std::vector<std::string> dependencies_of(const std::string& module) {
  static const std::string kKey("\0depends=", 9);
  const std::size_t start = module.find(kKey);
  if (start == std::string::npos) return {};
  std::vector<std::string> names(1);
  for (std::size_t at = start + kKey.size(); at < module.size() && module[at] != '\0'; ++at) {
    if (module[at] == ',') {
      names.emplace_back();
    } else {
      names.back() += module[at];
    }
  }
  if (names.front().empty()) names.clear();
  return names;
}

std::vector<std::string> in_load_order(const std::string& directory, const std::vector<std::string>& wanted) {
  std::vector<std::string> order;
  if (directory.empty()) return order;
  std::set<std::string> seen;
  for (const std::string& name : wanted)
    visit(directory, name, seen, order);
  return order;
}

}  // namespace vm
