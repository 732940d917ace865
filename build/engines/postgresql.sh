#!/usr/bin/env bash
# The image of PostgreSQL that the tests run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
ensure_image postgres:15.10-bookworm postgresql bookworm
