// See busybox.h.
#include "mini-container/image/busybox.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/sys/process.h"
#include "base/text/time.h"
#include "mini-container/image/tar_writer.h"

namespace image {

namespace {

using Json = nlohmann::json;

constexpr const char* kName = "busybox:latest";
// The day Debian 12 came out: a date that does not depend on when or where the image is made.
constexpr std::int64_t kDate = 1686355200;

constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "daemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
    "www-data:x:33:33:www-data:/var/www:/bin/false\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n";
constexpr const char* kGroup = "root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n";
constexpr const char* kNsswitch = "passwd: files\ngroup: files\nhosts: files dns\n";
constexpr const char* kPage =
    "<!doctype html>\n<title>isolab</title>\n<h1>It works</h1>\n<p>This page is served from a "
    "container.</p>\n";

struct FileOfText {
  const char* path;
  const char* text;
};
// The three empty ones are what the engine mounts its generated files on.
constexpr FileOfText kTexts[] = {
    {"etc/passwd", kPasswd}, {"etc/group", kGroup},   {"etc/nsswitch.conf", kNsswitch}, {"etc/hostname", ""},
    {"etc/hosts", ""},       {"etc/resolv.conf", ""}, {"var/www/index.html", kPage}};

struct Folder {
  const char* path;
  mode_t mode;
};
constexpr Folder kFolders[] = {{"bin", 0755},      {"dev", 0755},  {"etc", 0755},      {"home", 0755},
                               {"proc", 0555},     {"root", 0700}, {"run", 0755},      {"sbin", 0755},
                               {"sys", 0555},      {"tmp", 01777}, {"usr", 0755},      {"usr/bin", 0755},
                               {"usr/sbin", 0755}, {"var", 0755},  {"var/tmp", 01777}, {"var/www", 0755},
                               {"mnt", 0755}};

TarEntry entry_at(const std::string& path, mode_t type, mode_t mode) {
  TarEntry entry;
  entry.path = path;
  entry.type = type;
  entry.mode = mode;
  entry.modified = {kDate, 0};
  return entry;
}

void add_file(TarWriter& tar, const std::string& path, std::string_view content, mode_t mode) {
  TarEntry entry = entry_at(path, S_IFREG, mode);
  entry.size = content.size();
  tar.add(entry);
  tar.content(content);
}

// True for a program that needs no interpreter (no PT_INTERP): the only kind that runs in an otherwise empty
// root. Reads: elf(5).
bool is_static_program(const std::string& bytes) {
  Elf64_Ehdr header{};
  if (bytes.size() < sizeof header) return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(static_cast<const unsigned char*>(header.e_ident), ELFMAG, SELFMAG) != 0) return false;
  for (std::uint64_t index = 0; index < header.e_phnum; ++index) {
    const std::uint64_t at = header.e_phoff + index * sizeof(Elf64_Phdr);
    Elf64_Phdr segment{};
    if (at > bytes.size() || bytes.size() - at < sizeof segment) return false;
    std::memcpy(&segment, bytes.data() + at, sizeof segment);
    if (segment.p_type == PT_INTERP) return false;
  }
  return true;
}

std::string read_busybox(const std::string& path) {
  auto bytes = sys::read_file_if_present(path);
  if (!bytes || !is_static_program(*bytes)) {
    throw std::runtime_error(
        fmt::format("the default image is made from {}, which is {}: install the Debian package "
                    "busybox-static, or import an image "
                    "of your own with `mini-container image import TAR NAME`",
                    path, bytes ? "not a static program" : "missing"));
  }
  return *std::move(bytes);
}

// "bin/ls", "usr/bin/env" ...: what this busybox can be called as.
std::vector<std::string> applets_of(const std::string& busybox) {
  sys::Pipe pipe = sys::pipe();
  sys::SpawnOptions options;
  options.output = pipe.write.get();
  sys::Child child = sys::spawn({busybox, "--list-full"}, options);
  pipe.write.reset();
  std::istringstream list(sys::read_to_end(pipe.read.get()));
  if (child.wait().shell_code() != 0)
    throw std::runtime_error(busybox + " --list-full failed: its package is damaged");
  std::vector<std::string> applets;
  for (std::string path; std::getline(list, path);) {
    if (!split_name(path).empty() && path != "bin/busybox") applets.push_back(path);
  }
  return applets;
}

// Where a program came from and when it last changed: enough to know, without reading it, that it is the same.
std::string stamp_of(const std::string& path) {
  const auto status = sys::stat_if_present(path);
  if (!status) return path + " missing";
  return fmt::format("{} {}:{} {} {}.{} {}.{}", path, status->st_dev, status->st_ino, status->st_size,
                     status->st_mtim.tv_sec, status->st_mtim.tv_nsec, status->st_ctim.tv_sec,
                     status->st_ctim.tv_nsec);
}

BusyboxInputs inputs_of_this_host() {
  const std::string self = sys::readlink("/proc/self/exe");
  const std::string sibling = self.substr(0, self.rfind('/') + 1) + "workload";
  return {.busybox = "/bin/busybox", .workload = sys::exists(sibling) ? sibling : ""};
}

// STORE/busybox.json: from what the image was made last.
struct Made {
  std::string stamp;
  std::string image;
};

Made read_made(const std::string& path) {
  const auto text = sys::read_file_if_present(path);
  if (!text) return {};
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return {};
  return {json.value("stamp", ""), json.value("image", "")};
}

Image build(Store& store, const BusyboxInputs& inputs) {
  const trace::Phase phase("make the default image",
                           "first use, or busybox or workload changed on this host");
  const sys::UniqueFd tar = sys::memfd_create("busybox.tar");
  sys::pwrite_all(tar.get(), busybox_tar(inputs), 0);
  ImportOptions options;
  options.created = text::utc_time(kDate);
  options.comment = "Made of busybox-static on this machine";
  options.config.cmd = {"sh"};
  options.config.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  options.config.working_dir = "/";
  return store.import_tar(tar.get(), parse_reference(kName), options);
}

}  // namespace

