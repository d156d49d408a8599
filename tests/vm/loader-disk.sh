#!/usr/bin/env bash
# The smallest disk that boots by itself: GRUB, on a file system of its own, and no kernel. Its script does what
# cloud-init does first: it finds the file system labelled "cidata", prints meta-data, and obeys user-data, which is a script
# of GRUB's here. What GRUB can write is its environment block: enough to see where writes go.
#
# Usage: tests/vm/loader-disk.sh FILE        a raw disk of 4 MiB; wants no root
set -euo pipefail
disk=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=2048 # sector of the one partition

mkdir -p "$work/root/grub"
grub-editenv "$work/root/grub/grubenv" create
cat >"$work/root/grub/grub.cfg" <<'EOF'
serial --unit=0 --speed=115200
terminfo serial dumb
terminal_input serial
terminal_output serial
load_env
search --set=seed --label CIDATA
cat ($seed)/meta-data
source ($seed)/user-data
halt
EOF
echo 'configfile (hd0,msdos1)/grub/grub.cfg' >"$work/early.cfg"
grub-mkimage -O i386-pc -o "$work/core.img" -p '(hd0,msdos1)/grub' -c "$work/early.cfg" \
  biosdisk part_msdos ext2 iso9660 serial terminal terminfo configfile normal test search search_label loadenv \
  echo cat read halt reboot

truncate -s 4M "$disk"
/sbin/mke2fs -q -F -t ext2 -d "$work/root" -E offset=$((first * 512)) "$disk" 3072k
# The sector that a BIOS reads: its code, the table with the one partition, its mark. The code goes on at sector 1.
put() { dd of="$disk" bs=1 conv=notrunc status=none "$@"; }
put if=/usr/lib/grub/i386-pc/boot.img count=440
printf '\x80\x00\x02\x00\x83\xff\xff\xff\x00\x08\x00\x00\x00\x18\x00\x00' | put seek=446
printf '\x55\xaa' | put seek=510
put if="$work/core.img" seek=512
