// See cni.h.
#include "mini-container/network/cni.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/capture.h"
#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/text/text.h"

namespace network {

namespace {

using Json = nlohmann::json;

constexpr std::array kFolders = {"/usr/lib/cni", "/opt/cni/bin"};

std::string program_of(const std::string& type) {
  for (const char* folder : kFolders) {
    const std::string path = fmt::format("{}/{}", folder, type);
    if (type.find('/') == std::string::npos && sys::exists(path)) return path;
  }
  throw std::runtime_error(
      fmt::format("no CNI plug-in \"{}\" in {}. Next: apt-get install "
                  "containernetworking-plugins",
                  type, fmt::join(kFolders, ", ")));
}

Json port_mappings(const std::vector<PortMapping>& ports) {
  Json list = Json::array();
  for (const PortMapping& port : ports) {
    list.push_back({{"hostPort", port.host_port},
                    {"containerPort", port.container_port},
                    {"protocol", port.protocol},
                    {"hostIP", port.host_address}});
  }
  return list;
}

// What a plug-in says, or has failed with.
std::string call(const CniCall& plugin, const char* command, const Attachment& attachment,
                 const std::string& netns) {
  const std::string program = program_of(plugin.type);
  const std::string shown = fmt::format("CNI_COMMAND={} CNI_IFNAME={} CNI_NETNS={} {} <<< '{}'", command,
                                        attachment.interface, netns, program, plugin.input);
  const trace::Phase phase("call a CNI plug-in", shown);
  const auto done =
      sys::capture({program}, plugin.input,
                   {fmt::format("CNI_COMMAND={}", command), "CNI_CONTAINERID=" + attachment.container_id,
                    "CNI_NETNS=" + netns, "CNI_IFNAME=" + attachment.interface,
                    fmt::format("CNI_PATH={}", fmt::join(kFolders, ":"))});
  if (done.status.shell_code() == 0) return done.output;
  const Json said = Json::parse(done.output, nullptr, false);
  const std::string why =
      said.is_object() ? said.value("msg", "") + " " + said.value("details", "") : done.output;
  throw std::runtime_error(fmt::format("CNI plug-in {} ({}): {}", plugin.type, command, why));
}

std::string with_previous(const CniCall& plugin, const std::string& result) {
  Json input = Json::parse(plugin.input);
  if (!result.empty()) input["prevResult"] = Json::parse(result);
  return input.dump();
}

// In the attachment's record: the configuration as it was when ADD was called, and what came out.
struct Recorded {
  std::string config, result;
};

Recorded recorded(const Attachment& attachment) {
  const Json json = Json::parse(attachment.cni);
  return {json.at("config"), json.value("result", "")};
}

}  // namespace

std::vector<CniCall> cni_calls(const std::string& text, const std::string& where,
                               const std::vector<PortMapping>& ports) {
  try {
    const Json config = Json::parse(text);
    const Json plugins = config.contains("plugins") ? config.at("plugins") : Json::array({config});
    std::vector<CniCall> calls;
    bool publishes = ports.empty();
    for (Json plugin : plugins) {
      plugin["name"] = config.at("name");
      plugin["cniVersion"] = config.value("cniVersion", "0.4.0");
      if (plugin.value("/capabilities/portMappings"_json_pointer, false) && !ports.empty()) {
        plugin["runtimeConfig"]["portMappings"] = port_mappings(ports);
        publishes = true;
      }
      plugin.erase("capabilities");
      calls.push_back({plugin.at("type"), plugin.dump()});
    }
    if (calls.empty()) throw std::runtime_error(where + ": no plug-ins in it");
    if (!publishes)
      throw std::runtime_error(
          where + ": -p needs a plug-in with \"capabilities\": {\"portMappings\": true}, as portmap");
    return calls;
  } catch (const Json::exception& error) {
    throw std::runtime_error(
        fmt::format("{}: not a CNI configuration: {}. Next: it has \"name\", \"cniVersion\", and \"type\" or "
                    "\"plugins\"",
                    where, error.what()));
  }
}

void read_cni_result(const std::string& result, Attachment& attachment) {
  const Json json = Json::parse(result, nullptr, false);
  if (!json.is_object()) throw std::runtime_error("CNI plug-in: its result is not JSON: " + result);
  for (const Json& ip : json.value("ips", Json::array())) {
    const std::string address = ip.value("address", "");
    const std::size_t slash = std::min(address.find('/'), address.size());
    const unsigned prefix =
        text::number<unsigned>(address.substr(std::min(slash + 1, address.size()))).value_or(0);
    const bool ipv6 = address.find(':') != std::string::npos;
    (ipv6 ? attachment.address6 : attachment.address) = address.substr(0, slash);
    (ipv6 ? attachment.prefix6 : attachment.prefix) = prefix;
    (ipv6 ? attachment.gateway6 : attachment.gateway) = ip.value("gateway", "");
  }
  for (const Json& link : json.value("interfaces", Json::array())) {
    const bool inside = !link.value("sandbox", "").empty();
    if (inside && link.value("name", "") == attachment.interface) attachment.mac = link.value("mac", "");
    if (!inside && link.value("name", "").starts_with("veth")) attachment.host_link = link.value("name", "");
  }
}

std::string cni_record(const std::string& config) {
  return Json{{"config", config}}.dump();
}

void cni_add(Attachment& attachment, const std::string& netns) {
  const Recorded record = recorded(attachment);
  std::string result;
  for (CniCall& plugin : cni_calls(record.config, "CNI", attachment.ports)) {
    plugin.input = with_previous(plugin, result);
    result = call(plugin, "ADD", attachment, netns);
  }
  read_cni_result(result, attachment);
  attachment.cni = Json{{"config", record.config}, {"result", result}}.dump();
}

void cni_delete(const Attachment& attachment, const std::string& netns) {
  const Recorded record = recorded(attachment);
  std::vector<CniCall> calls = cni_calls(record.config, "CNI", attachment.ports);
  std::reverse(calls.begin(), calls.end());
  for (CniCall& plugin : calls) {
    plugin.input = with_previous(plugin, record.result);
    try {
      call(plugin, "DEL", attachment, netns);
    } catch (const std::runtime_error& error) {
      // The others still have something to give back.
      sys::complain("mini-container", error.what());
    }
  }
}

}  // namespace network
