// What is done with images. See engines.h.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "bench/workloads/engines.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 600s;
constexpr const char* kMade = "made-by-bench:1";

// WHY the pause for the disk: what the one before wrote, or removed, would otherwise be written while this one is measured.
double time_of(const Engine& engine, const Arguments& command) {
  sys::syncfs(sys::open(engine.store(), O_RDONLY | O_DIRECTORY).get());
  return successful_run(command, kDeadline).nanoseconds();
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
  const double took = time_of(engine, engine.pull(reference_));
  const auto after = bytes_under(engine.store());
  if (after <= before) throw std::runtime_error("nothing was fetched: the image was there");
  return {{"to_exit", "ns", took}, {"disk", "bytes", static_cast<double>(after - before)}};
}

std::vector<Value> Archive::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Passing image(engine, image_.reference());
  // WHY: Podman does not write into an archive that is there.
  sys::unlink_if_present(saved_);
  const double load = time_of(engine, engine.client({"load", "--input", image_.archive()}));
  const double save = time_of(engine, engine.client({"save", "--output", saved_, image_.reference()}));
  const auto bytes = static_cast<double>(sys::stat(saved_).st_size);
  sys::unlink_if_present(saved_);
  return {{"load", "ns", load}, {"save", "ns", save}, {"saved", "bytes", bytes}};
}

std::vector<Value> Commit::measure(Platform& platform) const {
  Engine& engine = engine_of(platform);
  const std::string name = engine.next_name();
  const std::string writes = fmt::format(
      "for i in $(busybox seq {}); do busybox head -c 100000 /bin/busybox > /root/$i; done", files_);
  const Passing image(engine, kMade);
  double took = 0;
  try {
    successful_run(engine.run_detached(name, {"sh", "-c", writes}), kDeadline);
    successful_run(engine.client({"wait", name}), kDeadline);
    took = time_of(engine, engine.client({"commit", name, kMade}));
  } catch (...) {
    engine.remove_containers({name});
    throw;
  }
  engine.remove_containers({name});
  return {{"to_exit", "ns", took}};
}

std::vector<Value> Import::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Passing image(engine, kMade);
  return {{"to_exit", "ns", time_of(engine, engine.client({"import", image_.many_files(), kMade}))}};
}

}  // namespace bench
