#!/usr/bin/env bash
# Soaks an app on an engine: three processes, installs, lookups, rotations, uninstalls, and kills of the processes and the engine at random, with a checker.
#   build/soak.sh                    10 minutes on files
#   build/soak.sh 30 postgresql      so many minutes on file, sqlite, redis, postgresql or mongodb
#   build/soak.sh 10 --ahead --protect   with tokens rotated in the background too, and encrypted
#   build/soak.sh 10 --cache --grid      with lookups cached, and workspaces that join an Enterprise Grid
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for word in "$@"; do
  if [[ -x build/engines/$word.sh ]]; then
    trap 'build/engines/docker.sh stop $$' EXIT
    build/engines/docker.sh start $$ && "build/engines/$word.sh"
  fi
done
dotnet run --project tests/SlackOAuth.Soak --configuration Release -- "$@"
