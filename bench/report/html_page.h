// Small helpers to build the page as a tree, which escapes text and closes elements by construction.
#pragma once

#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <utility>

namespace report {

using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

// Appends <name attributes>text</name> and returns it.
inline pugi::xml_node add(pugi::xml_node parent, const char* name, const std::string& text = {},
                          Attributes attributes = {}) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes)
    node.append_attribute(key) = value.c_str();
  if (!text.empty()) node.append_child(pugi::node_pcdata).set_value(text.c_str());
  return node;
}

// The page's style sheet: phone, laptop, projector, print, light and dark.
extern const char* const kStyle;

}  // namespace report
