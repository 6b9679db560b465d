# A scratch PostgreSQL cluster in the work directory, with Debian's defaults but for what is written here.
# shellcheck shell=bash

as_server=() # how to become the user that PostgreSQL runs as

find_postgres() {
  local initdb
  for initdb in $(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -rV) "$(command -v initdb || true)"; do
    if [ -x "$initdb" ]; then
      pg_bin=$(dirname "$(readlink -f "$initdb")")
      [ -x "$pg_bin/postgres" ] && command -v psql >/dev/null && return
    fi
  done
  return 1
}

start_postgres() {
  local port directory=$work/postgres
  mkdir "$directory"
  if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
    local user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    as_server=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups --)
    chown "$user" "$directory"
  fi
  port=$(free_port)
  export PGHOST=127.0.0.1 PGPORT=$port PGUSER=bench PGPASSWORD
  PGPASSWORD=$(random_hex)
  say "PostgreSQL on port $port"
  (umask 077 && printf '%s\n' "$PGPASSWORD" >"$work/password")
  [ ${#as_server[@]} -eq 0 ] || chown "$user" "$work/password"
  (cd "$directory" && "${as_server[@]}" "$pg_bin/initdb" -D "$directory/data" -U bench -A scram-sha-256 \
    --pwfile="$work/password" --encoding=UTF8 --locale=C >"$work/initdb.log")
  (cd "$directory" && exec "${as_server[@]}" "$pg_bin/postgres" -D "$directory/data" -p "$port" \
    -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$directory" -c max_connections=300 \
    -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_utility=off \
    -c max_wal_size=4GB) >"$work/postgres.log" 2>&1 &
  pg_pid=$!
  started+=("$pg_pid")
  wait_for PostgreSQL 60 "$pg_bin/pg_isready" -q
  sql postgres 'create extension pg_stat_statements' || die 'pg_stat_statements is missing (Debian: postgresql-contrib)'
  pg_version=$(sql postgres 'show server_version')
}

# sql DATABASE STATEMENT
sql() { psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }

create_database() { sql postgres "create database \"$1\""; }

# copy_database FROM TO: with a server on FROM. Importing realms once and copying is faster than importing twice.
copy_database() {
  create_database "$2"
  "$pg_bin/pg_dump" -d "$1" | psql -X -q -v ON_ERROR_STOP=1 -d "$2" >/dev/null
  sql "$2" analyze
}

reset_statements() {
  sql postgres "select pg_stat_statements_reset(0, (select oid from pg_database where datname = '$1'), 0)" >/dev/null
}

# The most frequent statements since the reset, with their calls per request; lists of different lengths are one.
list_statements() { # DATABASE REQUESTS
  sql postgres "select round(sum(calls) / $2, 2),
      left(regexp_replace(regexp_replace(query, '\s+', ' ', 'g'), ' in [(][$][^)]*[)]', ' in (...)', 'g'), 600) as statement
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = '$1' group by statement having sum(calls) >= 0.05 * $2 order by sum(calls) desc limit 40"
}

# Statements and, among them, writes since the reset; ours through psql run in another database.
count_statements() {
  sql postgres "select coalesce(sum(calls), 0),
    coalesce(sum(calls) filter (where query ~* '^\s*(insert|update|delete|merge)\y'), 0)
    from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = '$1'"
}
