// See image.h.
#include "vm-launcher/initramfs/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cache/program.h"
#include "vm-launcher/initramfs/initramfs.h"

namespace vm {

namespace {

using nlohmann::json;

std::vector<std::string> strings(const json& config, const char* name) {
  const auto member = config.find(name);
  if (member == config.end() || member->is_null()) return {};
  return member->get<std::vector<std::string>>();
}

std::string text(const json& config, const char* name) {
  const auto member = config.find(name);
  return member == config.end() || member->is_null() ? "" : member->get<std::string>();
}

ImageFacts facts_of(const std::string& image) {
  const std::string program = sibling_program("mini-container");
  if (!sys::exists(program)) {
    throw std::runtime_error(
        fmt::format("{} is missing: images come from it. Build it, or use --rootfs TAR", program));
  }
  const ProgramResult result = run_program({program, "image", "inspect", image});
  if (result.code != 0) throw std::runtime_error(fmt::format("image {}: {}", image, result.error));
  return parse_image_inspect(result.output);
}

// `mini-container image export NAME` writes the flattened tar on its standard output.
void export_image(const std::string& image, int cpio) {
  sys::Pipe tar = sys::pipe();
  sys::SpawnOptions options;
  options.output = tar.write.get();
  sys::Child child = sys::spawn({sibling_program("mini-container"), "image", "export", image}, options);
  tar.write.reset();
  tar_to_cpio(tar.read.get(), cpio);
  if (const int code = child.wait().shell_code(); code != 0) {
    throw std::runtime_error(
        fmt::format("mini-container image export {} failed with exit code {}", image, code));
  }
}

void write_root(const RootSource& source, int cpio) {
  if (!source.image.empty()) return export_image(source.image, cpio);
  if (!source.tar.empty()) return tar_to_cpio(sys::open(source.tar, O_RDONLY).get(), cpio);
  if (source.nothing) return;
  std::string bytes = sys::read_file(source.initrd);
  // SPEC: buffer-format.rst: zeros up to a multiple of four may stand between two archives.
  bytes.resize((bytes.size() + 3) / 4 * 4);
  sys::write_all(cpio, bytes);
}

// File names take no ':' or '/' of an image id.
std::string key_of(const RootSource& source, const std::string& image_id) {
  if (!source.image.empty()) return image_id.substr(image_id.find(':') + 1).substr(0, 32);
  if (source.nothing) return "probe";
  return "file-" + file_stamp(source.tar.empty() ? source.initrd : source.tar);
}

// The cache keeps the newest archives. WHY so many: another launcher may be about to hand an older one to QEMU, which
// reads it once, at its start.
void forget_oldest(const std::string& folder) {
  constexpr std::size_t kKept = 16;
  std::vector<std::pair<time_t, std::string>> files;
  for (const std::string& name : sys::list_directory(folder)) {
    std::string path = fmt::format("{}/{}", folder, name);
    if (const auto status = sys::stat_if_present(path)) files.emplace_back(status->st_mtime, std::move(path));
  }
  std::sort(files.rbegin(), files.rend());
  for (std::size_t index = kKept; index < files.size(); ++index)
    sys::unlink_if_present(files[index].second);
}

}  // namespace

ImageFacts parse_image_inspect(const std::string& document) {
  try {
    json parsed = json::parse(document);
    // Docker prints an array of one.
    if (parsed.is_array() && parsed.size() == 1) parsed = json(parsed[0]);
    ImageFacts facts;
    facts.id = parsed.at("Id").get<std::string>();
    if (facts.id.empty() || facts.id.find('/') != std::string::npos)
      throw std::runtime_error("Id is not a digest");
    const auto config = parsed.find("Config");
    if (config == parsed.end() || config->is_null()) return facts;
    facts.config = {strings(*config, "Entrypoint"), strings(*config, "Cmd"), strings(*config, "Env"),
                    text(*config, "WorkingDir"), text(*config, "User")};
    return facts;
  } catch (const json::exception& error) {
    throw std::runtime_error(fmt::format("mini-container image inspect: {}", error.what()));
  }
}

Initramfs ensure_initramfs(const RootSource& source, const GuestKernel& kernel,
                           const std::vector<std::string>& modules) {
  const ImageFacts facts = source.image.empty() ? ImageFacts{} : facts_of(source.image);
  const std::string guest_init = sibling_program("guest-init");
  std::string modules_key;
  for (const std::string& module : modules)
    modules_key += module.substr(module.rfind('/') + 1);
  const std::string folder = cache_directory() + "/initramfs";
  const std::string path =
      fmt::format("{}/{}-{}-{}-{:x}.cpio", folder, key_of(source, facts.id), file_stamp(guest_init),
                  kernel.release, std::hash<std::string>{}(modules_key));
  if (sys::exists(path)) return {path, facts.config};
  sys::mkdir_parents(folder);
  const std::string temporary = fmt::format("{}.{}", path, sys::getpid());
  try {
    const sys::UniqueFd file = sys::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    write_root(source, file.get());
    write_guest_part(file.get(), guest_init, modules);
    sys::rename(temporary, path);
    forget_oldest(folder);
  } catch (...) {
    sys::unlink_if_present(temporary);
    throw;
  }
  return {path, facts.config};
}

}  // namespace vm
