// read(node, value) for the chapters of the document, one parse_*.cpp each. Internal to spec.
#pragma once

#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/node.h"

namespace spec {

void read(const Node& node, IdMapping& mapping);
void read(const Node& node, Process& process);
void read(const Node& node, Linux& platform);
void read(const Node& node, Resources& resources);

}  // namespace spec
