// `snapshot create`, `ls`, `revert`, `rm`: states of a VM's disks, by name. See verbs.h.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/time.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/disk/overlay.h"
#include "vm-launcher/launch/vm_disks.h"

namespace vm::cli {

namespace {

// A VM that does not run, held so that nobody starts it meanwhile, and the images that it writes.
struct StillDisks {
  explicit StillDisks(const std::string& name) : folder(hold(name)), images(images_of(folder)) {}
  VmFolder folder;
  std::vector<std::string> images;

 private:
  static VmFolder hold(const std::string& name) {
    if (known_vm(run_directory(), name).active())
      throw std::runtime_error(
          fmt::format("VM {0} runs, and a snapshot is of disks at rest. Next: vm-launcher stop {0}", name));
    return VmFolder::of_existing(run_directory(), name);
  }
  static std::vector<std::string> images_of(const VmFolder& folder) {
    const auto config = sys::read_file_if_present(folder.file(kConfigFile));
    if (!config) throw std::runtime_error("this VM is not kept. Next: make it by run -d or create");
    return snapshot_images(parse_request(*config), folder);
  }
};

bool has(const std::string& image, const std::string& snapshot) {
  const auto all = disk_snapshots(image);
  return std::any_of(all.begin(), all.end(), [&](const DiskSnapshot& one) { return one.name == snapshot; });
}

void create(const std::string& name, const std::string& snapshot) {
  const StillDisks disks(name);
  if (!valid_name(snapshot))
    throw std::runtime_error(fmt::format("snapshot {}: letters, digits, '_', '.' or '-'", snapshot));
  for (const std::string& image : disks.images)
    if (has(image, snapshot))
      throw std::runtime_error(fmt::format(
          "there is a snapshot {1} of {0} already. Next: vm-launcher snapshot rm {0} {1}", name, snapshot));
  for (const std::string& image : disks.images)
    make_disk_snapshot(image, snapshot);
}

void act(const std::string& name, const std::string& snapshot,
         void (*on_image)(const std::string&, const std::string&)) {
  const StillDisks disks(name);
  for (const std::string& image : disks.images)
    if (!has(image, snapshot))
      throw std::runtime_error(fmt::format("{} has no snapshot {}", image, snapshot));
  for (const std::string& image : disks.images)
    on_image(image, snapshot);
}

void list(const std::string& name) {
  const StillDisks disks(name);
  fmt::print("{:<28} {}\n", "SNAPSHOT", "CREATED");
  for (const DiskSnapshot& one : disk_snapshots(disks.images.front()))
    fmt::print("{:<28} {}\n", one.name, text::utc_time(one.made));
}

struct Words {
  std::string vm;
  std::string snapshot;
};

void add_one(CLI::App& app, const help::Verb& verb,
             const std::function<void(const std::string&, const std::string&)>& run) {
  const auto words = std::make_shared<Words>();
  CLI::App* command = help::add_verb(app, "vm-launcher snapshot", verb);
  command->add_option("NAME", words->vm, "Of the VM")->required();
  command->add_option("SNAPSHOT", words->snapshot, "Name of the snapshot")->required();
  command->final_callback([words, run] {
    run(words->vm, words->snapshot);
    fmt::print("{}\n", words->snapshot);
  });
}

}  // namespace

void add_snapshot(CLI::App& app) {
  CLI::App* group = add_verb(
      app,
      {"snapshot", "States of the disks of a VM that does not run",
       "snapshot create db before-upgrade\nsnapshot ls db\nsnapshot revert db before-upgrade",
       "a qcow2 image counts how often each of its clusters is used. A snapshot is a copy of the table that "
       "leads to them; what is written later goes to new ones."});
  group->require_subcommand(1);
  add_one(*group,
          {"create", "Keep the disks as they are now under a name", "create db before-upgrade",
           "qemu-img snapshot -c, on each image that the VM writes. Raw and scratch disks keep none."},
          create);
  add_one(*group,
          {"revert", "Make the disks what they were", "revert db before-upgrade",
           "qemu-img snapshot -a: what was written since is gone, unless another snapshot has it."},
          [](const auto& name, const auto& snapshot) { act(name, snapshot, revert_to_disk_snapshot); });
  add_one(*group,
          {"rm", "Forget a snapshot; the disks stay as they are", "rm db before-upgrade",
           "qemu-img snapshot -d: clusters that nothing else uses become free."},
          [](const auto& name, const auto& snapshot) { act(name, snapshot, remove_disk_snapshot); });
  const auto name = std::make_shared<std::string>();
  CLI::App* listing = help::add_verb(*group, "vm-launcher snapshot",
                                     {"ls", "The snapshots of a VM's disks", "ls db",
                                      "qemu-img info: the table of snapshots in the image's header."});
  listing->add_option("NAME", *name, "Of the VM")->required();
  listing->final_callback([name] { list(*name); });
}

}  // namespace vm::cli
