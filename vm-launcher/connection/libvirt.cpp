// See libvirt.h.
#include "vm-launcher/connection/libvirt.h"

#include <fmt/format.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <cstdlib>
#include <mutex>

#include "base/sys/reaper.h"

namespace vm::libvirt {

namespace {

template <class Describe, class Operation>
auto attempt(const char* name, Describe describe, Operation operation, sys::Where where) {
  return sys::attempt(
      name, describe,
      [&] {
        auto value = operation();
        // libvirt reports through its own error object and leaves errno to chance.
        if (sys::detail::failed(value)) errno = EIO;
        return value;
      },
      where);
}

template <class Describe, class Operation>
auto call(const char* name, Describe describe, Operation operation, sys::Where where) {
  const auto outcome = attempt(name, describe, operation, where);
  if (outcome.ok()) return outcome.value;
  const char* said = virGetLastErrorMessage();
  throw Error(fmt::format("{}({}): {}", name, describe(),
                          outcome.error == EIO && said != nullptr ? said : std::to_string(outcome.error)));
}

// libvirt daemonizes each QEMU and, when it fails or ends, waits for it with kill(2): zombies must go.
constexpr char kQemuName[] = "qemu-system";

const char* state_name(int state) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
      return "running";
    case VIR_DOMAIN_BLOCKED:
      return "blocked";
    case VIR_DOMAIN_PAUSED:
      return "paused";
    case VIR_DOMAIN_SHUTDOWN:
      return "shutting down";
    case VIR_DOMAIN_SHUTOFF:
      return "shut off";
    case VIR_DOMAIN_CRASHED:
      return "crashed";
    case VIR_DOMAIN_PMSUSPENDED:
      return "suspended";
    default:
      return "unknown";
  }
}

void register_once(const std::string& log) {
  static std::once_flag once;
  std::call_once(once, [&] {
    // WHY by environment: an embedded driver configures its log from it when it starts, and from nothing else.
    ::setenv("LIBVIRT_LOG_OUTPUTS", fmt::format("3:file:{}", log).c_str(), 1);
    virInitialize();
    virEventRegisterDefaultImpl();
    // Errors are thrown; the default handler would print them a second time.
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  });
}

}  // namespace

EventLoop::EventLoop(const std::string& log) {
  register_once(log);
  // A timer that never fires by itself: setting it to 0 wakes the loop to see that it shall stop.
  timer_ = virEventAddTimeout(
      -1, [](int, void*) {}, nullptr, nullptr);
  thread_ = std::thread([this] {
    while (!stopping_)
      virEventRunDefaultImpl();
  });
}

EventLoop::~EventLoop() {
  stopping_ = true;
  virEventUpdateTimeout(timer_, 0);
  thread_.join();
  virEventRemoveTimeout(timer_);
}

Connection::Connection(const std::string& uri, sys::Where where) : stopped_(sys::pipe()) {
  sys::set_nonblocking(stopped_.write.get(), true);
  handle_ = call(
      "virConnectOpen", [&] { return uri; }, [&] { return virConnectOpen(uri.c_str()); }, where);
  callback_ =
      virConnectDomainEventRegisterAny(handle_, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                       VIR_DOMAIN_EVENT_CALLBACK(&Connection::on_lifecycle), this, nullptr);
}

Connection::~Connection() {
  if (callback_ >= 0) virConnectDomainEventDeregisterAny(handle_, callback_);
  virConnectClose(handle_);
}

int Connection::on_lifecycle(virConnectPtr, virDomainPtr, int event, int detail, void* self) {
  if (event != VIR_DOMAIN_EVENT_STOPPED) return 0;
  // On the loop's thread: a byte in a pipe is all that crosses over.
  const char how = detail == VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN ? kPoweredOff : 'x';
  sys::try_write(static_cast<Connection*>(self)->stopped_.write.get(), {&how, 1});
  return 0;
}

