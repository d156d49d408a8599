#!/bin/sh
# make.sh BIN FOLDER: images of Debian's own packages, as one tar for `load`: FOLDER/images.tar has debian, redis, nginx
# and python. The first is what mmdebstrap makes of the essential packages; the others are a layer more each, made as a
# student would: packages installed in a container, and the container committed. About 20 s; made once, kept for as long
# as this file is the same. Ends with 75 when Debian's packages cannot be had here. Needs root. Reads: mmdebstrap(1).
set -eu
bin=$1
folder=$2
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
key=$(sha256sum "$0" | cut -d ' ' -f 1)
[ "$(cat "$folder/made-by" 2>/dev/null)" != "$key" ] || exit 0

work=$(mktemp -d "${TMPDIR:-/tmp}/isolab-images.XXXXXX")
mini() { "$bin/mini-container" --root "$work/engine" "$@"; }
trap 'mini reset -f >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

# Packages for the layers above are fetched while mmdebstrap's apt knows what the base has.
fetch() {
  # shellcheck disable=SC2016  # mmdebstrap's shell expands it
  printf 'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -y -qq --no-install-recommends --download-only'
  printf ' -o Dir::Cache::archives=%s -o APT::Sandbox::User=root install %s' "$work/$1" "$2"
}
mkdir -p "$work/redis/partial" "$work/nginx/partial" "$work/python/partial"
# WHY closed: it gives apt the number of a pipe, and the shell that apt starts knows descriptors of one digit only.
TMPDIR=$work mmdebstrap --quiet --variant=essential --mode=root --format=tar \
  --include=usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/zoneinfo/*' \
  --customize-hook="$(fetch redis redis-server)" \
  --customize-hook="$(fetch nginx nginx)" \
  --customize-hook="$(fetch python python3-minimal)" \
  bookworm "$work/debian.tar" >"$work/log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || { tail -n 5 "$work/log" >&2; exit 75; }

mini import -c 'CMD ["bash"]' "$work/debian.tar" debian >/dev/null
# WHY twice: dpkg(1) takes files in the order of their names, and what has to be there before another may come after it.
install() {
  mini run --name "$1" --network none -e DEBIAN_FRONTEND=noninteractive -v "$work/$1:/packages:ro" debian \
    sh -c 'dpkg --install /packages/*.deb >/tmp/log 2>&1 || dpkg --install /packages/*.deb >/tmp/log 2>&1 ||
           { cat /tmp/log; exit 1; }; rm /tmp/log'
  mini commit -c "CMD $2" -c "EXPOSE $3" "$1" "$1" >/dev/null
}
install redis '["redis-server", "--protected-mode", "no"]' 6379
install nginx '["nginx", "-g", "daemon off;"]' 80
install python '["python3"]' 3000
mini save -o "$work/images.tar" debian redis nginx python
mv "$work/images.tar" "$folder/images.tar"
printf '%s\n' "$key" >"$folder/made-by"
