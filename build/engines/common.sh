# Sourced by the scripts of this folder: how an image of an engine comes to this machine.
set -euo pipefail
engines=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
label=slackoauth-stores.recipe
apt_quiet=(--quiet --quiet --yes --no-install-recommends)

# ensure_image IMAGE FOLDER [FUNCTION [FILE …]]: does nothing where IMAGE was pulled, or was built here by the recipe as it stands. Else it pulls IMAGE, and where no registry
# answers it builds FOLDER/Dockerfile, after FUNCTION has put into the build's folder, its first argument, what the Dockerfile copies. The FILEs are part of the recipe.
ensure_image() {
  local image=$1 folder=$2 gather=${3:-:} recipe built work
  docker version >/dev/null 2>&1 || { echo "No Docker answers. Run build/engines/docker.sh start first." >&2; return 1; }
  # One at a time on a machine: two runs would build the same image twice. A script that a script runs is part of that one.
  if [[ -z ${SLACKOAUTH_IMAGES_LOCKED:-} ]]; then
    exec 8>"${TMPDIR:-/tmp}/slackoauth-stores-images.lock"
    flock 8
    export SLACKOAUTH_IMAGES_LOCKED=yes
  fi

  recipe=$(cat "$engines/common.sh" "$0" "$engines/$folder"/* "${@:4}" | sha256sum | cut -c1-16)
  if built=$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null); then
    [[ -z $built || $built == "$recipe" ]] && return
  elif docker pull --quiet "$image" >/dev/null 2>&1; then
    return
  fi

  work=$(mktemp -d)
  trap "rm -rf '$work'" EXIT
  echo "Building $image: no registry has it for this machine."
  cp "$engines/$folder"/* "$work/"
  if ! { "$gather" "$work" && docker build --network host --label "$label=$recipe" --tag "$image" "$work"; } >"$work/.log" 2>&1; then
    tail -n 40 "$work/.log" >&2
    echo "$image could not be built; above is the end of the build's output." >&2
    return 1
  fi
}

# debian_base SUITE: slackoauth-stores/debian:SUITE, a minimal Debian to build the engines' images from.
debian_base() {
  local suite=$1 image=slackoauth-stores/debian:$1 root
  docker image inspect "$image" >/dev/null 2>&1 && return
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "An image can be built only as root on Debian and its kin. Give Docker a way to a registry, or name a server in the engine's environment variable (CONTRIBUTING.md)."
    return 1
  fi

  if ! command -v debootstrap >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet --quiet || true
    apt-get install "${apt_quiet[@]}" debootstrap
  fi

  root=$(mktemp -d)
  # The script of sid serves a suite that this machine's debootstrap does not know yet.
  local script=/usr/share/debootstrap/scripts/$suite
  [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
  # The mirror that this machine itself uses.
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
  debootstrap --variant=minbase "$suite" "$root/debian" "$mirror" "$script" &&
    # A mirror that is a snapshot has release files that have expired.
    echo 'Acquire::Check-Valid-Until "false";' >"$root/debian/etc/apt/apt.conf.d/90snapshot" &&
    rm -rf "$root/debian/var/cache/apt/archives" "$root/debian/usr/share/doc" "$root/debian/usr/share/man" &&
    tar -C "$root/debian" -c . | docker import - "$image"
  local status=$?
  rm -rf "$root"
  return $status
}

bookworm() { debian_base bookworm; }
