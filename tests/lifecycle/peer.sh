#!/usr/bin/env bash
# Runs a program of tests with a peer (crun, runc): where a peer fails too, the case is wrong, not the runtime.
# crun refuses a hybrid host whose v2 tree has a controller, so that tree is hidden from it in a mount namespace.
#
# Usage: peer.sh RUNTIME PROGRAM [ARGUMENT...]     exits 77 (skipped) if the peer is not installed
set -euo pipefail
runtime=$(command -v "$1") || { printf 'peer.sh: Skipped\n%s is not installed\n' "$1"; exit 77; }
[[ $(id -u) -eq 0 ]] || { printf 'peer.sh: Skipped\ncontainers need root\n'; exit 77; }
export RUNTIME=$runtime
# shellcheck disable=SC2016  # the inner shell expands these
exec unshare --mount bash -c '
  if [[ -e /sys/fs/cgroup/unified/cgroup.controllers ]]; then umount /sys/fs/cgroup/unified; fi
  exec "$@"' bash "${@:2}"
