#!/usr/bin/env bash
# Runs the engine, and before it the gateway, which listens as soon as the engine answers. The container lives as long as both do.
set -uo pipefail
setpriv --reuid postgres --regid postgres --init-groups postgres &
/usr/local/lib/mongodb-gateway/SlackOAuth.Stores.MongoDB.Gateway 'Host=/var/run/postgresql;Username=postgres;Database=postgres' &
trap 'kill $(jobs -p)' TERM INT
wait -n
kill $(jobs -p) 2>/dev/null
wait
