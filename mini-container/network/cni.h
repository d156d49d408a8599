// Networks that others make: the plug-ins of the Container Network Interface, which Kubernetes uses too.
//
// A plug-in is a program. It gets the network's configuration as JSON on its standard input, the rest in CNI_*
// variables, and says on standard output what it has made:
//
//     CNI_COMMAND=ADD CNI_CONTAINERID=... CNI_NETNS=/proc/PID/ns/net CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni
//       /usr/lib/cni/bridge < configuration  ->  {"ips": [{"address": "10.88.0.2/16", ...}], ...}
//
// A list of plug-ins is called in order, each with the result of the one before; DEL in the opposite order.
// Reads: https://github.com/containernetworking/cni/blob/main/SPEC.md (0.3 to 1.0).
#pragma once

#include <string>
#include <vector>

#include "mini-container/network/attachment.h"

namespace network {

// One call: a program and what it is given.
struct CniCall {
  std::string type;   // "bridge"
  std::string input;  // JSON
};

// The calls of ADD with `ports` published, each but the first still without the result of the one before; `text` is the
// file: one plug-in, or a list. Throws std::runtime_error that names `where` for what is none. Pure.
std::vector<CniCall> cni_calls(const std::string& text, const std::string& where,
                               const std::vector<PortMapping>& ports);

// What the last plug-in's result says of address, gateway and interface. Pure.
void read_cni_result(const std::string& result, Attachment& attachment);

// What `cni` of an attachment is before ADD. Pure.
std::string cni_record(const std::string& config);
// ADD. `attachment` has container, interface, ports, and the configuration in `cni`; the result is added.
// `netns` is a path.
void cni_add(Attachment& attachment, const std::string& netns);
// DEL. `netns` is "" when the namespace has gone.
void cni_delete(const Attachment& attachment, const std::string& netns);

}  // namespace network
