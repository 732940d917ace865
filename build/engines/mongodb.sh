#!/usr/bin/env bash
# The image of MongoDB that the tests run. Where none can be pulled, what stands in for it: the DocumentDB engine, and a gateway of this repository that speaks MongoDB's protocol.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
gateway=$engines/../../tests/SlackOAuth.Stores.MongoDB.Gateway

gather() {
  "$engines/documentdb.sh"
  dotnet publish "$gateway" --configuration Release --runtime "linux-$(dpkg --print-architecture | sed s/amd64/x64/)" --self-contained --output "$1/gateway" --verbosity quiet
}

ensure_image mongo:8.0.4 mongodb gather "$gateway"/*.cs "$gateway"/*.csproj