bool is_busybox(const std::string& reference) {
  return reference == "busybox" || reference == kName;
}

std::string busybox_tar(const BusyboxInputs& inputs) {
  const std::string busybox = read_busybox(inputs.busybox);
  std::string bytes;
  TarWriter tar([&](std::string_view piece) { bytes += piece; });
  for (const Folder& folder : kFolders)
    tar.add(entry_at(folder.path, S_IFDIR, folder.mode));
  for (const FileOfText& file : kTexts)
    add_file(tar, file.path, file.text, 0644);
  add_file(tar, "bin/busybox", busybox, 0755);
  if (!inputs.workload.empty()) add_file(tar, "bin/workload", sys::read_file(inputs.workload), 0755);
  for (const std::string& applet : applets_of(inputs.busybox)) {
    TarEntry link = entry_at(applet, S_IFLNK, 0777);
    link.symlink = "/bin/busybox";
    tar.add(link);
  }
  tar.finish();
  return bytes;
}

Image ensure_busybox(Store& store) {
  const std::string record = store.directory() + "/busybox.json";
  const BusyboxInputs inputs = inputs_of_this_host();
  const std::string stamp = stamp_of(inputs.busybox) + "; " + stamp_of(inputs.workload);
  const auto usable = [&]() -> std::optional<Image> {
    auto image = store.find(kName);
    const Made made = read_made(record);
    // An image that the user gave this name is the user's choice.
    return image && (image->id != made.image || made.stamp == stamp) ? image : std::nullopt;
  };
  if (auto image = usable()) return *image;

  sys::mkdir_parents(store.directory(), 0711);
  const sys::UniqueFd lock = sys::lock_file(store.directory() + "/busybox.lock");
  // Of many that come first at once, one builds; the others find it done.
  if (auto image = usable()) return *image;
  Image image = build(store, inputs);
  sys::write_file_atomically(record, Json{{"stamp", stamp}, {"image", image.id}}.dump(2) + "\n");
  return image;
}

}  // namespace image
