// Where the networks of one root keep what they know, below RUN/network:
//
//     bridge.json containers/ addresses/      of the default network
//     networks/ID/...                         the same of each user-defined one
//     dns/                                    what the DNS server reads (dns.h)
//     lock ip_forward                         shared by all
//
// All of it is gone after a reboot, as what it describes.
#pragma once

#include <string>
#include <vector>

#include "mini-container/network/definition.h"

namespace network {

// Of one network.
struct Place {
  std::string root;       // RUN/network
  std::string id;         // of the network; "" for the default one
  std::string directory;  // RUN/network, or RUN/network/networks/ID
  std::string link;       // the bridge: "mini0", "br-1a2b3c4d5e6f"
  std::string table;      // "isolab", for all of one root

  std::string containers() const { return directory + "/containers"; }
  std::string addresses() const { return directory + "/addresses"; }
  std::string record_of(const std::string& container_id) const { return containers() + "/" + container_id; }
};

// Names for a root: "mini0" and "isolab" for the default one; a hash of the path marks others, so that engines with
// roots of their own do not meet.
struct RootNames {
  std::string link;
  std::string table;
};
RootNames names_of(const std::string& root);

Place default_place(const std::string& root);
Place place_of(const std::string& root, const std::string& network_id);
Place place_of(const std::string& root, const Definition& definition);

// The default network's, and those of all others that have a directory.
std::vector<Place> all_places(const std::string& root);

}  // namespace network
