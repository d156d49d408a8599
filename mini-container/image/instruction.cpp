// See instruction.h.
#include "mini-container/image/instruction.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text/signals.h"
#include "base/text/text.h"
#include "base/text/time.h"

namespace image {

namespace {

using Words = std::vector<std::string>;

[[noreturn]] void refuse(const std::string& line, const std::string& why) {
  throw std::invalid_argument(fmt::format("\"{}\" is no change of an image: {}", line, why));
}

// Words as a shell separates them: blanks, quotes, backslash.
Words words_of(const std::string& line, const std::string& text) {
  Words words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char here = text[at];
    if (here == '\\' && quote != '\'' && at + 1 < text.size()) {
      word += text[++at];
      open = true;
    } else if (quote != 0 ? here == quote : here == '"' || here == '\'') {
      quote = quote == 0 ? here : '\0';
      open = true;
    } else if (quote == 0 && (here == ' ' || here == '\t')) {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      word += here;
      open = true;
    }
  }
  if (quote != 0) refuse(line, "a quotation does not end");
  if (open) words.push_back(word);
  return words;
}

// A JSON list, or nothing when the text is none.
std::optional<Words> json_list(const std::string& text) {
  if (!text.starts_with('[')) return std::nullopt;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto is_text = [](const auto& element) { return element.is_string(); };
  if (!json.is_array() || !std::all_of(json.begin(), json.end(), is_text)) return std::nullopt;
  return json.get<Words>();
}

// SPEC: the exec form is a list; anything else is the shell form.
Words command(const std::string& text) {
  if (auto list = json_list(text)) return *list;
  return {"/bin/sh", "-c", text};
}

void add_once(Words& list, const std::string& element) {
  if (std::find(list.begin(), list.end(), element) == list.end()) list.push_back(element);
}

// "A=1 B=2", or the old "A 1".
std::vector<std::pair<std::string, std::string>> pairs(const std::string& line, const std::string& text) {
  const Words words = words_of(line, text);
  if (words.size() > 1 && words.front().find('=') == std::string::npos)
    return {{words.front(), text.substr(text.find_first_of(" \t") + 1)}};
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) refuse(line, "expected NAME=value");
    found.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return found;
}

void set_environment(Config& config, const std::string& line, const std::string& text) {
  for (const auto& [name, value] : pairs(line, text)) {
    const std::string start = name + "=";
    std::erase_if(config.env, [&](const std::string& known) { return known.starts_with(start); });
    config.env.push_back(start + value);
  }
}

void expose(Config& config, const std::string& line, const std::string& text) {
  for (const std::string& word : words_of(line, text)) {
    const std::size_t slash = word.find('/');
    const std::string protocol = slash == std::string::npos ? "tcp" : word.substr(slash + 1);
    const auto port = text::number<std::uint16_t>(word.substr(0, slash));
    if (!port || *port == 0 || (protocol != "tcp" && protocol != "udp" && protocol != "sctp"))
      refuse(line, "expected PORT or PORT/tcp|udp|sctp");
    add_once(config.exposed_ports, fmt::format("{}/{}", *port, protocol));
  }
}

void set_directory(Config& config, const std::string& text) {
  const bool absolute = text.starts_with('/');
  config.working_dir = absolute ? text : (config.working_dir.empty() ? "/" : config.working_dir + "/") + text;
}

std::int64_t duration_of(const std::string& line, const std::string& text) {
  const auto duration = text::duration(text);
  if (!duration || *duration < 0) refuse(line, "expected a time such as 30s or 1m30s, not " + text);
  return *duration;
}

// "[--interval=30s] [--timeout=..] [--start-period=..] [--start-interval=..] [--retries=3] CMD command", or "NONE".
void set_healthcheck(Config& config, const std::string& line, std::string text) {
  Healthcheck check;
  while (text.starts_with("--")) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::size_t equals = std::min(text.find('='), end);
    const std::string option = text.substr(0, equals), value = text.substr(equals, end - equals).erase(0, 1);
    if (option == "--interval") {
      check.interval = duration_of(line, value);
    } else if (option == "--timeout") {
      check.timeout = duration_of(line, value);
    } else if (option == "--start-period") {
      check.start_period = duration_of(line, value);
    } else if (option == "--start-interval") {
      check.start_interval = duration_of(line, value);
    } else if (const auto count = text::number<int>(value);
               option == "--retries" && count.value_or(-1) >= 0) {
      check.retries = *count;
    } else {
      refuse(line,
             "expected --interval, --timeout, --start-period, --start-interval or --retries, and a value");
    }
    text.erase(0, std::min(text.find_first_not_of(" \t", end), text.size()));
  }
  const std::size_t space = std::min(text.find_first_of(" \t"), text.size());
  const std::string kind = text.substr(0, space);
  const std::string command = text.substr(std::min(text.find_first_not_of(" \t", space), text.size()));
  if (kind == "NONE" && command.empty()) {
    check.test = {"NONE"};
  } else if (kind == "CMD" && !command.empty()) {
    check.test = {"CMD-SHELL", command};
    if (const auto list = json_list(command)) {
      check.test = *list;
      check.test.insert(check.test.begin(), "CMD");
    }
  } else {
    refuse(line, "expected NONE, or CMD and a command");
  }
  config.healthcheck = check;
}

void apply(Config& config, const std::string& line, const std::string& name, const std::string& text) {
  if (name == "CMD") {
    config.cmd = command(text);
  } else if (name == "ENTRYPOINT") {
    config.entrypoint = command(text);
  } else if (name == "ENV") {
    set_environment(config, line, text);
  } else if (name == "EXPOSE") {
    expose(config, line, text);
  } else if (name == "HEALTHCHECK") {
    set_healthcheck(config, line, text);
  } else if (name == "LABEL") {
    for (const auto& [key, value] : pairs(line, text))
      config.labels[key] = value;
  } else if (name == "STOPSIGNAL") {
    if (!text::signal_number(text)) refuse(line, "there is no such signal");
    config.stop_signal = text;
  } else if (name == "USER") {
    config.user = text;
  } else if (name == "VOLUME") {
    for (const std::string& path : json_list(text).value_or(words_of(line, text)))
      add_once(config.volumes, path);
  } else if (name == "WORKDIR") {
    set_directory(config, text);
  } else {
    std::string typed = name;
    std::transform(typed.begin(), typed.end(), typed.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    throw std::invalid_argument(
        typed +
        " is not a valid change command. Next: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, "
        "STOPSIGNAL, USER, VOLUME or WORKDIR");
  }
}

}  // namespace

void apply_instruction(Config& config, const std::string& line) {
  constexpr const char* kBlanks = " \t";
  const std::size_t start = line.find_first_not_of(kBlanks);
  const std::size_t end = line.find_first_of(kBlanks, start == std::string::npos ? 0 : start);
  const std::size_t rest = end == std::string::npos ? end : line.find_first_not_of(kBlanks, end);
  if (rest == std::string::npos) refuse(line, "expected an instruction and its argument");
  std::string name = line.substr(start, end - start);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  apply(config, line, name, line.substr(rest, line.find_last_not_of(kBlanks) + 1 - rest));
}

}  // namespace image
