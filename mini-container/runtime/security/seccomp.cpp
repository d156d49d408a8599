// See seccomp.h. libseccomp turns rules into a program; the kernel gets the bytes.
#include "mini-container/runtime/security/seccomp.h"

#include <fmt/format.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "mini-container/runtime/spec/invalid.h"

namespace security {

namespace {

template <class Value>
struct Name {
  std::string_view name;
  Value value;
};

// SCMP_ACT_ERRNO and SCMP_ACT_TRACE carry an errno beside.
enum class Action { kill_process, kill_thread, trap, error, trace, log, allow, notify };

constexpr Name<Action> kActions[] = {
    {"SCMP_ACT_KILL", Action::kill_thread}, {"SCMP_ACT_KILL_PROCESS", Action::kill_process},
    {"SCMP_ACT_TRAP", Action::trap},        {"SCMP_ACT_KILL_THREAD", Action::kill_thread},
    {"SCMP_ACT_ERRNO", Action::error},      {"SCMP_ACT_TRACE", Action::trace},
    {"SCMP_ACT_ALLOW", Action::allow},      {"SCMP_ACT_LOG", Action::log},
    {"SCMP_ACT_NOTIFY", Action::notify},
};

constexpr Name<scmp_compare> kComparisons[] = {
    {"SCMP_CMP_NE", SCMP_CMP_NE},
    {"SCMP_CMP_LT", SCMP_CMP_LT},
    {"SCMP_CMP_LE", SCMP_CMP_LE},
    {"SCMP_CMP_EQ", SCMP_CMP_EQ},
    {"SCMP_CMP_GE", SCMP_CMP_GE},
    {"SCMP_CMP_GT", SCMP_CMP_GT},
    {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};

constexpr Name<unsigned> kFlags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

template <class Value, std::size_t count>
Value look_up(const Name<Value> (&table)[count], const std::string& name, const std::string& member) {
  std::string known;
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw spec::Invalid(member, fmt::format("\"{}\" is not known", name), "Use one of " + known);
}

std::uint32_t action_of(const std::string& name, std::optional<unsigned> error, const std::string& member) {
  // SPEC: EPERM when errnoRet is absent.
  const unsigned code = error.value_or(EPERM);
  switch (look_up(kActions, name, member)) {
    case Action::kill_process:
      return SCMP_ACT_KILL_PROCESS;
    case Action::kill_thread:
      return SCMP_ACT_KILL_THREAD;
    case Action::trap:
      return SCMP_ACT_TRAP;
    case Action::error:
      return SCMP_ACT_ERRNO(code);
    case Action::trace:
      return SCMP_ACT_TRACE(code);
    case Action::log:
      return SCMP_ACT_LOG;
    case Action::allow:
      return SCMP_ACT_ALLOW;
    case Action::notify:
      return SCMP_ACT_NOTIFY;
  }
  return SCMP_ACT_KILL_PROCESS;
}

class Compiler {
 public:
  explicit Compiler(const spec::Seccomp& profile)
      : default_(action_of(profile.default_action, profile.default_errno_ret, "linux.seccomp.defaultAction")),
        context_(::seccomp_init(default_)) {
    if (!context_) throw spec::Invalid("linux.seccomp.defaultAction", "libseccomp refuses this action");
    // WHY: no_new_privs is the document's decision (process.noNewPrivileges), not libseccomp's.
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0);
  }

  void add_architectures(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string member = fmt::format("linux.seccomp.architectures[{}]", i);
      const std::uint32_t token = architecture_of(names[i], member);
      const int result = ::seccomp_arch_add(context_.get(), token);
      if (result != 0 && result != -EEXIST) fail(result, member);
    }
  }

  void add(const spec::SyscallRule& rule, const std::string& member, std::vector<std::string>& unknown) {
    const std::uint32_t action = action_of(rule.action, rule.errno_ret, member + ".action");
    // libseccomp refuses (EACCES) a rule that does what happens anyway.
    if (action == default_) return;
    const auto comparisons = comparisons_of(rule.args, member);
    for (const std::string& name : rule.names) {
      const int number = ::seccomp_syscall_resolve_name(name.c_str());
      if (number == __NR_SCMP_ERROR) {
        unknown.push_back(name);
        continue;
      }
      add_rule(action, number, comparisons, member);
    }
  }

  std::vector<sock_filter> program() const {
    const sys::UniqueFd memory = sys::memfd_create("seccomp");
    const int result = ::seccomp_export_bpf(context_.get(), memory.get());
    if (result != 0) fail(result, "linux.seccomp");
    sys::rewind(memory.get());
    const std::string bytes = sys::read_to_end(memory.get());
    std::vector<sock_filter> instructions(bytes.size() / sizeof(sock_filter));
    std::memcpy(instructions.data(), bytes.data(), instructions.size() * sizeof(sock_filter));
    return instructions;
  }

 private:
  struct Release {
    void operator()(void* context) const { ::seccomp_release(context); }
  };

  [[noreturn]] static void fail(int result, const std::string& member) {
    throw spec::Invalid(member, fmt::format("libseccomp refuses it: {}", std::strerror(-result)));
  }

  // "SCMP_ARCH_X86_64" -> SCMP_ARCH_X86_64, by libseccomp's own name "x86_64".
  static std::uint32_t architecture_of(const std::string& name, const std::string& member) {
    constexpr std::string_view prefix = "SCMP_ARCH_";
    std::uint32_t token = 0;
    if (name.starts_with(prefix)) {
      std::string short_name = name.substr(prefix.size());
      for (char& character : short_name)
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
      token = ::seccomp_arch_resolve_name(short_name.c_str());
    }
    if (token == 0) {
      throw spec::Invalid(member, fmt::format("\"{}\" is not an architecture that libseccomp knows", name),
                          "Names look like SCMP_ARCH_X86_64");
    }
    return token;
  }

