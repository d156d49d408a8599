// See channels.h.
#include "vm-launcher/launch/channels.h"

#include <algorithm>
#include <csignal>

namespace vm {

namespace {

using protocol::Type;

protocol::Frame failure(const std::string& reason) {
  return {Type::failed, protocol::encode(protocol::Failure{125, reason})};
}

std::string bytes_of(const protocol::Frame& frame) {
  return protocol::encode(frame.type, frame.payload);
}

}  // namespace

void Channels::open(int client, bool detached) {
  // Channel 0 is the VM's own command.
  for (std::uint16_t number = 1; number < protocol::kMostChannels; ++number) {
    if (channels_.contains(number)) continue;
    channels_[number] = {.client = client, .detached = detached};
    return;
  }
  control_.finish(client, bytes_of(failure("as many commands run in this VM as can at once")));
}

Channels::Place Channels::of_client(int client) {
  return std::find_if(channels_.begin(), channels_.end(),
                      [&](const auto& entry) { return entry.second.client == client; });
}

void Channels::from_client(int client, const protocol::Frame& frame) {
  const Place place = of_client(client);
  if (place == channels_.end()) return;
  auto& [number, channel] = *place;
  const auto count = protocol::decode_number(frame.payload);
  switch (frame.type) {
    case Type::run:
      if (channel.runs) return;
      channel.runs = true;
      return line_.send(frame.type, frame.payload, number);
    case Type::input:
      if (frame.payload.size() > channel.credit) return refuse(place, "more input than there was room for");
      channel.credit -= static_cast<std::uint32_t>(frame.payload.size());
      return line_.send_input(frame.type, frame.payload, number);
    case Type::input_end:
      return line_.send_input(frame.type, {}, number);
    case Type::output_taken:
      if (count) channel.room += std::min(*count, protocol::kOutputWindow - channel.room);
      return line_.send(frame.type, frame.payload, number);
    case Type::signal:
    case Type::resize:
      return line_.send(frame.type, frame.payload, number);
    default:
      return;  // what prepares or ends the VM is not a client's to say
  }
}

void Channels::client_gone(int client) {
  const Place place = of_client(client);
  if (place == channels_.end()) return;
  auto& [number, channel] = *place;
  channel.client = 0;
  if (!channel.runs) {
    channels_.erase(place);
    return;
  }
  line_.send_input(Type::input_end, {}, number);
  // As for a terminal that is closed.
  if (!channel.detached) line_.send(Type::signal, protocol::encode_number(SIGHUP), number);
  // What it did not take nobody will.
  line_.send(Type::output_taken, protocol::encode_number(protocol::kOutputWindow - channel.room), number);
  channel.room = protocol::kOutputWindow;
}

void Channels::from_guest(const protocol::Frame& frame) {
  const Place place = channels_.find(frame.channel);
  if (place == channels_.end() || !place->second.runs) return;
  Channel& channel = place->second;
  const auto count = protocol::decode_number(frame.payload);
  switch (frame.type) {
    case Type::output:
    case Type::error_output:
      return output(place, frame);
    case Type::input_taken:
      if (count) channel.credit += std::min(*count, protocol::kInputWindow - channel.credit);
      return control_.send(channel.client, bytes_of(frame));
    case Type::started:
      return control_.send(channel.client, bytes_of(frame));
    case Type::exited:
    case Type::failed:
      return end(place, frame);
    default:
      return;
  }
}

void Channels::output(Place place, const protocol::Frame& frame) {
  auto& [number, channel] = *place;
  if (frame.payload.size() > channel.room)
    return refuse(place, "the guest sent more output than it was given room for: it is broken or hostile");
  if (channel.client == 0) {
    const auto count = static_cast<std::uint32_t>(frame.payload.size());
    return line_.send(Type::output_taken, protocol::encode_number(count), number);
  }
  channel.room -= static_cast<std::uint32_t>(frame.payload.size());
  control_.send(channel.client, bytes_of(frame));
}

void Channels::end(Place place, const protocol::Frame& last) {
  line_.forget_input(place->first);
  control_.finish(place->second.client, bytes_of(last));
  channels_.erase(place);
}

// The channel is not free again before the guest says that its command has ended: it would be another command's.
void Channels::refuse(Place place, const std::string& reason) {
  auto& [number, channel] = *place;
  control_.finish(channel.client, bytes_of(failure(reason)));
  channel.client = 0;
  line_.forget_input(number);
  line_.send(Type::signal, protocol::encode_number(SIGKILL), number);
}

}  // namespace vm
