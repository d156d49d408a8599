// `network create`, `connect`, `disconnect`, `rm`, `prune`; those that only look stand in network_lists.cpp. See
// commands.h.
#include <fmt/format.h>

#include "mini-container/cli/commands.h"
#include "mini-container/cli/key_values.h"
#include "mini-container/cli/network_commands.h"
#include "mini-container/cli/prune_verb.h"
#include "mini-container/engine/networks.h"

namespace cli {

namespace {

using network::Definition;

struct CreateOptions {
  Definition definition;
  std::vector<std::string> subnets, gateways, ranges, reserved, options, labels;
  std::string ipam = "default";
};

bool is_ipv6(const std::string& address) {
  return address.find(':') != std::string::npos;
}

// One of IPv4 and one of IPv6, each in its place.
void sort_by_version(const char* flag, const std::vector<std::string>& given, std::string& first,
                     std::string& second) {
  for (const std::string& one : given) {
    std::string& place = is_ipv6(one) ? second : first;
    if (!place.empty())
      throw std::invalid_argument(
          fmt::format("{} {}: there is one already; one of IPv4 and one of IPv6", flag, one));
    place = one;
  }
}

Definition definition_of(const CreateOptions& options) {
  Definition definition = options.definition;
  definition.options = key_values(options.options);
  definition.labels = key_values(options.labels);
  definition.reserved = key_values(options.reserved);
  sort_by_version("--subnet", options.subnets, definition.subnet, definition.subnet6);
  sort_by_version("--gateway", options.gateways, definition.gateway, definition.gateway6);
  std::string range6;
  sort_by_version("--ip-range", options.ranges, definition.ip_range, range6);
  if (!range6.empty()) {
    throw std::invalid_argument(fmt::format(
        "--ip-range {}: of IPv4 only, as an IPv6 address has the number of the IPv4 one", range6));
  }
  if (options.ipam != "default") {
    throw std::invalid_argument(
        fmt::format("plugin \"{}\" not found. Next: --ipam-driver default", options.ipam));
  }
  return definition;
}

void add_explain(CLI::App& command, Context& context) {
  command.add_flag("--explain", context.trace.explain,
                   "Tell each link, address and rule, as the ip and nft command that would do the same");
}

void add_create(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app,
      {"create", "Make a network, whose containers find each other by name",
       "network create web\nnetwork create --subnet 172.50.0.0/16 --gateway 172.50.0.1 lecture\n"
       "network create --internal vault\nnetwork create -d macvlan --opt parent=eth0 --subnet "
       "192.168.1.0/24 lan\nnetwork create -d cni --opt config=/etc/cni/net.d/my.conflist plugged\n"
       "network create --explain web",
       "a bridge, which is a switch in the kernel, with the gateway's address; elements in the sets of one "
       "nftables table, which keep networks apart and translate what goes out; a name server that listens on "
       "the gateway once there are containers."});
  const auto options = std::make_shared<CreateOptions>();
  command->add_option("NETWORK", options->definition.name, "Its name")->required();
  command
      ->add_option(
          "-d,--driver", options->definition.driver,
          "bridge, macvlan (a card of its own on the host's wire), or cni (made by plug-ins); host and none "
          "are there already")
      ->capture_default_str();
  add_list_option(*command, "--subnet", options->subnets,
                  "Its addresses: 172.50.0.0/16; with --ipv6 also fd00:1::/64");
  add_list_option(*command, "--gateway", options->gateways, "The host's address in it (the first)");
  add_list_option(*command, "--ip-range", options->ranges,
                  "The part of the subnet that containers get addresses of");
  add_list_option(*command, "--aux-address", options->reserved, "NAME=ADDRESS that no container gets");
  command->add_option("--ipam-driver", options->ipam, "default: the only one")->capture_default_str();
  command->add_flag("--internal", options->definition.internal, "No way out of it, nor in");
  command->add_flag("--ipv6", options->definition.ipv6, "IPv6 as well");
  add_list_option(*command, "-o,--opt", options->options,
                  "NAME=VALUE for the driver: parent, macvlan_mode; config; com.docker.network.driver.mtu");
  add_list_option(*command, "--label", options->labels, "NAME=VALUE that filters and inspect show");
  add_explain(*command, context);
  command->callback([options, &context] {
    Definition definition = definition_of(*options);
    engine::create_network(context.engine().registry(), definition);
    print(definition.id + "\n");
  });
}

struct ConnectOptions {
  std::string network, container;
  engine::NetworkRequest request;
  bool force = false;
};

std::shared_ptr<ConnectOptions> add_pair(CLI::App& command) {
  const auto options = std::make_shared<ConnectOptions>();
  command.add_option("NETWORK", options->network, "Name, id, or the first digits of an id")->required();
  command.add_option("CONTAINER", options->container, "Name, id, or the first digits of an id")->required();
  return options;
}

void add_connect(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"connect", "Attach a container to one more network, also while it runs",
                     "network connect lecture web\nnetwork connect --alias db --ip 172.50.0.9 lecture redis",
                     "one more veth pair, whose inner end is born in the container's network namespace as "
                     "eth1; the name server "
                     "is told of it. A container that is at rest gets it when it starts."});
  const auto options = add_pair(*command);
  add_list_option(*command, "--alias", options->request.aliases,
                  "Another name for the container in this network");
  command->add_option("--ip", options->request.address, "Its IPv4 address there");
  command->add_option("--ip6", options->request.address6, "Its IPv6 address there");
  add_explain(*command, context);
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    const Definition definition = engine::catalogue_of(registry.paths()).get(options->network);
    engine::connect_network(registry, definition, options->container, options->request);
  });
}

