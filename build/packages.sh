#!/usr/bin/env bash
# Packs the family, then builds and runs samples/CustomStore against the packages in an empty folder, as a store author outside this repository would.
# It passes where the author's correct store passes the suite, the same store with a fault does not, every package holds what a user expects and brings no
# analyzer that nobody asked for, each store's README compiles with the packages that it names, and the slackoauth tool, installed from its package, copies, compares, lists and examines a store.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1

for project in "$root"/src/*/; do
  dotnet pack "$project" --configuration Release --verbosity quiet --output "$work/packages"
done
version=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' "$root/build/Common.props")
for project in "$root"/src/*/; do
  name=$(basename "$project")
  for kind in nupkg snupkg; do
    [[ -f $work/packages/$name.$version.$kind ]] || { echo "$name.$version.$kind was not packed."; exit 1; }
  done
  # A tool carries all that it needs.
  folder=lib/net10.0
  grep --quiet '<PackAsTool>true' "$project$name.csproj" && folder=tools/net10.0/any
  for file in README.md "$folder/$name.dll" "$folder/$name.xml"; do
    # A zip file holds its names as they are: no unzip is needed, which a fresh machine may lack.
    grep --quiet --text --fixed-strings "$file" "$work/packages/$name.$version.nupkg" || { echo "$name.$version.nupkg holds no $file."; exit 1; }
  done
done
echo "Packed $(ls "$work/packages"/*.nupkg | wc -l) packages of version $version."

mkdir "$work/app"
cp "$root"/samples/CustomStore/* "$work/app/"
cd "$work/app"
# Packages of this build in a folder of their own, so that none of an earlier build is taken for one of these.
cat > nuget.config <<CONFIG
<configuration>
  <packageSources>
    <add key="family" value="$work/packages" />
  </packageSources>
  <config>
    <add key="globalPackagesFolder" value="$work/cache" />
  </config>
</configuration>
CONFIG
dotnet build --verbosity quiet
dotnet bin/Debug/net10.0/CustomStore.dll -noColor -noLogo

echo
echo "== The same store, made to forget no state"
sed -i 's/!Engine.TryRemove(/!Engine.TryGetValue(/' MyStateStore.cs
dotnet build --verbosity quiet
if dotnet bin/Debug/net10.0/CustomStore.dll -noColor -noLogo > "$work/broken"; then
  echo "The suite passed a store that never forgets a state."
  exit 1
fi
grep -E 'consumed_once|\[FAIL\]' "$work/broken" | head -n 20
grep -E 'Total:' "$work/broken"

echo
echo "== An app on SQLite, and the analyzers that judge it"
mkdir "$work/sqlite"
cd "$work/sqlite"
cp "$work/app/nuget.config" .
cat > App.csproj <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="SlackOAuth.Stores.Sqlite" Version="$version" />
  </ItemGroup>
</Project>
PROJECT
dotnet build --verbosity detailed > "$work/built"
grep --only-matching '/analyzer:[^ "]*' "$work/built" | sed 's:.*/::' | sort --unique > "$work/analyzers"
grep --quiet 'NetAnalyzers' "$work/analyzers" || { echo "The build's output names no analyzer."; exit 1; }
if grep 'Dapper' "$work/analyzers"; then
  echo "Dapper.AOT's analyzer reaches an app that did not ask for it."
  exit 1
fi
echo "None of $(wc -l < "$work/analyzers") is Dapper's."

echo
echo "== Each store's README, with the packages that it tells to add and no other"
mkdir "$work/readmes"
cd "$work/readmes"
cp "$work/app/nuget.config" .
for readme in "$root"/src/SlackOAuth.Stores*/README.md; do
  # The first block with the packages, the first one of C#.
  packages=$(awk '/^```/ { if (inside) exit; inside = 1; next } inside && /^dotnet add package/ { print $4 }' "$readme")
  grep --quiet 'Microsoft.Extensions.DependencyInjection' <<< "$packages" || continue
  app=$(basename "$(dirname "$readme")")
  mkdir "$app"
  awk '/^```/ { if (inside) exit; inside = /^```csharp/; next } inside' "$readme" > "$app/Program.cs"
  {
    echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup><ItemGroup>'
    for package in $packages; do
      known=$(sed -n "s:.*<PackageVersion Include=\"$package\" Version=\"\([^\"]*\)\".*:\1:p" "$root/Directory.Packages.props")
      echo "<PackageReference Include=\"$package\" Version=\"${known:-$version}\" />"
    done
    echo '</ItemGroup></Project>'
  } > "$app/App.csproj"
done
cat > all.proj <<'PROJECT'
<Project>
  <ItemGroup>
    <App Include="*/App.csproj" />
  </ItemGroup>
  <Target Name="Build">
    <MSBuild Projects="@(App)" Targets="Restore" Properties="Restoring=true" />
    <MSBuild Projects="@(App)" Targets="Build" BuildInParallel="true" />
  </Target>
</Project>
PROJECT
dotnet msbuild all.proj -maxCpuCount -verbosity:quiet -nologo
[[ $(ls -d */ | wc -l) -eq 8 ]] || { echo "Not all of the eight stores' READMEs were built: $(ls -d */)"; exit 1; }
echo "Built $(ls -d */ | wc -l)."

echo
echo "== The slackoauth tool, installed from its package"
mkdir "$work/tool"
cd "$work/tool"
dotnet tool install --tool-path ./t --add-source "$work/packages" --configfile "$work/app/nuget.config" --verbosity quiet SlackOAuth.Tool
# A store as slack_sdk's own code wrote it, which is one of this family's file stores too.
cp --recursive "$root/tests/SlackOAuth.Stores.FileSystem.Tests/PythonLayout" data
./t/slackoauth copy --from file:./data --to sqlite:./copied.db --client-id 111.222
./t/slackoauth verify --from file:./data --to sqlite:./copied.db --client-id 111.222
./t/slackoauth list sqlite:./copied.db | tee "$work/listed"
[[ $(wc -l < "$work/listed") -eq 4 ]] || { echo "The tool did not list the 3 workspaces that it copied."; exit 1; }
./t/slackoauth doctor sqlite:./copied.db
