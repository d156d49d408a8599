// See reference.h.
#include "mini-container/image/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace image {

namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestTag = 128;

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw std::invalid_argument(
      fmt::format("image reference \"{}\": {}. The form is [host[:port]/]name[:tag][@sha256:digest], for "
                  "example busybox:latest",
                  text, why));
}

bool lower_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool word_character(char character) {
  return lower_or_digit(character) || (character >= 'A' && character <= 'Z') || character == '_';
}

bool hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  });
}

// [a-z0-9] runs joined by one ".", one or two "_", or any number of "-".
bool path_component(std::string_view part) {
  if (part.empty() || !lower_or_digit(part.front()) || !lower_or_digit(part.back())) return false;
  for (std::size_t at = 0; at < part.size();) {
    if (lower_or_digit(part[at])) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(part.find_first_not_of(part[at], at), part.size());
    const std::size_t run = end - at;
    const char joint = part[at];
    if (joint != '-' && !(joint == '.' && run == 1) && !(joint == '_' && run <= 2)) return false;
    if (!lower_or_digit(part[end])) return false;
    at = end;
  }
  return true;
}

// "localhost", "host.domain", "host:5000": a first part with a dot or a port is a server, as with Docker.
bool is_server(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

// One part of a host name: letters, digits and inner "-".
bool host_label(std::string_view label) {
  const auto allowed = [](char character) {
    return character == '-' || (word_character(character) && character != '_');
  };
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), allowed);
}

bool server(std::string_view part) {
  const std::size_t colon = part.find(':');
  for (std::string_view host = part.substr(0, colon);;) {
    const std::size_t dot = host.find('.');
    if (!host_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  if (colon == std::string_view::npos) return true;
  const std::string_view port = part.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_name(const std::string& text, const std::string& name) {
  if (name.empty()) reject(text, "the name is empty");
  if (name.size() > kLongestName) reject(text, "the name is longer than 255 characters");
  std::string_view rest = name;
  for (bool first = true; !rest.empty(); first = false) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    const bool good = first && !last && is_server(part) ? server(part) : path_component(part);
    if (!good)
      reject(text, fmt::format("\"{}\" in the name is not allowed (lower case, digits, . _ -)", part));
    if (last) return;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) reject(text, "the name ends with /");
  }
}

void check_tag(const std::string& text, const std::string& tag) {
  const auto allowed = [](char character) {
    return word_character(character) || character == '.' || character == '-';
  };
  if (tag.empty()) reject(text, "the tag after \":\" is empty");
  if (tag.size() > kLongestTag) reject(text, "the tag is longer than 128 characters");
  if (!word_character(tag.front()) || !std::all_of(tag.begin(), tag.end(), allowed)) {
    reject(text, fmt::format("the tag \"{}\" holds a character that is not allowed", tag));
  }
}

void check_digest(const std::string& text, const std::string& digest) {
  constexpr std::string_view kAlgorithm = "sha256:";
  if (!digest.starts_with(kAlgorithm)) reject(text, "the digest is not sha256");
  const std::string_view hex = std::string_view(digest).substr(kAlgorithm.size());
  if (hex.size() != 64 || !hexadecimal(hex))
    reject(text, "the digest is not 64 lower case hexadecimal digits");
}

}  // namespace

Reference parse_reference(const std::string& text) {
  Reference reference;
  std::string rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string::npos) {
    reference.digest = rest.substr(at + 1);
    check_digest(text, reference.digest);
    rest.resize(at);
  }
  const std::size_t slash = rest.rfind('/');
  const std::size_t colon = rest.find(':', slash == std::string::npos ? 0 : slash);
  reference.name = rest.substr(0, colon);
  check_name(text, reference.name);
  if (colon != std::string::npos) {
    reference.tag = rest.substr(colon + 1);
    check_tag(text, reference.tag);
  } else if (reference.digest.empty()) {
    reference.tag = "latest";
  }
  return reference;
}

std::string to_string(const Reference& reference) {
  std::string text = reference.name;
  if (!reference.tag.empty()) text += ":" + reference.tag;
  if (!reference.digest.empty()) text += "@" + reference.digest;
  return text;
}

}  // namespace image
