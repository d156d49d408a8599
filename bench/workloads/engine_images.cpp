// What is done with images. See engines.h.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/workloads/engines.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 600s;
constexpr const char* kMade = "made-by-bench:1";

// A command that writes to the store: until it has ended, and until the disk has all of it.
struct Written {
  double to_exit, to_disk;
};

// WHY sync before: what the one before wrote, or removed, would otherwise be written while this one is measured.
// WHY after: one engine waits for the disk before it answers, another leaves that to the kernel.
Written write(const Engine& engine, const Arguments& command) {
  const sys::UniqueFd store = sys::open(engine.store(), O_RDONLY | O_DIRECTORY);
  sys::syncfs(store.get());
  Run run = successful_run(command, kDeadline);
  const double to_exit = run.nanoseconds();
  sys::syncfs(store.get());
  run.exit = std::chrono::steady_clock::now();
  return {to_exit, run.nanoseconds()};
}

// An image that goes with this object, if there is one.
class Passing {
 public:
  Passing(const Engine& engine, std::string name) : engine_(engine), name_(std::move(name)) {}
  ~Passing() { engine_.remove_image(name_); }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

 private:
  const Engine& engine_;
  std::string name_;
};

}  // namespace

std::vector<Value> Pull::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Passing image(engine, reference_);
  const auto before = bytes_under(engine.store());
  const Written took = write(engine, engine.pull(reference_));
  const auto after = bytes_under(engine.store());
  if (after <= before) throw std::runtime_error("nothing was fetched: the image was there");
  return {{"to_exit", "ns", took.to_exit},
          {"to_disk", "ns", took.to_disk},
          {"grown", "bytes", static_cast<double>(after - before)}};
}

std::vector<Value> Archive::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Passing image(engine, image_.reference());
  // WHY: Podman does not write into an archive that is there.
  sys::unlink_if_present(saved_);
  const Written load = write(engine, engine.client({"load", "--input", image_.archive()}));
  const Written save = write(engine, engine.client({"save", "--output", saved_, image_.reference()}));
  const auto bytes = static_cast<double>(sys::stat(saved_).st_size);
  sys::unlink_if_present(saved_);
  return {{"load", "ns", load.to_exit},
          {"load_to_disk", "ns", load.to_disk},
          {"save", "ns", save.to_exit},
          {"save_to_disk", "ns", save.to_disk},
          {"saved", "bytes", bytes}};
}

std::vector<Value> Commit::measure(Platform& platform) const {
  Engine& engine = engine_of(platform);
  const std::string name = engine.next_name();
  const std::string writes = fmt::format(
      "for i in $(busybox seq {}); do busybox head -c 100000 /bin/busybox > /root/$i; done", files_);
  const Passing image(engine, kMade);
  Written took{};
  try {
    successful_run(engine.run_detached(name, {"sh", "-c", writes}), kDeadline);
    successful_run(engine.client({"wait", name}), kDeadline);
    took = write(engine, engine.client({"commit", name, kMade}));
  } catch (...) {
    engine.remove_containers({name});
    throw;
  }
  engine.remove_containers({name});
  return {{"to_exit", "ns", took.to_exit}, {"to_disk", "ns", took.to_disk}};
}

std::vector<Value> Import::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Passing image(engine, kMade);
  const Written took = write(engine, engine.client({"import", image_.many_files(), kMade}));
  return {{"to_exit", "ns", took.to_exit}, {"to_disk", "ns", took.to_disk}};
}

}  // namespace bench
