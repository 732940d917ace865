#!/usr/bin/env bash
# Moves an app from files to Redis, on to PostgreSQL and on to SQLite, with the tool as a user runs it, and prints how fast, and in how much memory.
#   build/migrate.sh             100,000 installations, 150,000 records
#   build/migrate.sh 10000       so many installations
# Every move is broken off by kill -9 three times, finished by running the same command again, and compared with what it came from.
# It fails where a run takes 200 MB or more, where nothing tells the rate, and, with 100,000 installations or more, where a move was over before the third kill.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
installations=${1:-100000}
limit=200
records=$((installations + (installations + 1) / 2))
tool=(dotnet exec src/SlackOAuth.Tool/bin/Release/net10.0/SlackOAuth.Tool.dll)
work=$(mktemp -d)
containers=()
end() {
  [[ ${#containers[@]} -eq 0 ]] || docker rm --force --volumes "${containers[@]}" > /dev/null
  rm -rf "$work"
  build/engines/docker.sh stop $$
}
trap end EXIT

build/engines/docker.sh start $$
build/engines/redis.sh
build/engines/postgresql.sh
dotnet build src/SlackOAuth.Tool --configuration Release --verbosity quiet
dotnet build tests/SlackOAuth.Tool.Seed --configuration Release --verbosity quiet

# run IMAGE PORT [docker option …]: starts a container, and says where its port is.
run() {
  containers+=("$(docker run --detach --publish "127.0.0.1::$2" "${@:3}" "$1")")
  port=$(docker port "${containers[-1]}" "$2" | head -1 | sed 's/.*://')
}
run redis:7.0.15 6379
redis=redis:127.0.0.1:$port
run postgres:15.10-bookworm 5432 --env POSTGRES_PASSWORD=migrate
# A password on a command line can be read by every user of the machine: the tool takes it from the environment.
export MIGRATE_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres;Password=migrate;Database=postgres"
postgres=postgres:env:MIGRATE_POSTGRES
until docker exec "${containers[-1]}" pg_isready --quiet --host 127.0.0.1 && docker exec "${containers[-2]}" redis-cli ping > /dev/null; do sleep 0.5; done

# watch PID: the greatest of its resident memory until it ends, in MB, into $peak.
watch() {
  local now
  while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2> /dev/null) && [[ -n $now ]]; do
    [[ $((now / 1024)) -le $peak ]] || peak=$((now / 1024))
    sleep 0.1
  done
}

# copy FROM TO [option …]: in one go; sets $rate, $seconds and $peak.
copy() {
  peak=0
  "${tool[@]}" copy --from "$1" --to "$2" --output json "${@:3}" > "$work/summary" 2> "$work/errors" &
  watch $!
  wait $! || { cat "$work/errors" "$work/summary"; return 1; }
  rate=$(sed -n 's/.*"records_per_second": \([0-9]*\).*/\1/p' "$work/summary")
  seconds=$(sed -n 's/.*"seconds": \([0-9.]*\).*/\1/p' "$work/summary")
  written=$(sed -n 's/.*"written": \([0-9]*\).*/\1/p' "$work/summary")
  [[ $peak -lt $limit ]] || { echo "$1: $peak MB, and it is to take less than $limit"; return 1; }
  [[ -n $rate ]] || { echo "$1: the summary has no rate"; return 1; }
}

# kill_copy FROM TO SECONDS: the same, killed after so long.
kill_copy() {
  "${tool[@]}" copy --from "$1" --to "$2" > /dev/null 2>&1 &
  sleep "$3"
  if kill -9 $! 2> /dev/null; then kills=$((kills + 1)); fi
  wait $! 2> /dev/null || true
}

row() { printf '| %-24s | %9s | %9s | %10s | %9s | %11s |\n' "$@"; }

# move NAME FROM TO: three kills, the rest, the proof.
move() {
  local started=$SECONDS
  kills=0
  for after in 3 5 7; do kill_copy "$2" "$3" "$after"; done
  [[ $kills -eq 3 || $installations -lt 100000 ]] || { echo "$1: killed $kills times, for it was over before: give it more installations"; return 1; }
  copy "$2" "$3"
  [[ $written -lt $records || $kills -eq 0 ]] || { echo "$1: nothing that was copied before the kills was still there"; return 1; }
  seconds=$((SECONDS - started))
  verify=$("${tool[@]}" verify --from "$2" --to "$3" 2> /dev/null) || { echo "$verify"; return 1; }
  row "$1, killed $kills times" "$records" "$seconds" "$((records / (seconds > 0 ? seconds : 1)))" "$peak" "same"
}

dotnet tests/SlackOAuth.Tool.Seed/bin/Release/net10.0/SlackOAuth.Tool.Seed.dll "$work/files" 1.1 "$installations"
echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1 /proc/loadavg)"
row "copy" "records" "seconds" "records/s" "peak MB" "verify says"
row "---" "---:" "---:" "---:" "---:" "---"
declare -A sides=([files]="file:$work/files" [Redis]=$redis [PostgreSQL]=$postgres [SQLite]="sqlite:$work/copy.db")
for pair in "files Redis" "Redis PostgreSQL" "PostgreSQL SQLite"; do
  read -r from to <<< "$pair"
  # Once without a break, beside, to see how fast it is.
  if [[ $to == Redis ]]; then beside=KeyPrefix=once:; else beside=TablePrefix=once_; fi
  copy "${sides[$from]}" "${sides[$to]}" --to-set "$beside"
  row "$from to $to" "$written" "$seconds" "$rate" "$peak" ""
  move "$from to $to" "${sides[$from]}" "${sides[$to]}"
done
"${tool[@]}" verify --from "${sides[files]}" --to "${sides[SQLite]}"
