// The bridge network of containers: one bridge for all, a veth pair for each, NAT out, published ports in.
//
//     container (its own network namespace)            host
//       eth0 172.30.0.2/16  ---- veth pair ----  mcXXXXXXXX  --- mini0 172.30.0.1/16 --- nftables --- eth0
//
// Everything here can be found again from its name alone (veth: alias = container id; firewall element:
// comment = container id; address: a file named by it), so what kill -9 leaves behind is known to the next
// command. Reads: veth(4), network_namespaces(7), rtnetlink(7), nft(8), ip-sysctl.rst in the kernel's
// documentation.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mini-container/network/ports.h"
#include "mini-container/network/subnet.h"

namespace network {

struct AttachOptions {
  std::string interface = "eth0";
  std::vector<PortMapping> ports = {};
  std::string address = {};  // IPv4 wished for; empty for the next that is free
};

// How a container is connected; what `inspect` shows under NetworkSettings.
struct Attachment {
  std::string container_id;
  std::string interface;  // in the container
  std::string host_link;  // "mc1a2b3c4d"
  std::string address;    // "172.30.0.2"
  unsigned prefix = 16;
  std::string gateway;
  std::string mac;
  std::vector<PortMapping> ports = {};
};

// When a container's link goes. Deleting it waits for the kernel's readers (RCU), some 15 ms; a network namespace
// that ends takes its links with it in the background, for nothing.
enum class LinkEnd { now, with_namespace };

class Network {
 public:
  // `state_directory` (RUN/network) holds addresses and attachments. Each state directory has a bridge and a
  // table of its own: the default one is called "mini0", others carry a hash of the path.
  explicit Network(std::string state_directory);

  // Connects the network namespace behind `netns` (an open /proc/PID/ns/net), after the runtime's `create` and
  // before its `start`. Makes the bridge on first use. On failure nothing of the container's is left.
  Attachment attach(const std::string& container_id, int netns, const AttachOptions& options = {});
  // The same by process: opens /proc/PID/ns/net.
  Attachment attach_process(const std::string& container_id, int pid, const AttachOptions& options = {});

  // Removes link, ports and address. Idempotent; true if there was something to remove. LinkEnd::with_namespace
  // is for a container whose last process has ended.
  bool detach(const std::string& container_id, LinkEnd link = LinkEnd::now);

  // Containers that have something here: link, firewall element, address or attachment file.
  std::set<std::string> attached() const;
  // What belongs to none of `live`, for a person: "link mc1a2b3c4d of container 1a2b...". Links that the kernel
  // is about to take down are given two seconds.
  std::vector<std::string> leaks(const std::set<std::string>& live) const;
  // Detaches all that belongs to none of `live`; returns what it found, as leaks() does.
  std::vector<std::string> reconcile(const std::set<std::string>& live);

  // Removes bridge, table and state, and gives ip_forward back. Attached containers lose their network.
  void remove();

  // What the bridge is called: "mini0". It exists only after the first attach.
  const std::string& bridge() const { return bridge_; }
  const std::string& state_directory() const { return directory_; }

 private:
  std::string directory_;
  std::string bridge_;
};

}  // namespace network
