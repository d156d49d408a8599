// Where the engine keeps what it knows. One --root moves everything, so that tests and demonstrations have a
// world of their own.
//
//   STORE/            /var/lib/mini-container: images (oci/, layers/, see image/store.h)
//     containers/ID/  one container: record, OCI bundle, upper layer, log, lock
//     names/NAME      a symbolic link to ID: makes a name unique without any lock
//     volumes/NAME/   named volumes
//     networks/       user-defined networks (see network/catalogue.h)
//   RUN/              /run/mini-container: gone after a reboot
//     runtime/        the OCI runtime's own state
//     network/        addresses and attachments (see network/state.h)
//     tty/            sockets: of consoles until they are received, and of those who attach
//     events          the journal of what happened (see events.h)
//
// An ordinary user has the store below ~/.local/share/mini-container, and RUN where $XDG_RUNTIME_DIR says (rootless.h).
#pragma once

#include <string>

namespace engine {

struct Paths {
  std::string root;  // as given with --root, or an ordinary user's own; empty for the system's places
  std::string store;
  std::string containers;
  std::string names;
  std::string volumes;
  std::string networks;
  std::string run;
  std::string runtime_state;
  std::string network;
  std::string consoles;
  // Marks cgroups as belonging to this root: "" for the default places, else eight digits of a hash.
  std::string mark;
};

// `root` is absolute or empty.
Paths paths_of(const std::string& root);
void make_directories(const Paths& paths);

// "/mini-container/ID", or "/mini-container/MARK-ID" for a root of its own.
std::string cgroup_path(const Paths& paths, const std::string& id);

// A program that stands beside this one, in the folder of /proc/self/exe.
std::string sibling_program(const std::string& name);

}  // namespace engine
