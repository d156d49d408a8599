// read(node, value) for the larger types of config.h, spread over parse*.cpp. Internal to spec.
#pragma once

#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/node.h"

namespace spec {

void read(const Node& node, IdMapping& mapping);
void read(const Node& node, Mount& mount);
void read(const Node& node, User& user);
void read(const Node& node, Capabilities& capabilities);
void read(const Node& node, Rlimit& limit);
void read(const Node& node, ConsoleSize& size);
void read(const Node& node, Process& process);
void read(const Node& node, Root& root);
void read(const Node& node, Hook& hook);
void read(const Node& node, Hooks& hooks);
void read(const Node& node, Config& config);
void read(const Node& node, Linux& platform);
void read(const Node& node, Resources& resources);
void read(const Node& node, DeviceRule& rule);

}  // namespace spec
