// See console_guest.h.
#include "vm-launcher/launch/console_guest.h"

#include <string>

namespace vm {

using protocol::Type;

SendFrame ConsoleGuest::listener() {
  return [this](Type type, std::string_view payload) { hear(type, payload); };
}

void ConsoleGuest::begin(Streams& streams) {
  streams_ = &streams;
  streams.hear({Type::started, protocol::encode_number(1)});
}

void ConsoleGuest::print(std::string_view bytes) {
  room_ -= static_cast<std::uint32_t>(bytes.size());
  streams_->hear({Type::output, std::string(bytes)});
}

void ConsoleGuest::hear(Type type, std::string_view payload) {
  const auto number = protocol::decode_number(payload);
  if (type == Type::output_taken && number) room_ += *number;
  if (type != Type::input) return;
  // Nobody may be reading in the guest: what the port does not take is dropped, as on a real serial line.
  sys::try_write(console_, payload);
  streams_->hear({Type::input_taken, protocol::encode_number(static_cast<std::uint32_t>(payload.size()))});
}

}  // namespace vm
