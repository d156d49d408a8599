// See boot.h.
#include "vm-launcher/launch/boot.h"

#include <csignal>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/sys/socket.h"
#include "vm-launcher/share/server.h"

namespace vm {

namespace {

constexpr int kLibvirtNoticesMs = 3000;

struct Listeners {
  sys::UniqueFd console;
  sys::UniqueFd agent;
};

// A retried boot finds the sockets of the first one.
sys::UniqueFd listen_anew(const std::string& path) {
  sys::unlink_if_present(path);
  return sys::listen_unix(path);
}

// Where libvirt's QEMU driver writes a domain's pid.
pid_t pid_of_domain(const std::string& root) {
  const auto text = sys::read_file_if_present(root + "/run/qemu/vm.pid");
  return text ? std::atoi(text->c_str()) : 0;
}

bool readable(int fd, int timeout_ms) {
  pollfd entry{fd, POLLIN, 0};
  return sys::poll({&entry, 1}, timeout_ms) > 0;
}

// Has a QEMU that waits for it take the state of the snapshot. It answers before it has read it; should it fail to, it
// ends. ORDER: before the CPUs are let go, which QEMU then does as soon as it has read.
void go_on_from(libvirt::Domain& domain, const std::string& state_file) {
  const trace::Phase phase(
      "restore the snapshot",
      "CPU and devices as they were saved; the memory is mapped, and read page by page when touched");
  keep_memory_apart(domain);
  domain.monitor(R"({"execute": "getfd", "arguments": {"fdname": "state"}})",
                 sys::open(state_file, O_RDONLY).get());
  domain.monitor(R"({"execute": "migrate-incoming", "arguments": {"uri": "fd:state"}})");
}

}  // namespace

void keep_memory_apart(libvirt::Domain& domain) {
  domain.monitor(R"({"execute": "migrate-set-capabilities", "arguments": )"
                 R"({"capabilities": [{"capability": "x-ignore-shared", "state": true}]}})");
}

// WHY delegating: once the short constructor is done, an exception below runs the destructor. Else a QEMU that dies while it
// is restored would stay a zombie, for which libvirt waits in vain, and the retry would meet a domain of its name.
Boot::Boot(libvirt::Connection& connection, Machine machine, const VmFolder& folder, Timeline& timeline)
    : Boot(connection) {
  const trace::Phase phase("start QEMU",
                           "libvirt turns the document into a QEMU process with its CPUs stopped");
  machine.console_socket = folder.file("console.qemu");
  machine.agent_socket = folder.file("agent.qemu");
  serve_folders(machine, folder);
  const Listeners listeners{listen_anew(machine.console_socket), listen_anew(machine.agent_socket)};
  domain_ = connection_.create(domain_xml(machine), libvirt::Start::paused);
  console_ = sys::accept(listeners.console.get());
  agent_ = sys::accept(listeners.agent.get());
  if (const auto process = name_process(pid_of_domain(folder.file("lv")))) {
    qemu_ = *process;
    pidfd_ = sys::pidfd_open(process->pid);
  }
  if (machine.beginning == Beginning::restore) go_on_from(domain_, machine.state_file);
  domain_.resume();
  timeline.mark(Stamp::qemu_started);
}

// ORDER: before QEMU, which connects to them at its start.
void Boot::serve_folders(Machine& machine, const VmFolder& folder) {
  for (std::size_t index = 0; index < machine.shares.size(); ++index) {
    Share& share = machine.shares[index];
    const std::string place = folder.file(share_tag(index));
    share.socket = place + ".qemu";
    sys::mkdir_if_missing(place, 0700);
    const sys::UniqueFd listener = listen_anew(share.socket);
    folders_.push_back(serve_folder(share, place, listener.get()));
  }
}

void Boot::watch_folders(std::vector<pollfd>& polled) const {
  for (const sys::Child& server : folders_)
    polled.push_back({server.pidfd(), POLLIN, 0});
}

Boot::~Boot() {
  try {
    end();
  } catch (const std::exception& error) {
    trace::note(error.what());
  }
}

bool Boot::kill_qemu() {
  if (!pidfd_) return false;
  sys::pidfd_send_signal(pidfd_.get(), SIGKILL);
  if (readable(pidfd_.get(), kLibvirtNoticesMs)) sys::reap_if_child(qemu_.pid);
  pidfd_.reset();
  return true;
}

void Boot::end() {
  if (!domain_) return;
  if (kill_qemu() && readable(stopped_descriptor(), kLibvirtNoticesMs)) {
    char byte = 0;
    sys::read(stopped_descriptor(), {&byte, 1});
  }
  // Forgets the domain; it is still there only when the kill did not reach it.
  domain_.destroy();
}

bool Boot::powered_off() {
  // ORDER: reaped before libvirt is asked; it waits for QEMU by kill(2), which a zombie still answers.
  if (pidfd_ && readable(pidfd_.get(), kLibvirtNoticesMs)) sys::reap_if_child(qemu_.pid);
  char how = 0;
  if (readable(stopped_descriptor(), kLibvirtNoticesMs)) sys::read(stopped_descriptor(), {&how, 1});
  return how == libvirt::Connection::kPoweredOff;
}

void Boot::abandon() {
  if (kill_qemu()) domain_.release();
}

}  // namespace vm
