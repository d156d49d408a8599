// What happened to containers and images: a journal that every command appends to, and any may read and follow.
//
// A line is one event as the JSON of Docker's API has it. There is no daemon who could tell: whoever does something
// writes it down, with one append, and whoever follows is woken by the kernel. RUN/events, and what was there before as
// RUN/events.1. Reads: open(2) (O_APPEND), inotify(7), docker-events(1).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "mini-container/engine/container.h"
#include "mini-container/engine/paths.h"

namespace engine {

struct Event {
  std::string type;    // "container", "image"
  std::string action;  // "start", "die" ...
  std::string id;
  std::map<std::string, std::string> attributes;
  std::int64_t nanoseconds = 0;  // since 1970
};

std::string to_json(const Event& event);
// nullopt for what is none.
std::optional<Event> parse_event(const std::string& json);

class Journal {
 public:
  explicit Journal(const Paths& paths) : directory_(paths.run), path_(paths.run + "/events") {}

  // With the time as it is now. A journal that cannot be written stops nobody from doing what it would tell of.
  void add(Event event) const;
  // Of a container, with its name, image and labels besides `more`.
  void add(const Container& container, const std::string& action,
           const std::map<std::string, std::string>& more = {}) const;
  // Of an image, by one of its names.
  void add_image(const std::string& action, const std::string& id, const std::string& name) const;

  // Of a prune, by how much it has made free; "type" is "container", "image", "network" or "volume".
  void add_prune(const std::string& type, std::uint64_t bytes) const;

  // Every event from `since` to `until`, in nanoseconds since 1970; without `until` those that are to come, too, for as
  // long as `take` is true.
  void read(std::int64_t since, std::optional<std::int64_t> until,
            const std::function<bool(const Event&)>& take) const;

 private:
  void rotate(int file) const;
  std::string directory_, path_;
};

}  // namespace engine
