#!/usr/bin/env bash
# Proves the README's promise: in a Debian 12 that has nothing but its base system, the two commands do everything.
#
# Makes such a root file system with debootstrap, pivots into it in a mount namespace of its own (chroot would forbid
# user namespaces), clones this tree there and runs `./isolab compare` and `./isolab test`. Kernel, cgroups and network
# are the host's. Takes a quarter of an hour; wants root, debootstrap and git.
#
# Usage: tests/clean-root.sh [FOLDER]      FOLDER is kept; the default is a temporary one that is removed
set -euo pipefail
tree=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
root=${1:-}
if [[ -z $root ]]; then
  root=$(mktemp -d /var/tmp/isolab-clean-XXXXXX)
  trap 'rm -rf --one-file-system "$root"' EXIT
fi

# The mirror that this host uses; without one, debootstrap's own default.
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
# mktemp(1) makes it for root alone; containers of other users go through "/" too.
mkdir -p "$root"
chmod 755 "$root"
[[ -e $root/etc/debian_version ]] || debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"}
# How this host reaches its packages: sources, settings, names.
cp -a /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null && : >"$root/etc/apt/sources.list"
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
rm -rf "$root/root/isolab"
git clone -q "$tree" "$root/root/isolab"

cat >"$root/root/both-commands" <<'EOF'
set -u
cd /root/isolab
timed() {
  local start=$SECONDS status=0
  "$@" </dev/null || status=$?
  echo "clean root: \"$*\" exited $status after $((SECONDS - start)) s"
  return "$status"
}
timed ./isolab compare && timed ./isolab test
EOF

# shellcheck disable=SC2016  # the inner shell expands these
unshare --mount bash -euc '
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mkdir -p "$root/run/old"
  cd "$root"
  pivot_root . run/old
  umount -l /run/old
  exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    bash /root/both-commands
' bash "$root"
