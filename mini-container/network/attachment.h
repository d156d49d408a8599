// How a container is connected to a network, and the record of it: one file an attachment, named by the container.
//
// The file is made before anything else of the attachment and removed after everything else, so the files of a network
// are the list of containers that may have something there. An empty or torn one means: look everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mini-container/network/ports.h"
#include "mini-container/network/state.h"

namespace network {

// What `inspect` shows under NetworkSettings.Networks.
struct Attachment {
  std::string container_id = {};
  std::string driver = {};
  std::string interface = {};  // in the container
  std::string host_link = {};  // "mc1a2b3c4d"
  std::string address = {};    // "172.30.0.2"
  unsigned prefix = 16;
  std::string gateway = {};
  std::string mac = {};
  std::string address6 = {};
  unsigned prefix6 = 0;
  std::string gateway6 = {};
  bool outward = true;  // the container's way out leads through here, and its published ports in
  std::vector<PortMapping> ports = {};
  std::vector<std::string> names = {};         // what the others of the network find it by
  std::vector<std::string> name_servers = {};  // --dns: for what the network does not know
  std::string cni = {};                        // what the plug-ins of --driver cni were called with, as JSON
};

// Written in place, not replaced and synced: a torn record is understood, and a reboot clears it anyway.
void write_attachment(const Place& place, const Attachment& attachment);
// nullopt without a record; one without an address if it is empty or torn.
std::optional<Attachment> read_attachment(const Place& place, const std::string& container_id);
std::vector<Attachment> attachments_in(const Place& place);
// Ids of the containers that have a record.
std::vector<std::string> attached_in(const Place& place);

}  // namespace network
