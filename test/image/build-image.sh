#!/bin/bash
# Builds image/Dockerfile and lays the image out: OUT/root is its tree, OUT/image.json what buildah knows of it. buildah runs the commands
# in chroots, with the real registries of packages; the base images are the stand-ins of bases.Dockerfile, kept in CACHE.
#   build-image.sh OUT CACHE NODE NPM          NODE is the program, NPM the package's folder
set -euo pipefail
out=$1 cache=$2 node=$3 npm=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$cache" "$out/root"
# overlayfs does not lie on overlayfs, which is the disk of most containers.
driver=overlay
[ "$(stat --file-system --format=%T "$cache")" != overlayfs ] || driver=vfs
export BUILDAH_ISOLATION=chroot
store() { buildah --root "$cache/store" --runroot "$cache/run" --storage-driver $driver "$@"; }
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$cache/policy.json"
build() { store build --quiet --signature-policy "$cache/policy.json" --pull=never --layers=false "$@"; }

# How this machine reaches the registries is no part of any image: its certificates, where it has others than the usual.
trusted=/etc/ssl/certs/ca-certificates.crt
echo "cafile=$trusted" >"$cache/npmrc"
printf '[global]\ncert = %s\n' "$trusted" >"$cache/pip.conf"
trust=(--volume "$trusted:$trusted:ro" --volume "$cache/npmrc:/usr/local/etc/npmrc:ro" --volume "$cache/pip.conf:/etc/pip.conf:ro")

version=$(sha256sum "$here/bases.Dockerfile" "$node" "$npm/package.json" | sha256sum | cut -c -16)
is_there() { store inspect --type=image "localhost/$1:$version" >/dev/null 2>&1; }
if ! is_there node || ! is_there python; then
  rm -rf "$cache/bases" && mkdir "$cache/bases"
  mmdebstrap --quiet --variant=minbase bookworm "$cache/bases/debian.tar" http://deb.debian.org/debian
  cp "$node" "$cache/bases/node"
  cp -r "$npm" "$cache/bases/npm"
  for base in node python; do
    build --target=$base --tag="localhost/$base:$version" --file="$here/bases.Dockerfile" "$cache/bases"
  done
  rm -r "$cache/bases"
fi

contexts=()
while read -r reference base; do
  contexts+=("--build-context=$reference=container-image://localhost/$base:$version")
done < <(sed -nE 's/^FROM ([^ ]+) AS (node|python)$/\1 \2/p' "$project/image/Dockerfile")
build "${contexts[@]}" "${trust[@]}" --file="$project/image/Dockerfile" --tag=localhost/runner "$project"

container=$(store from --quiet --pull=never --signature-policy "$cache/policy.json" localhost/runner)
tree=$(store mount "$container")
cp --archive "$tree/." "$out/root"
store inspect --type=image localhost/runner >"$out/image.json"
store rm "$container" >/dev/null
store rmi --force localhost/runner >/dev/null
store rmi --prune --force >/dev/null
