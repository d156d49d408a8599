// See engine.h.
#include "tests/end-to-end/engines/engine.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/terminal.h"
#include "tests/end-to-end/engines/view.h"

namespace engines {

namespace {

Arguments with_deadline(const Arguments& command) {
  Arguments all = {"timeout", "--kill-after", "1", "30"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

void run_or_throw(const Arguments& command) {
  const Output output = testing_bundle::run_program(command);
  if (output.status.shell_code() != 0) throw std::runtime_error(command.front() + ": " + output.errors);
}

std::string make_root_folder() {
  const std::string root = folder() + "/root";
  run_or_throw(
      {"sh", "-c",
       "mkdir -p $0/bin $0/tmp $0/etc $0/root && cp /bin/busybox $0/bin/ && "
       "for name in $(busybox --list); do [ $name = busybox ] || ln -s busybox $0/bin/$name; done && "
       "printf 'root:x:0:0::/root:/bin/sh\\nuser:x:1000:100::/:/bin/sh\\n' > $0/etc/passwd",
       root});
  return root;
}

std::string make_root_tar() {
  const std::string tar = folder() + "/root.tar";
  run_or_throw({"tar", "-C", root_folder(), "-cf", tar, "."});
  return tar;
}

}  // namespace

Output Engine::call(const Arguments& verb) const {
  return testing_bundle::run_program(with_deadline(command(verb)));
}

Engine::Seen Engine::in_terminal(const Arguments& verb, const std::string& typed) const {
  sys::Pty pty = sys::open_pty("/dev/ptmx");
  sys::set_window_size(pty.master.get(), {33, 77, 0, 0});
  sys::UniqueFd terminal = sys::open_pty_peer(pty.master.get());
  Arguments all = {"setsid", "--ctty", "--wait"};
  for (const std::string& word : with_deadline(command(verb)))
    all.push_back(word);
  sys::SpawnOptions options;
  options.input = options.output = options.error = terminal.get();
  sys::Child child = sys::spawn(all, options);
  terminal.reset();
  if (!typed.empty()) sys::write_all(pty.master.get(), typed);
  Seen seen;
  char buffer[4096];
  while (const std::size_t count = sys::read_terminal(pty.master.get(), buffer))
    seen.text.append(buffer, count);
  seen.code = child.wait().shell_code();
  return seen;
}

std::string missing(std::initializer_list<const char*> programs) {
  if (::geteuid() != 0) return "engines and their networks need root";
  if (!sys::exists("/bin/busybox")) return "/bin/busybox is missing: install busybox-static";
  for (const std::string program : programs) {
    const bool found =
        testing_bundle::run_program({"sh", "-c", "command -v " + program}).status.shell_code() == 0;
    if (!found) return program + " is not installed";
  }
  return {};
}

const std::string& runtime() {
  static const std::string path = testing_bundle::runtime();
  return path;
}

const std::string& root_folder() {
  static const std::string path = make_root_folder();
  return path;
}

const std::string& root_tar() {
  static const std::string path = make_root_tar();
  return path;
}

void start_daemon(const Arguments& command, const std::string& log, const Arguments& asks) {
  const sys::UniqueFd file = sys::open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  sys::SpawnOptions options;
  options.output = options.error = file.get();
  sys::spawn(command, options).release();
  if (eventually([&] { return testing_bundle::run_program(asks).status.shell_code() == 0; })) return;
  const std::string text = sys::read_file(log);
  throw std::runtime_error(command.front() + " did not start: " +
                           text.substr(text.size() - std::min<std::size_t>(text.size(), 600)));
}

}  // namespace engines