namespace {

// WHY: libvirt says that a domain has stopped, and finds it no more, a moment before it takes it off its list; in between
// (virDomainObjListRemove lets go of its locks) the name is taken, and nothing can be asked that would tell.
bool name_is_taken() {
  return virGetLastErrorCode() == VIR_ERR_OPERATION_FAILED && virGetLastErrorDomain() == VIR_FROM_DOMAIN;
}

virDomainPtr create_when_name_is_free(virConnectPtr connection, const std::string& xml, unsigned flags) {
  constexpr int kTries = 100, kPauseMs = 10;
  for (int attempt = 1;; ++attempt) {
    virDomainPtr domain = virDomainCreateXML(connection, xml.c_str(), flags);
    if (domain != nullptr || attempt == kTries || !name_is_taken()) return domain;
    sys::poll({}, kPauseMs);
  }
}

}  // namespace

Domain Connection::create(const std::string& xml, Start start, sys::Where where) {
  const sys::OrphanReaper reaper(kQemuName);
  const bool paused = start == Start::paused;
  return Domain(call(
      "virDomainCreateXML",
      [&] { return fmt::format("{} bytes of XML{}", xml.size(), paused ? ", VIR_DOMAIN_START_PAUSED" : ""); },
      [&] { return create_when_name_is_free(handle_, xml, paused ? VIR_DOMAIN_START_PAUSED : 0); }, where));
}

int Connection::active_domains(sys::Where where) {
  return call(
      "virConnectNumOfDomains", [] { return std::string(); }, [&] { return virConnectNumOfDomains(handle_); },
      where);
}

Domain& Domain::operator=(Domain&& other) noexcept {
  if (this == &other) return *this;
  reset();
  handle_ = std::exchange(other.handle_, nullptr);
  return *this;
}

Domain::~Domain() {
  reset();
}

void Domain::reset() noexcept {
  if (handle_ == nullptr) return;
  // WHY: not traced. It runs while an error is on its way up, and fails harmlessly when the domain has ended.
  virDomainDestroy(handle_);
  virDomainFree(handle_);
  handle_ = nullptr;
}

void Domain::resume(sys::Where where) {
  call(
      "virDomainResume", [&] { return name(); }, [&] { return virDomainResume(handle_); }, where);
}

std::string Domain::monitor(const std::string& command, int file, sys::Where where) {
  char* answer = nullptr;
  call(
      "virDomainQemuMonitorCommand", [&] { return command; },
      [&] {
        const unsigned files = file < 0 ? 0 : 1;
        return virDomainQemuMonitorCommandWithFiles(handle_, command.c_str(), files, &file, nullptr, nullptr,
                                                    &answer, 0);
      },
      where);
  const std::unique_ptr<char, decltype(&std::free)> owned(answer, &std::free);
  // libvirt hands QEMU's refusal back as an answer like any other.
  if (std::string_view(answer).find("\"error\"") != std::string_view::npos)
    throw Error(fmt::format("{}: {}", command, answer));
  return answer;
}

void Domain::suspend(sys::Where where) {
  call(
      "virDomainSuspend", [&] { return name(); }, [&] { return virDomainSuspend(handle_); }, where);
}

std::string Domain::document(sys::Where where) {
  char* const text = call(
      "virDomainGetXMLDesc", [&] { return name(); }, [&] { return virDomainGetXMLDesc(handle_, 0); }, where);
  std::string document(text);
  std::free(text);
  return document;
}

void Domain::press_power_button(sys::Where where) {
  call(
      "virDomainShutdownFlags", [&] { return name() + ", VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN"; },
      [&] { return virDomainShutdownFlags(handle_, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN); }, where);
}

bool Domain::destroy(sys::Where where) {
  const sys::OrphanReaper reaper(kQemuName);
  const auto outcome = attempt(
      "virDomainDestroy", [&] { return name(); }, [&] { return virDomainDestroy(handle_); }, where);
  virDomainFree(handle_);
  handle_ = nullptr;
  return outcome.ok();
}

void Domain::release() {
  virDomainFree(handle_);
  handle_ = nullptr;
}

DomainLife Domain::life(sys::Where where) {
  virDomainInfo info{};
  const auto outcome = attempt(
      "virDomainGetInfo", [&] { return name(); }, [&] { return virDomainGetInfo(handle_, &info); }, where);
  if (!outcome.ok()) return {};
  const bool active = info.state != VIR_DOMAIN_SHUTOFF && info.state != VIR_DOMAIN_CRASHED;
  return {active, state_name(info.state), info.cpuTime};
}

std::string Domain::name() const {
  return virDomainGetName(handle_);
}

}  // namespace vm::libvirt
