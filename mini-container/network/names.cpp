// See names.h.
#include "mini-container/network/names.h"

#include <fmt/format.h>

#include <sstream>

namespace network {

namespace {

constexpr const char* kPublicResolvers = "nameserver 9.9.9.9\nnameserver 1.1.1.1\n";

bool is_loopback_resolver(const std::string& line) {
  std::istringstream words(line);
  std::string keyword, address;
  words >> keyword >> address;
  return keyword == "nameserver" && (address.starts_with("127.") || address == "::1");
}

bool is_resolver(const std::string& line) {
  std::istringstream words(line);
  std::string keyword;
  words >> keyword;
  return keyword == "nameserver";
}

struct Reachable {
  std::string text;
  bool any_resolver = false;
};

Reachable reachable_part(const std::string& file) {
  Reachable part;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (is_loopback_resolver(line)) continue;
    part.any_resolver = part.any_resolver || is_resolver(line);
    part.text += line + "\n";
  }
  return part;
}

}  // namespace

std::string hosts_file(const std::string& hostname, const std::string& address,
                       const std::vector<std::pair<std::string, std::string>>& more) {
  std::string text =
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n";
  text += fmt::format("{}\t{}\n", address.empty() ? "127.0.1.1" : address, hostname);
  for (const auto& [at, name] : more)
    text += fmt::format("{}\t{}\n", at, name);
  return text;
}

std::string hostname_file(const std::string& hostname) {
  return hostname + "\n";
}

std::string resolv_file(const std::string& host, const std::string& upstream) {
  const Reachable own = reachable_part(host);
  if (own.any_resolver) return own.text;
  const Reachable above = reachable_part(upstream);
  if (above.any_resolver) return above.text;
  return own.text + kPublicResolvers;
}

std::string resolv_with(const std::string& resolv, const std::vector<std::string>& servers,
                        const std::vector<std::string>& search, const std::vector<std::string>& options) {
  std::string text;
  std::istringstream lines(resolv);
  for (std::string line; std::getline(lines, line);) {
    const bool replaced = (!servers.empty() && line.starts_with("nameserver")) ||
                          (!search.empty() && (line.starts_with("search") || line.starts_with("domain"))) ||
                          (!options.empty() && line.starts_with("options"));
    if (!replaced) text += line + "\n";
  }
  const auto joined = [](const char* keyword, const std::vector<std::string>& words) {
    std::string line = keyword;
    for (const std::string& word : words)
      line += " " + word;
    return line + "\n";
  };
  if (!search.empty()) text += joined("search", search);
  for (const std::string& server : servers)
    text += "nameserver " + server + "\n";
  if (!options.empty()) text += joined("options", options);
  return text;
}

}  // namespace network
