#!/bin/bash
# Builds image/Dockerfile and lays the image out: OUT/root is its tree, OUT/image.json what buildah knows of it. buildah
# runs the commands in chroots, with the real registries of packages. It runs in namespaces of its own (test/support/
# image.ts), with which its mounts and processes end; OUT/store is what it leaves, for the caller to remove.
#   build-image.sh OUT DEBIAN NODE NPM
# DEBIAN is a tar of Debian 12 with Python, made where it is missing; NODE the program, NPM the package's folder.
set -euo pipefail
out=$1 debian=$2 node=$3 npm=$4
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$out/root" "$out/store"
# overlayfs does not lie on overlayfs, which is the disk of most containers.
driver=overlay
[ "$(stat --file-system --format=%T "$out")" != overlayfs ] || driver=vfs
export BUILDAH_ISOLATION=chroot
store() { buildah --root "$out/store/images" --runroot "$out/store/run" --storage-driver $driver "$@"; }
policy=(--signature-policy "$out/store/policy.json")
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$out/store/policy.json"

# Stand-ins for the base images, since no registry of images is reached from everywhere: the same Debian, with Debian's
# Python 3.11 where the image has the newest 3.11, and with Node's own binary from npm, where no Python is.
if [ ! -e "$debian" ]; then
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,netbase,python3,python3-venv,tzdata \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$debian.making.tar"
  mv "$debian.making.tar" "$debian"
fi
base=$(store from scratch)
store config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 "$base"
store add --quiet "$base" "$debian" /
store run "$base" -- sh -c 'ln -s /usr/bin/python3 /usr/local/bin/python3 && ln -s python3 /usr/local/bin/python'
store commit --quiet "${policy[@]}" "$base" localhost/python >/dev/null
store copy --quiet "$base" "$node" /usr/local/bin/node
store copy --quiet "$base" "$npm" /usr/local/lib/node_modules/npm
store run "$base" -- sh -c 'rm /usr/bin/python3* /usr/local/bin/python* && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm'
store commit --quiet --rm "${policy[@]}" "$base" localhost/node >/dev/null

# How this machine reaches the registries is no part of any image: its certificates, where it has others than the usual.
trusted=/etc/ssl/certs/ca-certificates.crt
echo "cafile=$trusted" >"$out/store/npmrc"
printf '[global]\ncert = %s\n' "$trusted" >"$out/store/pip.conf"
mounts=()
for file in "$trusted:$trusted" "$out/store/npmrc:/usr/local/etc/npmrc" "$out/store/pip.conf:/etc/pip.conf"; do
  mounts+=(--volume "$file:ro")
done

contexts=()
while read -r reference base; do
  contexts+=("--build-context=$reference=container-image://localhost/$base")
done < <(sed -nE 's/^FROM ([^ ]+) AS (node|python)$/\1 \2/p' "$project/image/Dockerfile")
store build --quiet --pull=never --layers=false "${policy[@]}" "${contexts[@]}" "${mounts[@]}" \
  --file="$project/image/Dockerfile" --tag=localhost/runner "$project" >/dev/null
store inspect --type=image localhost/runner >"$out/image.json"
container=$(store from --quiet --pull=never "${policy[@]}" localhost/runner)
cp --archive "$(store mount "$container")/." "$out/root"
