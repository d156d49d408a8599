// See spec.h.
#include "vm-launcher/disk/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/text/text.h"

namespace vm {

namespace {

constexpr unsigned kMostMebibytes = 16U << 20U;  // 16 TiB, the most that ext4 takes with blocks of 4 KiB

constexpr std::size_t kMostDisks = 6;  // a microvm has eight virtio slots, and the agent's port takes one

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& reason) {
  throw std::runtime_error(fmt::format("{} {}: {}", option, text, reason));
}

// What follows the first part: a mount point, "ro" or "rw", each at most once and in this order.
DiskSpec parse_rest(const std::string& option, const std::string& text,
                    const std::vector<std::string_view>& parts) {
  DiskSpec spec;
  auto part = parts.begin() + 1;
  if (part != parts.end() && part->find('/') != std::string_view::npos) {
    if (!is_mount_point(*part))
      refuse(option, text, "the mount point is an absolute path without \"..\", and not the root itself");
    spec.mount_point = *part++;
  }
  if (part != parts.end() && (*part == "ro" || *part == "rw")) {
    spec.read_only = *part == "ro";
    spec.write_through = *part++ == "rw";
  }
  if (part != parts.end())
    refuse(option, text, fmt::format("what is \"{}\"? After ':' comes /MOUNTPOINT or ro", *part));
  return spec;
}

}  // namespace

bool is_mount_point(std::string_view path) {
  const auto parts = text::split(path, '/');
  const bool climbs = std::find(parts.begin(), parts.end(), "..") != parts.end();
  return path.starts_with('/') && path.find_first_not_of('/') != std::string_view::npos && !climbs;
}

DiskSpec parse_disk(const std::string& text) {
  const auto parts = text::split(text, ':');
  if (parts.front().empty()) refuse("--disk", text, "name a file: FILE[:/MOUNTPOINT][:ro]");
  DiskSpec spec = parse_rest("--disk", text, parts);
  spec.file = parts.front();
  return spec;
}

DiskSpec parse_scratch(const std::string& text) {
  const auto parts = text::split(text, ':');
  DiskSpec spec = parse_rest("--scratch", text, parts);
  if (spec.read_only) refuse("--scratch", text, "an empty disk that cannot be written is of no use");
  spec.scratch_mib = mebibytes("--scratch", std::string(parts.front()));
  return spec;
}

void check_together(const std::vector<DiskSpec>& disks) {
  if (disks.size() > kMostDisks)
    throw std::runtime_error(fmt::format("a VM has at most {} disks, not {}", kMostDisks, disks.size()));
  std::set<std::string> taken;
  for (const DiskSpec& disk : disks) {
    if (!disk.mount_point.empty() && !taken.insert(disk.mount_point).second)
      throw std::runtime_error(fmt::format("two disks want the mount point {}", disk.mount_point));
  }
}

unsigned mebibytes(const std::string& option, const std::string& text) {
  std::string_view digits = text;
  unsigned unit = 1;
  if (!digits.empty() && std::string_view("mMgG").find(digits.back()) != std::string_view::npos) {
    unit = digits.back() == 'g' || digits.back() == 'G' ? 1024 : 1;
    digits.remove_suffix(1);
  }
  const auto value = text::number<unsigned>(digits);
  if (!value || *value == 0 || *value > kMostMebibytes / unit)
    refuse(option, text, "give MiB, or a number with m or g, such as 512m or 1g");
  return *value * unit;
}

std::string format_named_by(const std::string& file) {
  return file.ends_with(".qcow2") ? "qcow2" : "raw";
}

}  // namespace vm
