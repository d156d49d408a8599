// What a container gets from the host's files: /etc/hostname, /etc/hosts, /etc/resolv.conf.
#pragma once

#include <string>

#include "mini-container/engine/container.h"

namespace engine {

// In the place of an address in --add-host: the host, as this container reaches it.
inline constexpr char kHostGateway[] = "host-gateway";

// Writes the three files into `directory`. They are bind mounted, so a second call, when the addresses are
// known, changes their content and not the files.
void write_network_files(const std::string& directory, const Container& container);

// The same three files as the other container has, in `directory`: whoever shares its network has its names. They are further
// names of its files, so that what changes there changes here, and stays when that one is removed.
void share_network_files(const std::string& directory, const std::string& other);

// /etc/resolv.conf of whoever has a network of its own: the host's, with `servers` instead of its own, if there are any.
std::string resolv_conf(const std::vector<std::string>& servers);

// The gateways of those of its networks that resolve names; empty without such a network.
std::vector<std::string> name_servers_of(const Container& container);

// The content of the profile that --security-opt seccomp=FILE names; "" without one.
std::string seccomp_file_of(const Settings& settings);

// Whether the kernel counts swap for control groups, so that a limit for it can be set.
bool swap_is_accounted();

}  // namespace engine
