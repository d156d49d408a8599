// `network plug` and `network unplug`, hidden: how a launcher of virtual machines gets a machine onto a network, and off it.
// See network_commands.h, engine/guests.h.
#include "mini-container/cli/commands.h"
#include "mini-container/cli/network_commands.h"
#include "mini-container/engine/guests.h"

namespace cli {

namespace {

struct PlugOptions {
  std::string network, guest, lock;
  std::vector<std::string> ports;
};

void add_plug(CLI::App& app, Context& context) {
  const auto options = std::make_shared<PlugOptions>();
  CLI::App* command = app.add_subcommand("plug", "Give a virtual machine a port of a network; says which");
  command->group("");
  command->add_option("NETWORK", options->network)->required();
  command->add_option("GUEST", options->guest)->required();
  command->add_option("--lock", options->lock)->required();
  command->add_option("-p,--publish", options->ports)->allow_extra_args(false);
  command->callback([options, &context] {
    const engine::Registry& registry = context.engine().registry();
    std::vector<network::PortMapping> ports;
    for (const std::string& text : options->ports)
      ports.push_back(network::parse_port(text));
    const auto definition = engine::catalogue_of(registry.paths()).get(options->network);
    print(engine::Guests(registry).plug(options->guest, options->lock, definition, ports));
  });
}

void add_unplug(CLI::App& app, Context& context) {
  const auto guest = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("unplug", "Take a virtual machine off its network");
  command->group("");
  command->add_option("GUEST", *guest)->required();
  command->callback([guest, &context] {
    // Not through context.engine(): a VM that ends does not wait for repairs of others.
    const engine::Registry registry(context.paths());
    engine::Guests(registry).unplug(*guest);
  });
}

}  // namespace

void add_network_guests(CLI::App& app, Context& context) {
  add_plug(app, context);
  add_unplug(app, context);
}

}  // namespace cli
