#!/usr/bin/env bash
# A whole Debian that boots by itself, made on this machine: kernel, systemd and cloud-init from Debian's packages by
# mmdebstrap, on one ext4 partition, with GRUB before it. With --boot it is booted too, as a user would, with a script for
# cloud-init; that takes minutes under emulation, so no test does it (results/boots says what was seen).
#
# Usage: tests/vm/debian-disk.sh FILE.qcow2 [--boot [VM-LAUNCHER]]      wants root, and the network for apt
set -euo pipefail
tree=$(dirname "$(readlink -f "$0")")/../..
disk=$1
launcher=${3:-$tree/build/release/bin/vm-launcher}
work=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
first=2048 # sector of the one partition
mebibytes=1500

make_root() {
  mmdebstrap --variant=minbase --quiet \
    --include=systemd-sysv,dbus,libpam-systemd,udev,cloud-init,linux-image-cloud-amd64,initramfs-tools,zstd,iproute2 \
    --aptopt='Apt::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$work/root"
  echo 'LABEL=system / ext4 defaults 0 1' >"$work/root/etc/fstab"
  echo 'datasource_list: [ NoCloud, None ]' >"$work/root/etc/cloud/cloud.cfg.d/90_seed.cfg"
  mkdir -p "$work/root/boot/grub"
  cat >"$work/root/boot/grub/grub.cfg" <<'EOF'
serial --unit=0 --speed=115200
terminal_output serial
linux ($root)/vmlinuz root=LABEL=system console=ttyS0 quiet
initrd ($root)/initrd.img
boot
EOF
  rm -rf "$work/root/var/cache/apt" "$work/root/var/lib/apt/lists"
}

make_disk() {
  local raw=$work/disk.raw put=(dd "of=$work/disk.raw" bs=1 conv=notrunc status=none) sectors size="" byte
  echo 'configfile (hd0,msdos1)/boot/grub/grub.cfg' >"$work/early.cfg"
  grub-mkimage -O i386-pc -o "$work/core.img" -p '(hd0,msdos1)/boot/grub' -c "$work/early.cfg" \
    biosdisk part_msdos ext2 serial terminal configfile normal linux boot
  truncate -s "${mebibytes}M" "$raw"
  /sbin/mke2fs -q -F -t ext4 -L system -d "$work/root" -E offset=$((first * 512)) "$raw" $((mebibytes - 1))m
  "${put[@]}" if=/usr/lib/grub/i386-pc/boot.img count=440
  sectors=$(((mebibytes - 1) * 2048))
  for byte in 0 8 16 24; do size+=$(printf '\\x%02x' $((sectors >> byte & 255))); done
  # shellcheck disable=SC2059  # the bytes of a partition's entry
  printf "\x80\x00\x02\x00\x83\xff\xff\xff\x00\x08\x00\x00$size" | "${put[@]}" seek=446
  printf '\x55\xaa' | "${put[@]}" seek=510
  "${put[@]}" if="$work/core.img" seek=512
  qemu-img convert -O qcow2 "$raw" "$disk"
}

# cloud-init reports on the console, and the power button ends it.
boot() {
  local begun=$SECONDS
  name=debian-$$
  cat >"$work/user-data" <<'EOF'
#!/bin/sh
echo "cloud-init ran on $(hostname), $(uname -r), $(. /etc/os-release; echo "$PRETTY_NAME")" >/dev/console
EOF
  "$launcher" run -d --accel tcg --memory 768m --name "$name" --disk "$disk" --cloud-init "$work/user-data"
  trap '"$launcher" rm -f "$name" >/dev/null; rm -rf "$work"' EXIT
  until "$launcher" logs "$name" | grep -a 'cloud-init ran on'; do
    ((SECONDS - begun < 900)) || { "$launcher" logs "$name" | tail -n 30; exit 1; }
    sleep 2
  done
  echo "user-data ran after $((SECONDS - begun)) s"
  begun=$SECONDS
  "$launcher" stop -t 300 "$name"
  "$launcher" inspect "$name" | grep -E '"(ExitCode|Error|Start)"'
  echo "powered off by its button after $((SECONDS - begun)) s"
}

[[ -e $disk ]] || { make_root && make_disk; }
ls -l "$disk"
[[ ${2:-} != --boot ]] || boot
