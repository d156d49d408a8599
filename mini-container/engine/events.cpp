// See events.h.
#include "mini-container/engine/events.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/notice.h"
#include "mini-container/engine/growing_file.h"

namespace engine {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Some 5,000 events; twice as much is kept.
constexpr off_t kLongest = 2 << 20;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// How long poll(2) may wait for `moment`, in milliseconds.
int until_then(std::int64_t moment) {
  constexpr std::int64_t kMillisecond = 1'000'000, kHour = 3'600'000;
  return static_cast<int>(std::clamp<std::int64_t>((moment - now()) / kMillisecond + 1, 0, kHour));
}

}  // namespace

std::string to_json(const Event& event) {
  nlohmann::ordered_json json = {{"Type", event.type},
                                 {"Action", event.action},
                                 {"Actor", {{"ID", event.id}, {"Attributes", event.attributes}}},
                                 {"scope", "local"},
                                 {"time", event.nanoseconds / kSecond},
                                 {"timeNano", event.nanoseconds}};
  if (event.type == "container" || event.type == "image") {
    const auto from = event.attributes.find("image");
    nlohmann::ordered_json older = {{"status", event.action}, {"id", event.id}};
    if (from != event.attributes.end()) older["from"] = from->second;
    older.update(json);
    json = std::move(older);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Event> parse_event(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    const auto& actor = json.at("Actor");
    return Event{json.at("Type"), json.at("Action"), actor.at("ID"), actor.at("Attributes"),
                 json.at("timeNano")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void Journal::add(Event event) const {
  event.nanoseconds = now();
  try {
    const sys::UniqueFd file = sys::open(path_, O_WRONLY | O_APPEND | O_CREAT, 0600);
    // One write a line: lines of two commands never mix.
    sys::write_all(file.get(), to_json(event) + "\n");
    if (sys::fstat(file.get()).st_size > kLongest) rotate(file.get());
  } catch (const sys::Error&) {
    // The disk is full, for example; what happened has happened.
  }
}

void Journal::rotate(int file) const {
  // WHY: of two who find it too long, the second would put the new one in the place of what the first has kept.
  const sys::UniqueFd lock = sys::lock_directory_if_present(directory_);
  const auto current = sys::stat_if_present(path_);
  if (current && current->st_ino == sys::fstat(file).st_ino) sys::rename(path_, path_ + ".1");
}

void Journal::add(const Container& container, const std::string& action,
                  const std::map<std::string, std::string>& more) const {
  Event event = {"container", action, container.id, container.settings.labels};
  event.attributes["image"] = container.settings.image;
  event.attributes["name"] = container.name;
  for (const auto& [key, value] : more)
    event.attributes[key] = value;
  add(std::move(event));
}

void Journal::add_image(const std::string& action, const std::string& id, const std::string& name) const {
  add({"image", action, id, {{"name", name}}});
}

void Journal::add_prune(const std::string& type, std::uint64_t bytes) const {
  add({type, "prune", "", {{"reclaimed", std::to_string(bytes)}}});
}

void Journal::read(std::int64_t since, std::optional<std::int64_t> until,
                   const std::function<bool(const Event&)>& take) const {
  // ORDER: before anything is read; what is written in between then wakes us, and is found.
  const sys::UniqueFd changes = sys::watch_changes(directory_);
  bool wanted = true;
  const auto pass = [&](const std::string& line) {
    const auto event = parse_event(line);
    if (!event || event->nanoseconds < since) return true;
    wanted = wanted && (!until || event->nanoseconds <= *until) && take(*event);
    return wanted;
  };
  if (sys::exists(path_ + ".1")) GrowingFile(path_ + ".1").read(pass);
  // The first event may be still to come.
  sys::open(path_, O_WRONLY | O_APPEND | O_CREAT, 0600);
  GrowingFile file(path_);
  while (wanted) {
    const bool over = until && now() > *until;
    const bool replaced = file.replaced(path_);
    file.read(pass);
    if (replaced) {
      file = GrowingFile(path_);
      continue;
    }
    if (over) return;
    pollfd polled = {changes.get(), POLLIN, 0};
    std::array<char, 4096> notes;
    if (sys::poll({&polled, 1}, until ? until_then(*until) : -1) > 0) sys::read(changes.get(), notes);
  }
}

}  // namespace engine
