// See state.h.
#include "mini-container/network/state.h"

#include "base/sys/file.h"

namespace network {

namespace {
constexpr const char* kDefaultRoot = "/run/mini-container/network";
constexpr std::size_t kShort = 8;
}  // namespace

RootNames names_of(const std::string& root) {
  if (root == kDefaultRoot) return {"mini0", "isolab"};
  const std::string mark = digits_of(root).substr(0, kShort);
  return {"mini" + mark, "isolab_" + mark};
}

Place default_place(const std::string& root) {
  const RootNames names = names_of(root);
  return {root, "", root, names.link, names.table};
}

Place place_of(const std::string& root, const std::string& network_id) {
  Definition definition;
  definition.id = network_id;
  return {root, network_id, root + "/networks/" + network_id, bridge_link_of(definition),
          names_of(root).table};
}

Place place_of(const std::string& root, const Definition& definition) {
  return definition.name == "bridge" ? default_place(root) : place_of(root, definition.id);
}

std::vector<Place> all_places(const std::string& root) {
  std::vector<Place> places = {default_place(root)};
  if (!sys::exists(root + "/networks")) return places;
  for (const std::string& id : sys::list_directory(root + "/networks"))
    places.push_back(place_of(root, id));
  return places;
}

}  // namespace network
