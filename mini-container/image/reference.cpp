// See reference.h.
#include "mini-container/image/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/text/text.h"
#include "mini-container/image/digest.h"

namespace image {

namespace {

constexpr std::size_t kLongestPath = 255;
constexpr std::size_t kLongestTag = 128;
const std::string kOfficial = "library/";

[[noreturn]] void reject(const std::string& text, const std::string& why) {
  throw std::invalid_argument(fmt::format(
      "invalid reference format: \"{}\": {}. The form is [host[:port]/]name[:tag][@sha256:digest], "
      "for example busybox:latest",
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

// SPEC: normalize.go, splitDockerDomain: what the first of several parts is taken for.
bool is_domain(std::string_view part) {
  const auto upper = [](char character) { return character >= 'A' && character <= 'Z'; };
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos ||
         std::any_of(part.begin(), part.end(), upper);
}

// One part of a host name: letters, digits and inner "-".
bool host_label(std::string_view label) {
  const auto allowed = [](char character) {
    return character == '-' || (word_character(character) && character != '_');
  };
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), allowed);
}

bool host_name(std::string_view host) {
  const auto labels = text::split(host, '.');
  return std::all_of(labels.begin(), labels.end(), host_label);
}

// "[2001:db8::1]", without zone.
bool ipv6_address(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:") ==
             std::string_view::npos;
}

bool domain(std::string_view part) {
  const std::size_t colon = part.find(':', part.starts_with('[') ? part.find(']') : 0);
  const std::string_view host = part.substr(0, colon);
  if (!host_name(host) && !ipv6_address(host)) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = part.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_path(const std::string& text, const std::string& path) {
  if (path.empty()) reject(text, "the name is empty");
  if (path.size() > kLongestPath) reject(text, "the name is longer than 255 characters");
  for (const std::string_view part : text::split(path, '/')) {
    if (path_component(part)) continue;
    const bool upper = std::any_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (upper) reject(text, fmt::format("repository name ({}) must be lowercase", part));
    reject(text, fmt::format("\"{}\" in the name is not allowed (lower case, digits, and . _ - between them)",
                             part));
  }
}

// "host:5000/team/app" into its registry and the path there.
void split_name(const std::string& text, const std::string& name, Reference& reference) {
  constexpr std::size_t kDigits = 64;
  if (name.size() == kDigits && hexadecimal(name))
    reject(text, "64 hexadecimal digits are an id, and no name");
  const std::size_t slash = name.find('/');
  const bool has_domain = slash != std::string::npos && is_domain(std::string_view(name).substr(0, slash));
  reference.domain = has_domain ? name.substr(0, slash) : kDefaultDomain;
  reference.path = has_domain ? name.substr(slash + 1) : name;
  if (!domain(reference.domain)) reject(text, fmt::format("\"{}\" is no host", reference.domain));
  if (reference.domain == "index.docker.io") reference.domain = kDefaultDomain;
  check_path(text, reference.path);
  const bool official = reference.domain == kDefaultDomain && reference.path.find('/') == std::string::npos;
  if (official) reference.path = kOfficial + reference.path;
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

void check_digest_of(const std::string& text, const std::string& digest) {
  try {
    check_digest(digest);
  } catch (const std::runtime_error& error) {
    reject(text, error.what());
  }
}

}  // namespace

Reference parse_reference(const std::string& text) {
  Reference reference;
  std::string rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string::npos) {
    reference.digest = rest.substr(at + 1);
    check_digest_of(text, reference.digest);
    rest.resize(at);
  }
  const std::size_t slash = rest.rfind('/');
  const std::size_t colon = rest.find(':', slash == std::string::npos ? 0 : slash);
  split_name(text, rest.substr(0, colon), reference);
  if (colon != std::string::npos) {
    reference.tag = rest.substr(colon + 1);
    check_tag(text, reference.tag);
  } else if (reference.digest.empty()) {
    reference.tag = "latest";
  }
  return reference;
}

std::string familiar_name(const Reference& reference) {
  const std::size_t slash = reference.path.find('/');
  // WHY: "docker.io/a.b/c" without its registry would be c of the registry a.b, another image.
  const bool mistakable =
      slash != std::string::npos && is_domain(std::string_view(reference.path).substr(0, slash));
  if (reference.domain != kDefaultDomain || mistakable) return reference.domain + "/" + reference.path;
  const bool official = reference.path.starts_with(kOfficial) &&
                        reference.path.find('/', kOfficial.size()) == std::string::npos;
  return official ? reference.path.substr(kOfficial.size()) : reference.path;
}

std::string to_string(const Reference& reference) {
  std::string text = familiar_name(reference);
  if (!reference.tag.empty()) text += ":" + reference.tag;
  if (!reference.digest.empty()) text += "@" + reference.digest;
  return text;
}

std::string normal_name(const std::string& text) {
  try {
    return to_string(parse_reference(text));
  } catch (const std::invalid_argument&) {
    return text;
  }
}

bool is_repository(const std::string& text) {
  const std::size_t slash = text.rfind('/');
  const bool tagged = text.find_first_of(":@", slash == std::string::npos ? 0 : slash) != std::string::npos;
  return !tagged && normal_name(text) != text;
}

}  // namespace image
