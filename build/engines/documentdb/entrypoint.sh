#!/usr/bin/env bash
# setup: makes the cluster and the extension. run: runs PostgreSQL in the foreground.
set -euo pipefail
share=/usr/local/share/documentdb
as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }

case $1 in
  setup)
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    as_postgres initdb --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    echo "host all all all trust" >>"$PGDATA/pg_hba.conf"
    echo "include '$share/documentdb.conf'" >>"$PGDATA/postgresql.conf"
    as_postgres pg_ctl --wait --log=/tmp/setup.log start
    as_postgres psql --quiet --set=ON_ERROR_STOP=1 --file="$share/setup.sql"
    as_postgres pg_ctl --wait stop
    rm /tmp/setup.log
    ;;
  run) exec setpriv --reuid postgres --regid postgres --init-groups postgres ;;
  *) exec "$@" ;;
esac
