#!/usr/bin/env bash
# What the official image's entrypoint does for POSTGRES_PASSWORD, POSTGRES_USER and POSTGRES_DB, and no more: makes the cluster at the first start, then runs the command.
set -euo pipefail
user=${POSTGRES_USER:-postgres}
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  printf '%s' "${POSTGRES_PASSWORD:?Set POSTGRES_PASSWORD.}" >/tmp/password
  chown postgres /tmp/password
  setpriv --reuid postgres --regid postgres --init-groups initdb --username="$user" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  rm /tmp/password
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  if [[ ${POSTGRES_DB:-$user} != postgres ]]; then
    echo "CREATE DATABASE \"${POSTGRES_DB:-$user}\"" | setpriv --reuid postgres --regid postgres --init-groups postgres --single -j postgres >/dev/null
  fi
fi
exec setpriv --reuid postgres --regid postgres --init-groups "$@"
