// All networks of one root by name and id: a record each, STORE/networks/ID.json, that survives a reboot, and the three
// that are always there. Reads: rename(2), flock(2).
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "mini-container/network/definition.h"

namespace network {

class NoSuchNetwork : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Catalogue {
 public:
  // STORE/networks
  explicit Catalogue(std::string directory) : directory_(std::move(directory)) {}

  // By name; the predefined ones among them.
  std::vector<Definition> list() const;
  // By name, id, or prefix of the id that fits only one. Throws NoSuchNetwork.
  Definition get(const std::string& text) const;
  // Throws std::runtime_error when the name is taken, or the subnet. Fills in subnet and gateway.
  void add(Definition& definition) const;
  // False if it was not there.
  bool remove(const std::string& id) const;

 private:
  std::string path_of(const std::string& id) const { return directory_ + "/" + id + ".json"; }
  std::string directory_;
};

}  // namespace network