void add_disconnect(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"disconnect", "Take a container off a network", "network disconnect lecture web",
                     "the veth pair is deleted, and with it addresses and routes inside; the lease and the "
                     "name are given back."});
  const auto options = add_pair(*command);
  command->add_flag("-f,--force", options->force, "No error if it is not there");
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    const Definition definition = engine::catalogue_of(registry.paths()).get(options->network);
    const engine::Container container = registry.get(options->container);
    if (options->force && !engine::has_network(container, definition)) return;
    engine::disconnect_network(registry, definition, container);
  });
}

void add_remove(CLI::App& app, Context& context) {
  CLI::App* command = add_verb(
      app, {"rm", "Remove networks that no running container is attached to", "network rm lecture vault",
            "the bridge, its elements in the nftables sets, and the record; the kernel's switch for "
            "forwarding is given "
            "back with the last one."});
  struct Options {
    std::vector<std::string> names;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("NETWORK", options->names, "Name, id, or the first digits of an id")->required();
  command->add_flag("-f,--force", options->force, "No error for one that is not there");
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    for (const std::string& name : options->names) {
      try {
        engine::remove_network(registry, engine::catalogue_of(registry.paths()).get(name));
        print(name + "\n");
      } catch (const network::NoSuchNetwork& error) {
        if (options->force) continue;
        sys::complain("mini-container", error.what());
        context.exit_code = 1;
      } catch (const std::exception& error) {
        sys::complain("mini-container", error.what());
        context.exit_code = 1;
      }
    }
  });
}

void add_network_prune(CLI::App& app, Context& context) {
  const auto filters = std::make_shared<std::vector<std::string>>();
  const auto plan = [filters, &context]() -> Pruning {
    return {"WARNING! This will remove all custom networks not used by at least one container.",
            [&context, filter = PruneFilter(*filters)] {
              return deleted_text("Deleted Networks:", prune_networks(context.engine().registry(), filter));
            }};
  };
  CLI::App* command = add_prune_verb(
      app,
      {"prune", "Remove all networks that no container uses",
       "network prune -f\nnetwork prune --filter label=old", "network rm for each that no container has."},
      plan);
  add_list_option(*command, "--filter", *filters,
                  "Only those with label=NAME[=VALUE], label!=..., or until=TIME");
}

}  // namespace

std::vector<std::string> prune_networks(const engine::Registry& registry, const PruneFilter& filter) {
  std::vector<std::string> removed;
  const auto containers = registry.list();
  for (const Definition& one : engine::catalogue_of(registry.paths()).list()) {
    if (one.predefined() || !filter.fits(one) || engine::is_used(registry, one, containers)) continue;
    engine::remove_network(registry, one);
    removed.push_back(one.name);
  }
  registry.journal().add_prune("network", 0);
  return removed;
}

void add_networks(CLI::App& app, Context& context) {
  CLI::App* group = add_group(app, "network", "Networks: what connects containers, and keeps them apart");
  add_create(*group, context);
  add_connect(*group, context);
  add_disconnect(*group, context);
  add_network_lists(*group, context);
  add_remove(*group, context);
  add_network_prune(*group, context);
  add_network_guests(*group, context);
}

}  // namespace cli
