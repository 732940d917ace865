#!/usr/bin/env bash
# Publishes the sample with Native AOT, any warning an error, and runs its check with what comes of it: on the file system and SQLite, and on Redis and PostgreSQL where they are.
# Every project of src that does not say IsAotCompatible false has to be in it. As root on Debian and its kin it installs the linker that is missing; elsewhere it says what to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1
work=$(mktemp -d)
containers=()
cleanup() {
  [[ ${#containers[@]} -eq 0 ]] || docker rm --force --volumes "${containers[@]}" >/dev/null
  build/engines/docker.sh stop $$
  rm -rf "$work"
}
trap cleanup EXIT

if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Native AOT links with clang or gcc, and neither is here. Install one (https://learn.microsoft.com/dotnet/core/deploying/native-aot/#prerequisites), and run this again." >&2
    exit 1
  fi

  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet --quiet || true
  apt-get install --quiet --quiet --yes --no-install-recommends gcc libc6-dev zlib1g-dev >"$work/apt" 2>&1 ||
    { tail -n 20 "$work/apt" >&2; echo "gcc could not be installed. Install clang or gcc by hand, and run this again." >&2; exit 1; }
fi
linker=$(command -v clang >/dev/null && echo clang || echo gcc)

# An artifacts folder of its own: the sample's other build stays as it is.
dotnet publish samples/SlackApp --configuration Release --use-current-runtime --verbosity quiet --output "$work/app" \
  -p:PublishAot=true -p:TrimmerSingleWarn=false -p:StripSymbols=false -p:CppCompilerAndLinker="$linker" -p:ArtifactsPath="$work/artifacts" | tee "$work/publish"
if grep --quiet 'warning' "$work/publish"; then
  echo "The publish gave warnings; above they are."
  exit 1
fi

for project in src/*/; do
  name=$(basename "$project")
  if ! grep --quiet '<IsAotCompatible>false' "$project$name.csproj" && [[ ! -f $work/artifacts/obj/$name/release/$name.dll ]]; then
    echo "$name claims to be compatible with AOT, and is not in what was published. Reference it in samples/SlackApp, or set IsAotCompatible to false in its project file with the reason."
    exit 1
  fi
done
echo "The sample is one file of $(($(stat --format %s "$work/app/SlackApp") / 1024 / 1024)) MB, symbols included, published with AOT and without a warning."

check() {
  echo "== $1"
  (cd "$work/app" && ./SlackApp --check "${@:2}")
}

check "The check on the file system"
check "The check on SQLite" --store=sqlite

# run ENGINE IMAGE PORT [docker's options …]: a server for this check, whose address is then in $address.
run() {
  build/engines/docker.sh start $$ && "build/engines/$1.sh" || return 1
  containers+=("$(docker run --detach --publish "127.0.0.1::$3" "${@:4}" "$2")")
  address=$(docker port "${containers[-1]}" "$3/tcp" | head -n 1)
}

left_out() {
  echo "The check on $1 was left out: there is none. Start Docker, or name a server in $2."
}

address=${SLACKOAUTH_TEST_REDIS:-}
if [[ -n $address ]] || run redis redis:7.0.15 6379; then
  # A server that has just been started answers a moment later; the option waits for it.
  check "The check on Redis" --store=redis "--connection=$address,abortConnect=false,connectRetry=10,connectTimeout=5000"
else
  left_out Redis SLACKOAUTH_TEST_REDIS
fi

postgresql=${SLACKOAUTH_TEST_POSTGRESQL:-}
if [[ -z $postgresql ]] && run postgresql postgres:15.10-bookworm 5432 --env POSTGRES_PASSWORD=check; then
  timeout 60 bash -c "until docker exec ${containers[-1]} pg_isready --quiet --host 127.0.0.1; do sleep 0.5; done"
  postgresql="Host=${address%:*};Port=${address##*:};Username=postgres;Password=check;Database=postgres"
fi
if [[ -n $postgresql ]]; then
  # A password on a command line can be read by every user of the machine.
  connection=$postgresql check "The check on PostgreSQL" --store=postgresql
else
  left_out PostgreSQL SLACKOAUTH_TEST_POSTGRESQL
fi
