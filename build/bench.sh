#!/usr/bin/env bash
# Measures the stores.
#   build/bench.sh                    each call beside its floor, interleaved in one run: the table of benchmarks/README.md
#   build/bench.sh redis sqlite       only these groups: file, memory, protocol, cache, or an engine
#   build/bench.sh save               only the calls whose names hold the word
#   build/bench.sh --bdn [arguments]  BenchmarkDotNet: absolute times and allocations; arguments such as --filter '*Lookup*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
project=benchmarks/SlackOAuth.Stores.Benchmarks
groups=" file memory protocol cache sqlite redis postgresql sqlserver mongodb dynamodb "

named=
for word in "$@"; do
  [[ $groups == *" $word "* ]] && named+=" $word "
done
trap 'build/engines/docker.sh stop $$' EXIT
for engine in redis postgresql mongodb dynamodb; do
  server=SLACKOAUTH_TEST_${engine^^}
  if [[ -z ${!server:-} && ( -z $named || $named == *" $engine "* ) ]]; then
    build/engines/docker.sh start $$ && "build/engines/$engine.sh"
  fi
done

if [[ ${1-} == --bdn ]]; then
  shift
  dotnet run --project "$project" --configuration Release -- "${@:---filter=*}"
else
  dotnet run --project "$project" --configuration Release -- --pairs "$@"
fi
