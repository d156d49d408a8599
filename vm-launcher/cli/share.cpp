// `serve-folder`, hidden: what a launcher starts for each shared folder. See verbs.h, share/server.h.
#include "base/sys/console.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/share/server.h"

namespace vm::cli {

void add_serve_folder(CLI::App& app) {
  struct Served {
    int listener = -1;
    std::string place, mode;
    Share share;
  };
  CLI::App* command = app.add_subcommand("serve-folder", "The process behind a shared folder")->group("");
  const auto served = std::make_shared<Served>();
  command->add_option("LISTENER", served->listener)->required();
  command->add_option("PLACE", served->place)->required();
  command->add_option("FOLDER", served->share.folder)->required();
  command->add_option("MODE", served->mode)->required();
  command->final_callback([served] {
    sys::start_tracing({});
    served->share.read_only = served->mode == "ro";
    become_server(served->share, served->place, served->listener);
  });
}

}  // namespace vm::cli
