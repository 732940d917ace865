#!/usr/bin/env bash
# Sets up what the tests need, builds everything, runs every test project, and ends with "N passed, N failed, N skipped".
#   build/test.sh                 everything
#   build/test.sh redis           only the test projects whose names hold one of the words given
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1
# Local times taken for UTC show only where the two differ, and best where they differ by no whole hour.
export TZ=${TZ:-Asia/Kathmandu}

if ! command -v dotnet >/dev/null; then
  echo "build/test.sh: 'dotnet' was not found. Install the .NET 10 SDK (https://dotnet.microsoft.com/download) and run this again." >&2
  exit 2
fi

projects=()
for project in tests/*.Tests; do
  wanted=$([[ $# -eq 0 ]] && echo yes)
  for word in "$@"; do
    [[ ${project,,} == *"${word,,}"* ]] && wanted=yes
  done
  [[ -n $wanted ]] && projects+=("$project")
done
if [[ ${#projects[@]} -eq 0 ]]; then
  echo "build/test.sh: no test project's name holds '$*'. There are: $(cd tests && echo *.Tests)" >&2
  exit 2
fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"; build/engines/docker.sh stop $$' EXIT

# The engines that a project's tests run against: a provider's own, and for the sample and the tool every one there is.
engines_of() {
  case $1 in
    SlackApp.Tests | SlackOAuth.Tool.Tests) echo redis mongodb dynamodb postgresql ;;
    *) local name=${1%.Tests}; name=${name##*.}; [[ -x build/engines/${name,,}.sh ]] && echo "${name,,}" ;;
  esac
}

# What build/engines/X.sh gets is needed unless SLACKOAUTH_TEST_X names a server. Where there is none to be had, the tests say so.
prepare() {
  local needed="" name engine server
  for project in "${projects[@]}"; do
    name=$(basename "$project")
    [[ $name == SlackApp.Tests ]] && bash build/chromium.sh
    needed+=" $(engines_of "$name")"
  done
  for engine in $(tr ' ' '\n' <<<"$needed" | sort -u); do
    server=SLACKOAUTH_TEST_${engine^^}
    if [[ -z ${!server:-} ]]; then
      build/engines/docker.sh start $$ && "build/engines/$engine.sh"
    fi
  done
}

build() {
  if [[ ${#asked[@]} -eq 0 ]]; then
    dotnet build SlackOAuth.Stores.sln --configuration Release --verbosity quiet
    return
  fi
  for project in "${projects[@]}"; do
    dotnet build "$project" --configuration Release --verbosity quiet || return
  done
}

# One waits for packages while the other compiles.
prepare &
preparing=$!
asked=("$@")
build || { wait; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
wait "$preparing"

run() {
  dotnet exec "$1/bin/Release/net10.0/$2.dll" -noColor -noLogo >"$logs/$2.running" 2>&1 </dev/null
  echo "$?" >"$logs/$2.status"
  mv "$logs/$2.running" "$logs/$2.log"
}

passed=0 failed=0 skipped=0
report() {
  local name=$1 log=$logs/$1.log status
  status=$(<"$logs/$name.status")
  echo
  echo "== $name"
  cat "$log"
  sed -n '/ \[FAIL\]$/,/^    [^ ].* \[SKIP\]$\|^  [^ ]/{/ \[SKIP\]$/d;/^  [^ ]/d;p}' "$log" | cut -c 1-400 >>"$logs/failures"
  if [[ $(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1) =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
    local total=${BASH_REMATCH[1]} bad=$((BASH_REMATCH[2] + BASH_REMATCH[3])) skips=${BASH_REMATCH[4]} unrun=${BASH_REMATCH[5]}
    local good=$((total - BASH_REMATCH[3] - skips - unrun))
    # A runner that fails or finds nothing without a failed test is itself the failure.
    if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
      echo "$name ended with status $status after $good passed tests." | tee -a "$logs/failures"
      bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
  else
    echo "$name ended with status $status and without a summary." | tee -a "$logs/failures"
    failed=$((failed + 1))
  fi
}

report_finished() {
  local log
  for log in "$logs"/*.log; do
    [[ -e $log ]] || continue
    report "$(basename "$log" .log)"
    rm "$log"
  done
}

# Several at once, for most of their time they wait for an engine. Those that take the longest first: such as have an engine, then such as race processes of their own.
at_once=${SLACKOAUTH_TEST_AT_ONCE:-3}
engines=() races=() others=()
for project in "${projects[@]}"; do
  if [[ -n $(engines_of "$(basename "$project")") ]]; then engines+=("$project")
  elif [[ -e $project/ProcessTests.cs ]]; then races+=("$project")
  else others+=("$project"); fi
done
for project in "${engines[@]}" "${races[@]}" "${others[@]}"; do
  while [[ $(jobs -rp | wc -l) -ge $at_once ]]; do
    wait -n
    report_finished
  done
  run "$project" "$(basename "$project")" &
done
while [[ -n $(jobs -rp) ]]; do
  wait -n
  report_finished
done
report_finished

if [[ -s $logs/failures ]]; then
  echo
  echo "== What failed, once more"
  cat "$logs/failures"
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
