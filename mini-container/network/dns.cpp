// See dns.h.
#include "mini-container/network/dns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <set>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "mini-container/network/dns_query.h"

namespace network {

namespace {

constexpr const char* kServer = "/usr/lib/podman/aardvark-dns";
constexpr const char* kPort = "53";
// Of a container that is not in the network, and so has no name there.
constexpr const char* kNameless = "none.invalid";
constexpr int kPatienceMilliseconds = 2000;

std::string files_of(const std::string& root) {
  return root + "/dns";
}

std::vector<NamedNetwork> named_networks(const std::string& root) {
  std::vector<NamedNetwork> networks;
  for (const Place& place : all_places(root)) {
    NamedNetwork one = {place.id, attachments_in(place)};
    std::erase_if(one.attachments, [](const Attachment& attachment) { return attachment.names.empty(); });
    if (!one.attachments.empty()) networks.push_back(std::move(one));
  }
  return networks;
}

// The server looks names up in small letters.
std::string small_letters(std::string text) {
  for (char& letter : text)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

std::string line_of(const Attachment& one, const std::string& names) {
  return fmt::format("{} {} {} {}{}{}\n", one.container_id, one.address, one.address6, small_letters(names),
                     one.name_servers.empty() ? "" : " ", fmt::join(one.name_servers, ","));
}

// False if there are no names.
bool write_files(const std::string& root) {
  const auto files = dns_files(named_networks(root));
  const std::string directory = files_of(root) + "/";
  sys::mkdir_parents(directory, 0700);
  for (const std::string& name : sys::list_directory(directory)) {
    const bool is_network = name.find('.') == std::string::npos;
    if (is_network && !files.contains(name)) sys::unlink_if_present(directory + name);
  }
  for (const auto& [id, text] : files) {
    // WHY made elsewhere: the server takes every file of its directory for a network.
    sys::replace_file(root + "/dns.new", text, 0600);
    sys::rename(root + "/dns.new", directory + id);
  }
  return !files.empty();
}

// It goes into the background by itself, and writes down its process there.
void start_server(const std::string& root) {
  const trace::Phase phase("start the name server",
                           "one process answers what the names of user-defined networks mean");
  sys::SpawnOptions options;
  options.own_session = true;
  options.error = -1;
  sys::spawn({kServer, "--config", files_of(root), "-p", kPort, "run"}, options).wait();
}

void wait_until_known(const std::string& gateway, const std::string& name) {
  constexpr int kPause = 5;
  for (int waited = 0; waited < kPatienceMilliseconds; waited += kPause) {
    if (answers_name(gateway, name)) return;
    sys::poll({}, kPause);
  }
  sys::complain(
      "mini-container",
      fmt::format("warning: the name server on {}:53 does not answer for {}. Next: ss -lunp 'sport = 53' "
                  "shows who else listens there",
                  gateway, name));
}

}  // namespace

std::map<std::string, std::string> dns_files(const std::vector<NamedNetwork>& networks) {
  std::map<std::string, std::string> files;
  for (const NamedNetwork& network : networks) {
    const Attachment& first = network.attachments.front();
    std::string text = first.gateway + (first.gateway6.empty() ? "" : "," + first.gateway6) + "\n";
    std::set<std::string> members;
    for (const Attachment& one : network.attachments) {
      members.insert(one.container_id);
      text += line_of(one, fmt::format("{}", fmt::join(one.names, ",")));
    }
    for (const NamedNetwork& other : networks) {
      for (const Attachment& one : other.attachments)
        if (other.id != network.id && members.contains(one.container_id)) text += line_of(one, kNameless);
    }
    files[network.id] = text;
  }
  return files;
}

int dns_process(const std::string& root) {
  const auto recorded = sys::read_file_if_present(files_of(root) + "/aardvark.pid");
  const int pid = text::number<int>(recorded.value_or("")).value_or(0);
  if (pid <= 0) return 0;
  // The number may have passed on to another process.
  const auto command = sys::read_file_if_present(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  return command.find(files_of(root)) == std::string::npos ? 0 : pid;
}

bool dns_installed() {
  return sys::exists(kServer);
}

bool update_dns(const std::string& root, const std::string& gateway, const std::string& expected) {
  if (expected.empty() && !sys::exists(files_of(root))) return true;
  if (!expected.empty() && !dns_installed()) {
    sys::complain("mini-container",
                  "warning: containers of this network do not find each other by name, for there is no "
                  "aardvark-dns. Next: apt-get install aardvark-dns");
    return false;
  }
  const sys::UniqueFd lock = sys::lock_file(root + "/dns.lock");
  const bool wanted = write_files(root);
  const int pid = dns_process(root);
  // Also when no file has changed: who changed one may have been killed before this.
  if (pid != 0) sys::kill_if_present(pid, SIGHUP);
  if (pid == 0 && wanted && dns_installed()) start_server(root);
  if (!expected.empty()) wait_until_known(gateway, small_letters(expected));
  return true;
}

void repair_dns(const std::string& root) {
  if (!sys::exists(files_of(root)) || dns_process(root) != 0) return;
  const auto names = sys::list_directory(files_of(root));
  const bool wanted = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.find('.') == std::string::npos;
  });
  if (wanted && dns_installed()) update_dns(root);
}

void stop_dns(const std::string& root) {
  if (const int pid = dns_process(root)) sys::kill_if_present(pid, SIGKILL);
  sys::remove_tree(files_of(root));
}

}  // namespace network
