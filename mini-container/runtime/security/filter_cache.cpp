// See filter_cache.h. A file is: the key's length (8 bytes), the key, flags (4 bytes), instructions.
#include "mini-container/runtime/security/filter_cache.h"

#include <fmt/format.h>
#include <seccomp.h>

#include <cstring>
#include <optional>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "mini-container/runtime/security/search_tree.h"

namespace security {

namespace {

// Everything that the program depends on, as text. Lengths stand before the strings, so that no two profiles
// read alike.
std::string key_of(const spec::Seccomp& profile) {
  std::string key;
  const auto text = [&key](const std::string& part) {
    // WHY not fmt: a profile has four hundred names, and this runs at each start.
    key.append(std::to_string(part.size())).append(1, ':').append(part).append(1, ' ');
  };
  const auto number = [&key](std::optional<unsigned> value) {
    key += value ? std::to_string(*value) + " " : "- ";
  };
  const auto list = [&](const std::vector<std::string>& parts) {
    number(static_cast<unsigned>(parts.size()));
    for (const std::string& part : parts)
      text(part);
  };
  const scmp_version* version = ::seccomp_version();
  key = fmt::format("2 libseccomp {}.{}.{} native {:#x} ", version->major, version->minor, version->micro,
                    ::seccomp_arch_native());
  text(profile.default_action);
  number(profile.default_errno_ret);
  list(profile.architectures);
  list(profile.flags);
  number(profile.listener_path.empty() ? 0 : 1);
  for (const spec::SyscallRule& rule : profile.syscalls) {
    list(rule.names);
    text(rule.action);
    number(rule.errno_ret);
    number(static_cast<unsigned>(rule.args.size()));
    for (const spec::SyscallArgument& argument : rule.args) {
      key += fmt::format("{} {} {} ", argument.index, argument.value, argument.value_two);
      text(argument.op);
    }
  }
  return key;
}

// FNV-1a: short, and only a name; the whole key is compared.
std::string name_of(const std::string& key) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char character : key)
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  return fmt::format("{:016x}.bpf", hash);
}

bool is_ours_alone(int fd) {
  const struct stat status = sys::fstat(fd);
  return status.st_uid == sys::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

template <class Value>
void put(std::string& bytes, Value value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Value>
bool take(std::string_view& bytes, Value& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

std::string encode(const std::string& key, const SeccompFilter& filter) {
  std::string bytes;
  put(bytes, static_cast<std::uint64_t>(key.size()));
  bytes += key;
  put(bytes, static_cast<std::uint32_t>(filter.flags));
  for (const sock_filter& instruction : filter.program)
    put(bytes, instruction);
  return bytes;
}

std::optional<SeccompFilter> decode(std::string_view bytes, const std::string& key) {
  std::uint64_t key_size = 0;
  if (!take(bytes, key_size) || key_size != key.size() || !bytes.starts_with(key)) return std::nullopt;
  bytes.remove_prefix(key.size());
  SeccompFilter filter;
  std::uint32_t flags = 0;
  if (!take(bytes, flags) || bytes.empty() || bytes.size() % sizeof(sock_filter) != 0) return std::nullopt;
  filter.flags = flags;
  for (sock_filter instruction{}; take(bytes, instruction);)
    filter.program.push_back(instruction);
  return filter;
}

// The opened cache directory, or nothing if it is not ours alone.
std::optional<sys::UniqueFd> trusted_directory(const std::string& directory) {
  if (!sys::exists(directory)) sys::mkdir_parents(directory, 0700);
  sys::UniqueFd opened = sys::open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!is_ours_alone(opened.get())) return std::nullopt;
  return opened;
}

std::optional<SeccompFilter> kept(int directory, const std::string& key) {
  const sys::UniqueFd file =
      sys::open_in_root_if_present(directory, name_of(key), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file || !is_ours_alone(file.get())) return std::nullopt;
  return decode(sys::read_to_end(file.get()), key);
}

}  // namespace

SeccompFilter cached_seccomp(const spec::Seccomp& profile, const std::string& directory) {
  const std::string key = key_of(profile);
  std::optional<sys::UniqueFd> cache;
  try {
    cache = trusted_directory(directory);
    if (cache) {
      if (auto filter = kept(cache->get(), key)) return *filter;
    }
  } catch (const sys::Error& error) {
    cache.reset();
    trace::note(fmt::format("the filter cache is not used: {}", error.what()));
  }
  SeccompFilter filter = compile_seccomp(profile);
  filter.program = search_tree(filter.program);
  try {
    if (cache) sys::replace_file(sys::fd_path(cache->get()) + "/" + name_of(key), encode(key, filter), 0600);
  } catch (const sys::Error& error) {
    trace::note(fmt::format("the compiled filter is not kept: {}", error.what()));
  }
  return filter;
}

}  // namespace security
