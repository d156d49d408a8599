// See attachment.h.
#include "mini-container/network/attachment.h"

#include <nlohmann/json.hpp>

#include "base/sys/file.h"

namespace network {

namespace {

using Json = nlohmann::json;

std::vector<std::string> texts_of(const std::vector<PortMapping>& ports) {
  std::vector<std::string> texts;
  texts.reserve(ports.size());
  for (const PortMapping& port : ports)
    texts.push_back(to_string(port));
  return texts;
}

Attachment from_json(const Json& json) {
  Attachment one;
  const auto text = [&](const char* member) { return json.value(member, ""); };
  one.driver = text("driver");
  one.interface = text("interface");
  one.host_link = text("host_link");
  one.address = text("address");
  one.prefix = json.value("prefix", 0U);
  one.gateway = text("gateway");
  one.mac = text("mac");
  one.address6 = text("address6");
  one.prefix6 = json.value("prefix6", 0U);
  one.gateway6 = text("gateway6");
  one.outward = json.value("outward", false);
  for (const auto& port : json.value("ports", std::vector<std::string>()))
    one.ports.push_back(parse_port(port));
  one.names = json.value("names", std::vector<std::string>());
  one.name_servers = json.value("name_servers", std::vector<std::string>());
  one.cni = text("cni");
  return one;
}

}  // namespace

void write_attachment(const Place& place, const Attachment& attachment) {
  const Json json = {{"driver", attachment.driver},
                     {"interface", attachment.interface},
                     {"host_link", attachment.host_link},
                     {"address", attachment.address},
                     {"prefix", attachment.prefix},
                     {"gateway", attachment.gateway},
                     {"mac", attachment.mac},
                     {"address6", attachment.address6},
                     {"prefix6", attachment.prefix6},
                     {"gateway6", attachment.gateway6},
                     {"outward", attachment.outward},
                     {"ports", texts_of(attachment.ports)},
                     {"names", attachment.names},
                     {"name_servers", attachment.name_servers},
                     {"cni", attachment.cni}};
  const sys::UniqueFd file = sys::open(place.record_of(attachment.container_id), O_WRONLY | O_TRUNC);
  sys::write_all(file.get(), json.dump());
}

std::optional<Attachment> read_attachment(const Place& place, const std::string& container_id) {
  const auto text = sys::read_file_if_present(place.record_of(container_id));
  if (!text) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, false);
  Attachment attachment = json.is_object() ? from_json(json) : Attachment();
  attachment.container_id = container_id;
  return attachment;
}

std::vector<std::string> attached_in(const Place& place) {
  if (!sys::exists(place.containers())) return {};
  return sys::list_directory(place.containers());
}

std::vector<Attachment> attachments_in(const Place& place) {
  std::vector<Attachment> attachments;
  for (const std::string& id : attached_in(place))
    if (auto one = read_attachment(place, id)) attachments.push_back(*std::move(one));
  return attachments;
}

}  // namespace network
