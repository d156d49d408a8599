// libvirt through owned handles: a connection, a domain, and the events of its life.
//
// With qemu:///embed the driver that libvirtd would run lives in this process, so no daemon is needed; the price is
// an event loop of our own, run by one thread, and one private root folder for each process that does so. Every
// call is announced as a kernel call is. Reads: libvirt drvqemu (embedded driver), html/libvirt-libvirt-event.html.
#pragma once

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/sys/fd.h"

extern "C" {
struct _virConnect;
struct _virDomain;
}

namespace vm::libvirt {

// What libvirt says went wrong, with the call that met it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Runs libvirt's event loop in a thread of its own while it lives. ORDER: before the first connection.
class EventLoop {
 public:
  // What libvirt itself logs goes to the file `log`.
  explicit EventLoop(const std::string& log);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

 private:
  std::atomic<bool> stopping_{false};
  int timer_ = -1;
  std::thread thread_;
};

// How a domain is doing, in libvirt's words.
struct DomainLife {
  bool active = false;
  std::string state;                   // "running", "paused", "shut off", ...
  unsigned long long cpu_time_ns = 0;  // of the whole QEMU process
};

enum class Start { running, paused };
class Connection;

// A running (transient) domain. Destroyed with its handle, unless it is gone already.
class Domain {
 public:
  Domain() = default;
  Domain(Domain&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Domain& operator=(Domain&& other) noexcept;
  ~Domain();

  explicit operator bool() const { return handle_ != nullptr; }
  // Lets the guest's CPUs run.
  void resume(sys::Where where = sys::Where::current());
  // One command of QEMU's own protocol (QMP), for what libvirt has no words for; `file` goes along if it is not -1.
  // Returns QEMU's answer. Throws Error if QEMU refused.
  std::string monitor(const std::string& command, int file = -1, sys::Where where = sys::Where::current());
  // Stops the guest's CPUs; QEMU goes on.
  void suspend(sys::Where where = sys::Where::current());
  // The domain's XML as libvirt has completed it.
  std::string document(sys::Where where = sys::Where::current());
  // A guest that listens to ACPI shuts down, and QEMU ends.
  void press_power_button(sys::Where where = sys::Where::current());
  // Ends QEMU. False if there was nothing left to end.
  bool destroy(sys::Where where = sys::Where::current());
  // Lets go of the domain without a word to libvirt.
  void release();
  DomainLife life(sys::Where where = sys::Where::current());
  std::string name() const;

 private:
  friend class Connection;
  explicit Domain(_virDomain* handle) : handle_(handle) {}
  void reset() noexcept;
  _virDomain* handle_ = nullptr;
};

class Connection {
 public:
  explicit Connection(const std::string& uri, sys::Where where = sys::Where::current());
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `paused`: with its CPUs stopped, so that QEMU's own start and the guest's can be told apart.
  Domain create(const std::string& xml, Start start, sys::Where where = sys::Where::current());
  // Becomes readable when a domain of this connection has stopped: kPoweredOff if its guest did that, else another byte.
  static constexpr char kPoweredOff = 'p';
  int stopped_descriptor() const { return stopped_.read.get(); }
  // Number of domains that libvirt counts as running.
  int active_domains(sys::Where where = sys::Where::current());

 private:
  static int on_lifecycle(_virConnect* connection, _virDomain* domain, int event, int detail, void* self);
  sys::Pipe stopped_;
  _virConnect* handle_ = nullptr;
  int callback_ = -1;
};

}  // namespace vm::libvirt
