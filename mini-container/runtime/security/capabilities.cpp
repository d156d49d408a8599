// See capabilities.h. libcap keeps the sets; its calls that reach the kernel go through the seam.
#include "mini-container/runtime/security/capabilities.h"

#include <fmt/format.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <memory>

#include "base/sys/identity.h"

namespace security {

namespace {

// libcap gives and takes these as plain pointers.
struct FreeCapabilities {
  void operator()(void* sets) const { ::cap_free(sets); }
};
using CapabilitySets = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCapabilities>;

constexpr CapabilityMask bit(int capability) {
  return CapabilityMask{1} << capability;
}

CapabilityMask everything(int last) {
  return last >= 63 ? ~CapabilityMask{0} : bit(last + 1) - 1;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The number of a name such as "CAP_CHOWN"; -1 if this kernel and libcap do not know it.
int number_of(const std::string& name, int last) {
  cap_value_t value = -1;
  // WHY: libcap would also take "chown" and "12", which the specification does not.
  if (!name.starts_with("CAP_") || ::cap_from_name(lower_case(name).c_str(), &value) != 0) return -1;
  return value <= last ? value : -1;
}

class Planner {
 public:
  Planner(CapabilityPlan& plan, const AvailableCapabilities& available)
      : plan_(plan), available_(available) {}

  CapabilityMask mask_of(const std::vector<std::string>& names, const char* set, CapabilityMask grantable) {
    CapabilityMask mask = 0;
    for (const std::string& name : names) {
      const int number = number_of(name, available_.last);
      if (number < 0) {
        warn(set, name, "unknown to this kernel");
      } else if ((grantable & bit(number)) == 0) {
        warn(set, name, "cannot be granted: the runtime, or a wider set of the document, does not have it");
      } else {
        mask |= bit(number);
      }
    }
    return mask;
  }

 private:
  void warn(const char* set, const std::string& name, const char* reason) {
    plan_.warnings.push_back(fmt::format("process.capabilities.{}: {} {}", set, name, reason));
  }
  CapabilityPlan& plan_;
  const AvailableCapabilities& available_;
};

void set_flag(cap_t sets, cap_flag_t flag, CapabilityMask mask) {
  for (int capability = 0; capability < 64; ++capability) {
    const cap_value_t value = capability;
    if ((mask & bit(capability)) != 0) ::cap_set_flag(sets, flag, 1, &value, CAP_SET);
  }
}

void raise_ambient(CapabilityMask mask) {
  // WHY: not libcap's cap_reset_ambient(3), which asks about each capability first: forty calls for one.
  sys::clear_ambient_capabilities();
  for (int capability = 0; capability < 64; ++capability) {
    if ((mask & bit(capability)) == 0) continue;
    sys::raise_ambient_capability(capability, capability_names(bit(capability)));
  }
}

}  // namespace

AvailableCapabilities available_capabilities() {
  const CapabilitySets sets(sys::call(
      "capget", [] { return std::string("this process"); }, [] { return ::cap_get_proc(); }));
  AvailableCapabilities available;
  available.last = static_cast<int>(::cap_max_bits()) - 1;
  for (int capability = 0; capability <= available.last; ++capability) {
    cap_flag_value_t permitted = CAP_CLEAR;
    ::cap_get_flag(sets.get(), capability, CAP_PERMITTED, &permitted);
    if (permitted == CAP_SET) available.permitted |= bit(capability);
    if (::cap_get_bound(capability) == 1) available.bounding |= bit(capability);
  }
  return available;
}

AvailableCapabilities all_capabilities(int last) {
  return {everything(last), everything(last), last};
}

CapabilityPlan plan_capabilities(const spec::Capabilities& wanted, const AvailableCapabilities& available) {
  CapabilityPlan plan;
  plan.last = available.last;
  Planner planner(plan, available);
  plan.bounding = planner.mask_of(wanted.bounding, "bounding", available.bounding);
  plan.permitted = planner.mask_of(wanted.permitted, "permitted", available.permitted);
  // The kernel's own rules: effective within permitted, ambient within permitted and inheritable, and what is
  // added to inheritable within the bounding set.
  plan.effective = planner.mask_of(wanted.effective, "effective", plan.permitted);
  plan.inheritable = planner.mask_of(wanted.inheritable, "inheritable", plan.bounding | available.permitted);
  plan.ambient = planner.mask_of(wanted.ambient, "ambient", plan.permitted & plan.inheritable);
  return plan;
}

void limit_bounding(const CapabilityPlan& plan) {
  for (int capability = 0; capability <= plan.last; ++capability) {
    if ((plan.bounding & bit(capability)) != 0) continue;
    sys::call(
        "prctl", [&] { return fmt::format("PR_CAPBSET_DROP, {}", capability_names(bit(capability))); },
        [&] { return ::cap_drop_bound(capability); });
  }
}

void apply_capabilities(const CapabilityPlan& plan) {
  const CapabilitySets sets(::cap_init());
  set_flag(sets.get(), CAP_PERMITTED, plan.permitted);
  set_flag(sets.get(), CAP_EFFECTIVE, plan.effective);
  set_flag(sets.get(), CAP_INHERITABLE, plan.inheritable);
  sys::set_keep_capabilities(false);
  sys::call(
      "capset",
      [&] {
        return fmt::format("permitted {{{}}}, effective {:#x}, inheritable {:#x}",
                           capability_names(plan.permitted), plan.effective, plan.inheritable);
      },
      [&] { return ::cap_set_proc(sets.get()); });
  // ORDER: ambient last; a capability can be raised there only if it is permitted and inheritable (EPERM).
  raise_ambient(plan.ambient);
}

std::string capability_names(CapabilityMask mask) {
  std::string names;
  for (int capability = 0; capability < 64; ++capability) {
    if ((mask & bit(capability)) == 0) continue;
    const std::unique_ptr<char, FreeCapabilities> name(::cap_to_name(capability));
    std::string text = name ? name.get() : std::to_string(capability);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    names += (names.empty() ? "" : " ") + text;
  }
  return names;
}

}  // namespace security
