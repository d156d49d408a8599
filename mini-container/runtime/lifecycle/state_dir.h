// ROOT/ID: a container's memory between two commands, and the lock that keeps two commands apart.
//
//     state.json   what is about to be made (spec/state.h)
//     config.json  the document as it was at create: later changes to the bundle do not count
//     process      a symbolic link to "PID START-TIME" of the first process, once that exists and is set up
//     start        the gate: a socket on which a created container waits; gone once it was told to start
//
// create, start and delete hold an flock(2) on the directory itself while they work.
// It is the first thing made and the last thing removed, so that whatever else exists can be found.
// WHY three names, each made once: a journaling file system makes a file that replaces another reach its disk soon
// (ext4: auto_da_alloc), which costs 350 us at a start and an end; a file that is new, and soon gone, it only remembers.
// Reads: flock(2), OCI runtime-spec runtime.md (state).
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/spec/state.h"

namespace lifecycle {

class NoSuchContainer : public std::runtime_error {
 public:
  explicit NoSuchContainer(const std::string& id);
};

// Throws spec::Invalid for an id that could not be a single, harmless file name.
void check_id(const std::string& id);

// Move-only; removed at the end of its life unless kept or only opened.
class StateDir {
 public:
  // Makes and locks it. Throws if the id is taken.
  static StateDir create(const std::string& root, const std::string& id);
  // Waits for the lock. Throws NoSuchContainer.
  static StateDir open(const std::string& root, const std::string& id);

  StateDir(StateDir&& other) noexcept
      : path_(std::move(other.path_)),
        lock_(std::move(other.lock_)),
        owned_(std::exchange(other.owned_, false)) {}
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string gate() const { return file("start"); }
  // Both appear, or replace what is there (`update`: first the state, and the document once it holds), as a whole.
  void record(const spec::State& state) const;
  void record_document(const std::string& document) const;
  // From here on others find the first process. A link is made with its content in one call: nobody sees half of it.
  // ORDER: last. Who finds the process may rely on the document.
  void publish(const spec::State& state) const;
  void keep() { owned_ = false; }
  void unlock() { lock_.reset(); }
  int lock_descriptor() const { return lock_.get(); }
  void remove();

 private:
  StateDir(std::string path, sys::UniqueFd lock, bool owned)
      : path_(std::move(path)), lock_(std::move(lock)), owned_(owned) {}
  std::string path_;
  sys::UniqueFd lock_;
  bool owned_;
};

// Without the lock, for commands that only look. nullopt if there is no such container; a directory whose state was
// never written gives a state with only its id.
std::optional<spec::State> read_state(const std::string& root, const std::string& id);
// True while a command that holds the lock works on it.
bool is_locked(const std::string& root, const std::string& id);
std::vector<std::string> container_ids(const std::string& root);
// Where compiled seccomp filters are kept; no id begins with a dot.
std::string filter_directory(const std::string& root);

}  // namespace lifecycle
