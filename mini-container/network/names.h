// The three files a container gets for its name and for those of others: /etc/hosts, /etc/resolv.conf,
// /etc/hostname. Pure functions from values to file content. Reads: hosts(5), resolv.conf(5), hostname(5).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace network {

// `address` is empty without a network of its own; `more` are further (address, name) lines (--add-host).
std::string hosts_file(const std::string& hostname, const std::string& address,
                       const std::vector<std::pair<std::string, std::string>>& more = {});

std::string hostname_file(const std::string& hostname);

// The host's file, made fit for a network namespace of its own: a resolver on 127.0.0.0/8 or ::1 answers only
// the host, so those lines go; `upstream` (systemd-resolved's /run/systemd/resolve/resolv.conf, may be empty)
// takes over when it was the only one; and a public pair when nothing is left.
std::string resolv_file(const std::string& host, const std::string& upstream);

// `resolv` with the name servers, search domains and options that were asked for (--dns, --dns-search, --dns-option) in the
// place of those that it has; an empty list leaves them.
std::string resolv_with(const std::string& resolv, const std::vector<std::string>& servers,
                        const std::vector<std::string>& search, const std::vector<std::string>& options);

}  // namespace network
