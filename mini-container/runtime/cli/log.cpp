// See log.h.
#include "mini-container/runtime/cli/log.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <memory>

#include "base/sys/console.h"
#include "base/sys/fd.h"
#include "base/text/time.h"
#include "base/trace/sink.h"
#include "mini-container/runtime/spec/state.h"

namespace cli {

namespace {

std::string line(const std::string& format, std::string_view level, std::string_view message) {
  const std::string time = text::utc_time(std::time(nullptr));
  if (format == "json") return spec::log_line(level, message, time);
  return fmt::format("time=\"{}\" level={} msg=\"{}\"\n", time, level, message);
}

sys::UniqueFd open_log(const std::string& file) {
  return sys::open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);
}

void append(const Options& options, std::string_view level, std::string_view message) {
  if (options.log.empty()) return;
  try {
    sys::write_all(open_log(options.log).get(), line(options.log_format, level, message));
  } catch (const std::exception& error) {
    sys::complain("mini-runtime: --log", error.what());
  }
}

// Through stdio, as every sink writes: a call through the seam would announce itself.
class DebugSink : public trace::Sink {
 public:
  DebugSink(std::string format, sys::UniqueFd file)
      : format_(std::move(format)), stream_(::fdopen(file.release(), "a")) {}

  void enter(const trace::PhaseEvent& event) noexcept override {
    write(fmt::format("{}: {}: {}", name_of(trace::role()), event.name, event.why));
  }
  void note(std::string_view text) noexcept override { write(text); }

 private:
  void write(std::string_view message) noexcept {
    if (stream_ == nullptr) return;
    const std::string text = line(format_, "debug", message);
    std::fwrite(text.data(), 1, text.size(), stream_);
    std::fflush(stream_);
  }

  std::string format_;
  std::FILE* stream_;
};

}  // namespace

void report_failure(const Options& options, std::string_view message) {
  sys::complain("mini-runtime", message);
  append(options, "error", message);
}

void report_warning(const Options& options, std::string_view message) {
  sys::complain("mini-runtime: warning", message);
  append(options, "warning", message);
}

void start_log(const Options& options) {
  if (options.log.empty() && !options.debug) return;
  sys::UniqueFd file = options.log.empty() ? sys::dup(2) : open_log(options.log);
  if (!options.debug) return;
  trace::add(std::make_unique<DebugSink>(options.log_format, std::move(file)));
}

}  // namespace cli