  static std::vector<scmp_arg_cmp> comparisons_of(const std::vector<spec::SyscallArgument>& arguments,
                                                  const std::string& member) {
    std::vector<scmp_arg_cmp> comparisons;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const spec::SyscallArgument& argument = arguments[i];
      const std::string place = fmt::format("{}.args[{}]", member, i);
      if (argument.index > 5) {
        throw spec::Invalid(place + ".index",
                            fmt::format("{}: a system call has arguments 0 to 5", argument.index));
      }
      const scmp_compare op = look_up(kComparisons, argument.op, place + ".op");
      // SPEC: of SCMP_CMP_MASKED_EQ, `value` is the mask and `valueTwo` what must remain.
      comparisons.push_back({argument.index, op, argument.value, argument.value_two});
    }
    return comparisons;
  }

  void add_rule(std::uint32_t action, int number, const std::vector<scmp_arg_cmp>& comparisons,
                const std::string& member) {
    // SPEC: conditions on one argument twice are alternatives; libseccomp takes an argument once a rule.
    bool twice = false;
    for (std::size_t i = 0; i < comparisons.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        twice = twice || comparisons[i].arg == comparisons[j].arg;
    if (!twice) return add_exactly(action, number, comparisons, member);
    for (const scmp_arg_cmp& one : comparisons)
      add_exactly(action, number, {one}, member);
  }

  void add_exactly(std::uint32_t action, int number, const std::vector<scmp_arg_cmp>& comparisons,
                   const std::string& member) {
    const int result = ::seccomp_rule_add_array(
        context_.get(), action, number, static_cast<unsigned>(comparisons.size()), comparisons.data());
    // EEXIST: the profile says the same twice. EDOM: the call does not exist on one of the architectures.
    if (result != 0 && result != -EEXIST && result != -EDOM) fail(result, member);
  }

  std::uint32_t default_;
  std::unique_ptr<void, Release> context_;
};

unsigned flags_of(const spec::Seccomp& profile) {
  // WHY not only where a rule asks (SCMP_ACT_NOTIFY): whoever listens waits for the descriptor, and crun sends it.
  unsigned flags = profile.listener_path.empty() ? 0 : SECCOMP_FILTER_FLAG_NEW_LISTENER;
  for (std::size_t i = 0; i < profile.flags.size(); ++i) {
    const std::string member = fmt::format("linux.seccomp.flags[{}]", i);
    const unsigned flag = look_up(kFlags, profile.flags[i], member);
    if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0) {
      throw spec::Invalid(member, "it is about waiting for a listener, and there is none",
                          "Remove it, or set listenerPath");
    }
    flags |= flag;
  }
  // Both want to return a number; this says which (EINVAL without).
  const unsigned both = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;
  return (flags & both) == both ? flags | SECCOMP_FILTER_FLAG_TSYNC_ESRCH : flags;
}

}  // namespace

bool asks_listener(const SeccompFilter& filter) {
  return (filter.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}

SeccompFilter compile_seccomp(const spec::Seccomp& profile) {
  SeccompFilter filter;
  filter.flags = flags_of(profile);
  Compiler compiler(profile);
  compiler.add_architectures(profile.architectures);
  for (std::size_t i = 0; i < profile.syscalls.size(); ++i) {
    compiler.add(profile.syscalls[i], fmt::format("linux.seccomp.syscalls[{}]", i), filter.unknown_names);
  }
  filter.program = compiler.program();
  return filter;
}

sys::UniqueFd load_seccomp(const SeccompFilter& filter) {
  return sys::set_seccomp_filter(filter.program, filter.flags);
}

namespace {

// One filter holds only architectures of one byte order, and the machine's own is always among them.
bool can_filter(std::uint32_t architecture) {
  const std::unique_ptr<void, void (*)(void*)> context(::seccomp_init(SCMP_ACT_ALLOW), ::seccomp_release);
  const int result = architecture == 0 ? -EINVAL : ::seccomp_arch_add(context.get(), architecture);
  return result == 0 || result == -EEXIST;
}

}  // namespace

spec::SeccompFeatures seccomp_names() {
  spec::SeccompFeatures names;
  for (const auto& action : kActions)
    names.actions.emplace_back(action.name);
  for (const auto& comparison : kComparisons)
    names.operators.emplace_back(comparison.name);
  for (const auto& flag : kFlags)
    names.flags.emplace_back(flag.name);
  for (const char* name :
       {"x86",    "x86_64",    "x32",     "arm",      "aarch64",     "loongarch64", "mips",
        "mips64", "mips64n32", "mipsel",  "mipsel64", "mipsel64n32", "parisc",      "parisc64",
        "ppc",    "ppc64",     "ppc64le", "s390",     "s390x",       "riscv64"}) {
    if (!can_filter(::seccomp_arch_resolve_name(name))) continue;
    std::string& upper = names.architectures.emplace_back("SCMP_ARCH_");
    for (const char* letter = name; *letter != '\0'; ++letter)
      upper += static_cast<char>(std::toupper(static_cast<unsigned char>(*letter)));
  }
  return names;
}

std::string seccomp_library_version() {
  const scmp_version* version = ::seccomp_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->micro);
}

}  // namespace security
