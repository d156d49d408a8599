// `system df`: what images, containers and volumes take of the disk. See commands.h.
#include "mini-container/engine/disk_usage.h"

#include <fmt/format.h>

#include <ctime>

#include "base/text/size.h"
#include "mini-container/cli/commands.h"
#include "mini-container/cli/listing.h"
#include "mini-container/engine/names.h"

namespace cli {

namespace {

using text::size_text;

Json sum_row(const char* type, const engine::UsageSum& sum) {
  const std::string part = sum.bytes == 0 ? "" : fmt::format(" ({}%)", sum.reclaimable * 100 / sum.bytes);
  return {{"Type", type},
          {"TotalCount", std::to_string(sum.total)},
          {"Active", std::to_string(sum.active)},
          {"Size", size_text(sum.bytes, 4)},
          {"Reclaimable", size_text(sum.reclaimable, 4) + part}};
}

std::string summary(const engine::DiskUsage& usage, const std::string& format) {
  const Listing listing = {{{"Type", "TYPE"},
                            {"TotalCount", "TOTAL"},
                            {"Active", "ACTIVE"},
                            {"Size", "SIZE"},
                            {"Reclaimable", "RECLAIMABLE"}},
                           {"Type", "TotalCount", "Active", "Size", "Reclaimable"},
                           {sum_row("Images", usage.of_images), sum_row("Containers", usage.of_containers),
                            sum_row("Local Volumes", usage.of_volumes)}};
  return listing_text(listing, format);
}

std::string age(const std::string& time) {
  const std::int64_t now = std::time(nullptr);
  return engine::duration_text(now - engine::seconds_of(time).value_or(now)) + " ago";
}

std::string images_part(const engine::DiskUsage& usage) {
  std::vector<std::vector<std::string>> rows = {
      {"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS"}};
  for (const engine::ImageUsage& one : usage.images) {
    const std::string name = one.image.names.empty() ? "<none>:<none>" : one.image.names.front();
    const std::size_t colon = name.rfind(':');
    rows.push_back({name.substr(0, colon), name.substr(colon + 1), image::short_id(one.image),
                    age(one.image.created), size_text(one.image.size()), size_text(one.shared),
                    size_text(one.image.size() - one.shared), std::to_string(one.containers)});
  }
  return "Images space usage:\n\n" + table(rows);
}

std::string containers_part(const engine::DiskUsage& usage) {
  std::vector<std::vector<std::string>> rows = {
      {"CONTAINER ID", "IMAGE", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES"}};
  for (const engine::ContainerUsage& one : usage.containers) {
    const engine::Container& container = one.container;
    rows.push_back({engine::short_id(container.id), container.settings.image,
                    std::to_string(container.settings.volumes.size()), size_text(one.written),
                    age(container.created), engine::status_text(container, std::time(nullptr)),
                    container.name});
  }
  return "\nContainers space usage:\n\n" + table(rows);
}

std::string volumes_part(const engine::DiskUsage& usage) {
  std::vector<std::vector<std::string>> rows = {{"VOLUME NAME", "LINKS", "SIZE"}};
  for (const engine::VolumeUsage& one : usage.volumes)
    rows.push_back({one.name, std::to_string(one.containers), size_text(one.bytes)});
  return "\nLocal Volumes space usage:\n\n" + table(rows);
}

}  // namespace

void add_disk_usage(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"df", "What images, containers and volumes take of the disk",
            "system df\nsystem df -v\nsystem df --format '{{.Type}}: {{.Reclaimable}}'",
            "the files of each layer, counted once however many images share it; of each container's upper "
            "directory; of each volume. Reclaimable is what no container, or no running one, needs."});
  struct Options {
    bool verbose = false;
    std::string format;
  };
  const auto options = std::make_shared<Options>();
  command->add_flag("-v,--verbose", options->verbose, "Each image, container and volume");
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] {
    const engine::DiskUsage usage = engine::disk_usage(context.engine());
    print(options->verbose ? images_part(usage) + containers_part(usage) + volumes_part(usage)
                           : summary(usage, options->format));
  });
}

}  // namespace cli
