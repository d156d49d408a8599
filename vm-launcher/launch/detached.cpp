// See detached.h.
#include "vm-launcher/launch/detached.h"

#include <fmt/format.h>

#include <ctime>
#include <stdexcept>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "vm-launcher/cache/paths.h"

namespace vm {

namespace {

// What the supervisor tells, once. Afterwards nobody listens.
class Report {
 public:
  explicit Report(int pipe) : pipe_(pipe) { sys::set_cloexec(pipe, true); }
  void tell(int code, const std::string& why) {
    if (!pipe_) return;
    const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
    sys::write_if_read(pipe_.get(), fmt::format("{}\n{}", code, why));
    pipe_.reset();
    // The user's terminal is not ours any more.
    sys::stop_tracing();
    sys::dup_onto(sys::open(log_, O_WRONLY | O_CREAT | O_APPEND, 0600).get(), 2);
  }
  bool told() const { return !pipe_; }
  // Where this process's complaints go afterwards.
  void log_to(std::string log) { log_ = std::move(log); }

 private:
  sys::UniqueFd pipe_;
  std::string log_ = "/dev/null";
};

// Tells when the command has started, or why it has not.
class ReportingStreams : public LoggedStreams {
 public:
  ReportingStreams(const std::string& log, SendFrame send, Report& report)
      : LoggedStreams(log, std::move(send)), report_(report) {}
  void hear(const protocol::Frame& frame) override {
    LoggedStreams::hear(frame);
    if (frame.type == protocol::Type::started) report_.tell(0, {});
  }

 private:
  Report& report_;
};

}  // namespace

std::string create_vm(RunRequest request) {
  if (request.name.empty()) request.name = generated_name();
  known_vms(run_directory());
  VmFolder folder(run_directory(), request.name);
  sys::write_file_atomically(folder.file(kConfigFile), to_json(request), 0600);
  VmState state;
  state.name = request.name;
  state.status = "created";
  state.image = request.own_system() ? request.disks.front().file : request.source.image;
  state.command = request.command;
  state.created = std::time(nullptr);
  // Also with --rm: it is the supervisor that removes it, at the end.
  state.kept = true;
  folder.write(state);
  folder.keep();
  return request.name;
}

int start_vm(const std::string& name) {
  known_vm(run_directory(), name);
  sys::Pipe report = sys::pipe();
  const sys::TraceInheritance trace = sys::trace_inheritance();
  sys::SpawnOptions options;
  options.program = "/proc/self/exe";
  options.keep = trace.descriptors;
  options.keep.push_back(report.write.get());
  options.environment = trace.environment;
  options.own_session = true;
  sys::Child supervisor =
      sys::spawn({"vm-launcher", "supervise", name, std::to_string(report.write.get())}, options);
  report.write.reset();
  const std::string said = sys::read_to_end(report.read.get());
  supervisor.release();
  const std::size_t end = said.find('\n');
  const auto code = text::number<int>(std::string_view(said).substr(0, end));
  if (!code) throw std::runtime_error(fmt::format("the supervisor of {} was killed before it ran", name));
  if (*code != 0) say(said.substr(end + 1));
  return *code;
}

int supervise(const std::string& name, int report_pipe, Timeline& timeline) {
  Report report(report_pipe);
  try {
    VmFolder folder = VmFolder::of_existing(run_directory(), name);
    const RunRequest request = parse_request(sys::read_file(folder.file(kConfigFile)));
    folder.keep(!request.remove);
    report.log_to(folder.file(kSupervisorLog));
    const std::string log = folder.file(kOutputLog);
    const Ending ending = live(request, std::move(folder), !request.remove, timeline, {[&](SendFrame send) {
                                 return std::make_unique<ReportingStreams>(log, std::move(send), report);
                               }});
    // A command that never started is the starter's failure.
    if (!report.told()) report.tell(ending.exit_code, ending.trouble);
    return ending.exit_code;
  } catch (const std::exception& error) {
    if (report.told()) say(error.what());
    report.tell(125, error.what());
    return 125;
  }
}

}  // namespace vm
