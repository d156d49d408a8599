// Guests: virtual machines that stand in the engine's networks beside its containers. It knows of one what a switch
// knows: a name, an address, a port of the bridge; and a file that whoever holds the machine keeps locked.
//
// RUN/guests/NAME is a symbolic link to that file, made before anything else of the guest and removed after everything
// else. So the truth is one flock(2) away, as for containers: a guest whose file nobody holds is taken out by the next command of
// any kind. docs/decisions/0032-vm-on-a-bridge.md says why a program asks for it and not a library. Reads: flock(2).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mini-container/engine/networks.h"

namespace engine {

class Guests {
 public:
  explicit Guests(const Registry& registry) : registry_(registry) {}

  // Makes the port of a guest whose holder has locked `lock`; what an earlier one of that name has left goes first. What the
  // guest has to set up by itself, as JSON. On failure nothing is left. Throws std::invalid_argument, or std::runtime_error in
  // Docker's words.
  std::string plug(const std::string& name, const std::string& lock, const network::Definition& definition,
                   const std::vector<network::PortMapping>& ports) const;
  // Link, address, name and published ports go. False if there were none.
  bool unplug(const std::string& name) const;
  // Takes out those whose holder is gone, and names them.
  std::vector<std::string> tidy() const;

  // Ids, as records of the network have them, of those whose holder lives.
  std::set<std::string> living() const;
  // Names of those that have a port in a network.
  std::vector<std::string> in(const network::Definition& definition) const;
  std::vector<std::string> names() const;
  static std::string id_of(const std::string& name) { return "guest-" + name; }

 private:
  std::string directory() const { return registry_.paths().run + "/guests"; }
  std::string link_of(const std::string& name) const { return directory() + "/" + name; }
  sys::UniqueFd lock_all() const;
  bool is_held(const std::string& name) const;
  bool take_out(const std::string& name) const;
  const Registry& registry_;
};

}  // namespace engine
