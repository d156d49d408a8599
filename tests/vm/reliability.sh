#!/usr/bin/env bash
# How reliably do the shipped profiles boot? A guest kernel can hang at random on an emulated board; vm-launcher's
# watchdog then tries once more, so a user seldom sees it. This counts what users do not see: BOOTS boots of each profile,
# taken in turn, each with a command that ends at once. Prints one JSON object.
#
# "hung": boots whose first try did not reach READY in time; "failed": those whose second try did not either.
#
# Usage: tests/vm/reliability.sh [BOOTS] [VM-LAUNCHER]     defaults: 60, the release build's
set -euo pipefail
tree=$(dirname "$(readlink -f "$0")")/../..
boots=${1:-60}
launcher=${2:-$tree/build/release/bin/vm-launcher}
profiles=(tiny devices compat)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/root/bin"
cp /bin/busybox "$work/root/bin/"
ln -s busybox "$work/root/bin/true"
tar -C "$work/root" -cf "$work/root.tar" .

stamp() { sed -nE "s/.*\"$1\":\"?([0-9.]+).*/\1/p" "$2"; }

for ((boot = 1; boot <= boots; boot++)); do
  for profile in "${profiles[@]}"; do
    status=0
    "$launcher" run --accel tcg --profile "$profile" --rootfs "$work/root.tar" --timings "$work/timings" -- true \
      2>>"$work/$profile.said" || status=$?
    attempts=$(stamp attempts "$work/timings")
    echo "$status ${attempts:-2} $(stamp ready "$work/timings")" >>"$work/$profile.boots"
    rm -f "$work/timings"
  done
  echo "reliability: $boot of $boots boots of each profile" >&2
done

summary() {
  local profile=$1 hung failed median
  hung=$(awk '$2 > 1' "$work/$profile.boots" | wc -l)
  failed=$(awk '$1 != 0' "$work/$profile.boots" | wc -l)
  median=$(awk '$1 == 0 && $2 == 1 { print $3 }' "$work/$profile.boots" | sort -n |
    awk '{ all[NR] = $1 } END { print NR ? all[int((NR + 1) / 2)] : "null" }')
  printf '    "%s": {"boots": %d, "hung": %d, "failed": %d, "median_ready_ms": %s}' "$profile" "$boots" "$hung" \
    "$failed" "$median"
}

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
printf '{\n  "command": "tests/vm/reliability.sh %d",\n  "host": "%s, %s cores, Linux %s",\n' "$boots" "$cpu" "$(nproc)" \
  "$(uname -r)"
printf '  "accelerator": "tcg",\n  "load": "%s",\n  "profiles": {\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
for profile in "${profiles[@]}"; do
  summary "$profile"
  [[ $profile == "${profiles[-1]}" ]] && echo || echo ,
done
printf '  }\n}\n'
cat "$work"/*.said >&2
