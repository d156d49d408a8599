// One network of containers: a bridge, a veth pair for each container, NAT out, published ports in.
//
//     container (its own network namespace)            host
//       eth0 172.30.0.2/16  ---- veth pair ----  mcXXXXXXXX  --- mini0 172.30.0.1/16 --- nftables --- eth0
//       eth1 172.31.0.2/16  ---- veth pair ----  mcYYYYYYYY  --- br-1a2b3c... 172.31.0.1/16 ----'
//
// A guest, a virtual machine beside the containers, has a tap on the bridge, and its hypervisor holds the other end.
// A macvlan has a card on the parent's wire instead of pair and bridge; of a CNI network the plug-ins make all.
// Everything here can be found again from its name alone (veth: alias = container id; firewall element:
// comment = container id; address: a file named by it), so what kill -9 leaves behind is known to the next
// command. Reads: veth(4), network_namespaces(7), rtnetlink(7), nft(8), ip-sysctl.rst in the kernel's
// documentation.
#pragma once

#include <string>
#include <vector>

#include "mini-container/network/attachment.h"
#include "mini-container/network/definition.h"

namespace network {

struct AttachOptions {
  std::string interface = "eth0";
  std::vector<PortMapping> ports = {};
  std::string address = {};                    // IPv4 wished for; empty for the next that is free
  std::string address6 = {};                   // IPv6, likewise
  bool ipv6 = true;                            // where the network has it
  bool outward = true;                         // unless the network is internal
  std::vector<std::string> names = {};         // for those networks that resolve them
  std::vector<std::string> name_servers = {};  // --dns
};

// When a container's link goes. Deleting it waits for the kernel's readers (RCU), some 15 ms; a network namespace
// that ends takes its links with it in the background, for nothing.
enum class LinkEnd { now, with_namespace };

class Network {
 public:
  // The default network of `root` (RUN/network), called "mini0" where that is the default root. `catalogue` is where the
  // records of others are, whose subnets a free one must not overlap.
  explicit Network(const std::string& root, std::string catalogue = {});
  Network(const std::string& root, Definition definition);

  // Makes the bridge, which attach() does on first use, too.
  void make() const;
  // Takes it down. Its containers must have left.
  void unmake() const;

  // Connects the network namespace of process `pid`, after the runtime's `create` and before its `start`, or while it
  // runs. On failure nothing of the attachment is left. `netns` is empty for a guest: its link is a tap, for a hypervisor to open by
  // its name (host_link), and what the attachment says is the guest's own to set up.
  Attachment attach(const std::string& container_id, const std::string& netns,
                    const AttachOptions& options = {}) const;
  // Removes link, ports and address. Idempotent; true if there was something to remove. LinkEnd::with_namespace
  // is for a container whose last process has ended, and `netns` for one that goes on.
  bool detach(const std::string& container_id, LinkEnd link = LinkEnd::now,
              const std::string& netns = {}) const;
  // A container that is attached gets its way out through here, and its ports published here. False if the network leads
  // nowhere.
  bool lead_outward(const std::string& container_id, const std::string& netns,
                    const std::vector<PortMapping>& ports) const;

  const Place& place() const { return place_; }
  const Definition& definition() const { return definition_; }

 private:
  struct Ground;  // what an attachment stands on
  Attachment plan(const std::string& container_id, const AttachOptions& options, const Ground& ground) const;
  void connect(Attachment& attachment, const std::string& netns, Ground& ground) const;
  Place place_;
  Definition definition_;
  std::string catalogue_;
};

// "/proc/PID/ns/net"
std::string netns_of(int pid);

}  // namespace network
