// The group `volume`: create, ls, inspect, rm, prune. See commands.h.
#include "mini-container/engine/volumes.h"

#include <fmt/format.h>

#include <algorithm>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/cli/listing.h"
#include "mini-container/cli/prune_verb.h"

namespace cli {

namespace {

using engine::VolumeRecord;
using engine::Volumes;

Volumes volumes_of(Context& context) {
  return Volumes(context.engine().registry());
}

void add_create(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"create", "Make a volume",
                     "volume create data\nvolume create --label course=1 notes\n"
                     "volume create -o type=tmpfs -o device=tmpfs -o o=size=64m scratch\n"
                     "volume create -o type=none -o device=/srv/data -o o=bind shared",
                     "a directory below STORE/volumes that no container owns, bind mounted into those that "
                     "ask for it; with "
                     "options, mount(8) mounts what they say there while a running container has it."});
  struct Options {
    std::string name, driver = "local";
    std::vector<std::string> labels, options;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("VOLUME", options->name, "Its name (default: 64 random digits)");
  command->add_option("-d,--driver", options->driver, "local: the only one")->capture_default_str();
  add_list_option(*command, "--label", options->labels,
                  "A name and a value that ls and inspect show: NAME=value");
  add_list_option(*command, "-o,--opt", options->options, "type=, device= and o= of mount(8)");
  command->callback([options, &context] {
    if (options->driver != "local") {
      throw std::invalid_argument(
          fmt::format("create {0}: error looking up volume plugin {1}: plugin \"{1}\" not found. Next: "
                      "--driver local",
                      options->name, options->driver));
    }
    print(volumes_of(context).create(
              {options->name, "", key_values(options->labels), key_values(options->options)}) +
          "\n");
  });
}

bool fits(const VolumeRecord& volume, const Volumes& volumes, const FilterValues& filters) {
  const auto passes = [&](const std::string& key, const std::string& value) {
    if (key == "driver") return value == "local";
    if (key == "name") return volume.name.find(value) != std::string::npos;
    if (key == "label") return has_label(volume.labels, value);
    return volumes.users(volume.name).empty() == (value == "true" || value == "1");
  };
  return std::all_of(filters.begin(), filters.end(), [&](const auto& entry) {
    const auto one = [&](const std::string& value) { return passes(entry.first, value); };
    return entry.first == "label" ? std::all_of(entry.second.begin(), entry.second.end(), one)
                                  : std::any_of(entry.second.begin(), entry.second.end(), one);
  });
}

std::string list_text(const Volumes& volumes, const FilterValues& filters, const std::string& format) {
  Listing listing = {{{"Name", "VOLUME NAME"},
                      {"Driver", "DRIVER"},
                      {"Scope", "SCOPE"},
                      {"Mountpoint", "MOUNTPOINT"},
                      {"Labels", "LABELS"},
                      {"Links", "LINKS"},
                      {"Size", "SIZE"}},
                     {"Driver", "Name"},
                     {}};
  for (const VolumeRecord& volume : volumes.list()) {
    if (!fits(volume, volumes, filters)) continue;
    listing.rows.push_back({{"Driver", "local"},
                            {"Labels", labels_text(volume.labels)},
                            {"Links", "N/A"},
                            {"Mountpoint", volumes.data_of(volume.name)},
                            {"Name", volume.name},
                            {"Scope", "local"},
                            {"Size", "N/A"}});
  }
  return listing_text(listing, format);
}

void add_list(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"ls", "List volumes",
            "volume ls\nvolume ls -q -f dangling=true\nvolume ls --format '{{.Name}} {{.Mountpoint}}'",
            "the directories below STORE/volumes; dangling are those that no container's record names."});
  struct Options {
    bool quiet = false;
    std::vector<std::string> filters;
    std::string format;
  };
  const auto options = std::make_shared<Options>();
  command->add_flag("-q,--quiet", options->quiet, "Only names");
  add_list_option(*command, "-f,--filter", options->filters, "KEY=VALUE: dangling, driver, label, name");
  command->add_option("--format", options->format, kFormatHelp);
  command->callback([options, &context] {
    const FilterValues filters = filter_values(options->filters, {"dangling", "driver", "label", "name"});
    for (const auto& [key, values] : filters) {
      for (const std::string& value : values)
        if (key == "dangling" && value != "true" && value != "false" && value != "1" && value != "0")
          throw std::invalid_argument(
              fmt::format("invalid filter 'dangling={}'. Next: true or false", value));
    }
    print(list_text(volumes_of(context), filters, options->quiet ? "{{.Name}}" : options->format));
  });
}

Json object_of(const std::map<std::string, std::string>& values) {
  return values.empty() ? Json() : Json(values);
}

