// See settings_writer.h: linux.resources.blockIO. Weights need an I/O scheduler that knows them: bfq, or cfq of kernels
// before 5.0, each with files of its own name; throttling needs none.
// Reads: Linux Documentation/admin-guide/cgroup-v1/blkio-controller.rst, block/bfq-iosched.rst, cgroup-v2.rst (io).
#include <fmt/format.h>

#include "mini-container/runtime/cgroup/settings_writer.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

std::string number_of(const spec::BlockDevice& device) {
  return fmt::format("{}:{}", device.major, device.minor);
}

// 10 to 1000, where 100 is the default of bfq, onto the 1 to 10000 of io.weight, with the ends on the ends.
std::uint64_t io_weight_of(std::uint64_t weight) {
  return 1 + (weight - 10) * 9999 / 990;
}

void write_weight(Writer& writer, std::uint64_t weight, const std::string& device,
                  const std::string& member) {
  const std::string before = device.empty() ? "" : device + " ";
  if (writer.is_v1("blkio", member)) {
    const std::string suffix = device.empty() ? "" : "_device";
    const std::string value = fmt::format("{}{}", before, weight);
    writer.add_either("blkio", {"blkio.weight" + suffix, value}, {"blkio.bfq.weight" + suffix, value},
                      member);
  } else {
    writer.add_either(
        "io", {"io.bfq.weight", fmt::format("{}{}", before, weight)},
        {"io.weight", fmt::format("{}{}", device.empty() ? "default " : before, io_weight_of(weight))},
        member);
  }
}

// The weight of a group's own processes against its child groups: cfq alone had it.
void write_leaf_weight(Writer& writer, std::uint64_t weight, const std::string& device,
                       const std::string& member) {
  writer.only_v1("blkio", member);
  if (device.empty()) {
    writer.add("blkio", "blkio.leaf_weight", std::to_string(weight), member);
  } else {
    writer.add("blkio", "blkio.leaf_weight_device", fmt::format("{} {}", device, weight), member);
  }
}

struct Throttle {
  const std::vector<spec::BlockThrottle>& devices;
  const char* name;  // of the member
  const char* v1;    // "blkio.throttle." and this and "_device"
  const char* v2;    // the key in io.max
};

void write_throttle(Writer& writer, const Throttle& throttle, const std::string& member) {
  for (std::size_t i = 0; i < throttle.devices.size(); ++i) {
    const spec::BlockThrottle& one = throttle.devices[i];
    const std::string here = fmt::format("{}.{}[{}]", member, throttle.name, i);
    const std::string device = number_of(one.device);
    if (writer.is_v1("blkio", here)) {
      writer.add("blkio", fmt::format("blkio.throttle.{}_device", throttle.v1),
                 fmt::format("{} {}", device, one.rate), here);
    } else {
      // v1 takes 0 for "no limit", v2 refuses it.
      const std::string rate = one.rate == 0 ? "max" : std::to_string(one.rate);
      writer.add("io", "io.max", fmt::format("{} {}={}", device, throttle.v2, rate), here);
    }
  }
}

}  // namespace

void write_block_io(Writer& writer, const spec::BlockIo& io, const std::string& member) {
  if (io.weight.value_or(0) != 0) write_weight(writer, *io.weight, "", member + ".weight");
  if (io.leaf_weight.value_or(0) != 0) write_leaf_weight(writer, *io.leaf_weight, "", member + ".leafWeight");
  for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
    const spec::BlockWeight& one = io.weight_device[i];
    const std::string here = fmt::format("{}.weightDevice[{}]", member, i);
    if (one.weight.value_or(0) != 0)
      write_weight(writer, *one.weight, number_of(one.device), here + ".weight");
    if (one.leaf_weight.value_or(0) != 0)
      write_leaf_weight(writer, *one.leaf_weight, number_of(one.device), here + ".leafWeight");
  }
  write_throttle(writer, {io.read_bps, "throttleReadBpsDevice", "read_bps", "rbps"}, member);
  write_throttle(writer, {io.write_bps, "throttleWriteBpsDevice", "write_bps", "wbps"}, member);
  write_throttle(writer, {io.read_iops, "throttleReadIOPSDevice", "read_iops", "riops"}, member);
  write_throttle(writer, {io.write_iops, "throttleWriteIOPSDevice", "write_iops", "wiops"}, member);
}

}  // namespace cgroup
