// See kernel.h.
#include "vm-launcher/kernel/kernel.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "base/sys/file.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cache/program.h"
#include "vm-launcher/kernel/modules.h"
#include "vm-launcher/kernel/vmlinux.h"

namespace vm {

namespace {

namespace fs = std::filesystem;

constexpr char kMetaPackage[] = "linux-image-cloud-amd64";

// "linux-image-6.1.0-56-cloud-amd64": what the meta package stands for today.
std::string package_of_today() {
  const std::string text = output_of({"apt-cache", "depends", "--no-recommends", kMetaPackage});
  const std::size_t start = text.find("linux-image-", text.find("Depends:"));
  if (text.find("Depends:") == std::string::npos || start == std::string::npos) {
    throw std::runtime_error(fmt::format("apt knows no package {}. Try: apt-get update", kMetaPackage));
  }
  return text.substr(start, text.find_first_of(" \n", start) - start);
}

// Downloads into `staging` and returns the .deb. WHY the option: apt's own sandbox user may not write there, and
// apt would warn about that; the signature check is the same.
std::string download(const std::string& package, const std::string& staging) {
  output_of({"sh", "-c", "cd \"$1\" && exec apt-get -q -o APT::Sandbox::User=root download \"$2\"", "sh",
             staging, package});
  for (const std::string& name : sys::list_directory(staging)) {
    if (name.ends_with(".deb")) return fmt::format("{}/{}", staging, name);
  }
  throw std::runtime_error("apt-get download left no package");
}

// Moves the useful parts of the unpacked package into `target`.
void keep_what_boots(const std::string& unpacked, const std::string& release, const std::string& target) {
  sys::mkdir_parents(target + "/modules");
  extract_vmlinux(fmt::format("{}/boot/vmlinuz-{}", unpacked, release), target + "/vmlinux");
  for (const auto& entry :
       fs::recursive_directory_iterator(fmt::format("{}/lib/modules/{}", unpacked, release))) {
    const std::string name = entry.path().filename();
    if (entry.is_regular_file() && name.ends_with(".ko") && worth_keeping(entry.path())) {
      sys::rename(entry.path(), fmt::format("{}/modules/{}", target, name));
    }
  }
}

void make(const std::string& folder, const Progress& progress) {
  const std::string package = package_of_today();
  const std::string release = package.substr(std::string("linux-image-").size());
  progress(fmt::format("downloading the guest kernel {} (27 MB, once)", release));
  const std::string staging = folder + "/staging";
  sys::remove_tree(staging);
  sys::mkdir_parents(staging + "/ready");
  const std::string archive = download(package, staging);
  output_of({"dpkg-deb", "-x", archive, staging + "/unpacked"});
  keep_what_boots(staging + "/unpacked", release, staging + "/ready");
  sys::remove_tree(folder + "/" + release);
  sys::rename(staging + "/ready", folder + "/" + release);
  sys::write_file_atomically(folder + "/kept", kept_modules());
  // ORDER: last. Whoever reads "current" finds everything it names.
  sys::write_file_atomically(folder + "/current", release);
  sys::remove_tree(staging);
}

// A cache of an earlier version may lack modules that this one asks for.
bool is_complete(const std::string& folder) {
  return sys::exists(folder + "/current") && sys::read_file_if_present(folder + "/kept") == kept_modules();
}

}  // namespace

GuestKernel ensure_kernel(const Progress& progress) {
  const std::string folder = cache_directory() + "/kernel";
  if (!is_complete(folder)) {
    sys::mkdir_parents(folder);
    const sys::UniqueFd lock = sys::lock_file(folder + "/lock");
    if (!is_complete(folder)) make(folder, progress);
  }
  const std::string release = sys::read_file(folder + "/current");
  const std::string home = folder + "/" + release;
  return {release, home + "/vmlinux", home + "/modules"};
}

GuestKernel user_kernel(const std::string& path, const std::string& scratch) {
  if (!is_elf(path)) {
    extract_vmlinux(path, scratch);
    return {"(given)", scratch, ""};
  }
  return {"(given)", fs::absolute(path), ""};
}

}  // namespace vm
