#!/usr/bin/env bash
# Measures the stores.
#   build/bench.sh                    each call beside its floor, interleaved in one run: the table of benchmarks/README.md
#   build/bench.sh save               only the calls whose names hold the word
#   build/bench.sh --bdn [arguments]  BenchmarkDotNet: absolute times and allocations; arguments such as --filter '*find*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
project=benchmarks/SlackOAuth.Stores.Benchmarks
if [[ ${1-} == --bdn ]]; then
  shift
  exec dotnet run --project "$project" --configuration Release -- "${@:---filter=*}"
fi
exec dotnet run --project "$project" --configuration Release -- --pairs "$@"
