#!/usr/bin/env bash
# The image of Redis that the tests run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
ensure_image redis:7.0.15 redis bookworm
