#!/bin/bash
# Runs a command in an image's tree as a node would: in namespaces of its own, as the image's user, without this machine's
# files and network. What it writes is gone afterwards; `unshare` has made the namespaces.
#   in-image.sh TREE UID:GID FOLDER COMMAND…
# IMAGE_ENV: lines of NAME=VALUE, the command's whole environment. IMAGE_MOUNTS: lines of `folder here:folder there`.
# IMAGE_READ_ONLY=1: a read-only root, with an empty /tmp. IMAGE_SOCKETS: lines of `port:socket`, what 127.0.0.1 leads to
# in a network that has nothing else; IMAGE_NODE relays.
set -euo pipefail
tree=$1 user=$2 folder=$3
shift 3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mount -t tmpfs tmpfs /mnt
mkdir /mnt/{upper,work,root}
root=/mnt/root
mount -t overlay overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" $root
mount -t proc proc $root/proc
mount --rbind /dev $root/dev
while IFS=: read -r from to; do
  [ -n "$from" ] || continue
  mkdir -p "$root$to"
  mount --bind "$from" "$root$to"
done <<<"${IMAGE_MOUNTS:-}"
if [ -n "${IMAGE_READ_ONLY:-}" ]; then
  mount -t tmpfs -o mode=1777 tmpfs $root/tmp
  mount -o remount,bind,ro $root
fi
ip link set lo up
if [ -n "${IMAGE_SOCKETS:-}" ]; then
  mapfile -t sockets <<<"$IMAGE_SOCKETS"
  exec 3< <(exec "$IMAGE_NODE" "$here/relay.mjs" "${sockets[@]}")
  read -r -u 3 # until it listens
  exec 3<&-
fi
mapfile -t variables < <(printf %s "${IMAGE_ENV:-}")
exec env --ignore-environment /usr/sbin/chroot --userspec="$user" --groups="${user#*:}" $root \
  /usr/bin/env --chdir="$folder" "${variables[@]}" "$@"
