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

output=$(mktemp)
trap 'rm -f "$output"; build/engines/docker.sh stop' EXIT
for project in "${projects[@]}"; do
  # SlackOAuth.Stores.Redis.Tests needs what build/engines/redis.sh gets, unless SLACKOAUTH_TEST_REDIS names a server. Where there is none to be had, the tests say so.
  needed=$(basename "$project" .Tests) needed=${needed##*.} needed=${needed,,}
  if [[ $project == tests/SlackApp.Tests ]]; then
    bash build/chromium.sh
    needed="redis mongodb dynamodb postgresql"
  fi

  for engine in $needed; do
    server=SLACKOAUTH_TEST_${engine^^}
    if [[ -z ${!server:-} && -x build/engines/$engine.sh ]]; then
      build/engines/docker.sh start && "build/engines/$engine.sh"
    fi
  done
done

if [[ $# -eq 0 ]]; then
  dotnet build SlackOAuth.Stores.sln --configuration Release --verbosity quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
else
  for project in "${projects[@]}"; do
    dotnet build "$project" --configuration Release --verbosity quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
  done
fi

passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  name=$(basename "$project")
  echo
  echo "== $name"
  dotnet exec "$project/bin/Release/net10.0/$name.dll" -noColor -noLogo 2>&1 </dev/null | tee "$output"
  status=${PIPESTATUS[0]}
  if [[ $(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$output" | tail -n 1) =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
    total=${BASH_REMATCH[1]} bad=$((BASH_REMATCH[2] + BASH_REMATCH[3])) skips=${BASH_REMATCH[4]} unrun=${BASH_REMATCH[5]}
    good=$((total - BASH_REMATCH[3] - skips - unrun))
    # A runner that fails or finds nothing without a failed test is itself the failure.
    if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
      echo "$name ended with status $status after $good passed tests."
      bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
  else
    echo "$name ended with status $status and without a summary."
    failed=$((failed + 1))
  fi
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
