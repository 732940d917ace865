#!/usr/bin/env bash
# Makes Docker answer, for the containers of the tests.
#   build/engines/docker.sh start [USER]   does nothing where Docker answers; as root on Debian and its kin it installs and starts it; elsewhere it says what to do
#   build/engines/docker.sh stop [USER]    stops what 'start' started, and nothing else, unless another process still uses it
# USER is the process that uses Docker from the one to the other.
set -euo pipefail
pidfile=/run/slackoauth-stores-dockerd.pid
log=/var/log/slackoauth-stores-dockerd.log
users=/run/slackoauth-stores-dockerd.users
user=${2:-}

answers() { docker version >/dev/null 2>&1; }

use() {
  [[ -n $user ]] || return 0
  mkdir -p "$users"
  : >"$users/$user"
}

in_use() {
  local file
  for file in "$users"/*; do
    [[ -e $file ]] || continue
    kill -0 "$(basename "$file")" 2>/dev/null && return
    rm -f "$file"
  done
  return 1
}

start() {
  if answers; then
    [[ ! -f $pidfile ]] || use
    return
  fi
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null || [[ -n ${DOCKER_HOST:-} ]]; then
    echo "No Docker answers here. Start it, or install it (https://docs.docker.com/engine/install/), and run this again." >&2
    return 1
  fi

  if ! command -v dockerd >/dev/null; then
    echo "Installing Docker from Debian."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet --quiet >/dev/null || true
    apt-get install --quiet --quiet --yes --no-install-recommends docker.io iptables ca-certificates >"$log" 2>&1 || { tail -n 20 "$log"; echo "docker.io could not be installed."; return 1; } >&2
  fi

  setsid nohup dockerd >"$log" 2>&1 </dev/null &
  local daemon=$!
  for _ in $(seq 240); do
    if answers; then
      echo "$daemon" >"$pidfile"
      use
      return
    fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.25
  done
  kill "$daemon" 2>/dev/null || true
  { tail -n 20 "$log"; echo "dockerd does not work on this machine; its log is $log. Name servers in SLACKOAUTH_TEST_REDIS and the like instead (CONTRIBUTING.md)."; } >&2
  return 1
}

stop() {
  [[ -f $pidfile ]] || return 0
  [[ -z $user ]] || rm -f "$users/$user"
  ! in_use || return 0
  local daemon
  daemon=$(<"$pidfile")
  rm "$pidfile"
  [[ $(ps -o comm= -p "$daemon" 2>/dev/null) == dockerd ]] || return 0
  kill "$daemon"
  for _ in $(seq 120); do
    kill -0 "$daemon" 2>/dev/null || return 0
    sleep 0.25
  done
}

case ${1:-} in
  start | stop) "$1" ;;
  *) echo "usage: $0 start|stop [USER]" >&2; exit 2 ;;
esac
