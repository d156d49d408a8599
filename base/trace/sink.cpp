// The process-wide sink, and Tee. See sink.h.
#include "base/trace/sink.h"

#include <utility>

namespace trace {

namespace {

std::function<void(const std::string&)>& warner() {
  static std::function<void(const std::string&)> current;
  return current;
}

}  // namespace

namespace {
// Owns what detail::current points at. A plain pointer is read on the hot path.
std::unique_ptr<Sink>& owner() {
  static std::unique_ptr<Sink> sink;
  return sink;
}
}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::engine:
      return "engine";
    case Role::monitor:
      return "monitor";
    case Role::runtime:
      return "runtime";
    case Role::container:
      return "container";
    case Role::launcher:
      return "launcher";
    case Role::guest:
      return "guest";
    case Role::test:
      return "test";
  }
  return "?";
}

void install(std::unique_ptr<Sink> sink) {
  detail::current = sink.get();
  owner() = std::move(sink);
}

void add(std::unique_ptr<Sink> sink) {
  if (!listening()) return install(std::move(sink));
  std::vector<std::unique_ptr<Sink>> both;
  both.push_back(std::move(owner()));
  both.push_back(std::move(sink));
  install(std::make_unique<Tee>(std::move(both)));
}

void silence() {
  install(nullptr);
}

Role role() {
  return detail::role;
}

void set_role(Role role) {
  detail::role = role;
}

void warn(const std::string& text) {
  note(text);
  if (warner()) warner()(text);
}

void set_warner(std::function<void(const std::string&)> next) {
  warner() = std::move(next);
}

void note(std::string_view text) {
  if (Sink* listener = sink()) listener->note(text);
}

int Tee::before(const CallEvent& event) noexcept {
  int injected = 0;
  for (auto& sink : sinks_) {
    const int error = sink->before(event);
    if (injected == 0) injected = error;
  }
  return injected;
}

void Tee::after(const CallEvent& event) noexcept {
  for (auto& sink : sinks_)
    sink->after(event);
}

void Tee::enter(const PhaseEvent& event) noexcept {
  for (auto& sink : sinks_)
    sink->enter(event);
}

void Tee::leave(const PhaseEvent& event) noexcept {
  for (auto& sink : sinks_)
    sink->leave(event);
}

void Tee::note(std::string_view text) noexcept {
  for (auto& sink : sinks_)
    sink->note(text);
}

}  // namespace trace