Json inspected(const VolumeRecord& volume, const Volumes& volumes) {
  return {{"CreatedAt", volume.created},
          {"Driver", "local"},
          {"Labels", object_of(volume.labels)},
          {"Mountpoint", volumes.data_of(volume.name)},
          {"Name", volume.name},
          {"Options", object_of(volume.options)},
          {"Scope", "local"}};
}

// `act` on each name; goes on after a failure. As Docker: first what went well, which `end` prints, then all that did not.
void for_each_volume(
    Context& context, const std::vector<std::string>& names,
    const std::function<void(const Volumes&, const std::string&)>& act,
    const std::function<void()>& end = [] {}) {
  const Volumes volumes = volumes_of(context);
  std::vector<std::string> failures;
  for (const std::string& name : names) {
    try {
      act(volumes, name);
    } catch (const std::exception& error) {
      failures.emplace_back(error.what());
    }
  }
  end();
  for (const std::string& failure : failures) {
    sys::complain("mini-container", failure);
    context.exit_code = 1;
  }
}

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"inspect", "Everything known about volumes, as JSON",
            "volume inspect data\nvolume inspect -f '{{.Mountpoint}}' data",
            "volume.json in the volume's directory. Mountpoint is where its files are on the host, too."});
  struct Options {
    std::vector<std::string> names;
    std::string format;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("VOLUME", options->names, "Name")->required();
  command->add_option("-f,--format", options->format, "json, or a template such as '{{.Mountpoint}}'");
  command->callback([options, &context] {
    std::vector<Json> found;
    for_each_volume(
        context, options->names,
        [&](const Volumes& volumes, const std::string& name) {
          found.push_back(inspected(volumes.get(name), volumes));
        },
        [&] {
          print(options->format.empty() ? Json(found).dump(4) + "\n"
                                        : listing_text({{}, {}, found}, options->format));
        });
  });
}

void add_remove(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"rm", "Remove volumes, and the files in them", "volume rm data notes\nvolume rm -f old",
            "under a lock that whoever starts a container waits for: a volume that a container has stays, "
            "whatever its state. The directory loses its name first and its files then."});
  struct Options {
    std::vector<std::string> names;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("VOLUME", options->names, "Name")->required();
  command->add_flag("-f,--force", options->force, "One that is not there is no error");
  command->callback([options, &context] {
    for_each_volume(context, options->names, [&](const Volumes& volumes, const std::string& name) {
      try {
        volumes.remove(name);
      } catch (const engine::NoSuchVolume&) {
        if (!options->force) throw;
      }
      print(name + "\n");
    });
  });
}

struct VolumePruneOptions {
  bool all = false;
  std::vector<std::string> filters;
};

Pruning volume_pruning(Context& context, const VolumePruneOptions& options) {
  const FilterValues filters = filter_values(options.filters, {"label", "label!", "all"});
  const bool all = options.all || filters == FilterValues{{"all", {"true"}}};
  const auto named_by = [filters](const VolumeRecord& volume, const std::string& key, bool wanted) {
    const auto labels = filters.find(key);
    return labels == filters.end() ||
           std::all_of(labels->second.begin(), labels->second.end(),
                       [&](const std::string& label) { return has_label(volume.labels, label) == wanted; });
  };
  const auto goes = [all, named_by](const VolumeRecord& volume) {
    return (all || volume.anonymous()) && named_by(volume, "label", true) &&
           named_by(volume, "label!", false);
  };
  return {fmt::format("WARNING! This will remove {} not used by at least one container.",
                      all ? "all local volumes" : "anonymous local volumes"),
          [&context, goes] {
            const auto pruned = volumes_of(context).prune(goes);
            return deleted_text("Deleted Volumes:", pruned.names) + reclaimed_text(pruned.bytes);
          }};
}

void add_volume_prune(CLI::App& app, Context& context) {
  const auto options = std::make_shared<VolumePruneOptions>();
  CLI::App* command = add_prune_verb(app,
                                     {"prune", "Remove volumes that no container has",
                                      "volume prune -f\nvolume prune -a\nvolume prune --filter label!=keep",
                                      "rm for each: those that were given no name, unless -a says all."},
                                     [options, &context] { return volume_pruning(context, *options); });
  command->add_flag("-a,--all", options->all, "Those with a name, too");
  add_list_option(*command, "--filter", options->filters,
                  "label=NAME[=value], label!=NAME[=value], all=true");
}

}  // namespace

void add_volumes(CLI::App& app, Context& context) {
  CLI::App* group = add_group(app, "volume", "Volumes: create, ls, inspect, rm, prune");
  add_create(*group, context);
  add_list(*group, context);
  add_inspect(*group, context);
  add_remove(*group, context);
  add_volume_prune(*group, context);
}

}  // namespace cli
