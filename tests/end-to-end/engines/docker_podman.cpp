// How Docker and Podman are started with mini-runtime. Reads: dockerd(8), podman(1), containers.conf(5),
// containers-storage.conf(5).
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"

namespace engines {

namespace {

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class Docker : public Engine {
 public:
  Arguments command(const Arguments& verb) const override {
    Arguments all = {"/usr/bin/docker", "--host", address_, verb.front()};
    if (verb.front() == "run") all = joined(all, {"--runtime", "mini-runtime"});
    return joined(all, {verb.begin() + 1, verb.end()});
  }

 private:
  std::string address_ =
      start_dockerd({"--add-runtime", "mini-runtime=" + runtime(), "--default-runtime", "mini-runtime"});
};

class Podman : public Engine {
 public:
  Podman() {
    // WHY ulimits: Podman asks for the highest there are, which a host without CAP_SYS_RESOURCE refuses any runtime.
    std::ofstream(folder() + "/containers.conf")
        << "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n"
           "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\n"
           "runtime_supports_json = [\"mini-runtime\"]\n";
    std::ofstream(folder() + "/storage.conf") << "[storage]\ndriver = \"overlay\"\ngraphroot = \"" +
                                                     folder() + "/podman\"\nrunroot = \"" + folder() +
                                                     "/podman-run\"\n";
  }
  Arguments command(const Arguments& verb) const override {
    Arguments all = {"env",
                     "CONTAINERS_CONF=" + folder() + "/containers.conf",
                     "CONTAINERS_STORAGE_CONF=" + folder() + "/storage.conf",
                     "podman",
                     "--runtime",
                     runtime(),
                     verb.front()};
    if (verb.front() == "run" || verb.front() == "build" || verb.front() == "create") {
      // A build's containers take the parent itself for their group.
      all =
          joined(all, {"--cgroup-parent", "/" + cgroup_parent() + (verb.front() == "build" ? "/build" : "")});
    }
    return joined(all, {verb.begin() + 1, verb.end()});
  }
};

std::unique_ptr<Engine> start_engine(const std::string& name) {
  std::unique_ptr<Engine> engine;
  if (name == "docker") {
    engine = std::make_unique<Docker>();
  } else {
    engine = std::make_unique<Podman>();
  }
  const Output imported = engine->call({"import", root_tar(), "box"});
  if (imported.status.shell_code() != 0) throw std::runtime_error(name + " import: " + imported.errors);
  return engine;
}

}  // namespace

std::string start_dockerd(const Arguments& options) {
  const std::string address = "unix://" + folder() + "/docker.sock";
  const Arguments daemon = {"dockerd",
                            "--host",
                            address,
                            "--data-root",
                            folder() + "/docker",
                            "--exec-root",
                            folder() + "/docker-exec",
                            "--pidfile",
                            folder() + "/docker.pid",
                            "--cgroup-parent",
                            "/" + cgroup_parent()};
  // Debian's client, whatever else PATH holds.
  start_daemon(joined(daemon, options), folder() + "/docker.log",
               {"/usr/bin/docker", "--host", address, "version"});
  return address;
}

Engine* shared_engine(const std::string& name, std::string& why) {
  why = name == "docker" ? missing({"dockerd", "docker", "iptables", "ps"})
                         : missing({"podman", "conmon", "iptables"});
  if (!why.empty()) return nullptr;
  static std::map<std::string, std::unique_ptr<Engine>> started;
  auto& engine = started[name];
  if (!engine) engine = start_engine(name);
  return engine.get();
}

}  // namespace engines
