// All containers of one root, as directories. No daemon keeps them: every command reads what is there, and a
// lock tells whether a container's guardian is alive.
//
// Locks: CONTAINER/lock is held by the guardian for as long as the container is being made, runs, or is being
// taken down; the directory CONTAINER itself by whoever changes the record, for that moment, so that `rename` and
// `update` can change what a guardian guards; RUN/create.lock while names are given out, and between mkdir(2) and
// the first record. Taken in the order RUN/create.lock, CONTAINER/lock, CONTAINER. Reads: flock(2).
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/engine/container.h"
#include "mini-container/engine/events.h"
#include "mini-container/engine/paths.h"

namespace engine {

class NoSuchContainer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Registry {
 public:
  explicit Registry(Paths paths) : paths_(std::move(paths)) {}
  const Paths& paths() const { return paths_; }
  Journal journal() const { return Journal(paths_); }

  std::string directory(const std::string& id) const { return paths_.containers + "/" + id; }

  // Makes the directory, takes the lock, claims the name (a random one if empty) and writes the record.
  // Throws std::runtime_error when the name is in use. Returns the lock.
  sys::UniqueFd add(Container& container) const;
  // Changes the record as it is now, whoever else changes it; returns it as it is then. nullopt if the container is
  // gone.
  std::optional<Container> change(const std::string& id, const std::function<void(Container&)>& edit) const;
  // Throws std::runtime_error when `name` is in use, NoSuchContainer when the container is gone.
  void rename(const std::string& id, const std::string& name) const;
  // Brings a renaming that was killed half-way to its end, or back.
  void finish_renaming(const std::string& id) const;
  // Gives up the name, then removes the directory. For the holder of the lock.
  void remove(const std::string& id) const;

  std::optional<Container> load(const std::string& id) const;
  // Newest first, with what the kernel says of those that run.
  std::vector<Container> list() const;
  // By name, id, or prefix of the id that fits only one. Throws NoSuchContainer.
  Container get(const std::string& text) const;

  // Waits for the guardian to be gone; empty if the container is, too.
  sys::UniqueFd lock(const std::string& id) const;
  // Empty when it is taken, or the container is gone.
  sys::UniqueFd try_lock(const std::string& id) const;

  // Ids of all directories, with a record or without.
  std::vector<std::string> ids() const;
  // Removes a directory that a killed command left before its first record. False if it has one by now.
  bool remove_unfinished(const std::string& id) const;
  // Removes a container whose removal was killed when its name had gone, and its record not yet. False if it has its name.
  bool finish_removal(const Container& seen) const;

 private:
  std::string link_of(const std::string& name) const { return paths_.names + "/" + name; }
  bool owns(const std::string& id, const std::string& name) const;
  void save(const Container& container) const;
  Container observed(Container container) const;
  void claim_name(Container& container) const;
  sys::UniqueFd creation_lock() const;
  Paths paths_;
};

}  // namespace engine
